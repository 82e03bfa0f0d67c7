#include "crypto/batch.h"

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kPathNodes = 8;  // of a tree of 256 leaves
static_assert((1U << kPathNodes) == limits::kBatchItems);

Label label_of(BatchKind kind) {
    return kind == BatchKind::Envelopes ? Label::Envelopes : Label::Deliveries;
}

// What a member contributes to the tree: its 32-byte hash is the leaf.
Hash leaf_of(const EnvelopeHash& envelope) { return leaf_hash(envelope.view()); }
Hash leaf_of(const DeliveryStatement& statement) {
    return leaf_hash(statement_hash(statement).view());
}

template <typename Member>
Tree tree_of(std::span<const Member> members) {
    CHAPAR_ASSERT(!members.empty() && members.size() <= limits::kBatchItems);
    std::vector<Hash> leaves;
    leaves.reserve(members.size());
    for (const Member& member : members) leaves.push_back(leaf_of(member));
    return Tree(std::move(leaves));
}

SignedBatch with_paths(const BatchHead& head, const Signature& signature, const Tree& tree) {
    SignedBatch batch{.head = head, .signature = signature, .paths = {}};
    for (std::size_t i = 0; i < tree.size(); ++i) batch.paths.push_back(tree.inclusion_path(i));
    return batch;
}

template <typename Member>
SignedBatch sign_members(BatchKind kind, const SeenHead& seen, std::span<const Member> members,
                         const SigningKey& key) {
    const Tree tree = tree_of(members);
    const BatchHead head{
        .seen = seen, .count = static_cast<std::uint16_t>(members.size()), .root = tree.root()};
    return with_paths(head, key.sign(label_of(kind), head.encode()), tree);
}

Status check_leaf(const Hash& leaf, const BatchItem& item) {
    const auto root = root_from_path(leaf, item.index, item.head.count, item.path);
    if (root != item.head.root) return Errc::BatchPath;
    return Done{};
}

template <typename Member>
Status check_members(BatchKind kind, const BatchHead& head, const Signature& signature,
                     std::span<const Member> members, const VerifyingKey& key) {
    if (members.empty() || members.size() > limits::kBatchItems) return Errc::BatchPath;
    if (members.size() != head.count) return Errc::BatchPath;
    if (tree_of(members).root() != head.root) return Errc::BatchPath;
    return check_signature(kind, head, signature, key);
}

}  // namespace

Bytes BatchHead::encode() const {
    return LayoutWriter()
        .raw(seen.home.view())
        .u32(seen.ledger.value)
        .u64(seen.size.value)
        .raw(seen.root.view())
        .u16(count)
        .raw(root.view())
        .take();
}

Result<BatchHead> BatchHead::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    BatchHead head;
    head.seen.home = reader.fixed<Home>();
    head.seen.ledger = LedgerNumber(reader.u32());
    head.seen.size = TreeSize(reader.u64());
    head.seen.root = reader.fixed<Hash>();
    head.count = reader.u16();
    head.root = reader.fixed<Hash>();
    CHAPAR_TRY(reader.finish("batch head"));
    if (head.count == 0 || head.count > limits::kBatchItems) {
        return Error(Errc::MalformedLayout, "batch count");
    }
    return head;
}

Bytes BatchItem::encode() const {
    LayoutWriter writer;
    writer.raw(head.encode()).raw(signature.view()).u16(index);
    for (const Hash& node : path) writer.raw(node.view());
    return writer.take();
}

Result<BatchItem> BatchItem::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    const ByteView head = reader.raw(BatchHead::kBytes);
    BatchItem item;
    item.signature = reader.fixed<Signature>();
    item.index = reader.u16();
    while (reader.remaining() >= Hash::kSize && item.path.size() < kPathNodes) {
        item.path.push_back(reader.fixed<Hash>());
    }
    CHAPAR_TRY(reader.finish("batch item"));
    item.head = CHAPAR_TRY(BatchHead::decode(head));
    return item;
}

BatchItem SignedBatch::item(std::size_t index) const {
    CHAPAR_ASSERT(index < paths.size());
    return {.head = head,
            .signature = signature,
            .index = static_cast<std::uint16_t>(index),
            .path = paths[index]};
}

SignedBatch sign_envelopes(const SeenHead& seen, std::span<const EnvelopeHash> envelopes,
                           const SigningKey& key) {
    return sign_members(BatchKind::Envelopes, seen, envelopes, key);
}

SignedBatch sign_statements(const SeenHead& seen, std::span<const DeliveryStatement> statements,
                            const SigningKey& key) {
    return sign_members(BatchKind::Deliveries, seen, statements, key);
}

Status check_path(const EnvelopeHash& envelope, const BatchItem& item) {
    return check_leaf(leaf_of(envelope), item);
}

Status check_path(const DeliveryStatement& statement, const BatchItem& item) {
    return check_leaf(leaf_of(statement), item);
}

Status check_signature(BatchKind kind, const BatchHead& head, const Signature& signature,
                       const VerifyingKey& key) {
    if (!key.verify(label_of(kind), head.encode(), signature)) return Errc::BatchSignature;
    return Done{};
}

Status check_item(const EnvelopeHash& envelope, const BatchItem& item, const VerifyingKey& key) {
    CHAPAR_TRY(check_path(envelope, item));
    return check_signature(BatchKind::Envelopes, item.head, item.signature, key);
}

Status check_item(const DeliveryStatement& statement, const BatchItem& item,
                  const VerifyingKey& key) {
    CHAPAR_TRY(check_path(statement, item));
    return check_signature(BatchKind::Deliveries, item.head, item.signature, key);
}

Status check_batch(const BatchHead& head, const Signature& signature,
                   std::span<const EnvelopeHash> envelopes, const VerifyingKey& key) {
    return check_members(BatchKind::Envelopes, head, signature, envelopes, key);
}

Status check_batch(const BatchHead& head, const Signature& signature,
                   std::span<const DeliveryStatement> statements, const VerifyingKey& key) {
    return check_members(BatchKind::Deliveries, head, signature, statements, key);
}

SignedBatch batch_of(const BatchHead& head, const Signature& signature,
                     std::span<const EnvelopeHash> envelopes) {
    return with_paths(head, signature, tree_of(envelopes));
}

}  // namespace chapar::crypto
