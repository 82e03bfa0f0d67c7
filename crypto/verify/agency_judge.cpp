// What the opened bodies of an agency say, held against the directory and against one another.
#include <algorithm>

#include "crypto/verify/agency.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

enum Event : std::uint8_t {
    kAccepted = 1,
    kDelivered,
    kOpened,
    kAcked,
    kUnopenable,
    kRecalled,
    kWithheld,
    kExpired,
    kRejected,
    kForwarded,
};

std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

Bytes at_or_none(const BodyRecords& body, std::uint8_t id) {
    const auto found = body.find(id);
    return found == body.end() ? Bytes{} : found->second;
}

// SR of the stanzas as the entry lists them: whole ones of this agency, bare leaf values of others.
std::optional<Hash> root_of_stanzas(const Bytes& record, std::uint64_t& count) {
    Reader in(record);
    count = in.number(2);
    RunningRoot root;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        Bytes value;
        const std::uint64_t form = in.number(1);
        if (form == 1) {
            const Bytes label = in.raw(69), sealed = in.raw(32);
            const Hash hash = labelled_hash("stanza", {label, sealed});
            value.assign(hash.begin(), hash.end());
        } else if (form == 0) {
            value = in.raw(32);
        } else {
            return std::nullopt;
        }
        root.push(leaf_hash(value));
    }
    if (!in.complete() || count == 0 || count > 256) return std::nullopt;
    return root.root();
}

struct Statement {
    std::uint64_t event = 0;
    Hash envelope{}, certificate{};
    std::uint64_t accepted = 0;
};

std::optional<Statement> parse_statement(const Bytes& bytes) {
    Reader in(bytes);
    Statement out;
    out.event = in.number(1);
    out.envelope = in.hash();
    out.certificate = in.hash();
    out.accepted = in.number(8);
    in.number(8);  // its author's time
    in.number(2);  // reason
    if (!in.complete()) return std::nullopt;
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
        judge_end(body, place, event);
    } else {
        bodies_.fail(at(place.index) + " has an unknown event");
    }
}

// The tags are those of the agencies that the body names, in their order.
void AgencyView::check_tags(const Leaf& leaf, const BodyRecords& body, std::uint32_t month) {
    if (leaf.kind == EntryKind::Policy) {
        tags_rule_.demand(agency_ == "*" || tagged(leaf, month, 0, agency_),
                          "the tag of " + at(leaf.index) + " is not in its place");
        return;
    }
    const std::string sender = text_of(at_or_none(body, kSenderAgencyRecord));
    const std::string recipient = text_of(at_or_none(body, kRecipientAgencyRecord));
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
    return in_batch(item, value) && item.home == Bytes(home_.begin(), home_.end()) &&
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
    Hash certificate{};
    std::copy(envelope->header.sender.begin(), envelope->header.sender.end(), certificate.begin());
    const Device* device = directory.device(certificate);
    const bool accepted = event == kAccepted;
    // A refusal may be just for a device that nobody certified.
    if (device != nullptr || accepted) {
        const std::string objection = device == nullptr ? "its author is certified nowhere"
                                      : accepted        ? directory.objection(*device, place)
                                                        : "";
        signed_.demand(objection.empty(), at(place.index) + ": " + objection);
        signed_.demand(
            device != nullptr && signed_item(*item, "envelopes", envelope->hash, *device),
            at(place.index) + " is not signed by its author");
        ++signatures_;
    }
    signed_.demand(item->seen_size <= place.index, at(place.index) + " knows the future");
    std::uint64_t stanzas = 0;
    const auto root = root_of_stanzas(at_or_none(body, kStanzasRecord), stanzas);
    signed_.demand(root && *root == envelope->stanza_root && stanzas == envelope->stanzas,
                   at(place.index) + " lists other recipients than its author signed");
    if (!accepted) {
        refused_.insert(envelope->hash);
        return;
    }
    complete_.demand(!refused_.contains(envelope->hash),
                     at(place.index) + " accepts what was refused before");
    accepted_[place.index] = {envelope->hash, envelope->header.expires, false};
}

void AgencyView::judge_statement(const BodyRecords& body, Place place, const Directory& directory,
                                 std::uint8_t event) {
    const Bytes bytes = at_or_none(body, kStatementRecord);
    const auto statement = parse_statement(bytes);
    const auto item = parse_item(at_or_none(body, kItemRecord));
    if (!statement || !item || statement->event + 1 != event) {
        return signed_.fail(at(place.index) + " holds no statement in its form");
    }
    const Device* device = directory.device(statement->certificate);
    const std::string objection =
        device == nullptr ? "its author is certified nowhere" : directory.objection(*device, place);
    signed_.demand(objection.empty(), at(place.index) + ": " + objection);
    signed_.demand(device != nullptr &&
                       signed_item(*item, "deliveries", labelled_hash("delivery", bytes), *device),
                   at(place.index) + " is not signed by its author");
    ++signatures_;
    const Bytes filed = at_or_none(body, kAcceptedRecord);
    Reader index(filed);
    signed_.demand(index.number(8) == statement->accepted,
                   at(place.index) + " is filed under another acceptance than it names");
    const auto accepted = accepted_.find(statement->accepted);
    if (accepted != accepted_.end()) {
        signed_.demand(accepted->second.hash == statement->envelope,
                       at(place.index) + " speaks of another envelope");
    }
    judge_end(body, place, event);
}

bool AgencyView::excused(const BodyRecords& event, std::uint64_t index) const {
    if (pruned(index)) return true;
    const auto entry = shredded_.find(index);
    if (entry == shredded_.end()) return false;
    // An acceptance and what follows it are between the same agencies.
    const KeyScope& scope = closed_.at(entry->second);
    return scope.first == text_of(at_or_none(event, kSenderAgencyRecord)) &&
           scope.second == text_of(at_or_none(event, kRecipientAgencyRecord));
}

// An event of an envelope: its acceptance must be among our own.
void AgencyView::judge_end(const BodyRecords& body, Place place, std::uint8_t event) {
    const Bytes record = at_or_none(body, kAcceptedRecord);
    Reader in(record);
    const std::uint64_t index = in.number(8);
    const auto accepted = in.complete() ? accepted_.find(index) : accepted_.end();
    if (accepted == accepted_.end()) {
        const bool excuse = in.complete() && excused(body, index);
        complete_.demand(excuse, at(place.index) + " refers to " + at(index) +
                                     ", which is not among this agency's entries");
        if (excuse) ++excused_;
        return;
    }
    const Hash& hash = accepted->second.hash;
    complete_.demand(at_or_none(body, kEnvelopeHashRecord) == Bytes(hash.begin(), hash.end()),
                     at(place.index) + " names another envelope than " + at(index));
    if (!accepted->second.ended && accepted->second.due(place.time_ms)) {
        ended_.fail(at(index) + " came to its end only at " + at(place.index));
    }
    if (event != kForwarded) accepted->second.ended = true;
}

void AgencyView::judge_policy(const BodyRecords& body, Place place, const Directory& directory) {
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
    for (const auto& [index, envelope] : accepted_) {
        if (!envelope.ended && envelope.due(last_time_ms)) {
            ended_.fail(at(index) + " expired a week ago and came to no end");
        }
    }
}

}  // namespace verify
