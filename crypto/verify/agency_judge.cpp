// What the opened bodies of an agency say, held against the directory and against one another.
#include <algorithm>

#include "crypto/verify/agency_words.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

// The stanzas as the entry lists them: whole ones of its recipient, bare leaf values of others.
struct Stanzas {
    std::uint64_t count = 0;
    Hash root{};                // SR
    std::vector<Hash> devices;  // of the whole ones
};

std::optional<Stanzas> read_stanzas(const Bytes& record) {
    Reader in(record);
    Stanzas out;
    out.count = in.number(2);
    RunningRoot root;
    for (std::uint64_t i = 0; i < out.count && in.ok(); ++i) {
        Bytes value;
        const std::uint64_t form = in.number(1);
        if (form == 1) {
            const Bytes label = in.raw(69), sealed = in.raw(32);
            Reader fields(label);
            fields.raw(17);  // type and blind
            out.devices.push_back(fields.hash());
            const Hash hash = labelled_hash("stanza", {label, sealed});
            value.assign(hash.begin(), hash.end());
        } else if (form == 0) {
            value = in.raw(32);
        } else {
            return std::nullopt;
        }
        root.push(leaf_hash(value));
    }
    if (!in.complete() || out.count == 0 || out.count > 256) return std::nullopt;
    out.root = root.root();
    return out;
}

}  // namespace

void AgencyView::judge(const Leaf& leaf, const BodyRecords& body, Place place,
                       const Directory& directory) {
    check_tags(leaf, body, month_of(leaf.time_ms));
    if (leaf.kind == EntryKind::Policy) {
        ++events_[0];
        return judge_policy(body, place, directory);
    }
    const std::uint8_t event = body.at(kEventRecord).front();
    ++events_[event];
    if (event == kAccepted || event == kRejected) {
        judge_envelope(body, place, directory, event);
    } else if (event >= kDelivered && event <= kRecalled) {
        judge_statement(body, place, directory, event);
    } else if (event == kWithheld || event == kExpired || event == kForwarded) {
        judge_broker_act(body, place, event);
    } else {
        bodies_.fail(at(place.index) + " has an unknown event");
    }
}

// What may be kept shorter can be shredded apart only if it lies apart.
void AgencyView::lies_in(std::uint8_t retention, Place place) {
    bodies_.demand(bucket_->retention == retention,
                   at(place.index) + " lies in a bucket of another retention class than its own");
}

// The tags are those of the agencies that the body names, in their order; so is the bucket.
void AgencyView::check_tags(const Leaf& leaf, const BodyRecords& body, std::uint32_t month) {
    bodies_.demand(bucket_->month == month, at(leaf.index) + " lies in a bucket of another month");
    if (leaf.kind == EntryKind::Policy) {
        tags_rule_.demand(agency_ == "*" || tagged(leaf, month, 0, agency_),
                          "the tag of " + at(leaf.index) + " is not in its place");
        return;
    }
    const std::string sender = text_of(at_or_none(body, kSenderAgencyRecord));
    const std::string recipient = text_of(at_or_none(body, kRecipientAgencyRecord));
    bodies_.demand(bucket_->first == sender && bucket_->second == recipient,
                   at(leaf.index) + " lies in a bucket of other agencies");
    const bool all = agency_ == "*";
    tags_rule_.demand(all || sender == agency_ || recipient == agency_,
                      at(leaf.index) + " carries the tag of " + agency_ + ", but is not about it");
    const bool first = (!all && sender != agency_) || tagged(leaf, month, 0, sender);
    const bool second =
        sender == recipient || (!all && recipient != agency_) || tagged(leaf, month, 1, recipient);
    tags_rule_.demand(first && second,
                      "the tags of " + at(leaf.index) + " are not those of its agencies");
}

bool AgencyView::signed_item(const Item& item, std::string_view label, const Hash& value,
                             const Device& device) const {
    return in_batch(item, value) &&
           labelled_signature(label, item.head, device.sign_key, item.signature);
}

