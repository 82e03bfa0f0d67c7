// How an agency's envelopes come to an end, and by whom; which heads their authors had seen.
#include <algorithm>

#include "crypto/verify/agency_words.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

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

// After these a device needs no further hand-out. What it says of opening may come before.
bool ends_share(std::uint8_t event) {
    return event == kDelivered || event == kUnopenable || event == kRecalled;
}

std::string device_words(const Hash& certificate) { return hex(certificate).substr(0, 16) + ".."; }

}  // namespace

// Only what was accepted counts: a refused item may name anything.
void AgencyView::see_head(const Item& item, std::uint64_t index) {
    signed_.demand(item.home == Bytes(home_.begin(), home_.end()) && item.ledger == ledger_,
                   at(index) + " was signed for another centre or ledger");
    heads_.name(item.seen_size, item.seen_root, index);
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
    // Also a recall is confirmed by those who received.
    const std::string recipient = text_of(at_or_none(body, kRecipientAgencyRecord));
    signed_.demand(device != nullptr && device->agency == recipient,
                   at(place.index) + " is signed by a device that is not of its recipient");
    see_head(*item, place.index);
    const Bytes filed = at_or_none(body, kAcceptedRecord);
    Reader index(filed);
    signed_.demand(index.number(8) == statement->accepted,
                   at(place.index) + " is filed under another acceptance than it names");
    Underway* accepted = acceptance_of(body, place);
    if (accepted == nullptr) return;
    signed_.demand(accepted->hash == statement->envelope,
                   at(place.index) + " speaks of another envelope");
    signed_.demand(accepted->devices.contains(statement->certificate),
                   at(place.index) + " is signed by a device that the envelope was not for");
    if (ends_share(event)) end_share(*accepted, statement->accepted, statement->certificate, place);
}

void AgencyView::judge_broker_act(const BodyRecords& body, Place place, std::uint8_t event) {
    Underway* accepted = acceptance_of(body, place);
    if (accepted == nullptr || event == kForwarded) return;
    if (event == kExpired && place.time_ms < accepted->expires) {
        return ended_.fail(at(place.index) + " says that an envelope expired before its time");
    }
    const Bytes named = at_or_none(body, kAcceptedRecord),
                devices = at_or_none(body, kDevicesRecord);
    Reader acceptance(named), in(devices);
    const std::uint64_t index = acceptance.number(8);
    while (in.ok() && in.remaining() > 0) {
        const Hash device = in.hash();
        ended_.demand(
            in.ok() && accepted->devices.contains(device),
            at(place.index) + " ends the share of a device that the envelope was not for");
        end_share(*accepted, index, device, place);
    }
}

bool AgencyView::excused(const BodyRecords& event, std::uint64_t index) const {
    if (pruned(index)) return true;
    const auto entry = shredded_.find(index);
    if (entry == shredded_.end()) return false;
    // An acceptance and what follows it are between the same agencies, and kept as long.
    const KeyScope& scope = closed_.at(entry->second);
    return scope.retention == bucket_->retention &&
           scope.first == text_of(at_or_none(event, kSenderAgencyRecord)) &&
           scope.second == text_of(at_or_none(event, kRecipientAgencyRecord));
}

AgencyView::Underway* AgencyView::acceptance_of(const BodyRecords& body, Place place) {
    const Bytes record = at_or_none(body, kAcceptedRecord);
    Reader in(record);
    const std::uint64_t index = in.number(8);
    const auto accepted = in.complete() ? accepted_.find(index) : accepted_.end();
    if (accepted == accepted_.end()) {
        const bool excuse = in.complete() && excused(body, index);
        complete_.demand(excuse, at(place.index) + " refers to " + at(index) +
                                     ", which is not among this agency's entries");
        if (excuse) ++excused_;
        return nullptr;
    }
    Underway& found = accepted->second;
    complete_.demand(
        at_or_none(body, kEnvelopeHashRecord) == Bytes(found.hash.begin(), found.hash.end()),
        at(place.index) + " names another envelope than " + at(index));
    complete_.demand(found.sender == text_of(at_or_none(body, kSenderAgencyRecord)) &&
                         found.recipient == text_of(at_or_none(body, kRecipientAgencyRecord)),
                     at(place.index) + " is between other agencies than " + at(index));
    lies_in(found.retention, place);
    return &found;
}

void AgencyView::end_share(Underway& accepted, std::uint64_t acceptance, const Hash& device,
                           Place place) {
    const auto share = accepted.devices.find(device);
    if (share == accepted.devices.end() || share->second) return;
    if (accepted.due(place.time_ms, silent_)) {
        ended_.fail(at(acceptance) + " came to its end for device " + device_words(device) +
                    " only at " + at(place.index));
    }
    share->second = true;
}

void AgencyView::finish_ends(std::uint64_t last_time_ms) {
    for (const auto& [index, envelope] : accepted_) {
        if (!envelope.due(last_time_ms, silent_)) continue;
        for (const auto& [device, ended] : envelope.devices) {
            ended_.demand(ended, at(index) + " expired a week ago and came to no end for device " +
                                     device_words(device));
        }
    }
}

}  // namespace verify
