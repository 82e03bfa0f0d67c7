#include "storage/compare.h"

#include "crypto/sha256.h"
#include "schemas/base/layout.h"

namespace chapar::storage {

Result<Hash> digest(const ReadTxn& txn, std::span<const Table> tables) {
    crypto::Sha256 hash;
    for (const Table& table : tables) {
        hash.update(LayoutWriter().counted8(view(table.name)).bytes());
        const std::unique_ptr<Cursor> cursor = txn.cursor(table);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            LayoutWriter record;
            hash.update(record.counted8(cursor->key()).counted32(cursor->value()).bytes());
        }
        hash.update(LayoutWriter().u8(0).bytes());
    }
    return hash.finish();
}

}  // namespace chapar::storage
