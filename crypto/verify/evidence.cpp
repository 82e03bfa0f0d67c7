#include "crypto/verify/evidence.h"

#include <algorithm>

#include "crypto/verify/evidence_run.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

Bytes bytes(const Hash& hash) { return {hash.begin(), hash.end()}; }

}  // namespace

void EvidenceRun::check_manifest() {
    manifest_ = parse_manifest(package_.manifest);
    if (!manifest_) return trust_.fail("the manifest is not signed by the centre root it names");
    directory_.emplace(*manifest_);
    const auto key = parse_vkey(card_.log_key);
    trust_.demand(bytes(manifest_->home) == card_.home,
                  "expected centre " + hex(card_.home) + ", found " + hex(manifest_->home));
    trust_.demand(manifest_->centre_root == card_.centre_root, "another centre root");
    trust_.demand(manifest_->origin == card_.origin,
                  "expected " + card_.origin + ", found " + manifest_->origin);
    trust_.demand(key && key->key == manifest_->log_key && key->name == card_.origin,
                  "another log key");
}

void EvidenceRun::check_heads() {
    const auto key = parse_vkey(card_.log_key);
    for (const PackedHead& packed : package_.heads) {
        std::string why = "no log key in the trust card";
        const auto head = key ? open_checkpoint(packed.note, *key, why) : std::nullopt;
        if (!head) return signed_heads_.fail(why);
        if (heads_.empty()) {
            line_.demand(packed.path.empty(), "the first head follows no other");
        } else {
            const Checkpoint& last = heads_.back();
            line_.demand(last.size < head->size && is_prefix({last.size, last.root},
                                                             {head->size, head->root}, packed.path),
                         "the head of size " + std::to_string(head->size) +
                             " does not continue the one of size " + std::to_string(last.size));
        }
        heads_.push_back(*head);
    }
}

// What every entry must satisfy, whatever it says.
std::optional<Opened> EvidenceRun::open(const PackedEntry& entry, const std::string& what) {
    const auto leaf = parse_leaf(entry.leaf);
    if (!leaf || entry.head >= heads_.size()) {
        included_.fail(what + " is no leaf, or names no head");
        return std::nullopt;
    }
    const Checkpoint& head = heads_.at(entry.head);
    if (root_of_path(leaf_hash(entry.leaf), leaf->index, head.size, entry.path) != head.root) {
        included_.fail(what + " is not in the ledger");
        return std::nullopt;
    }
    Opened out{*leaf, {}, leaf->time_ms};
    if (entry.body.empty()) {
        included_.demand(entry.salt == Hash{}, what + " has a salt and no body");
        return out;
    }
    const auto body = parse_body(entry.body);
    const bool clear = !leaf->sealed();
    if (body_commit(entry.salt, entry.body) != leaf->body_commit || !body ||
        (clear && entry.salt != Hash{}) || !body->contains(kEventRecord) ||
        !body->contains(kTimeRecord)) {
        included_.fail("the body of " + what + " is not the one committed to");
        return std::nullopt;
    }
    out.body = *body;
    Reader time(out.body.at(kTimeRecord));
    out.time_ms = time.number(8);
    included_.demand(time.complete() && out.time_ms / 1000 * 1000 == leaf->time_ms,
                     what + " names two times");
    return out;
}

void EvidenceRun::check_acceptance() {
    constexpr std::uint8_t kAccepted = 1, kPermit = 1;
    accepted_ = open(package_.accepted, "the acceptance");
    if (!accepted_) return acceptance_.fail("there is no proven acceptance");
    const BodyRecords& body = accepted_->body;
    const auto has = [&](std::uint8_t id, const Bytes& value) {
        const auto found = body.find(id);
        return found != body.end() && found->second == value;
    };
    acceptance_.demand(accepted_->leaf.kind == EntryKind::Msg && has(kEventRecord, {kAccepted}),
                       "the entry is not an acceptance");
    acceptance_.demand(has(kEnvelopeRecord, package_.envelope) && envelope_ &&
                           has(kEnvelopeHashRecord, bytes(envelope_->hash)),
                       "the entry is about another envelope");
    acceptance_.demand(has(kItemRecord, package_.item), "the entry carries another signature");
    const auto decision = body.find(kDecisionRecord);
    acceptance_.demand(decision != body.end() && decision->second.size() >= 2 &&
                           decision->second[0] == kPermit && decision->second[1] == 0,
                       "the entry does not say that it was permitted");
    acceptance_.demand(!item_ || item_->seen_size <= accepted_->leaf.index,
                       "its author names a head that is younger than the acceptance");
}

