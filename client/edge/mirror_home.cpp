#include "client/edge/mirror_home.h"

#include "client/core/mirror_alarms.h"
#include "client/core/mirror_tables.h"
#include "client/core/mirror_view.h"
#include "client/edge/home_files.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::client {
namespace {

// Address space, not disk: some hundred million entries.
constexpr std::size_t kMapBytes = std::size_t{256} << 30;
constexpr std::size_t kDroppedAtOnce = 16384;
constexpr std::size_t kBodiesAskedAgain = 256;

bool contradicts(Errc code) { return code == Errc::HeadMismatch || code == Errc::LeafInvalid; }

Status keep_notes(storage::Store& mirror, const std::string& note) {
    auto txn = CHAPAR_TRY(mirror.begin_write());
    const auto state = CHAPAR_TRY(mirror_state(*txn));
    if (!state.note.empty()) CHAPAR_TRY(keep_mirror_alarm(*txn, state.note));
    CHAPAR_TRY(keep_mirror_alarm(*txn, note));
    return std::move(*txn).commit();
}

Status drop_all_unproven(storage::Store& mirror) {
    for (std::size_t dropped = 1; dropped > 0;) {
        auto txn = CHAPAR_TRY(mirror.begin_write());
        dropped = CHAPAR_TRY(drop_unproven(*txn, kDroppedAtOnce));
        CHAPAR_TRY(std::move(*txn).commit());
    }
    return Done{};
}

// What was handed out is not the tree that was signed: the notes stay, the entries go.
Status set_back(storage::Store& mirror, const std::string& note) {
    CHAPAR_TRY(keep_notes(mirror, note));
    return drop_all_unproven(mirror);
}

// Where the last sync was killed while entries went, the others go first.
Status end_dropping(storage::Store& mirror) {
    bool dropping = false;
    {
        const auto txn = CHAPAR_TRY(mirror.begin_read());
        dropping = CHAPAR_TRY(mirror_state(*txn)).dropping;
    }
    return dropping ? drop_all_unproven(mirror) : Status(Done{});
}

Result<PageTaken> take(storage::Store& mirror, const TrustCard& card, const schemas::Ledger& page) {
    std::optional<Error> problem;
    {
        auto txn = CHAPAR_TRY(mirror.begin_write());
        const auto taken = take_page(*txn, card, page);
        if (taken) {
            CHAPAR_TRY(std::move(*txn).commit());
            return *taken;
        }
        problem = taken.error();
    }
    if (contradicts(problem->code)) CHAPAR_TRY(set_back(mirror, page.head.checkpoint));
    return *problem;
}

// Own entries whose bodies were missing or wrong: another answer may have them.
Result<std::uint64_t> ask_again(storage::Store& mirror, const LedgerSource& source) {
    std::vector<EntryIndex> missing;
    {
        const auto txn = CHAPAR_TRY(mirror.begin_read());
        missing = CHAPAR_TRY(missing_bodies(*txn, kBodiesAskedAgain));
    }
    std::uint64_t got = 0;
    for (const EntryIndex index : missing) {
        const auto page = CHAPAR_TRY(source(index));
        if (page.entries.empty() || page.entries.front().body.empty()) continue;
        auto txn = CHAPAR_TRY(mirror.begin_write());
        CHAPAR_TRY(replace_body(*txn, index, page.entries.front()));
        CHAPAR_TRY(std::move(*txn).commit());
        ++got;
    }
    return got;
}

}  // namespace

Result<std::unique_ptr<storage::Store>> open_mirror(const std::filesystem::path& directory) {
    CHAPAR_TRY(make_folder(directory));
    auto store = CHAPAR_TRY(
        storage::LmdbStore::open(directory, tables::kMirrorAll, {.map_size = kMapBytes}));
    return std::unique_ptr<storage::Store>(std::move(store));
}

LedgerSource source_of(Session& session) {
    return [&session](EntryIndex from) { return session.read_ledger(from); };
}

LedgerSource source_of(AdminClient& socket) {
    return [&socket](EntryIndex from) -> Result<schemas::Ledger> {
        auto frame = CHAPAR_TRY(socket.ask(schemas::LedgerAsk{from}));
        auto* page = std::get_if<schemas::Ledger>(&frame);
        if (page == nullptr) return Error(Errc::MalformedFrame, "LEDGER");
        return std::move(*page);
    };
}

Result<MirrorSync> sync_mirror(storage::Store& mirror, const TrustCard& card,
                               const LedgerSource& source,
                               const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    MirrorSync out;
    CHAPAR_TRY(end_dropping(mirror));
    EntryIndex from;
    {
        auto txn = CHAPAR_TRY(mirror.begin_write());
        CHAPAR_TRY(bind_mirror(*txn, card));
        from = EntryIndex(CHAPAR_TRY(mirror_state(*txn)).taken.size);
        CHAPAR_TRY(std::move(*txn).commit());
    }
    out.bodies = CHAPAR_TRY(ask_again(mirror, source));
    for (bool done = false; !done;) {
        const schemas::Ledger page = CHAPAR_TRY(source(from));
        const PageTaken taken = CHAPAR_TRY(take(mirror, card, page));
        out.entries += taken.next.value - from.value;
        from = taken.next;
        done = taken.done;
        const auto head = crypto::open_checkpoint(page.head.checkpoint, card.log());
        if (progress && head) progress(from.value, head->size.value);
    }
    out.size = from.value;
    return out;
}

}  // namespace chapar::client
