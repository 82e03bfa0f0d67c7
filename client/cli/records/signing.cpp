#include "client/cli/records/signing.h"

#include <algorithm>

#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

using crypto::RecordType;
using crypto::SignedRecord;

// `threshold` of `keys`.
struct Quorum {
    std::vector<NamedKey> keys;
    std::size_t threshold = 1;
};

std::vector<NamedKey> named_roots(const std::vector<SigningPublicKey>& roots) {
    std::vector<NamedKey> out;
    for (std::size_t i = 0; i < roots.size(); ++i) {
        out.push_back(
            {roots[i], "root " + std::to_string(i + 1) + " of " + std::to_string(roots.size())});
    }
    return out;
}

// One of them, whatever their own threshold. The centre's home knows none.
Quorum any_registrar_of(const SigningGround& ground) {
    Quorum out;
    if (!ground.registrars) return out;
    for (const crypto::Registrar& registrar : ground.registrars->registrars) {
        out.keys.push_back({registrar.key, "registrar " + registrar.name});
    }
    return out;
}

Result<Quorum> registrars_of(const SignedRecord& record, const SigningGround& ground) {
    if (!ground.registrars) {
        return Error(Errc::NotFound, "the registrars' record; first: chapar key install FILE");
    }
    if (CHAPAR_TRY(crypto::agency_named_by(record)) != ground.registrars->agency) {
        return Error(Errc::SignerRefused, "it is another agency's record");
    }
    Quorum out = any_registrar_of(ground);
    out.threshold = ground.registrars->threshold;
    return out;
}

Result<Quorum> roots_of_agency(const SignedRecord& record, const SigningGround& ground) {
    if (!ground.roots) return Error(Errc::NotFound, "the agency's roots; they belong in the file");
    if (CHAPAR_TRY(crypto::agency_named_by(record)) != ground.roots->agency) {
        return Error(Errc::SignerRefused, "it is another agency's record");
    }
    return Quorum{named_roots(ground.roots->roots), ground.roots->threshold};
}

Quorum centre_of(const SigningGround& ground) {
    Quorum out;
    if (ground.centre_root) out.keys.push_back({*ground.centre_root, "the centre root"});
    return out;
}

// Whether the centre root is among those who must sign: a home may not know it.
bool needs_centre(RecordType type) {
    return type == RecordType::Agency || type == RecordType::Prune ||
           type == RecordType::Override || type == RecordType::Manifest ||
           type == RecordType::Succession;
}

// One root of each agency whose AGENCY record the file carries: two agencies are enough. As a
// quorum each for the two that sign first, so that nobody's second root counts.
Result<std::vector<Quorum>> succession_quorums(const SignedRecord& record,
                                               const SigningGround& ground) {
    std::vector<Quorum> agencies;
    for (const SignedRecord& member : ground.context) {
        if (member.type != RecordType::Agency) continue;
        const auto agency = CHAPAR_TRY(crypto::AgencyRecord::decode(member.body));
        Quorum one;
        for (const SigningPublicKey& root : agency.roots) {
            one.keys.push_back({root, "a root of " + agency.agency.text()});
        }
        agencies.push_back(std::move(one));
    }
    const auto has = [&](const Quorum& one) {
        return std::ranges::any_of(one.keys, [&](const NamedKey& key) {
            return std::ranges::find(record.signatures, key.key,
                                     &crypto::RecordSignature::signer) != record.signatures.end();
        });
    };
    constexpr std::size_t kAgencies = 2;
    const auto done = static_cast<std::size_t>(std::ranges::count_if(agencies, has));
    std::vector<Quorum> out{centre_of(ground)};
    if (done >= kAgencies) {
        // Those who have not signed are not asked any more; who has is named.
        for (Quorum& one : agencies) {
            if (!has(one)) one.threshold = 0;
        }
        std::ranges::move(agencies, std::back_inserter(out));
        return out;
    }
    Quorum waiting{{}, kAgencies - done};
    for (Quorum& one : agencies) {
        if (has(one)) {
            out.push_back(std::move(one));
        } else {
            std::ranges::move(one.keys, std::back_inserter(waiting.keys));
        }
    }
    out.push_back(std::move(waiting));
    return out;
}

// The version that this AGENCY record replaces, from the file's context.
Result<crypto::AgencyRecord> earlier_version(const crypto::AgencyRecord& agency,
                                             const SigningGround& ground) {
    for (const SignedRecord& record : ground.context) {
        if (record.type == RecordType::Agency && record.hash() == agency.previous) {
            return crypto::AgencyRecord::decode(record.body);
        }
    }
    return Error(Errc::NotFound, "the agency's record before; it belongs in the file");
}