// All directory entries that are listed, in order, up to the acceptance and beyond it.
void EvidenceRun::walk_directory() {
    std::uint64_t newest = 0;
    bool first = true, passed = false;
    for (const PackedEntry& packed : package_.directory) {
        const auto entry = open(packed, "a directory entry");
        if (!entry) return chain_.fail("a directory entry is not proven");
        const Leaf& leaf = entry->leaf;
        const bool next = first ? leaf.index == 0 : leaf.index > newest;
        chain_.demand(next && leaf.directory() && leaf.last_directory == newest,
                      entry_name(leaf.index) + " is not the next directory entry");
        if (accepted_ && !passed && leaf.index > accepted_->leaf.index) {
            passed = true;
            judge_author();
        }
        take(packed, *entry, newest);
        newest = leaf.index;
        if (!passed) newest_before_ = leaf;
        last_listed_ = leaf;
        first = false;
    }
    if (!passed) judge_author();
    chain_.demand(accepted_ && accepted_->leaf.last_directory == newest_before_.index,
                  "a directory entry before the acceptance is not listed");
}

void EvidenceRun::take(const PackedEntry& packed, const Opened& entry, std::uint64_t newest) {
    const Leaf& leaf = entry.leaf;
    chain_.demand(leaf.index == 0 || leaf.index > newest, "directory entries out of order");
    const bool disclosed = leaf.kind == EntryKind::Key || leaf.kind == EntryKind::Admin;
    records_.demand(disclosed != packed.body.empty(),
                    entry_name(leaf.index) + " must be disclosed, or must not");
    if (!disclosed || packed.body.empty() || !directory_) return;
    std::string why;
    if (leaf.kind == EntryKind::Admin && leaf.index != 0) return;
    if (!directory_->accept_entry(leaf.kind, entry.body, {leaf.index, entry.time_ms}, why)) {
        records_.fail(entry_name(leaf.index) + ": " + why);
    }
}

// Called when the directory stands as it stood at the acceptance.
void EvidenceRun::judge_author() {
    if (!envelope_ || !accepted_ || !directory_) return certificate_.fail("nothing to judge");
    Hash sender{};
    std::copy(envelope_->header.sender.begin(), envelope_->header.sender.end(), sender.begin());
    const Device* device = directory_->device(sender);
    if (device == nullptr) {
        return certificate_.fail("expected certificate " + hex(sender) +
                                 ", found none of that name in the directory");
    }
    author_ = *device;
    const std::string objection = directory_->objection(*device, place());
    certificate_.demand(objection.empty(), objection);
    const auto agency = accepted_->body.find(kSenderAgencyRecord);
    certificate_.demand(
        agency != accepted_->body.end() && text_of(agency->second) == device->agency,
        "the entry names another agency than the certificate");
    judge_roots();
    check_approvals(place());
}

void EvidenceRun::judge_roots() {
    if (!expected_roots_) return;
    roots_.demand(expected_roots_->agency == author_->agency,
                  "the roots are those of " + expected_roots_->agency + ", the author is of " +
                      author_->agency);
    const auto versions = directory_->roots_of(author_->agency);
    roots_.demand(
        std::find(versions.begin(), versions.end(), expected_roots_->roots) != versions.end(),
        "the ledger never named these roots: key changed, or another agency");
}

void EvidenceRun::check_approvals(Place place) {
    for (const Approval& approval : envelope_->approvals) {
        const Device* device = directory_->device(approval.approver);
        const std::string name = "approver " + hex(approval.approver);
        if (device == nullptr) return approvals_.fail(name + " is not in the directory");
        const std::string objection = directory_->objection(*device, place);
        approvals_.demand(objection.empty(), name + ": " + objection);
        approvals_.demand(device->certificate != author_->certificate,
                          "its author approved it himself");
        Bytes text = bytes(manifest_->home);
        text.insert(text.end(), envelope_->context.begin(), envelope_->context.end());
        text.insert(text.end(), approval.audience.begin(), approval.audience.end());
        approvals_.demand(
            labelled_signature("approval", text, device->sign_key, approval.signature),
            name + " did not sign this");
        fact("approved by", device->officer + ", " + device->office + " (" + device->agency + ")");
    }
}

void EvidenceRun::check_signature() {
    if (!envelope_) header_.fail("the envelope is not in its form, or of another version");
    if (!item_) signature_.fail("the item is not in its form");
    if (!envelope_ || !item_ || !manifest_) return;
    header_.demand(envelope_->header.home == bytes(manifest_->home), "made for another centre");
    signature_.demand(item_->home == bytes(manifest_->home), "signed for another centre");
    signature_.demand(in_batch(*item_, envelope_->hash), "the signed batch does not hold it");
    for (const Checkpoint& head : heads_) {
        signature_.demand(head.size != item_->seen_size || head.root == item_->seen_root,
                          "its author saw another ledger");
    }
    if (!author_) return signature_.fail("its author is not known");
    signature_.demand(
        labelled_signature("envelopes", item_->head, author_->sign_key, item_->signature),
        "expected the signature of " + author_->agency + " / " + author_->office +
            ", certificate " + hex(author_->certificate) + "; found another");
}

