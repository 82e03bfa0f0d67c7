#include <doctest/doctest.h>

#include "crypto/body_seal.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

template <typename Number>
Secret32 key_of(Number fill) {
    Secret32 out;
    for (std::byte& b : out.expose_mutable()) b = static_cast<std::byte>(fill);
    return out;
}

// The worked example of crypto/ledger.md.
constexpr std::string_view kOrigin = "chapar.caricc/ledger/1";
const TimeMs kExact(1795264496789);

Leaf example_leaf() {
    Leaf leaf;
    leaf.kind = LeafKind::Message;
    leaf.epoch = ProcessEpoch(2);
    leaf.index = EntryIndex(7);
    leaf.time = leaf_time(kExact);
    leaf.last_dir = EntryIndex(5);
    leaf.body_commit = body_commit(body_salt(key_of(0x11), leaf.index),
                                   from_hex("010001010200080000000000000000").value());
    leaf.tags = {view_tag(key_of(0x22), origin_hash(kOrigin), leaf.index),
                 pad_tag(key_of(0x33), leaf.index)};
    return leaf;
}

}  // namespace

TEST_CASE("the worked example of the page has these bytes") {
    const Leaf leaf = example_leaf();
    CHECK(to_hex(leaf.encode()) ==
          "01010002000000020000000000000007000001a1fe1a41800000000000000005"
          "c8c18b1870a9d16cdbd212bc93922e07b9630fc5e25a2429f55328c0776ea987"
          "e816be1263744c4315e85ef1f6ddd1501ab53dee27fd2517d0328b1699f71241");
    CHECK(to_hex(leaf_hash(leaf.encode()).view()) ==
          "a33f86a9c993ebf32a0cdfbe0f81412b5fa8ea63893e6293de2f82449eb71e6c");
    CHECK(leaf.encode().size() == 96);
}

TEST_CASE("a leaf is a strict layout, with and without views") {
    Leaf leaf = example_leaf();
    CHECK(layout_is_strict(leaf));
    leaf.kind = LeafKind::Key;
    leaf.tags.clear();
    CHECK(layout_is_strict(leaf));
    CHECK(leaf.encode().size() == Leaf::kFixedBytes);
}

TEST_CASE("a leaf with milliseconds, a wrong number of views or a late last_dir is refused") {
    const Bytes good = example_leaf().encode();
    const auto with = [&](std::size_t at, int value) {
        Bytes bytes = good;
        bytes[at] = static_cast<std::byte>(value);
        return Leaf::decode(bytes);
    };
    CHECK(with(1, 12).error().context == "leaf kind");
    CHECK(with(2, 3).error().context == "leaf clock");
    CHECK(with(3, 1).error().code == Errc::LeafInvalid);
    CHECK(with(1, 2).error().context == "leaf views");
    CHECK(with(23, 1).error().context == "leaf time");
    CHECK(with(31, 7).error().context == "leaf last_dir");
    CHECK(with(31, 6));
    CHECK(with(0, 2).error().context == "leaf version");
}

TEST_CASE("entry 0 has no entry before it") {
    Leaf first;
    first.kind = LeafKind::Admin;
    CHECK(Leaf::decode(first.encode()));
    Bytes bytes = first.encode();
    bytes[31] = std::byte{1};
    CHECK_FALSE(Leaf::decode(bytes));
}

TEST_CASE("view tags match their own agency, index and ledger only") {
    const Hash origin = origin_hash(kOrigin);
    const ViewTag tag = view_tag(key_of(1), origin, EntryIndex(9));
    CHECK(tag == view_tag(key_of(1), origin, EntryIndex(9)));
    CHECK(tag != view_tag(key_of(2), origin, EntryIndex(9)));
    CHECK(tag != view_tag(key_of(1), origin, EntryIndex(10)));
    CHECK(tag != view_tag(key_of(1), origin_hash("chapar.caricc/ledger/2"), EntryIndex(9)));
    CHECK(tag != pad_tag(key_of(1), EntryIndex(9)));
}

TEST_CASE("a body opens at its own index under its own key only") {
    const Bytes body = to_bytes("what happened");
    const WideNonce nonce{{std::byte{4}}};
    const Bytes stored = seal_body(key_of(1), EntryIndex(3), EntryIndex(9), nonce, body);
    CHECK(key_entry_of(stored).value() == EntryIndex(3));
    CHECK(stored.size() == 8 + 24 + 16 + body.size());
    CHECK(open_body(key_of(1), EntryIndex(9), stored).value() == body);
    CHECK(open_body(key_of(1), EntryIndex(10), stored).error().code == Errc::OpenFailed);
    CHECK(open_body(key_of(2), EntryIndex(9), stored).error().code == Errc::OpenFailed);
    for (std::size_t i = 8; i < stored.size(); ++i) {
        Bytes flipped = stored;
        flipped[i] ^= std::byte{1};
        CHECK_FALSE(open_body(key_of(1), EntryIndex(9), flipped));
    }
    for (std::size_t size = 0; size < stored.size(); ++size) {
        CHECK_FALSE(open_body(key_of(1), EntryIndex(9), ByteView(stored).first(size)));
    }
    CHECK(key_entry_of(ByteView(stored).first(47)).error().code == Errc::MalformedLayout);
}

TEST_CASE("a sealed body's commitment is salted, a clear one's is not") {
    const Bytes body = to_bytes("what happened");
    const BodySalt salt = body_salt(key_of(1), EntryIndex(9));
    CHECK_FALSE(salt.is_zero());
    CHECK(body_commit(salt, body) != body_commit(BodySalt{}, body));
    CHECK(salt != body_salt(key_of(1), EntryIndex(10)));
    CHECK(body_commit(salt, body) != body_commit(salt, to_bytes("what happenee")));
}

}  // namespace chapar::testing
