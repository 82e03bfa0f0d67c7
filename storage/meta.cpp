#include "storage/meta.h"

#include "schemas/base/layout.h"
#include "storage/framing.h"

namespace chapar::storage {

namespace {

constexpr std::string_view kChecksumKeyRecord = "checksum-key";
constexpr std::string_view kLevelRecord = "level";
// The level record is framed by hand: the table is Raw, because its other record is the very key
// that frames are checked with.
constexpr Table kFramedMeta{kMetaTable.name, Framing::Framed};

Result<ByteView> required(const ReadTxn& txn, std::string_view record) {
    const std::optional<ByteView> stored = CHAPAR_TRY(txn.get(kMetaTable, view(record)));
    if (!stored) return Error(Errc::StoreDamaged, "meta lacks " + std::string(record));
    return *stored;
}

}  // namespace

Status create_meta(Txn& txn, const crypto::ChecksumKey& fresh_key) {
    CHAPAR_TRY(txn.put(kMetaTable, view(kChecksumKeyRecord), fresh_key.view()));
    Bytes stored;
    const Bytes level = LayoutWriter().u32(kStoreLevel).take();
    to_stored(stored, fresh_key, kFramedMeta, view(kLevelRecord), level);
    return txn.put(kMetaTable, view(kLevelRecord), stored);
}

Result<crypto::ChecksumKey> read_meta(const ReadTxn& txn) {
    const auto key = crypto::ChecksumKey::from(CHAPAR_TRY(required(txn, kChecksumKeyRecord)));
    if (!key) return Error(Errc::StoreDamaged, "meta: size of the checksum key");
    const ByteView stored = CHAPAR_TRY(required(txn, kLevelRecord));
    LayoutReader reader(CHAPAR_TRY(from_stored(*key, kFramedMeta, view(kLevelRecord), stored)));
    const std::uint32_t level = reader.u32();
    if (!reader.finish("store level")) return Error(Errc::StoreDamaged, "meta: store level");
    if (level > kStoreLevel) return Error(Errc::VersionUnknown, "level of the store");
    return *key;
}

}  // namespace chapar::storage
