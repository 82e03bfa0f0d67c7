#include <algorithm>
#include <set>

#include "client/core/inbox_index.h"
#include "client/core/inbox_page.h"
#include "client/core/inbox_store.h"
#include "client/core/inbox_substances.h"
#include "client/core/store_keys.h"
#include "client/core/substance_names.h"
#include "client/core/vault_sweep.h"
#include "tests/support/memory_slot_file.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::InboxFilter;
using client::InboxItem;
using client::InboxNumber;
namespace index = client::inbox_index;
namespace substances = client::inbox_substances;
namespace tables = client::tables;

const std::vector<std::string> kNames{"heroin", "opium", "metamfetamine", "captagon tablets"};

// Items put into a store by hand, and what a full scan of them would say.
struct Box {
    World world;
    client::Device device = world.device(world.af);
    storage::Store& store = *world.af.store;
    std::map<std::uint64_t, std::pair<InboxItem, std::set<std::string>>> model;

    std::uint32_t below(std::uint32_t bound) { return crypto::random_below(world.random, bound); }

    InboxItem draw(std::uint64_t number) {
        InboxItem item{InboxNumber(number),
                       client::InboxState::Received,
                       EnvelopeHash{},
                       EntryIndex(number),
                       kStart,
                       world.tj.certificate,
                       world.tj.office,
                       world.tj.agency};
        item.hash = crypto::random_value<EnvelopeHash>(world.random);
        item.message = crypto::random_value<MessageId>(world.random);
        item.case_id.bytes.back() = std::byte(below(5));
        item.kind = below(3) == 0 ? schemas::Kind::InfoRequest : schemas::Kind::SeizureAlert;
        item.urgency = static_cast<schemas::Urgency>(below(4));
        return item;
    }
    void put() {
        in_txn(store, [&](storage::Txn& txn) -> Status {
            const InboxItem item = draw(CHAPAR_TRY(client::take_number(txn, tables::kInbox)));
            std::set<std::string> named;
            for (const std::string& name : kNames) {
                if (below(8) == 0) named.insert(name);
            }
            CHAPAR_TRY(client::inbox_store::put_item(txn, item));
            CHAPAR_TRY(substances::put(txn, device, {{item.number, named}}, world.random));
            model.emplace(item.number.value, std::pair(item, named));
            return Done{};
        });
    }
    // The text goes, as a recall has it; or the whole item, as one that turned out not to be
    // allowed.
    void erase_text(std::uint64_t number) {
        in_txn(store, [&](storage::Txn& txn) {
            return client::inbox_store::erase_text(txn, device, InboxNumber(number), world.random);
        });
        model.at(number).second.clear();
    }
    void erase(std::uint64_t number) {
        erase_text(number);
        in_txn(store, [&](storage::Txn& txn) {
            return client::inbox_store::erase_item(txn, model.at(number).first);
        });
        model.erase(number);
    }
    [[nodiscard]] std::vector<std::uint64_t> scanned(const InboxFilter& filter) const {
        std::vector<std::uint64_t> numbers;
        for (const auto& [number, row] : model) {
            const auto& [item, named] = row;
            const bool fits = (!filter.urgency || item.urgency == *filter.urgency) &&
                              (!filter.kind || item.kind == *filter.kind) &&
                              (!filter.case_id || item.case_id == *filter.case_id) &&
                              (filter.substance.empty() || named.contains(filter.substance));
            if (fits) numbers.insert(numbers.begin(), number);
        }
        return numbers;
    }
    // Page after page.
    [[nodiscard]] std::vector<std::uint64_t> paged(const InboxFilter& filter, std::size_t most) {
        std::vector<std::uint64_t> numbers;
        std::optional<InboxNumber> after;
        do {
            const auto page = reading(store, [&](const storage::ReadTxn& txn) {
                return client::inbox_page(txn, device, filter, most, after);
            });
            CHECK(page.items.size() <= most);
            CHECK((!page.after || page.items.size() == most));
            for (const InboxItem& item : page.items) numbers.push_back(item.number.value);
            after = page.after;
        } while (after);
        return numbers;
    }
    [[nodiscard]] bool whole() {
        return reading(store, [](const storage::ReadTxn& txn) { return index::is_whole(txn); });
    }
    std::uint64_t make_again() {
        return in_txn(
            store, [&](storage::Txn& txn) { return index::make_again(txn, device, world.random); });
    }
    [[nodiscard]] std::size_t rows(const storage::Table& table) {
        const auto txn = must(store.begin_read());
        const auto cursor = txn->cursor(table);
        std::size_t count = 0;
        for (must(cursor->seek_first()); cursor->at_record(); must(cursor->next())) ++count;
        return count;
    }
};

