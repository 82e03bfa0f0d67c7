#include <doctest/doctest.h>

#include "crypto/chunk_verifier.h"
#include "crypto/padding.h"
#include "crypto/stream.h"
#include "crypto/tree.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;
using namespace std::string_view_literals;

namespace {

Bytes text(std::size_t size) {
    Bytes out(size);
    FakeRandom random(size);
    random.fill(out);
    return out;
}

Secret32 key() {
    FakeRandom random(1);
    return Secret32::random(random);
}

StreamCommitment commitment_of(ByteView ciphertext) {
    return {
        .commitment = {}, .root = tree_root(chunk_leaves(ciphertext)), .size = ciphertext.size()};
}

}  // namespace

TEST_CASE("padding is undone for every length around its steps") {
    for (const std::size_t size : {0, 1, 254, 255, 256, 257, 999, 1000, 65535, 65536, 70000}) {
        const Bytes plain = text(size);
        const SecretBuffer padded = pad(plain);
        CHECK(padded.size() == padded_size(size));
        CHECK(padded.size() >= 256);
        CHECK(padded.size() <= std::max<std::size_t>(256, (size + 1) + (size + 1) * 12 / 100));
        const Result<std::size_t> length = unpadded_size(padded.expose());
        REQUIRE(length.has_value());
        CHECK(*length == size);
    }
}

TEST_CASE("a text that ends in zeros or in the mark keeps its end") {
    for (const std::string_view end : {"\x80"sv, "\x80\0\0"sv, "\0\0"sv, "\x80\x80"sv}) {
        const Bytes plain = to_bytes(end);
        const SecretBuffer padded = pad(plain);
        const Result<std::size_t> length = unpadded_size(padded.expose());
        REQUIRE(length.has_value());
        CHECK(*length == plain.size());
    }
}

// Fails if the mark is not looked at, or the padded size not computed again.
TEST_CASE("padding of another size, or without its mark, is refused") {
    CHECK_FALSE(unpadded_size({}).has_value());
    CHECK_FALSE(unpadded_size(Bytes(256)).has_value());
    CHECK_FALSE(unpadded_size(Bytes(256, std::byte{1})).has_value());
    Bytes longer = to_bytes(pad(view("text")).expose());
    longer.resize(512);
    REQUIRE_FALSE(unpadded_size(longer).has_value());
    CHECK(unpadded_size(longer).error().code == Errc::StreamPadding);
    longer.resize(255);
    CHECK_FALSE(unpadded_size(longer).has_value());
}

TEST_CASE("a stream opens to what was sealed, at every length around a chunk") {
    for (const std::size_t size : {1, 16, 65535, 65536, 65537, 131072, 131073, 200000}) {
        const Bytes plain = text(size);
        const Bytes sealed = seal_stream(key(), plain);
        const Result<SecretBuffer> opened = open_stream(key(), sealed);
        REQUIRE(opened.has_value());
        CHECK(equal(opened->expose(), plain));
    }
}

// Fails if the last flag or the number of the chunk is left out of its nonce, or if a last chunk
// may be a tag and nothing else.
TEST_CASE("a stream that was cut, extended or re-ordered does not open") {
    const Bytes sealed = seal_stream(key(), text(131073));
    const auto fails = [](ByteView ciphertext) {
        const Result<SecretBuffer> opened = open_stream(key(), ciphertext);
        return !opened && opened.error().code == Errc::StreamOpen;
    };
    const ByteView all = sealed;
    CHECK(fails({}));
    for (std::size_t cut : {1, 16, 17, 65536}) CHECK(fails(all.first(all.size() - cut)));
    CHECK(fails(all.first(2 * kSealedChunkBytes)));
    CHECK(fails(all.first(kSealedChunkBytes)));
    for (std::size_t more : {1, 16, 17}) {
        Bytes longer = sealed;
        longer.resize(longer.size() + more);
        CHECK(fails(longer));
    }
    Bytes swapped = to_bytes(all.subspan(kSealedChunkBytes, kSealedChunkBytes));
    append(swapped, all.first(kSealedChunkBytes));
    append(swapped, all.subspan(2 * kSealedChunkBytes));
    CHECK(fails(swapped));
}

TEST_CASE("a stream opens with no other key") {
    FakeRandom random(2);
    CHECK_FALSE(open_stream(Secret32::random(random), seal_stream(key(), text(300))).has_value());
}

// Fails if the number of the stream is left out of its keys.
TEST_CASE("the keys of a stream follow from its secret, and differ from those of its neighbour") {
    StreamKeys first = derive_stream_keys(key(), 0);
    const StreamKeys second = derive_stream_keys(key(), 1);
    CHECK(first.commitment != second.commitment);
    CHECK_FALSE(equal(first.key.expose(), second.key.expose()));
    const StreamKeys again = stream_keys_of(std::move(first.secret));
    CHECK(again.commitment == first.commitment);
    CHECK(equal(again.key.expose(), first.key.expose()));
}

// Fails if the root, or the size, is not compared.
TEST_CASE("the commitment of a stream fits no other ciphertext and no other size") {
    Bytes sealed = seal_stream(key(), text(70000));
    StreamCommitment commitment = commitment_of(sealed);
    CHECK(check_stream(commitment, sealed));
    sealed[66000] ^= std::byte{1};
    CHECK(check_stream(commitment, sealed).error().code == Errc::StreamRoot);
    sealed[66000] ^= std::byte{1};
    commitment.size += 1;
    CHECK_FALSE(check_stream(commitment, sealed).has_value());
    commitment.size = 0;
    CHECK_FALSE(check_stream(commitment, {}).has_value());
}

// Fails if a chunk is not compared with its leaf.
TEST_CASE("chunks are checked on arrival, in any order") {
    const Bytes sealed = seal_stream(key(), text(140000));
    const StreamCommitment commitment = commitment_of(sealed);
    const std::vector<Hash> leaves = chunk_leaves(sealed);
    const Result<ChunkVerifier> verifier = ChunkVerifier::create(commitment, leaves);
    REQUIRE(verifier.has_value());
    CHECK(verifier->chunks() == 3);
    const ByteView all = sealed;
    CHECK(verifier->check(2, all.subspan(2 * kSealedChunkBytes)));
    CHECK(verifier->check(0, all.first(kSealedChunkBytes)));
    CHECK_FALSE(verifier->check(1, all.first(kSealedChunkBytes)));
    CHECK_FALSE(verifier->check(3, all.first(kSealedChunkBytes)));
}

// Fails if the root of the list, or its number, is not compared.
TEST_CASE("a leaf list is refused unless its root and number are the committed ones") {
    const Bytes sealed = seal_stream(key(), text(140000));
    const StreamCommitment commitment = commitment_of(sealed);
    std::vector<Hash> leaves = chunk_leaves(sealed);
    std::swap(leaves[0], leaves[1]);
    CHECK_FALSE(ChunkVerifier::create(commitment, leaves).has_value());
    CHECK_FALSE(ChunkVerifier::create(commitment, {}).has_value());
    // The root itself as the only leaf: the number of chunks does not fit.
    CHECK_FALSE(ChunkVerifier::create(commitment, {commitment.root}).has_value());
}

}  // namespace chapar::testing
