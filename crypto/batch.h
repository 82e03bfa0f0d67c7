// Signed batches: one signature over up to 256 envelopes, or over up to 256 statements.
//
// Owns: B, items, and their checks. Does not know sessions or ledgers: whether home and head are
// the right ones is the caller's question. Source: crypto/envelope.md, "Batch".
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crypto/sign.h"
#include "crypto/statement.h"
#include "crypto/tree.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// The newest verified head the signer held: every signature says what its author saw.
struct SeenHead {
    Home home;
    LedgerNumber ledger;
    TreeSize size;
    Hash root;
    bool operator==(const SeenHead&) const = default;
};

// home[32] || u32 ledgerNo || u64 headSize || headRoot[32] || u16 n || root[32]: 110 bytes.
struct BatchHead {
    static constexpr std::size_t kBytes = 110;
    SeenHead seen;
    std::uint16_t count = 0;  // n, 1..256
    Hash root;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<BatchHead> decode(ByteView bytes);
    bool operator==(const BatchHead&) const = default;
};

// B || sig[64] || u16 index || path: one member of a batch, provable alone.
struct BatchItem {
    BatchHead head;
    Signature signature;
    std::uint16_t index = 0;
    std::vector<Hash> path;  // leaf upward, at most 8 nodes

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<BatchItem> decode(ByteView bytes);
    bool operator==(const BatchItem&) const = default;
};

struct SignedBatch {
    BatchHead head;
    Signature signature;
    std::vector<std::vector<Hash>> paths;

    [[nodiscard]] BatchItem item(std::size_t index) const;
};

// A batch holds one kind: the kind decides the label of the signature.
enum class BatchKind : std::uint8_t { Envelopes, Deliveries };

// REQUIRES: 1..256 members.
[[nodiscard]] SignedBatch sign_envelopes(const SeenHead& seen,
                                         std::span<const EnvelopeHash> envelopes,
                                         const SigningKey& key);
[[nodiscard]] SignedBatch sign_statements(const SeenHead& seen,
                                          std::span<const DeliveryStatement> statements,
                                          const SigningKey& key);

// The two halves of an item's check, for callers that share one signature among many items.
[[nodiscard]] Status check_path(const EnvelopeHash& envelope, const BatchItem& item);
[[nodiscard]] Status check_path(const DeliveryStatement& statement, const BatchItem& item);
[[nodiscard]] Status check_signature(BatchKind kind, const BatchHead& head,
                                     const Signature& signature, const VerifyingKey& key);

// One item: BatchPath, then BatchSignature.
[[nodiscard]] Status check_item(const EnvelopeHash& envelope, const BatchItem& item,
                                const VerifyingKey& key);
[[nodiscard]] Status check_item(const DeliveryStatement& statement, const BatchItem& item,
                                const VerifyingKey& key);

// A whole batch: its number, its root, one signature.
[[nodiscard]] Status check_batch(const BatchHead& head, const Signature& signature,
                                 std::span<const EnvelopeHash> envelopes, const VerifyingKey& key);
[[nodiscard]] Status check_batch(const BatchHead& head, const Signature& signature,
                                 std::span<const DeliveryStatement> statements,
                                 const VerifyingKey& key);
// Items of a batch that was checked whole: what is stored and handed on.
[[nodiscard]] SignedBatch batch_of(const BatchHead& head, const Signature& signature,
                                   std::span<const EnvelopeHash> envelopes);

}  // namespace chapar::crypto
