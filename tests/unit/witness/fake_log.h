// A log that grows by leaves and asks for cosignatures, and the witness that is asked.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "client/core/witness.h"
#include "crypto/checkpoint.h"
#include "crypto/tree.h"
#include "storage/store.h"
#include "support/fake_random.h"
#include "support/results.h"

namespace chapar::testing {

inline const std::string kOrigin = "chapar.caricc/ledger/1";
constexpr TimeMs kNow{1795264496000};

// `line` tells histories apart that one key signs.
class FakeLog {
  public:
    explicit FakeLog(std::uint64_t leaves, std::string line = "first", std::uint64_t seed = 1,
                     std::string origin = kOrigin)
        : origin_(std::move(origin)), signer_(make_signer(origin_, seed)) {
        for (std::uint64_t i = 0; i < leaves; ++i) {
            leaves_.push_back(crypto::leaf_hash(view(line + std::to_string(i))));
        }
    }

    [[nodiscard]] const crypto::NoteVerifier& key() const { return signer_.verifier(); }
    [[nodiscard]] const crypto::NoteSigner& signer() const { return signer_; }
    [[nodiscard]] crypto::Checkpoint head(std::uint64_t size) const {
        return {origin_, TreeSize(size), crypto::tree_root(std::span(leaves_).first(size))};
    }
    [[nodiscard]] std::string note(std::uint64_t size) const {
        return crypto::sign_checkpoint(head(size), signer_);
    }
    [[nodiscard]] crypto::AddCheckpoint request(std::uint64_t old_size, std::uint64_t size) const {
        const auto leaves = std::span(leaves_).first(size);
        auto path =
            old_size <= size ? crypto::consistency_path(leaves, old_size) : std::vector<Hash>();
        return {TreeSize(old_size), std::move(path), note(size)};
    }
    [[nodiscard]] std::string body(std::uint64_t old_size, std::uint64_t size) const {
        return request(old_size, size).body();
    }

  private:
    static crypto::NoteSigner make_signer(const std::string& origin, std::uint64_t seed) {
        FakeRandom random(seed);
        return must(crypto::NoteSigner::create(origin, crypto::SigningKey::generate(random)));
    }
    std::string origin_;
    crypto::NoteSigner signer_;
    std::vector<Hash> leaves_;
};

inline client::Witness make_witness(std::vector<crypto::NoteVerifier> logs) {
    FakeRandom random(77);
    return {
        must(crypto::NoteCosigner::create("witness.example", crypto::SigningKey::generate(random))),
        std::move(logs)};
}

// One request as the service handles it: committed if it must be, then answered.
inline client::WitnessDecision ask(const client::Witness& witness, storage::Store& store,
                                   const std::string& body, TimeMs now = kNow) {
    auto txn = must(store.begin_write());
    client::WitnessDecision decision = must(witness.add_checkpoint(*txn, body, now));
    if (decision.write == client::WitnessDecision::Write::Commit) {
        must(std::move(*txn).commit());
    }
    return decision;
}

inline TimeMs cosigned_at(const client::Witness& witness, const std::string& note,
                          const crypto::WitnessAnswer& answer) {
    const std::string text = must(crypto::ParsedNote::parse(note)).text;
    return must(crypto::find_cosignature(text, answer.body, witness.key())).time;
}

}  // namespace chapar::testing
