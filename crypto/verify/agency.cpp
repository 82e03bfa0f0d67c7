#include "crypto/verify/agency.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "crypto/verify/open_key.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint8_t kOpenedEvent = 5;
constexpr std::string_view kInfo("chapar/1 ledger key\0", 20);
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;

std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

Bytes number(std::uint64_t n) {
    Bytes out;
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(n >> shift));
    return out;
}

Bytes joined(std::string_view text, const Bytes& more) {
    Bytes out = bytes_of(text);
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

}  // namespace

std::optional<AgencyKeys> AgencyKeys::parse_view(const std::string& text) {
    std::istringstream lines(text);
    std::string word;
    AgencyKeys out;
    std::string first;
    std::getline(lines, first);
    std::istringstream head(first);
    if (!(head >> word >> out.origin >> out.agency) || word != "chapar-view/1" || head >> word) {
        return std::nullopt;
    }
    for (std::string line; std::getline(lines, line);) {
        std::istringstream in(line);
        std::uint64_t index = 0;
        std::string scope, secret;
        if (!(in >> index >> scope >> secret) || in >> word) return std::nullopt;
        const auto scope_bytes = from_hex(scope), secret_bytes = from_hex(secret);
        const bool follows = out.listed.empty() || out.listed.rbegin()->first < index;
        if (!scope_bytes || !secret_bytes || secret_bytes->size() != 32 || !follows) {
            return std::nullopt;
        }
        out.listed[index] = {*scope_bytes, *secret_bytes};
    }
    return out;
}

AgencyView::AgencyView(AgencyKeys keys, const Manifest& manifest)
    : keys_(std::move(keys)),
      home_(manifest.home),
      ledger_(manifest.ledger_number),
      centre_auditor_(manifest.auditor_key) {
    origin_hash_ = sha256(bytes_of(manifest.origin));
    agency_ = keys_.agency;
    if (keys_.audit_secret.empty()) {
        read_.demand(keys_.origin == manifest.origin, "the view file is of another ledger");
        return;
    }
    public_key_ = x25519_public(keys_.audit_secret);
    if (public_key_ == centre_auditor_) agency_ = "*";
}

std::optional<Bytes> AgencyView::open_secret(std::uint64_t index, const KeyScope& scope,
                                             Reader& copies) {
    const std::uint64_t count = copies.number(1);
    if (keys_.audit_secret.empty()) {
        const auto listed = keys_.listed.find(index);
        if (listed == keys_.listed.end()) return std::nullopt;
        read_.demand(listed->second.scope == scope.bytes,
                     "the view file names another key than " + at(index));
        return listed->second.secret;
    }
    for (std::uint64_t i = 0; i < count && copies.ok(); ++i) {
        const Bytes reader = copies.raw(32), enc = copies.raw(32), sealed = copies.raw(48);
        if (reader != public_key_) continue;
        const auto secret = hpke_open(keys_.audit_secret, enc, kInfo, scope.bytes, sealed);
        read_.demand(secret && secret->size() == 32,
                     "the copy sealed to this key in " + at(index) + " does not open");
        return secret;
    }
    return std::nullopt;
}

void AgencyView::take_key(const Leaf& leaf, const Bytes& body, const Directory& directory) {
    const auto records = parse_body(body);
    if (!records || !records->contains(kEventRecord) || !records->contains(kSignedRecord)) return;
    if (records->at(kEventRecord) != Bytes{kOpenedEvent}) return;
    Reader in(records->at(kSignedRecord));
    const auto scope = read_key_scope(in);
    if (!scope) return;
    if (agency_.empty()) agency_ = directory.agency_of_audit_key(public_key_);
    const auto secret = open_secret(leaf.index, *scope, in);
    if (!secret) {
        // A view file may lack a shredded bucket; without a tag key entries would
        // go unseen. Whose key this is may only be known later.
        if (scope->purpose == KeyPurpose::Tag) closed_tags_.insert(scope->first);
        if (scope->purpose == KeyPurpose::Bucket) closed_.emplace(leaf.index, *scope);
        read_.demand(agency_ != "*" || scope->purpose == KeyPurpose::Bucket,
                     at(leaf.index) + " opens a key that is not sealed to the centre's auditor");
        return;
    }
    ++keys_opened_;
    if (scope->purpose == KeyPurpose::Bucket) buckets_[leaf.index] = {*scope, *secret};
    if (scope->purpose == KeyPurpose::Tag) tags_[scope->month][scope->first] = *secret;
    if (scope->purpose == KeyPurpose::Pad) pad_ = *secret;
}