void EvidenceRun::check_stream() {
    if (!envelope_ || package_.stream >= envelope_->streams.size()) {
        commitment_.fail("the envelope has no such stream");
        root_.fail("the envelope has no such stream");
        opens_.fail("not looked at");
        return content_.fail("not looked at");
    }
    const StreamCommitment& signed_stream = envelope_->streams.at(package_.stream);
    commitment_.demand(commitment_of(package_.secret) == signed_stream.commitment,
                       "the secret is not the one that was committed to");
    root_.demand(package_.ciphertext.size() == signed_stream.size &&
                     stream_root(package_.ciphertext) == signed_stream.root,
                 "the ciphertext is not the one that was signed");
    const auto plain = open_stream(package_.secret, package_.ciphertext);
    if (!plain) {
        opens_.fail("it does not open");
        return content_.fail("there is no text");
    }
    check_text(*plain);
}

void EvidenceRun::check_text(const Bytes& plain) {
    report_.plaintext = plain;
    if (package_.stream != 0) {
        return fact("attachment " + std::to_string(package_.stream),
                    std::to_string(plain.size()) + " bytes, SHA-256 " + hex(sha256(plain)));
    }
    content_.demand(bytes(labelled_hash("content", plain)) == envelope_->header.content,
                    "the header names another text");
    const auto content = read_content(plain, envelope_->streams.size() - 1, envelope_->header);
    if (!content) return content_.fail("the text is not in the form of a content");
    content_.demand(content->repeats_header, "the text names another message, sender or case");
    content_.demand(content->attachments == envelope_->streams.size() - 1,
                    "the text names another number of attachments");
    report_.content = content->lines;
}

EvidenceReport EvidenceRun::all() {
    check_manifest();
    check_heads();
    envelope_ = parse_envelope(package_.envelope);
    item_ = parse_item(package_.item);
    check_acceptance();
    walk_directory();
    check_signature();
    check_stream();
    describe();
    list_not_proven();
    const std::string index = accepted_ ? entry_name(accepted_->leaf.index) : "no entry";
    const std::size_t records = directory_ ? directory_->records() : 0;
    report_.verdicts = {
        trust_.verdict("the manifest is the one of the trust card"),
        signed_heads_.verdict(std::to_string(heads_.size()) + " heads signed by " + card_.origin),
        line_.verdict("each head continues the one before it"),
        included_.verdict("every entry stands in the ledger, every body is the one committed to"),
        acceptance_.verdict("accepted and permitted, at " + index),
        chain_.verdict("no directory entry before it is left out"),
        records_.verdict(std::to_string(records) + " directory records signed by who must"),
        certificate_.verdict("certified, in its times, neither revoked nor suspended then"),
        signature_.verdict("signed by the author's key, for this centre"),
        header_.verdict("the header is of version 1 and names this centre"),
        approvals_.verdict(std::to_string(envelope_ ? envelope_->approvals.size() : 0) +
                           " approvals, each good"),
        commitment_.verdict("the secret is the one the author committed to"),
        root_.verdict("the ciphertext is the one that was signed"),
        opens_.verdict("every chunk opens in its place; the text is the only one possible"),
        content_.verdict(package_.stream == 0 ? "the header names this very text"
                                              : "an attachment: the header names no hash of it"),
    };
    if (expected_roots_) {
        if (!author_) roots_.fail("the author's agency is not known");
        report_.verdicts.push_back(roots_.verdict("the agency's roots are the expected ones"));
    }
    if (!report_.verified()) report_.plaintext.reset();
    if (!report_.verified()) report_.content.clear();
    return std::move(report_);
}

bool EvidenceReport::verified() const {
    return !verdicts.empty() &&
           std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.ok; });
}

std::optional<AgencyRoots> parse_agency_roots(const Bytes& bytes) {
    Reader in(bytes);
    AgencyRoots out;
    out.agency = in.name();
    out.roots.threshold = static_cast<std::uint8_t>(in.number(1));
    const std::uint64_t count = in.number(1);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) out.roots.keys.insert(in.raw(32));
    const bool good = in.complete() && out.roots.keys.size() == count && !out.agency.empty() &&
                      out.roots.threshold >= 1 && out.roots.threshold <= count;
    return good ? std::optional(out) : std::nullopt;
}

EvidenceReport verify_evidence(const Bytes& file, const TrustCard& card,
                               const std::optional<AgencyRoots>& roots) {
    std::string why;
    const auto package = parse_package(file, why);
    if (!package) return {{{"package.form", false, why}}, {}, {}, {}, std::nullopt};
    EvidenceReport report = EvidenceRun(*package, card, roots).all();
    report.verdicts.insert(report.verdicts.begin(),
                           {"package.form", true, "one manifest, one envelope, one stream"});
    return report;
}

}  // namespace verify
