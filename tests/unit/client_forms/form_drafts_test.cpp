#include "client/core/form_drafts.h"

#include <algorithm>

#include "client/core/tables.h"
#include "client/core/vault_sweep.h"
#include "tests/support/memory_slot_file.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using namespace client;

struct Desk {
    FakeRandom random{7};
    MemorySlotFile* disk = nullptr;
    std::unique_ptr<crypto::Vault> vault;
    storage::MemoryStore store{tables::kAll};

    Desk() {
        auto slots = std::make_unique<MemorySlotFile>();
        disk = slots.get();
        vault = std::make_unique<crypto::Vault>(crypto::Secret32::random(random), std::move(slots));
    }
    FormNumber put(std::optional<FormNumber> number, const std::string& text) {
        auto txn = must(store.begin_write());
        const FormNumber out = must(put_form(*txn, number, {TimeMs(5), text}, *vault, random));
        REQUIRE(std::move(*txn).commit());
        return out;
    }
    Result<FormDraft> get(FormNumber number) {
        const auto txn = must(store.begin_read());
        return form_draft(*txn, number, *vault);
    }
    std::ptrdiff_t keys() const {
        return std::ranges::count_if(
            disk->slots, [](const crypto::Slot& slot) { return slot != crypto::Slot{}; });
    }
};

}  // namespace

TEST_CASE("a draft is kept under its number, the newest text of it, and comes back as it was") {
    Desk desk;
    const FormNumber first = desk.put(std::nullopt, "one");
    const FormNumber second = desk.put(std::nullopt, "two");
    CHECK(desk.put(first, "one more") == first);
    CHECK(first != second);
    CHECK(must(desk.get(first)).text == "one more");
    CHECK(must(desk.get(first)).changed == TimeMs(5));
    const auto txn = must(desk.store.begin_read());
    CHECK(must(form_numbers(*txn)) == std::vector{first, second});
}

// Fails if the text is put without the vault.
TEST_CASE("no word of a draft stands in the store") {
    Desk desk;
    (void)desk.put(std::nullopt, "Nizhny Pyanj, 12 kg");
    const auto txn = must(desk.store.begin_read());
    const auto cursor = txn->cursor(tables::kForms);
    must(cursor->seek_first());
    REQUIRE(cursor->at_record());
    CHECK(to_string(cursor->value()).find("Pyanj") == std::string::npos);
}

// Fails if forget_form() does nothing.
TEST_CASE("what was dropped is gone with its keys, and its number is not given again") {
    Desk desk;
    const FormNumber number = desk.put(std::nullopt, "one");
    (void)desk.put(number, "two");
    in_txn(desk.store, [&](storage::Txn& txn) { return erase_form(txn, number); });
    REQUIRE(forget_form(number, *desk.vault));
    CHECK(desk.keys() == 0);
    CHECK(desk.get(number).error().code == Errc::NotFound);
    auto txn = must(desk.store.begin_write());
    CHECK(erase_form(*txn, number).error().code == Errc::NotFound);
    txn.reset();
    CHECK(desk.put(std::nullopt, "three") != number);
}

TEST_CASE("keys of earlier texts go when the home is opened, the newest stays") {
    Desk desk;
    const FormNumber number = desk.put(std::nullopt, "one");
    (void)desk.put(number, "two");
    CHECK(desk.keys() == 2);
    const auto txn = must(desk.store.begin_read());
    REQUIRE(sweep_vault(*txn, *desk.vault));
    CHECK(desk.keys() == 1);
    CHECK(must(form_draft(*txn, number, *desk.vault)).text == "two");
}

TEST_CASE("a draft has a bound") {
    Desk desk;
    auto txn = must(desk.store.begin_write());
    const FormDraft large{TimeMs(1), std::string(kFormBytes + 1, 'x')};
    CHECK(put_form(*txn, std::nullopt, large, *desk.vault, desk.random).error().code ==
          Errc::TooLarge);
}

}  // namespace chapar::testing
