// A ledger made up for the verifier: real manifest, real log key, entries that hold together.
//
// Written with the product's own code, so that the verifier is held against what the product
// writes. Deterministic; entry i is made when asked for, so a ledger of a million takes no memory.
// A fork differs from its `fork_at` on.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/manifest.h"
#include "storage/export_tree.h"
#include "storage/ledger_export_write.h"
#include "tests/support/fake_random.h"

namespace chapar::testing {

struct MadePlan {
    std::uint64_t fork_at = ~0ULL;      // entries from here on are those of another history
    std::uint64_t prune_entry = ~0ULL;  // this entry prunes the first 256 MSG leaves of the export
    std::uint64_t prune_end = 256;
    std::uint64_t pruned_after = 2 * kYear;  // ms between the entry before the PRUNE entry and it
    std::uint64_t prune_before = kStart + kYear / 2;  // what the PRUNE entry says of their age
    std::size_t sealed_bytes = 72;                    // of the body of a MSG entry, at least 72
    Hash archive{};  // what the PRUNE entry says of where they are kept

    static constexpr std::uint64_t kStart = 1'795'262'400'000;  // 2026-11-21T12:00:00Z
    static constexpr std::uint64_t kYear = 366ULL * 86'400'000;
};

class MadeLedger {
  public:
    static constexpr std::uint64_t kStart = MadePlan::kStart;

    explicit MadeLedger(MadePlan plan = {});

    [[nodiscard]] storage::ExportedEntry entry(std::uint64_t index) const;
    [[nodiscard]] std::string checkpoint(std::uint64_t size) const;
    // With the line of this witness behind it.
    [[nodiscard]] std::string cosigned(std::uint64_t size, const crypto::NoteCosigner& w) const;
    [[nodiscard]] std::string cosignature(std::uint64_t size, const crypto::NoteCosigner& w,
                                          TimeMs at) const;
    [[nodiscard]] Hash root(std::uint64_t size) const;
    [[nodiscard]] std::string card() const;  // the JSON that the verifier reads
    [[nodiscard]] const Bytes& manifest() const { return record_; }
    [[nodiscard]] const crypto::NoteSigner& log() const { return log_; }

    // Files of the export, in order.
    [[nodiscard]] std::vector<std::string> write(
        const std::string& target, std::uint64_t size,
        storage::ExportForm form = storage::ExportForm::Archive, std::uint64_t from = 0,
        const std::vector<std::pair<std::uint64_t, std::string>>& notes = {},
        const std::string& checkpoint = {}) const;

  private:
    [[nodiscard]] Bytes leaf(std::uint64_t index, ByteView body) const;
    [[nodiscard]] Bytes body(std::uint64_t index) const;
    [[nodiscard]] std::uint8_t kind(std::uint64_t index) const;
    [[nodiscard]] std::uint64_t time(std::uint64_t index) const;
    [[nodiscard]] std::uint64_t last_directory(std::uint64_t index) const;

    MadePlan plan_;
    FakeRandom random_{7};
    crypto::SigningKey root_key_;
    crypto::NoteSigner log_;
    crypto::Manifest manifest_;
    Bytes record_;
};

}  // namespace chapar::testing
