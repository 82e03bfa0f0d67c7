#include "broker/core/holds.h"

#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

Error damaged() { return Error(Errc::StoreDamaged, "hold"); }

// No agency's name is the beginning of another key: names have no zero byte.
Bytes hold_key(const AgencyId& agency, std::uint64_t number) {
    return LayoutWriter().raw(view(agency.text())).u8(0).u64(number).take();
}

Result<HoldEntry> parse_hold(ByteView row) {
    LayoutReader in(row);
    const EntryIndex entry(in.u64());
    const std::uint8_t state = in.u8();
    auto record = crypto::HoldRecord::decode(in.raw(in.remaining()));
    if (!in.ok() || state > 1 || !record) return damaged();
    return HoldEntry{entry, static_cast<HoldState>(state), std::move(*record)};
}

}  // namespace

Result<std::optional<HoldEntry>> read_hold(const storage::ReadTxn& txn, const AgencyId& agency,
                                           std::uint64_t number) {
    const auto row = CHAPAR_TRY(txn.get(kHoldTable, hold_key(agency, number)));
    if (!row) return std::optional<HoldEntry>();
    return std::optional(CHAPAR_TRY(parse_hold(*row)));
}

Result<std::uint64_t> last_hold_number(const storage::ReadTxn& txn, const AgencyId& agency) {
    const auto cursor = txn.cursor(kHoldTable);
    Bytes past = hold_key(agency, ~std::uint64_t{0});
    past.push_back(std::byte{0});
    CHAPAR_TRY(cursor->seek_before(past));
    if (!cursor->at_record()) return std::uint64_t{0};
    const HoldEntry last = CHAPAR_TRY(parse_hold(cursor->value()));
    return last.record.agency == agency ? last.record.number : 0;
}

Result<std::vector<crypto::HoldRecord>> holds_in_force(const storage::ReadTxn& txn) {
    std::vector<crypto::HoldRecord> out;
    const auto cursor = txn.cursor(kHoldTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        HoldEntry hold = CHAPAR_TRY(parse_hold(cursor->value()));
        if (hold.state == HoldState::InForce) out.push_back(std::move(hold.record));
    }
    return out;
}

Status put_hold(storage::Txn& txn, const HoldEntry& hold) {
    LayoutWriter out;
    out.u64(hold.entry.value).u8(static_cast<std::uint8_t>(hold.state));
    out.raw(hold.record.encode());
    return txn.put(kHoldTable, hold_key(hold.record.agency, hold.record.number), out.bytes());
}

}  // namespace chapar::broker