// Every filter there can be of one value each, unset among them.
std::vector<InboxFilter> all_filters() {
    std::vector<InboxFilter> out;
    for (int urgency = -1; urgency < 4; ++urgency) {
        for (const auto kind : {schemas::Kind{}, schemas::Kind::InfoRequest}) {
            for (int number = -1; number < 2; ++number) {
                for (const std::string name : {"", "heroin", "captagon tablets", "cocaine"}) {
                    InboxFilter filter;
                    if (urgency >= 0) filter.urgency = static_cast<schemas::Urgency>(urgency);
                    if (kind != schemas::Kind{}) filter.kind = kind;
                    if (number >= 0) {
                        filter.case_id.emplace();
                        filter.case_id->bytes.back() = std::byte(number);
                    }
                    filter.substance = name;
                    out.push_back(filter);
                }
            }
        }
    }
    return out;
}

client::ReceptionReport receive_alert(World& world, const client::Draft& draft) {
    const auto number = world.compose(world.tj, draft);
    const auto bytes = world.bytes_of(world.tj, number);
    const auto at = world.accept(world.tj, bytes);
    world.sync(world.af);
    return world.receive(world.af, world.delivery(world.af, bytes, at));
}

std::size_t found(World& world, const std::string& substance) {
    const auto device = world.device(world.af);
    InboxFilter filter;
    filter.substance = substance;
    return reading(*world.af.store,
                   [&](const storage::ReadTxn& txn) {
                       return client::inbox_page(txn, device, filter, 10);
                   })
        .items.size();
}

}  // namespace

// Fails if a walk skips a number, passes one over, or does not leave out what was erased: numbers
// here go over three records of substances.
TEST_CASE("whatever is asked for, pages of the index say what a scan of all items says") {
    Box box;
    for (int i = 0; i < 700; ++i) {
        box.put();
        if (box.below(10) != 0) continue;
        const auto size = static_cast<std::uint32_t>(box.model.size());
        const auto chosen = std::next(box.model.begin(), box.below(size));
        box.below(2) == 0 ? box.erase(chosen->first) : box.erase_text(chosen->first);
    }
    std::size_t shown = 0;
    for (const InboxFilter& filter : all_filters()) {
        const auto expected = box.scanned(filter);
        CHECK(box.paged(filter, 1 + box.below(40)) == expected);
        shown += expected.size();
    }
    CHECK(shown > 2000);
    CHECK(box.whole());
    CHECK(box.rows(tables::kInboxByKind) == box.model.size());
}

// Fails if a record further down is searched up to the place that was asked for in its own.
TEST_CASE("numbers that name nothing for long are passed over") {
    Box box;
    in_txn(box.store, [&](storage::Txn& txn) {
        return substances::put(txn, box.device,
                               {{InboxNumber(250), {"heroin"}}, {InboxNumber(2000), {"heroin"}}},
                               box.world.random);
    });
    const auto txn = must(box.store.begin_read());
    substances::Walk walk(*txn, box.device, {"heroin"});
    CHECK(must(walk.at_most(5000)) == 2000);
    CHECK(must(walk.at_most(1999)) == 250);
    CHECK(must(walk.at_most(1500)) == 250);
    CHECK(must(walk.at_most(249)) == std::nullopt);
}

// Fails if erase_item() or erase_text() leaves a row.
TEST_CASE("an item that is erased leaves nothing in the index") {
    Box box;
    for (int i = 0; i < 5; ++i) box.put();
    while (!box.model.empty()) box.erase(box.model.begin()->first);
    for (const auto& table :
         {tables::kInboxByUrgency, tables::kInboxByKind, tables::kInboxByCase}) {
        CHECK(box.rows(table) == 0);
    }
    CHECK(box.paged({}, 10).empty());
    CHECK(box.paged({{}, {}, {}, "heroin"}, 10).empty());
}

