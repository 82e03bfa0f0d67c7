// Encodings: what is written is read, what is cut or longer is refused, and whatever is accepted of
// damaged bytes is written again as those very bytes.
#include "crypto/batch.h"
#include "crypto/bundle.h"
#include "crypto/envelope.h"
#include "crypto/leaf.h"
#include "crypto/policy_record.h"
#include "crypto/record.h"
#include "crypto/statement.h"
#include "schemas/header_codec.h"
#include "tests/unit/properties/drawn_policy.h"
#include "tests/unit/properties/property.h"
#include "tests/unit/schemas/samples.h"

namespace chapar::testing {
namespace {

using namespace crypto;

// Bits turned, bytes replaced, stretches taken out, doubled or moved.
Bytes damaged(const Bytes& good) {
    Bytes out = good;
    for (std::uint64_t steps = drawn(1, 4); steps > 0 && !out.empty(); --steps) {
        const auto at = static_cast<std::ptrdiff_t>(drawn(0, out.size() - 1));
        const auto length =
            static_cast<std::ptrdiff_t>(drawn(0, out.size() - static_cast<std::size_t>(at)));
        const Bytes part(out.begin() + at, out.begin() + at + length);
        switch (drawn(0, 4)) {
            case 0:
                out[static_cast<std::size_t>(at)] ^= static_cast<std::byte>(1U << drawn(0, 7));
                break;
            case 1:
                out[static_cast<std::size_t>(at)] = static_cast<std::byte>(drawn(0, 255));
                break;
            case 2:
                out.erase(out.begin() + at, out.begin() + at + length);
                break;
            case 3:
                out.insert(out.begin() + at, part.begin(), part.end());
                break;
            default:
                std::reverse(out.begin() + at, out.begin() + at + length);
        }
    }
    return out;
}

// Whether a value may go on: a path has as many nodes as bytes follow, and is checked against the
// tree.
enum class End : std::uint8_t { Fixed, Open };

template <typename Value, typename Encode, typename Decode>
void check_codec(const Value& value, const Encode& encode, const Decode& decode,
                 End end = End::Fixed) {
    const Bytes bytes = encode(value);
    const auto again = decode(bytes);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == value);
    const Bytes shorter = to_bytes(ByteView(bytes).first(drawn(0, bytes.size() - 1)));
    Bytes longer = bytes;
    append(longer, drawn_bytes(1, 9));
    // Fails if a decoder leaves bytes unused or reads beyond them.
    if (end == End::Fixed) RC_ASSERT(!decode(shorter));
    RC_ASSERT(!decode(longer));
    // Fails if a decoder takes two forms for one value.
    for (const Bytes& other : {shorter, damaged(bytes)}) {
        if (const auto read = decode(other)) RC_ASSERT(encode(*read) == other);
    }
}

template <typename Value>
void check_codec(const Value& value, End end = End::Fixed) {
    check_codec(
        value, [](const Value& of) { return of.encode(); },
        [](ByteView bytes) { return Value::decode(bytes); }, end);
}

EnvelopeStatement drawn_statement() {
    EnvelopeStatement out;
    out.header = drawn_bytes(1, 300);
    for (std::uint64_t n = drawn(1, 5); n > 0; --n) {
        out.streams.push_back({drawn_fixed<Hash>(), drawn_fixed<Hash>(), drawn(0, 1U << 30)});
    }
    const Hash audience = drawn_fixed<Hash>();
    std::set<CertificateHash> approvers;
    for (std::uint64_t n = drawn(0, 4); n > 0; --n)
        approvers.insert(drawn_fixed<CertificateHash>());
    for (const CertificateHash& approver : approvers) {
        out.approvals.push_back({approver, audience, drawn_fixed<Signature>()});
    }
    out.stanza_count = static_cast<std::uint16_t>(drawn(1, 256));
    out.stanza_root = drawn_fixed<Hash>();
    return out;
}

BatchItem drawn_item() {
    BatchItem out;
    out.head = {{drawn_fixed<Home>(), LedgerNumber(static_cast<std::uint32_t>(drawn(0, 99))),
                 TreeSize(drawn(0, ~std::uint64_t{0} - 1)), drawn_fixed<Hash>()},
                static_cast<std::uint16_t>(drawn(1, 256)),
                drawn_fixed<Hash>()};
    out.signature = drawn_fixed<Signature>();
    out.index = static_cast<std::uint16_t>(drawn(0, out.head.count - 1U));
    for (std::uint64_t n = drawn(0, 8); n > 0; --n) out.path.push_back(drawn_fixed<Hash>());
    return out;
}

Leaf drawn_leaf() {
    Leaf out;
    out.kind = static_cast<LeafKind>(drawn(1, 11));
    out.clock = static_cast<LeafClock>(drawn(0, 2));
    out.epoch = ProcessEpoch(static_cast<std::uint32_t>(drawn(0, ~std::uint32_t{0})));
    out.index = EntryIndex(drawn(1, 1ULL << 40));
    out.time = leaf_time(TimeMs(drawn(0, 1ULL << 42)));
    out.last_dir = EntryIndex(drawn(0, out.index.value - 1));
    out.body_commit = drawn_fixed<Hash>();
    for (std::size_t n = views_of(out.kind); n > 0; --n) out.tags.push_back(drawn_fixed<ViewTag>());
    return out;
}

PrekeyBundle drawn_bundle() {
    PrekeyBundle out;
    out.certificate = drawn_fixed<CertificateHash>();
    out.sequence = static_cast<std::uint32_t>(drawn(1, 1000));
    out.previous = drawn_fixed<Hash>();
    out.first_epoch = EpochDay(static_cast<std::uint32_t>(drawn(0, 40'000)));
    out.epochs = static_cast<std::uint16_t>(drawn(1, 5));
    out.keep_days = static_cast<std::uint16_t>(drawn(2, 30));
    out.keys_per_epoch = static_cast<std::uint8_t>(drawn(1, 2));
    for (std::size_t n = std::size_t{out.epochs} * out.keys_per_epoch; n > 0; --n) {
        out.keys.push_back(drawn_fixed<PublicKey>());
    }
    return out;
}

SignedRecord drawn_record() {
    SignedRecord out{static_cast<RecordType>(drawn(1, 16)), drawn_bytes(0, 200), {}};
    std::set<SigningPublicKey> signers;
    for (std::uint64_t n = drawn(0, 5); n > 0; --n) signers.insert(drawn_fixed<SigningPublicKey>());
    for (const SigningPublicKey& signer : signers) {
        out.signatures.push_back({signer, drawn_fixed<Signature>()});
    }
    return out;
}

schemas::Header drawn_header() {
    using namespace schemas;
    Header out = drawn(0, 1) == 0 ? plain_header() : full_header();
    out.kind = static_cast<Kind>(drawn(0, 65'535));
    out.home = drawn_fixed<Home>();
    out.sender = drawn_fixed<CertificateHash>();
    out.created = TimeMs(drawn(0, 1ULL << 42));
    out.expires_at = TimeMs(drawn(0, 1ULL << 42));
    out.classification = static_cast<Classification>(drawn(0, 3));
    out.handling = static_cast<Handling>(drawn(0, 3));
    out.personal_data = drawn(0, 1) == 1;
    if (drawn(0, 1) == 1) out.in_reply_to = drawn_fixed<MessageId>();
    out.derived_from.clear();
    for (std::uint64_t n = drawn(0, 8); n > 0; --n) {
        out.derived_from.push_back(drawn_fixed<MessageId>());
    }
    out.receipts_wanted = static_cast<std::uint16_t>(drawn(0, 7));
    return out;
}

}  // namespace

TEST_CASE("an envelope statement has one encoding") {
    holds([] { check_codec(drawn_statement()); });
}
TEST_CASE("an item of a batch has one encoding") {
    holds([] { check_codec(drawn_item(), End::Open); });
}
TEST_CASE("a leaf has one encoding") {
    holds([] { check_codec(drawn_leaf()); });
}
TEST_CASE("a prekey bundle has one encoding") {
    holds([] { check_codec(drawn_bundle()); });
}
TEST_CASE("a signed record has one encoding") {
    holds([] { check_codec(drawn_record()); });
}
TEST_CASE("a policy has one encoding") {
    holds([] { check_codec(drawn_policy(agency_of_policy("TJ-DCA"))); });
}
TEST_CASE("a header has one encoding") {
    holds([] {
        check_codec(
            drawn_header(), [](const schemas::Header& of) { return schemas::encode_header(of); },
            [](ByteView bytes) { return schemas::decode_header(bytes); });
    });
}

}  // namespace chapar::testing