// Several groups, each of which must reach its own threshold.
Result<std::vector<Quorum>> quorums_of(const SignedRecord& record, const SigningGround& ground) {
    if (record.type == RecordType::Registrars) {
        return std::vector<Quorum>{CHAPAR_TRY(roots_of_agency(record, ground))};
    }
    if (record.type == RecordType::Prune || record.type == RecordType::Manifest) {
        return std::vector<Quorum>{centre_of(ground)};
    }
    if (record.type == RecordType::Succession) return succession_quorums(record, ground);
    if (record.type == RecordType::Override) {
        return std::vector<Quorum>{centre_of(ground), any_registrar_of(ground)};
    }
    if (record.type != RecordType::Agency) {
        return std::vector<Quorum>{CHAPAR_TRY(registrars_of(record, ground))};
    }
    const auto agency = CHAPAR_TRY(crypto::AgencyRecord::decode(record.body));
    std::vector<Quorum> out{centre_of(ground)};
    if (!agency.previous.is_zero()) {
        const auto earlier = CHAPAR_TRY(earlier_version(agency, ground));
        out.push_back({named_roots(earlier.roots), earlier.threshold});
    }
    return out;
}

bool has_signed(const SignedRecord& record, const SigningPublicKey& key) {
    return std::ranges::find(record.signatures, key, &crypto::RecordSignature::signer) !=
           record.signatures.end();
}

bool is_among(const std::vector<NamedKey>& keys, const SigningPublicKey& key) {
    return std::ranges::find(keys, key, &NamedKey::key) != keys.end();
}

Status check_signature(const SignedRecord& record, const crypto::RecordSignature& entry) {
    const auto key = CHAPAR_TRY(crypto::VerifyingKey::create(entry.signer));
    return key.verify(crypto::label_of(record.type), record.body, entry.signature);
}

// Whether the key may sign this record and has not.
Result<bool> is_waited_for(const SignedRecord& record, const SigningPublicKey& key,
                           const SigningGround& ground) {
    const SigningState state = CHAPAR_TRY(state_of(record, ground));
    if (!is_among(state.may_sign, key)) return false;
    // Keys that this home does not know may stand beside the others, and any number of such.
    if (record.signatures.size() >= limits::kRecordSigners) {
        return Error(Errc::TooLarge, "a record that has all the signatures it can hold");
    }
    return true;
}

}  // namespace

Result<SigningGround> ground_of(const Authority& home,
                                const std::optional<SigningPublicKey>& centre_root,
                                const CeremonyFile& file) {
    SigningGround out{centre_root, home.roots, std::nullopt, file.context};
    if (out.roots && file.roots && out.roots->agency == file.roots->agency &&
        *out.roots != *file.roots) {
        return Error(Errc::RecordRefused,
                     "this home knows other roots of " + out.roots->agency.text());
    }
    if (!out.roots) out.roots = file.roots;
    std::optional<SignedRecord> registrars = home.registrars;
    for (const SignedRecord& record : file.context) {
        if (record.type != RecordType::Registrars) continue;
        if (registrars && registrars->hash() != record.hash()) {
            return Error(Errc::RecordRefused, "this home knows another registrars' record");
        }
        registrars = record;
    }
    if (!registrars) return out;
    if (!out.roots) return Error(Errc::NotFound, "the agency's roots");
    out.registrars = CHAPAR_TRY(crypto::open_registrars(*registrars, agency_of(*out.roots)));
    return out;
}

Result<SigningState> state_of(const SignedRecord& record, const SigningGround& ground) {
    const auto quorums = CHAPAR_TRY(quorums_of(record, ground));
    SigningState out;
    std::vector<NamedKey> all;
    for (const Quorum& quorum : quorums) {
        std::size_t count = 0;
        for (const NamedKey& key : quorum.keys) {
            const bool done = has_signed(record, key.key);
            count += done ? 1U : 0U;
            if (!done && !is_among(out.may_sign, key.key)) out.may_sign.push_back(key);
            all.push_back(key);
        }
        out.missing += quorum.threshold > count ? quorum.threshold - count : 0;
    }
    for (const crypto::RecordSignature& entry : record.signatures) {
        CHAPAR_TRY(check_signature(record, entry));
        const auto at = std::ranges::find(all, entry.signer, &NamedKey::key);
        if (at != all.end()) {
            out.signed_by.push_back(at->name);
            continue;
        }
        // Only a centre root that this home does not know may stand beside the others.
        if (!needs_centre(record.type) || ground.centre_root) {
            return Error(Errc::SignerRefused, "somebody else has signed it");
        }
        out.signed_by.emplace_back("a key that this home does not know");
        out.missing -= std::min<std::size_t>(out.missing, 1);
    }
    return out;
}

Status may_sign(const std::vector<SignedRecord>& records, const SigningPublicKey& key,
                const SigningGround& ground) {
    CHAPAR_ASSERT(!records.empty());
    bool signed_before = false;
    for (const SignedRecord& record : records) {
        if (CHAPAR_TRY(is_waited_for(record, key, ground))) return Done{};
        signed_before = signed_before || has_signed(record, key);
    }
    if (signed_before) return Error(Errc::SignedAlready);
    return Error(Errc::SignerRefused);
}

Status sign_all(std::vector<SignedRecord>& records, const crypto::SigningKey& key,
                const SigningGround& ground) {
    CHAPAR_TRY(may_sign(records, key.public_key(), ground));
    for (SignedRecord& record : records) {
        if (CHAPAR_TRY(is_waited_for(record, key.public_key(), ground))) record.sign(key);
    }
    return Done{};
}

}  // namespace chapar::client
