#include "client/core/kept_entries.h"

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;
// How many rows there are: behind all of them, and gone with the table.
constexpr std::string_view kCount = "count";
constexpr std::size_t kIndexBytes = 8;

Bytes encode(const schemas::EntryProof& proof, std::string_view note) {
    LayoutWriter out;
    out.u8(kVersion).counted16(proof.leaf).u8(static_cast<std::uint8_t>(proof.path.size()));
    for (const Hash& node : proof.path) out.raw(node.view());
    return out.counted32(proof.body).raw(proof.salt.view()).counted32(view(note)).take();
}

Result<KeptEntry> decode(EntryIndex index, ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "entries.kept");
    KeptEntry out;
    out.proof.index = index;
    out.proof.leaf = to_bytes(in.counted16());
    for (std::size_t nodes = in.u8(); nodes > 0; --nodes) {
        out.proof.path.push_back(in.fixed<Hash>());
    }
    out.proof.body = to_bytes(in.counted32());
    out.proof.salt = in.fixed<Hash>();
    out.note = to_string(in.counted32());
    if (!in.finish("entries.kept")) return Error(Errc::StoreDamaged, "entries.kept");
    return out;
}

Status erase_oldest(storage::Txn& txn) {
    Bytes key;
    {
        const auto cursor = txn.cursor(tables::kKeptEntries);
        CHAPAR_TRY(cursor->seek_first());
        if (!cursor->at_record() || cursor->key().size() != kIndexBytes) return Done{};
        key = to_bytes(cursor->key());
    }
    CHAPAR_TRY(txn.erase(tables::kKeptEntries, key));
    return Done{};
}

}  // namespace

Status keep_entry(storage::Txn& txn, const schemas::EntryProof& proof, std::string_view note) {
    const Bytes key = number_key(proof.index.value);
    const bool known = CHAPAR_TRY(txn.get(tables::kKeptEntries, key)).has_value();
    CHAPAR_TRY(txn.put(tables::kKeptEntries, key, encode(proof, note)));
    if (known) return Done{};
    const auto held = CHAPAR_TRY(get_number(txn, tables::kKeptEntries, view(kCount)));
    const std::uint64_t count = held.value_or(0) + 1;
    if (count > kKeptEntries) return erase_oldest(txn);
    return put_number(txn, tables::kKeptEntries, view(kCount), count);
}

Result<std::vector<KeptEntry>> kept_entries(const storage::ReadTxn& txn, EntryIndex from) {
    std::vector<KeptEntry> out;
    const auto cursor = txn.cursor(tables::kKeptEntries);
    for (CHAPAR_TRY(cursor->seek(number_key(from.value)));
         cursor->at_record() && cursor->key().size() == kIndexBytes; CHAPAR_TRY(cursor->next())) {
        const EntryIndex index(number_at_end(cursor->key()));
        out.push_back(CHAPAR_TRY(decode(index, cursor->value())));
    }
    return out;
}

}  // namespace chapar::client