bool AgencyView::tagged(const Leaf& leaf, std::uint32_t month, std::size_t slot,
                        const std::string& agency) const {
    const auto keys = tags_.find(month);
    if (keys == tags_.end()) return false;
    const auto key = keys->second.find(agency);
    if (key == keys->second.end()) return false;
    Bytes message = joined("chapar/view/v1\n", Bytes(origin_hash_.begin(), origin_hash_.end()));
    const Bytes index = number(leaf.index);
    message.insert(message.end(), index.begin(), index.end());
    const Bytes tag = hmac(key->second, message);
    return std::equal(leaf.tags.at(slot).begin(), leaf.tags.at(slot).end(), tag.begin());
}

bool AgencyView::own(const Leaf& leaf, std::uint32_t month) const {
    return agency_ == "*" || tagged(leaf, month, 0, agency_) || tagged(leaf, month, 1, agency_);
}

void AgencyView::hear(std::uint64_t time_ms) {
    constexpr std::uint64_t kDay = 86'400'000;
    if (heard_ != 0 && time_ms > heard_ + kDay) silent_ += time_ms - heard_ - kDay;
    heard_ = time_ms;
}

void AgencyView::take(const Leaf& leaf, const Bytes& stored, Place place,
                      const Directory& directory) {
    hear(place.time_ms);
    if (leaf.kind == EntryKind::Key) return take_key(leaf, stored, directory);
    if (!leaf.sealed()) return;
    const std::uint32_t month = month_of(leaf.time_ms);
    if (!own(leaf, month)) return;
    ++own_;
    open_body(leaf, stored, place, directory);
}

void AgencyView::take_tombstone(std::uint64_t index) {
    if (!pruned_.empty() && pruned_.back().to == index) {
        pruned_.back().to = index + 1;
    } else {
        pruned_.push_back({index, index + 1});
    }
}

bool AgencyView::pruned(std::uint64_t index) const {
    const auto after = std::upper_bound(
        pruned_.begin(), pruned_.end(), index,
        [](std::uint64_t wanted, const Range& range) { return wanted < range.from; });
    return after != pruned_.begin() && index < std::prev(after)->to;
}

bool AgencyView::padded(const Leaf& leaf) const {
    if (pad_.empty()) return true;
    const Bytes tag = hmac(pad_, number(leaf.index));
    return std::equal(leaf.tags.at(1).begin(), leaf.tags.at(1).end(), tag.begin());
}

bool AgencyView::could_hold(const KeyScope& scope, const Leaf& leaf) const {
    const std::uint32_t month = month_of(leaf.time_ms);
    if (scope.month != month) return false;
    const bool one = scope.first == scope.second;  // the second tag is then nobody's
    if (one ? !padded(leaf) : leaf.kind == EntryKind::Policy) return false;
    if (agency_ == "*") {
        return tagged(leaf, month, 0, scope.first) && (one || tagged(leaf, month, 1, scope.second));
    }
    return tagged(leaf, month, 0, agency_) == (scope.first == agency_) &&
           tagged(leaf, month, 1, agency_) == (!one && scope.second == agency_);
}

// KEY entries come in their order: one that is known here stands before the
// leaf.
void AgencyView::take_unopened(const Leaf& leaf, std::uint64_t bucket) {
    const auto scope = closed_.find(bucket);
    if (scope == closed_.end() || !could_hold(scope->second, leaf)) {
        return bodies_.fail("the body of " + at(leaf.index) + " names " + at(bucket) +
                            ", which opened no bucket of its month and agencies");
    }
    shredded_.emplace(leaf.index, bucket);
}

