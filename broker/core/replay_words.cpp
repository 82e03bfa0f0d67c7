#include "broker/core/replay_words.h"

#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

struct OperationWord {
    std::string_view operator()(const Found&) const { return "found"; }
    std::string_view operator()(const OpenEpoch&) const { return "epoch"; }
    std::string_view operator()(const OpenKey&) const { return "ledger key"; }
    std::string_view operator()(const PutRecord&) const { return "record"; }
    std::string_view operator()(const Submit&) const { return "submit"; }
    std::string_view operator()(const Confirm&) const { return "confirm"; }
    std::string_view operator()(const Withhold&) const { return "withhold"; }
    std::string_view operator()(const Advance&) const { return "advance"; }
    std::string_view operator()(const Step&) const { return "clock step"; }
};

std::string number_text(std::uint64_t number) { return std::to_string(number); }

// One field after the other: the first that differs.
class Comparison {
  public:
    Comparison(std::string_view operation, EntryIndex entry) {
        out_.operation = operation;
        out_.entry = entry;
    }
    template <typename T, typename Words>
    void field(const char* name, const T& expected, const T& found, Words words) {
        if (differs_ || expected == found) return;
        differs_ = true;
        out_.rule = name;
        out_.expected = words(expected);
        out_.found = words(found);
    }
    [[nodiscard]] std::optional<Difference> result() && {
        return differs_ ? std::optional(std::move(out_)) : std::nullopt;
    }

  private:
    Difference out_;
    bool differs_ = false;
};

std::string agency_text(const std::optional<AgencyId>& agency) {
    return agency ? agency->text() : "none";
}
std::string index_text(const std::optional<EntryIndex>& index) {
    return index ? number_text(index->value) : "none";
}
std::string bytes_text(const std::optional<Bytes>& bytes) {
    return bytes ? number_text(bytes->size()) + " bytes" : "none";
}
std::string decision_text(const std::optional<crypto::BodyDecision>& decision) {
    return decision ? decision_words(*decision) : "none";
}
std::string devices_text(const std::vector<CertificateHash>& devices) {
    std::string out;
    for (const CertificateHash& device : devices) {
        out += (out.empty() ? "" : ", ") + to_hex(device.view()).substr(0, 16);
    }
    return out.empty() ? "none" : out;
}

void compare_bodies(Comparison& fields, const crypto::EntryBody& expected,
                    const crypto::EntryBody& found) {
    fields.field("decision", expected.decision, found.decision, decision_text);
    fields.field("event", expected.event, found.event, [](auto n) { return number_text(n); });
    fields.field("time", expected.time, found.time, [](TimeMs t) { return number_text(t.value); });
    fields.field("sender agency", expected.sender_agency, found.sender_agency, agency_text);
    fields.field("recipient agency", expected.recipient_agency, found.recipient_agency,
                 agency_text);
    fields.field("accepted", expected.accepted, found.accepted, index_text);
    fields.field("cause", expected.cause, found.cause, index_text);
    fields.field("reason", expected.reason, found.reason,
                 [](const auto& n) { return n ? number_text(*n) : "none"; });
    fields.field("devices", expected.devices, found.devices, devices_text);
    fields.field("record", expected.record, found.record, bytes_text);
    fields.field("envelope", expected.envelope, found.envelope, bytes_text);
    fields.field("stanzas", expected.stanzas, found.stanzas,
                 [](const auto& all) { return all ? number_text(all->size()) : "none"; });
    fields.field("body", expected, found, [](const auto&) { return "another body"; });
}

}  // namespace

std::string_view operation_word(const OperationBody& operation) {
    return std::visit(OperationWord{}, operation);
}

std::string decision_words(const crypto::BodyDecision& decision) {
    std::string out =
        decision.effect == crypto::PolicyEffect::Permit ? "permitted" : "refused: " + decision.code;
    for (const crypto::DecisionLine& line : decision.lines) {
        const bool out_of = line.direction == crypto::PolicyDirection::Export;
        out += (out_of ? ", export " : ", import ") + line.agency.text() + "/" +
               (line.rule.empty() ? "-" : line.rule) + " of policy " +
               to_hex(line.policy.view()).substr(0, 8);
    }
    return out;
}

std::string error_words(const Error& error) {
    std::string out(text_of(error.code).code);
    if (!error.context.empty()) out += ": " + error.context;
    return out;
}

std::optional<Difference> compare(std::string_view operation, const EntryDraft& draft,
                                  const OpenedEntry& recorded) {
    Comparison fields(operation, recorded.leaf.index);
    const crypto::Leaf& leaf = recorded.leaf;
    fields.field("kind", draft.kind, leaf.kind,
                 [](auto kind) { return number_text(static_cast<std::uint64_t>(kind)); });
    compare_bodies(fields, draft.body, recorded.body);
    fields.field("clock", draft.clock, leaf.clock,
                 [](auto clock) { return number_text(static_cast<std::uint64_t>(clock)); });
    fields.field("epoch", draft.epoch, leaf.epoch,
                 [](ProcessEpoch epoch) { return number_text(epoch.value); });
    fields.field("leaf time", crypto::leaf_time(draft.body.time), leaf.time,
                 [](TimeMs t) { return number_text(t.value); });
    return std::move(fields).result();
}

}  // namespace chapar::broker