void AgencyView::judge_envelope(const BodyRecords& body, Place place, const Directory& directory,
                                std::uint8_t event) {
    const auto envelope = parse_envelope(at_or_none(body, kEnvelopeRecord));
    const auto item = parse_item(at_or_none(body, kItemRecord));
    const Bytes named = at_or_none(body, kEnvelopeHashRecord);
    if (!envelope || !item || named != Bytes(envelope->hash.begin(), envelope->hash.end())) {
        return signed_.fail(at(place.index) + " holds no envelope in its form");
    }
    const std::uint8_t retention =
        retention_class(envelope->header.created, envelope->header.retain_until);
    lies_in(retention, place);
    Hash certificate{};
    std::copy(envelope->header.sender.begin(), envelope->header.sender.end(), certificate.begin());
    const Device* device = directory.device(certificate);
    const bool accepted = event == kAccepted;
    const std::string sender = text_of(at_or_none(body, kSenderAgencyRecord));
    // A refusal may be just for a device that nobody certified.
    if (device != nullptr || accepted) {
        const std::string objection = device == nullptr ? "its author is certified nowhere"
                                      : accepted        ? directory.objection(*device, place)
                                                        : "";
        signed_.demand(objection.empty(), at(place.index) + ": " + objection);
        signed_.demand(device != nullptr && device->agency == sender,
                       at(place.index) + " is filed under another agency than its author's");
        signed_.demand(
            device != nullptr && signed_item(*item, "envelopes", envelope->hash, *device),
            at(place.index) + " is not signed by its author");
        ++signatures_;
    }
    const auto stanzas = read_stanzas(at_or_none(body, kStanzasRecord));
    signed_.demand(
        stanzas && stanzas->root == envelope->stanza_root && stanzas->count == envelope->stanzas,
        at(place.index) + " lists other recipients than its author signed");
    if (!accepted) {
        refused_.insert(envelope->hash);
        return;
    }
    see_head(*item, place.index);
    complete_.demand(!refused_.contains(envelope->hash),
                     at(place.index) + " accepts what was refused before");
    Underway& underway = accepted_[place.index];
    underway = {envelope->hash,
                envelope->header.expires,
                sender,
                text_of(at_or_none(body, kRecipientAgencyRecord)),
                {},
                retention,
                silent_};
    for (const Hash& share : stanzas ? stanzas->devices : std::vector<Hash>{}) {
        const Device* reader = directory.device(share);
        signed_.demand(reader != nullptr && reader->agency == underway.recipient,
                       at(place.index) + " gives a share to a device of another agency");
        underway.devices.emplace(share, false);
    }
    signed_.demand(!underway.devices.empty(),
                   at(place.index) + " names no device of its recipient");
}

void AgencyView::judge_policy(const BodyRecords& body, Place place, const Directory& directory) {
    lies_in(kLongestClass, place);
    const auto record = parse_record(at_or_none(body, kSignedRecord));
    std::string why = "no policy record";
    bool good = record && record->type == kPolicy;
    if (good) {
        Reader in(record->body);
        in.number(1);
        good = directory.by_registrars(*record, in.name(), place, why);
    }
    signed_.demand(good, at(place.index) + ": " + why);
    ++signatures_;
}

void AgencyView::finish_keys() {
    // A bucket is opened together with the tag keys of its agencies: without one, entries of that
    // month would be nobody's.
    const auto demand_tag = [this](std::uint64_t index, const KeyScope& scope) {
        for (const std::string& agency : {scope.first, scope.second}) {
            if (agency_ != "*" && agency != agency_) continue;
            const auto month = tags_.find(scope.month);
            read_.demand(month != tags_.end() && month->second.contains(agency),
                         at(index) + " opens a bucket of " + agency +
                             ", and no tag key of its month opens: entries may go unseen");
        }
    };
    for (const auto& [index, key] : buckets_) demand_tag(index, key.scope);
    for (const auto& [index, scope] : closed_) demand_tag(index, scope);
    // The KEY entry of a bucket keeps its sealed copies when the bucket is
    // shredded. A view file may leave it out.
    if (keys_.audit_secret.empty()) return;
    for (const auto& [index, scope] : closed_) {
        read_.demand(
            agency_ != "*" && scope.first != agency_ && scope.second != agency_,
            at(index) + " opens a bucket of " + agency_ + " that is not sealed to this audit key");
    }
}

void AgencyView::finish(std::uint64_t last_time_ms, const Retention& retention) {
    read_.demand(!agency_.empty(), "this key is the audit key of no agency in this ledger");
    read_.demand(!closed_tags_.contains(agency_),
                 "some tag keys of " + agency_ +
                     " are sealed to another audit key of it: entries may go unseen");
    finish_keys();
    for (const auto& [entry, bucket] : shredded_) {
        const auto shred = retention.shred_entry(bucket);
        bodies_.demand(shred.has_value() && entry < *shred,
                       "the bucket of " + at(entry) + " does not open, and was not shredded later");
    }
    finish_ends(last_time_ms);
}

}  // namespace verify
