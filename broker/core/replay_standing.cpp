#include "broker/core/replay_standing.h"

#include <array>

#include "broker/core/directory.h"
#include "broker/core/envelope_row.h"
#include "broker/core/mailbox.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "broker/core/withhold.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

std::string number_text(std::uint64_t number) { return std::to_string(number); }

const char* standing_word(const crypto::Validity& validity, TimeMs at) {
    if (at < validity.from) return "not yet valid";
    return validity.holds(at) ? "in force" : "expired";
}

std::string roles_text(std::uint16_t roles) {
    static constexpr std::array<std::pair<std::uint16_t, const char*>, 4> kRoles{
        {{1, "liaison"}, {2, "auditor"}, {4, "supervisor"}, {8, "prosecutor"}}};
    std::string out;
    for (const auto& [bit, word] : kRoles) {
        if ((roles & bit) != 0) out += (out.empty() ? "" : ", ") + std::string(word);
    }
    return out;
}

class Teller {
  public:
    Teller(const storage::ReadTxn& txn, TimeMs at, const StandingSink& sink)
        : txn_(txn), at_(at), sink_(sink) {}

    Status agencies() {
        for (const AgencyId& name : CHAPAR_TRY(all_agencies(txn_))) {
            const auto agency = CHAPAR_TRY(read_agency(txn_, name));
            if (!agency) continue;
            sink_({"agency",
                   {{"agency", name.text()},
                    {"standing", standing_word(agency->record.validity, at_)}}});
            if (const auto policy = CHAPAR_TRY(read_policy(txn_, name))) tell_policy(*policy);
        }
        return Done{};
    }

    Status offices() {
        const auto cursor = txn_.cursor(kOfficeTable);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const auto name = OfficeId::parse(to_string(cursor->key()));
            if (!name) continue;
            const auto office = CHAPAR_TRY(read_office(txn_, *name));
            if (!office) continue;
            sink_({"office",
                   {{"office", name->text()},
                    {"agency", office->record.agency.text()},
                    {"roles", roles_text(office->record.roles)},
                    {"standing", standing_word(office->record.validity, at_)}}});
        }
        return Done{};
    }

    Status devices() {
        for (const CertificateHash& hash : CHAPAR_TRY(all_devices(txn_))) {
            const auto device = CHAPAR_TRY(read_device(txn_, hash));
            if (!device) continue;
            const auto& request = device->record.request.request;
            std::string standing = standing_word(device->record.validity, at_);
            if (device->revoked) {
                standing = "revoked by entry " + number_text(device->revoked->entry.value);
            } else if (device->suspended) {
                standing = "suspended by entry " + number_text(device->suspended->entry.value);
            } else if (standing == "in force") {
                // Its office and agency count too.
                const auto whole = in_force(txn_, hash, at_);
                if (!whole) standing = std::string(text_of(whole.error().code).code);
            }
            sink_({"device",
                   {{"device", to_hex(hash.view())},
                    {"office", request.office.text()},
                    {"agency", request.agency.text()},
                    {"officer", request.officer},
                    {"standing", standing},
                    {"entry", number_text(device->entry.value)}}});
        }
        return Done{};
    }

    Status envelopes() {
        const auto cursor = txn_.cursor(kEnvelopeTable);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const auto hash = EnvelopeHash::from(cursor->key());
            const auto row = hash ? CHAPAR_TRY(read_envelope(txn_, *hash)) : std::nullopt;
            if (!row || row->refused || !row->addressing) continue;
            for (const DeviceStanza& stanza : CHAPAR_TRY(stanzas_of(txn_, row->first))) {
                CHAPAR_TRY(tell_stanza(*hash, *row, stanza));
            }
        }
        return Done{};
    }

  private:
    void tell_policy(const PolicyEntry& policy) {
        std::string rules;
        for (const crypto::PolicyRule& rule : policy.record.rules) {
            rules += (rules.empty() ? "" : ", ") + rule.id;
        }
        sink_({"policy",
               {{"agency", policy.record.agency.text()},
                {"version", number_text(policy.record.version)},
                {"policy", to_hex(policy.hash.view())},
                {"rules", rules}}});
    }

    // What the device has of the envelope, by the newest entry that shows it.
    Result<std::string> state_of(const EnvelopeHash& hash, const EnvelopeRow& row,
                                 const DeviceStanza& stanza) {
        static constexpr std::array<const char*, 5> kStages{"delivered", "opened", "acknowledged",
                                                            "unopenable", "recalled"};
        std::string out;
        for (std::size_t i = 0; i < kStages.size(); ++i) {
            if (!stanza.row.stages[i]) continue;
            out = std::string(kStages[i]) + " by entry " + number_text(stanza.row.stages[i]->value);
        }
        if (!out.empty()) return out;
        if (!stanza.row.waiting) return std::string("withheld or expired");
        const MailboxRow waiting{stanza.device, stanza.row.urgency,  *stanza.row.waiting, hash,
                                 row.first,     stanza.row.accepted, stanza.row.position};
        switch (CHAPAR_TRY(may_hand_out(txn_, waiting, at_)).verdict) {
            case HandOut::Yes:
                return std::string("waiting, may be handed out");
            case HandOut::Wait:
                return std::string("waiting, its device is suspended");
            case HandOut::No:
                break;
        }
        return std::string("waiting, may not be handed out");
    }

    Status tell_stanza(const EnvelopeHash& hash, const EnvelopeRow& row,
                       const DeviceStanza& stanza) {
        const auto device = CHAPAR_TRY(read_device(txn_, stanza.device));
        const std::string office =
            device ? device->record.request.request.office.text() : std::string("?");
        sink_({"envelope",
               {{"entry", number_text(stanza.row.accepted.value)},
                {"envelope", to_hex(hash.view())},
                {"from", row.addressing->office.text()},
                {"to", office},
                {"device", to_hex(stanza.device.view())},
                {"state", CHAPAR_TRY(state_of(hash, row, stanza))}}});
        return Done{};
    }

    const storage::ReadTxn& txn_;
    TimeMs at_;
    const StandingSink& sink_;
};

}  // namespace

Status tell_standing(const storage::ReadTxn& txn, TimeMs at, const StandingSink& sink) {
    Teller teller(txn, at, sink);
    CHAPAR_TRY(teller.agencies());
    CHAPAR_TRY(teller.offices());
    CHAPAR_TRY(teller.devices());
    return teller.envelopes();
}

}  // namespace chapar::broker