void AgencyView::open_body(const Leaf& leaf, const Bytes& stored, Place place,
                           const Directory& directory) {
    Reader in(stored);
    const std::uint64_t bucket = in.number(8);
    const Bytes nonce = in.raw(kNonce);
    const Bytes sealed = in.raw(in.remaining());
    if (!in.ok() || sealed.size() < crypto_aead_xchacha20poly1305_ietf_ABYTES) {
        return bodies_.fail("the body of " + at(leaf.index) + " was not handed out");
    }
    const auto key = buckets_.find(bucket);
    if (key == buckets_.end()) return take_unopened(leaf, bucket);
    const Bytes index = number(leaf.index);
    const Bytes cipher_key = hmac(key->second.secret, joined("ke", index));
    const Bytes salt_bytes = hmac(key->second.secret, joined("salt", index));
    Bytes body(sealed.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(body.data(), nullptr, nullptr, sealed.data(),
                                                   sealed.size(), index.data(), index.size(),
                                                   nonce.data(), cipher_key.data()) != 0) {
        return bodies_.fail("the body of " + at(leaf.index) + " does not open");
    }
    Hash salt{};
    std::copy(salt_bytes.begin(), salt_bytes.end(), salt.begin());
    if (body_commit(salt, body) != leaf.body_commit) {
        return bodies_.fail("the body of " + at(leaf.index) + " is not the one committed to");
    }
    const auto records = parse_body(body);
    if (!records || !records->contains(kEventRecord) || !records->contains(kTimeRecord) ||
        records->at(kEventRecord).size() != 1) {
        return bodies_.fail("the body of " + at(leaf.index) + " is no list of records");
    }
    Reader time(records->at(kTimeRecord));
    place.time_ms = time.number(8);
    bodies_.demand(time.complete() && place.time_ms / 1000 * 1000 == leaf.time_ms,
                   "the body of " + at(leaf.index) + " names another time");
    ++opened_;
    bucket_ = &key->second.scope;
    judge(leaf, *records, place, directory);
    bucket_ = nullptr;
}

std::vector<Verdict> AgencyView::verdicts() const {
    const std::string who = agency_ == "*" ? "the centre's auditor" : agency_;
    std::string complete = "every entry they refer to is there: none of its own is missing";
    if (excused_ > 0 || !pruned_.empty()) {
        complete = "every entry they refer to is there, but for " + std::to_string(excused_) +
                   " references to what was shredded or pruned";
    }
    return {
        read_.verdict(std::to_string(keys_opened_) + " keys of the ledger open to " + who),
        tags_rule_.verdict(std::to_string(own_) + " entries are those of " + who),
        bodies_.verdict(std::to_string(opened_) + " bodies open and fit; " +
                        std::to_string(shredded_.size()) + " were shredded"),
        signed_.verdict(std::to_string(signatures_) + " signatures of their authors"),
        heads_.verdict(),
        complete_.verdict(complete),
        ended_.verdict(std::to_string(accepted_.size()) +
                       " acceptances: each that is due came to an end"),
    };
}

std::vector<Fact> AgencyView::facts() const {
    constexpr std::array<std::string_view, 11> kEvents{
        "policy",   "accepted", "delivered", "opened",   "acknowledged", "unopenable",
        "recalled", "withheld", "expired",   "rejected", "forwarded"};
    std::vector<Fact> out{{"agency", agency_}, {"agency.entries", std::to_string(own_)}};
    for (const auto& [event, count] : events_) {
        if (event < kEvents.size()) {
            out.push_back({"agency." + std::string(kEvents.at(event)), std::to_string(count)});
        }
    }
    return out;
}

std::vector<std::string> AgencyView::not_proven() const {
    std::vector<std::string> out{
        "that an entry about this agency was never hidden under another's view tag: its members' "
        "receipts show that",
        "that a decision follows from the policies, and that what was withheld had to be: "
        "chapar-replay takes it again",
        "which heads the authors of refused envelopes had seen"};
    if (!shredded_.empty()) {
        out.push_back("what the " + std::to_string(shredded_.size()) +
                      " entries said that were shredded, and that their bodies "
                      "were of the buckets "
                      "they name: only month and this agency's tags show it");
    }
    if (!pruned_.empty()) {
        out.emplace_back("which of the pruned entries were this agency's, and how those ended");
    }
    if (keys_.audit_secret.empty()) {
        out.emplace_back(
            "that the view file's keys are the ledger's own: a wrong tag key hides "
            "entries (the keystore with the audit key proves it)");
    }
    return out;
}

}  // namespace verify
