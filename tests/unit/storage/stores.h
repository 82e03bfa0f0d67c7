// The two stores behind one fixture, so that one suite holds both to the same contract.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/lmdb/lmdb_store.h"
#include "storage/memory_store.h"
#include "storage/store.h"
#include "tests/support/temporary_directory.h"

namespace chapar::storage::testing {

constexpr Table kLetters{"letters", Framing::Framed};
constexpr Table kNumbers{"numbers", Framing::Framed};
constexpr Table kSealed{"sealed", Framing::Raw};
constexpr Table kTables[] = {kLetters, kNumbers, kSealed};

constexpr std::size_t kRoomy = 16 * 1024 * 1024;

using chapar::testing::TemporaryDirectory;

class InMemory {
  public:
    explicit InMemory(std::size_t capacity = kRoomy)
        : store_(std::make_unique<MemoryStore>(kTables,
                                               MemoryStoreOptions{capacity, std::nullopt, {}})) {}
    Store& store() { return *store_; }
    Status reopen(std::size_t capacity = kRoomy) {
        store_ = CHAPAR_TRY(MemoryStore::reopen(*store_, {capacity, std::nullopt, {}}));
        return Done{};
    }

  private:
    std::unique_ptr<MemoryStore> store_;
};

class OnDisk {
  public:
    explicit OnDisk(std::size_t capacity = kRoomy) { REQUIRE(open(capacity)); }
    Store& store() { return *store_; }
    LmdbStore& lmdb() { return *store_; }
    Status reopen(std::size_t capacity = kRoomy) {
        close();
        return open(capacity);
    }
    void close() { store_.reset(); }
    Status open(std::size_t capacity = kRoomy) {
        store_ = CHAPAR_TRY(LmdbStore::open(path(), kTables, {capacity}));
        return Done{};
    }
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "store"; }

  private:
    TemporaryDirectory directory_;
    std::unique_ptr<LmdbStore> store_;
};

inline std::unique_ptr<Txn> begin_write(Store& store) {
    auto txn = store.begin_write();
    REQUIRE(txn.has_value());
    return std::move(txn).value();
}
inline std::unique_ptr<ReadTxn> begin_read(const Store& store) {
    auto txn = store.begin_read();
    REQUIRE(txn.has_value());
    return std::move(txn).value();
}
inline Errc errc_of(const auto& result) {
    REQUIRE_FALSE(result.has_value());
    return result.error().code;
}
inline Status commit(std::unique_ptr<Txn> txn) { return std::move(*txn).commit(); }

// The value as text, or "-" for none.
inline std::string text_at(const ReadTxn& txn, const Table& table, std::string_view key) {
    const auto value = txn.get(table, view(key));
    REQUIRE(value.has_value());
    return *value ? to_string(**value) : "-";
}
inline std::string text_at(const Store& store, const Table& table, std::string_view key) {
    return text_at(*begin_read(store), table, key);
}
inline void keep(Store& store, const Table& table, std::string_view key, std::string_view value) {
    auto txn = begin_write(store);
    REQUIRE(txn->put(table, view(key), view(value)));
    REQUIRE(commit(std::move(txn)));
}
inline void keep_keys(Store& store, const Table& table, const std::vector<std::string>& keys) {
    auto txn = begin_write(store);
    for (const std::string& key : keys) REQUIRE(txn->put(table, view(key), view("of " + key)));
    REQUIRE(commit(std::move(txn)));
}
// The record as it is stored, frame included.
inline Bytes stored_at(const Store& store, const Table& table, std::string_view key) {
    const auto txn = begin_read(store);
    const auto stored = txn->get(Table{table.name, Framing::Raw}, view(key));
    REQUIRE((stored && *stored));
    return to_bytes(**stored);
}
inline void keep_stored(Store& store, const Table& table, std::string_view key, ByteView stored) {
    auto txn = begin_write(store);
    REQUIRE(txn->put(Table{table.name, Framing::Raw}, view(key), stored));
    REQUIRE(commit(std::move(txn)));
}

}  // namespace chapar::storage::testing

TYPE_TO_STRING(chapar::storage::testing::InMemory);
TYPE_TO_STRING(chapar::storage::testing::OnDisk);
