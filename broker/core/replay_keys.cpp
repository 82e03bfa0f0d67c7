#include "broker/core/replay.h"

#include <algorithm>

#include "crypto/body_seal.h"
#include "crypto/certificate.h"
#include "crypto/entry_body.h"
#include "crypto/manifest.h"
#include "crypto/retention.h"
#include "crypto/succession.h"
#include "crypto/x25519.h"

namespace chapar::broker {
namespace {

using crypto::LeafKind;
using crypto::RecordType;

class Survey {
  public:
    // `auditor`: null without a key.
    explicit Survey(const crypto::Secret32* auditor) : auditor_(auditor) {
        if (auditor_ != nullptr) own_ = crypto::x25519_public_key(*auditor_);
    }

    // What does not parse is reported by the replay, when it comes to it.
    Status take(EntryIndex index, const RecordedEntry& entry) {
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        if (!leaf || crypto::is_sealed(leaf->kind)) return Done{};
        const auto body = crypto::EntryBody::decode(leaf->kind, entry.body);
        if (!body || !body->record) return Done{};
        if (leaf->kind == LeafKind::Key && body->event == event_number(crypto::KeyEvent::Opened)) {
            return take_key(index, *body->record);
        }
        const auto record = crypto::SignedRecord::decode(*body->record);
        if (record) take_record(index, *record);
        return Done{};
    }

    Result<RecordedKeys> finish() && {
        if (auditor_ == nullptr) {
            out_.holder = KeyHolder::Nobody;
        } else if (centre_) {
            out_.agency.reset();
        } else if (out_.agency) {
            out_.holder = KeyHolder::Agency;
        } else {
            return Error(Errc::OpenFailed, "audit key");
        }
        return std::move(out_);
    }

  private:
    Status take_key(EntryIndex index, ByteView bytes) {
        const auto record = crypto::LedgerKeyRecord::decode(bytes);
        if (!record) return Done{};
        out_.by_entry.emplace(index, record->scope.name());
        out_.scopes.emplace(record->scope.name(), record->scope);
        if (auditor_ == nullptr) return Done{};
        CHAPAR_TRY(crypto::reserve_secrets(1));
        auto secret = crypto::open_ledger_key(*record, *auditor_);
        if (secret) out_.keys.add(record->scope, std::move(secret).value());
        return Done{};
    }

    void take_record(EntryIndex index, const crypto::SignedRecord& record) {
        if (record.type == RecordType::Manifest || record.type == RecordType::Succession) {
            const auto manifest = founded(record);
            centre_ = manifest && manifest->centre_auditor == own_;
            if (manifest) out_.origin = crypto::origin_hash(manifest->origin);
        } else if (record.type == RecordType::Agency) {
            const auto agency = crypto::AgencyRecord::decode(record.body);
            if (agency && agency->audit_key == own_) out_.agency = agency->agency;
        } else if (record.type == RecordType::Shred) {
            const auto shred = crypto::ShredRecord::decode(record.body);
            if (!shred) return;
            const crypto::LedgerKeyScope scope = shred->bucket.scope();
            out_.shredded.emplace(scope.name(), index);
            out_.scopes.emplace(scope.name(), scope);
        } else if (record.type == RecordType::Prune) {
            const auto prune = crypto::PruneRecord::decode(record.body);
            if (prune) out_.minimum = prune->end;
        }
    }

    static Result<crypto::Manifest> founded(const crypto::SignedRecord& record) {
        if (record.type == RecordType::Manifest) return crypto::Manifest::decode(record.body);
        const auto succession = CHAPAR_TRY(crypto::SuccessionRecord::decode(record.body));
        return crypto::Manifest::decode(succession.new_manifest);
    }

    const crypto::Secret32* auditor_;
    std::optional<PublicKey> own_;
    bool centre_ = false;
    RecordedKeys out_;
};

Result<RecordedKeys> survey(RecordedLedger& entries, const crypto::Secret32* auditor) {
    Survey run(auditor);
    for (std::uint64_t i = 0; i < entries.size(); ++i) {
        const RecordedEntry entry = CHAPAR_TRY(entries.read(EntryIndex(i)));
        CHAPAR_TRY(run.take(EntryIndex(i), entry));
    }
    return std::move(run).finish();
}

}  // namespace

Result<RecordedKeys> open_recorded_keys(RecordedLedger& entries, const crypto::Secret32& auditor) {
    return survey(entries, &auditor);
}

Result<RecordedKeys> survey_without_key(RecordedLedger& entries) {
    return survey(entries, nullptr);
}

Result<RecordedKeys> open_recorded_keys(std::span<const RecordedEntry> entries,
                                        const crypto::Secret32& auditor) {
    RecordedSpan span(entries);
    return open_recorded_keys(span, auditor);
}

}  // namespace chapar::broker
