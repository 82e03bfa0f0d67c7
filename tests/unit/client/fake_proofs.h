// The PROOFS service of the fake broker, and two witnesses with a policy that asks for both. Honest
// until a test bends an answer.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "crypto/cosignature.h"
#include "crypto/witness_policy.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {

class FakeProofs {
  public:
    explicit FakeProofs(World& world)
        : world_(world),
          first_(witness("witness.test/1", 71)),
          second_(witness("witness.test/2", 72)) {}

    [[nodiscard]] static crypto::NoteCosigner witness(const std::string& name, std::uint8_t seed) {
        FakeRandom random(seed);
        return must(crypto::NoteCosigner::create(name, crypto::SigningKey::generate(random)));
    }
    [[nodiscard]] std::string policy_text() const {
        return "log " + world_.card().log().vkey() + "\nwitness one " + first_.verifier().vkey() +
               "\nwitness two " + second_.verifier().vkey() + "\ngroup both all one two\n" +
               "quorum both\n";
    }
    [[nodiscard]] crypto::WitnessPolicy policy() const {
        return must(crypto::WitnessPolicy::parse(policy_text()));
    }
    [[nodiscard]] const crypto::NoteCosigner& first() const { return first_; }
    [[nodiscard]] const crypto::NoteCosigner& second() const { return second_; }
    [[nodiscard]] std::string line(const crypto::NoteCosigner& by, const std::string& note) const {
        return must(by.cosign(must(crypto::ParsedNote::parse(note)).text, world_.now));
    }

    // Both witnesses sign the newest head.
    void cosign() {
        const std::string note = world_.ledger->note();
        show(world_.ledger->size(), note + line(first_, note) + line(second_, note));
    }
    // This note is shown as the witnessed head of this size.
    void show(std::uint64_t size, std::string note) {
        size_ = size;
        note_ = std::move(note);
    }

    bool silent = false;                         // questions are not answered
    std::set<EntryIndex> withheld;               // left out of answers
    std::set<EntryIndex> unknown;                // a question that names one is not.found
    std::function<void(schemas::Proofs&)> bend;  // the last word on an answer

    std::optional<schemas::Proofs> answer(const schemas::ProofsAsk& ask, std::uint64_t& seen) {
        if (silent) return std::nullopt;
        if (ask.witnessing == schemas::Witnessing::WitnessedHead) {
            kept_.insert(ask.entries.begin(), ask.entries.end());
            if (auto frame = pushed(seen)) return frame;
            return finish({world_.ledger->frame_head(seen), {}}, world_.ledger->size(), seen);
        }
        schemas::Proofs out{world_.ledger->frame_head(seen), {}};
        for (const EntryIndex index : ask.entries) add(out, index, world_.ledger->size());
        return finish(std::move(out), world_.ledger->size(), seen);
    }
    // What was asked for and the witnessed head holds, if there is any.
    std::optional<schemas::Proofs> pushed(std::uint64_t& seen) {
        schemas::Proofs out{{note_, path(seen)}, {}};
        std::erase_if(
            kept_, [&](EntryIndex index) { return index.value < size_ && add(out, index, size_); });
        if (out.proofs.empty()) return std::nullopt;
        return finish(std::move(out), size_, seen);
    }

    [[nodiscard]] bool finds(const schemas::ProofsAsk& ask) const {
        return std::ranges::none_of(ask.entries,
                                    [&](EntryIndex index) { return unknown.contains(index); });
    }

  private:
    bool add(schemas::Proofs& out, EntryIndex index, std::uint64_t size) const {
        if (withheld.contains(index)) return false;
        schemas::EntryProof proof = world_.ledger->proof_at(index, size);
        proof.body.clear();
        proof.salt = {};
        out.proofs.push_back(std::move(proof));
        return true;
    }
    [[nodiscard]] std::vector<Hash> path(std::uint64_t seen) const {
        return size_ == 0 || seen == 0
                   ? std::vector<Hash>()
                   : world_.ledger->consistency(std::min(seen, size_), std::max(seen, size_));
    }
    schemas::Proofs finish(schemas::Proofs out, std::uint64_t size, std::uint64_t& seen) {
        seen = std::max(seen, size);
        if (bend) bend(out);
        return out;
    }

    World& world_;
    crypto::NoteCosigner first_;
    crypto::NoteCosigner second_;
    std::uint64_t size_ = 0;
    std::string note_;
    std::set<EntryIndex> kept_;
};

}  // namespace chapar::testing
