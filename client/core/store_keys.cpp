#include "client/core/store_keys.h"

#include "client/core/tables.h"

namespace chapar::client {

Result<std::optional<std::uint64_t>> get_number(const storage::ReadTxn& txn,
                                                const storage::Table& table, ByteView key) {
    const auto value = CHAPAR_TRY(txn.get(table, key));
    if (!value) return std::optional<std::uint64_t>();
    LayoutReader reader(*value);
    const std::uint64_t number = reader.u64();
    if (!reader.finish("number")) return Error(Errc::StoreDamaged, std::string(table.name));
    return std::optional(number);
}

Status put_number(storage::Txn& txn, const storage::Table& table, ByteView key,
                  std::uint64_t number) {
    return txn.put(table, key, number_key(number));
}

Result<std::uint64_t> take_number(storage::Txn& txn, const storage::Table& table) {
    const auto last = CHAPAR_TRY(get_number(txn, tables::kState, view(table.name)));
    const std::uint64_t number = last.value_or(0) + 1;
    CHAPAR_TRY(put_number(txn, tables::kState, view(table.name), number));
    return number;
}

}  // namespace chapar::client
