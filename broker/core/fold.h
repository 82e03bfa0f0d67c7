// The fold: durable state and operations in, durable state and outcomes out.
//
// Owns: one tick: each operation is applied, its entries appended, before the next one is looked at
// (so that the second of two equal envelopes in a tick is a duplicate); at the end the ledger is
// sealed. Does not know sockets, clocks or threads; draws no randomness but body nonces, which no
// leaf and no state depends on. Commits nothing: the caller commits the transaction, and only then
// speaks and swaps its frontier.
//
// Errors: only of the store and the ledger (StoreFull, StoreFailed, LedgerDamaged, ..): the
// transaction must then be dropped. What is wrong with an operation is in its Outcome.
// Thread: the writer's. Source: design README "The fold".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "broker/core/capacity.h"
#include "broker/core/frontier.h"
#include "broker/core/ledger_append.h"
#include "broker/core/operation.h"
#include "broker/core/outcome.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/limits.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// One outcome per operation, in order. `frontier` is a copy made for this tick; it is right only if
// fold returned a value. REQUIRES: the frontier is the store's.
[[nodiscard]] Result<std::vector<Outcome>> fold(storage::Txn& txn, Frontier& frontier,
                                                std::span<const Operation> operations,
                                                const crypto::LedgerKeys& keys, NonceSource& nonces,
                                                const Capacity& capacity = {});

// A ledger key that is not open yet, and the public keys its copies must be sealed to, in order.
struct KeyNeed {
    crypto::LedgerKeyScope scope;
    std::vector<PublicKey> copies;
};

// The keys that the operations of a batch could need and that are not open: the edge draws them,
// adds the secrets to its LedgerKeys and proposes OpenKey first. An operation that meets a missing
// key is answered BackPressure and changes nothing.
//
// Asked for one operation after the other, before any is applied: what it has read, it remembers.
// REQUIRES: nothing is written while it lives.
class KeyNeeds {
  public:
    explicit KeyNeeds(const storage::ReadTxn& txn);
    ~KeyNeeds();
    KeyNeeds(const KeyNeeds&) = delete;
    KeyNeeds& operator=(const KeyNeeds&) = delete;
    // Without those named for an earlier operation between the same agencies. May name a key that
    // is not needed in the end.
    [[nodiscard]] Result<std::vector<KeyNeed>> of(const Operation& operation);

  private:
    struct Known;
    std::unique_ptr<Known> known_;
};

// When the earliest deadline in the state falls: an Advance at or after this time has an effect.
[[nodiscard]] Result<std::optional<TimeMs>> next_deadline(const storage::ReadTxn& txn);

}  // namespace chapar::broker