// Fails if is_whole() does not compare with the numbers that were given, or add() moves its mark
// over a gap.
TEST_CASE("a home that an older program wrote gets its index, and keeps it") {
    World world;
    receive_alert(world, World::alert({"AF-SKB-BLO"}));
    const auto device = world.device(world.af);
    const auto whole = [&] {
        return reading(*world.af.store,
                       [](const storage::ReadTxn& txn) { return index::is_whole(txn); });
    };
    CHECK(whole());
    in_txn(*world.af.store, [](storage::Txn& txn) -> Status {
        CHAPAR_TRY(txn.erase(tables::kState, view("inbox.index/1")));
        CHAPAR_TRY(txn.erase(tables::kInboxSubstances, client::number_key(0)));
        return Done{};
    });
    CHECK_FALSE(whole());
    CHECK(found(world, "heroin") == 0);
    receive_alert(world, World::alert({"AF-SKB-BLO"}));
    CHECK_FALSE(whole());
    CHECK(found(world, "heroin") == 1);
    const auto made = in_txn(*world.af.store, [&](storage::Txn& txn) {
        return index::make_again(txn, device, world.random);
    });
    CHECK(made == 2);
    CHECK(whole());
    CHECK(found(world, "heroin") == 2);
    receive_alert(world, World::alert({"AF-SKB-BLO"}));
    CHECK(whole());
    CHECK(found(world, "heroin") == 3);
}

TEST_CASE("a substance is found by its code, its names and as it was written, and by no other") {
    World world;
    receive_alert(world, World::alert({"AF-SKB-BLO"}));
    client::Draft other = World::alert({"AF-SKB-BLO"});
    auto& goods = std::get<schemas::SeizureAlert>(other.payload).goods;
    goods.front().substance.name = "Blue Tablets";
    goods.push_back(goods.front());
    goods.back().substance.name = "opium";
    receive_alert(world, other);
    for (const std::string name : {"heroin", " HEROIN", "Героин", "ГЕРОИН"})
        CHECK(found(world, name) == 1);
    CHECK(found(world, "blue tablets") == 1);
    CHECK(found(world, "Opium") == 1);
    CHECK(found(world, "her") == 0);
    CHECK(found(world, "cocaine") == 0);
}

// Fails if erase() seals what is left under the old key again.
TEST_CASE("after a recall no key that is left opens what the index said of the text") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto bytes = world.bytes_of(world.tj, number);
    const auto at = world.accept(world.tj, bytes);
    world.sync(world.af);
    world.receive(world.af, world.delivery(world.af, bytes, at));
    client::Draft other = World::alert({"AF-SKB-BLO"});
    std::get<schemas::SeizureAlert>(other.payload).goods.front().substance.name = "opium";
    receive_alert(world, other);
    const Bytes key = client::number_key(0);
    const auto sealed = [&] {
        const auto txn = must(world.af.store->begin_read());
        return to_bytes(must(txn->get(tables::kInboxSubstances, key)).value());
    };
    const Bytes before = sealed();
    CHECK(to_string(before).find(to_string(substances::tag_of("heroin"))) == std::string::npos);
    CHECK(world.af.vault->open({tables::kInboxSubstances.name, key}, before));

    receive_alert(world, World::recall({"AF-SKB-BLO"}, world.item_of(world.tj, number).message));
    CHECK(found(world, "heroin") == 0);
    CHECK(found(world, "opium") == 1);
    const auto txn = must(world.af.store->begin_read());
    must(client::sweep_vault(*txn, *world.af.vault));
    CHECK(error_of(world.af.vault->open({tables::kInboxSubstances.name, key}, before)) ==
          Errc::RecordKeyGone);
    CHECK(world.af.vault->open({tables::kInboxSubstances.name, key}, sealed()));
    CHECK(found(world, "opium") == 1);
}

// As after a backup, which has no record keys. Fails if put() wants the old record opened.
TEST_CASE("without its key the index is begun anew for what comes, and mail is still received") {
    World world;
    receive_alert(world, World::alert({"AF-SKB-BLO"}));
    world.af.vault = std::make_unique<crypto::Vault>(crypto::Secret32::random(world.random),
                                                     std::make_unique<MemorySlotFile>());
    const auto device = world.device(world.af);
    {
        const auto txn = must(world.af.store->begin_read());
        const auto lost = client::inbox_page(*txn, device, {{}, {}, {}, "heroin"}, 10);
        REQUIRE_FALSE(lost);
        CHECK(substances::is_lost(lost.error().code));
    }
    CHECK(receive_alert(world, World::alert({"AF-SKB-BLO"})).reception ==
          client::Reception::Stored);
    CHECK(found(world, "heroin") == 1);
    in_txn(*world.af.store,
           [&](storage::Txn& txn) { return index::make_again(txn, device, world.random); });
    CHECK(found(world, "heroin") == 1);
}

}  // namespace chapar::testing
