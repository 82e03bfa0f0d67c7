#include "crypto/succession.h"

#include <algorithm>

#include "crypto/key_check.h"
#include "crypto/record_layout.h"
#include "crypto/retention.h"
#include "crypto/transcript.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kAgenciesThatSign = 2;

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

Error malformed(const char* why) { return Error(Errc::MalformedLayout, why); }

struct Parts {
    Manifest old_ledger;
    Manifest new_ledger;
    Checkpoint newest;
};

// The two manifests and the note, held against each other.
Result<Parts> parts_of(const SuccessionRecord& record) {
    auto before = CHAPAR_TRY(Manifest::decode(record.old_manifest));
    auto after = CHAPAR_TRY(Manifest::decode(record.new_manifest));
    if (after.ledger.value != before.ledger.value + 1) return malformed("ledger number");
    if (after.centre_root != before.centre_root) return malformed("centre root");
    if (after.origin == before.origin) return malformed("origin");
    if (after.log_key == before.log_key) return malformed("log key");
    if (!check_signing_key(after.log_key) ||
        !check_agreement_key(PublicKey{after.curve_key.bytes}) ||
        !check_agreement_key(after.centre_auditor)) {
        return malformed("a key of the new manifest");
    }
    const auto log = before.log_verifier();
    if (!log) return malformed("old log key");
    const auto newest = open_checkpoint(record.note, *log);
    if (!newest) return malformed("note");
    if (newest->size.value < record.kept.value) return malformed("lost range");
    if (newest->size.value == record.kept.value && newest->root != record.kept_root) {
        return malformed("the note has another root for what is kept");
    }
    return Parts{std::move(before), std::move(after), *newest};
}

bool is_signed_by(const SignedRecord& record, const SigningPublicKey& key) {
    return std::ranges::find(record.signatures, key, &RecordSignature::signer) !=
           record.signatures.end();
}

Status check_signatures(const SignedRecord& record) {
    for (const RecordSignature& entry : record.signatures) {
        const auto key = VerifyingKey::create(entry.signer);
        if (!key || !key->verify(label_of(record.type), record.body, entry.signature)) {
            return refused("a signature is wrong");
        }
    }
    return Done{};
}

// Whether two different keys stand for two different agencies.
bool two_agencies(const SignedRecord& record, const SigningPublicKey& centre,
                  std::span<const MemberRoots> members) {
    std::vector<std::pair<SigningPublicKey, const MemberRoots*>> signs;
    for (const MemberRoots& member : members) {
        for (const SigningPublicKey& root : member.roots) {
            if (root != centre && is_signed_by(record, root)) signs.emplace_back(root, &member);
        }
    }
    return std::ranges::any_of(signs, [&](const auto& one) {
        return std::ranges::any_of(signs, [&](const auto& other) {
            return one.first != other.first && one.second->agency != other.second->agency;
        });
    });
}

}  // namespace

bool can_be_carried(const Leaf& leaf) {
    if (leaf.epoch > CarriedRecords::kEpoch) return false;
    switch (leaf.kind) {
        case LeafKind::Admin:
        case LeafKind::Epoch:
        case LeafKind::Key:
        case LeafKind::Policy:
        case LeafKind::Ladder:
            return true;
        default:
            return false;
    }
}

void CarriedRecords::add(TimeMs time, const Hash& record) {
    const Bytes at = LayoutWriter().u64(time.value).take();
    hash_ = transcript_hash(Label::Carried, {hash_.view(), at, record.view()});
}

Bytes SuccessionRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted16(old_manifest).counted16(new_manifest).counted16(view(note));
    out.u64(kept.value).raw(kept_root.view()).raw(carried.view()).u64(made.value);
    return out.counted16(view(reason)).take();
}

Result<SuccessionRecord> SuccessionRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "succession"));
    SuccessionRecord out;
    out.old_manifest = to_bytes(in.counted16());
    out.new_manifest = to_bytes(in.counted16());
    out.note = to_string(in.counted16());
    out.kept = EntryIndex(in.u64());
    out.kept_root = in.fixed<Hash>();
    out.carried = in.fixed<Hash>();
    out.made = TimeMs(in.u64());
    out.reason = to_string(in.counted16());
    CHAPAR_TRY(in.finish("succession"));
    if (!is_record_text(out.reason)) return malformed("succession reason");
    CHAPAR_TRY(parts_of(out));
    return out;
}

Result<Bytes> founding_manifest(const SignedRecord& record) {
    if (record.type == RecordType::Succession) {
        return CHAPAR_TRY(open_succession(record)).record.new_manifest;
    }
    const auto manifest = CHAPAR_TRY(decode_as<Manifest>(record, RecordType::Manifest));
    if (manifest.ledger != kFirstLedger) return refused("no succession founds this later ledger");
    return record.body;
}

Result<Succession> open_succession(const SignedRecord& record) {
    auto body = decode_as<SuccessionRecord>(record, RecordType::Succession);
    if (!body) return refused(body.error().context);
    auto parts = parts_of(*body);
    if (!parts) return refused(parts.error().context);
    if (!is_signed_by(record, parts->old_ledger.centre_root)) {
        return refused("the centre root has not signed");
    }
    if (record.signatures.size() < 1 + kAgenciesThatSign) {
        return refused("two agencies must sign");
    }
    CHAPAR_TRY(check_signatures(record));
    return Succession{std::move(*body), std::move(parts->old_ledger), std::move(parts->new_ledger),
                      parts->newest};
}

Result<Succession> open_succession(const SignedRecord& record,
                                   std::span<const MemberRoots> members) {
    auto out = CHAPAR_TRY(open_succession(record));
    const SigningPublicKey& centre = out.old_ledger.centre_root;
    for (const RecordSignature& entry : record.signatures) {
        const bool known = std::ranges::any_of(members, [&](const MemberRoots& member) {
            return std::ranges::find(member.roots, entry.signer) != member.roots.end();
        });
        if (entry.signer != centre && !known) return refused("a stranger has signed");
    }
    if (!two_agencies(record, centre, members)) return refused("two agencies must sign");
    return out;
}

}  // namespace chapar::crypto
