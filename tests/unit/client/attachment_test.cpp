#include "client/core/attachment.h"

#include "client/core/attachment_name.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/stream.h"
#include "crypto/tree.h"
#include "schemas/media_types.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

// A text, sealed as stream 1 of an envelope.
struct Sealed {
    FakeRandom random{11};
    Bytes text;
    crypto::Secret32 secret = crypto::Secret32::random(random);
    Bytes ciphertext;
    std::vector<Hash> leaves;
    crypto::StreamCommitment commitment;

    explicit Sealed(std::size_t size) : text(size) {
        random.fill(text);
        seal(crypto::pad(text).expose());
    }
    void seal(ByteView padded) {
        const auto keys = crypto::stream_keys_of(secret.duplicate());
        ciphertext = crypto::seal_stream(keys.key, padded);
        leaves = crypto::chunk_leaves(ciphertext);
        commitment = {keys.commitment, crypto::tree_root(leaves), ciphertext.size()};
    }
    [[nodiscard]] client::AttachmentSeal said() const {
        return {secret, commitment, text.size(), crypto::sha256(text)};
    }
    [[nodiscard]] Bytes chunk(std::uint64_t i) const {
        const ByteView rest = ByteView(ciphertext).subspan(i * crypto::kSealedChunkBytes);
        return to_bytes(rest.first(std::min(rest.size(), crypto::kSealedChunkBytes)));
    }
    [[nodiscard]] Result<Bytes> open(const client::AttachmentSeal& seal) const {
        Bytes out;
        CHAPAR_TRY(client::open_attachment(
            seal, [this](std::uint64_t i) -> Result<Bytes> { return chunk(i); },
            [&out](ByteView more) -> Status {
                append(out, more);
                return Done{};
            }));
        return out;
    }
};

}  // namespace

TEST_CASE("an attachment opens chunk by chunk to what was sealed, whatever its length") {
    for (const std::size_t size : {0UL, 1UL, 255UL, 65535UL, 65536UL, 65537UL, 400'000UL}) {
        const Sealed sealed(size);
        CHECK(must(sealed.open(sealed.said())) == sealed.text);
    }
}

// Fails if open_attachment() does not compute R_j again: a changed chunk would be StreamOpen, which
// blames the sender for what a disk or the broker did.
TEST_CASE("a chunk that was changed after sealing is not the signed one") {
    Sealed sealed(200'000);
    sealed.ciphertext[70'000] ^= std::byte{1};
    CHECK(error_of(sealed.open(sealed.said())) == Errc::StreamRoot);
}

TEST_CASE("a ciphertext that is cut short is not the signed one") {
    Sealed sealed(200'000);
    sealed.ciphertext.resize(sealed.ciphertext.size() - 100);
    CHECK(error_of(sealed.open(sealed.said())) == Errc::StreamRoot);
}

// Fails if the commitment is not checked before the first chunk: one ciphertext may open two ways.
TEST_CASE("another stream's secret opens nothing") {
    const Sealed sealed(1000);
    const Sealed other(2000);
    const auto wrong = crypto::Secret32::random(const_cast<Sealed&>(other).random);
    CHECK(error_of(sealed.open({wrong, sealed.commitment, 1000, crypto::sha256(sealed.text)})) ==
          Errc::Commitments);
}

// Fails if the length of the manifest or the digest of stream 0 is not compared.
TEST_CASE("a text that is not what the manifest says never counts as opened") {
    const Sealed sealed(100'000);
    auto said = sealed.said();
    said.digest.bytes[5] ^= std::byte{1};
    CHECK(error_of(sealed.open(said)) == Errc::ManifestMismatch);
    auto longer = sealed.said();
    longer.length = 100'001;  // pads to the same size
    CHECK(error_of(sealed.open(longer)) == Errc::StreamPadding);
    auto much_longer = sealed.said();
    much_longer.length = 200'000;
    CHECK(error_of(sealed.open(much_longer)) == Errc::ManifestMismatch);
}

// Fails if Unpadder lets bytes behind the mark pass: they would carry what nobody sees.
TEST_CASE("padding that hides something is refused") {
    Sealed sealed(70'000);
    auto padded = crypto::pad(sealed.text);
    padded.expose_mutable()[padded.size() - 1] = std::byte{7};
    sealed.seal(padded.expose());
    CHECK(error_of(sealed.open(sealed.said())) == Errc::StreamPadding);
}

TEST_CASE("chunks are taken in any order, once, and only the signed ones") {
    const Sealed sealed(300'000);
    auto download = must(client::Download::create(sealed.commitment, sealed.leaves));
    REQUIRE(download.chunks() == 5);
    CHECK(download.next_missing(0, 3) == client::ChunkRange{0, 3});
    CHECK(download.next_missing(4, 3) == client::ChunkRange{4, 1});

    Bytes two = sealed.chunk(3);
    append(two, sealed.chunk(4));
    CHECK(must(download.check(3, two)) == 2);
    download.mark({3, 2});
    download.mark({3, 2});
    CHECK(download.missing() == 3);
    CHECK(download.bytes_here() == two.size());
    CHECK(download.next_missing(0, 9) == client::ChunkRange{0, 3});
    CHECK(!download.next_missing(3, 9));

    CHECK(error_of(download.check(1, sealed.chunk(0))) == Errc::StreamRoot);
    CHECK(error_of(download.check(0, {})) == Errc::StreamRoot);
    CHECK(error_of(download.check(5, sealed.chunk(0))) == Errc::StreamRoot);
    CHECK(error_of(download.check(~0ULL, sealed.chunk(0))) == Errc::StreamRoot);
    two.pop_back();
    CHECK(error_of(download.check(3, two)) == Errc::StreamRoot);
}

// Fails if the leaf list is not checked against R_j first.
TEST_CASE("a leaf list that is not the signed one is refused") {
    const Sealed sealed(300'000);
    auto leaves = sealed.leaves;
    std::swap(leaves[0], leaves[1]);
    CHECK(error_of(client::Download::create(sealed.commitment, leaves)) == Errc::StreamRoot);
    leaves = sealed.leaves;
    leaves.pop_back();
    CHECK(error_of(client::Download::create(sealed.commitment, leaves)) == Errc::StreamRoot);
    CHECK(error_of(client::Download::create(sealed.commitment, {})) == Errc::StreamRoot);
}

TEST_CASE("a stream larger than any attachment is refused before anything is kept") {
    const crypto::StreamCommitment huge{{}, {}, 1ULL << 60};
    CHECK(error_of(client::Download::create(huge, {Hash{}})) == Errc::TooLarge);
}

// Fails if ChunkVerifier::check() does not look at the length: the hash of a longer chunk, signed
// by its own sender, would be written over its neighbour.
TEST_CASE("a signed chunk of another length than its place has is refused") {
    Bytes odd(crypto::kSealedChunkBytes + 10);
    const Bytes rest(crypto::kSealedChunkBytes - 10);
    const std::vector<Hash> leaves{crypto::leaf_hash(odd), crypto::leaf_hash(rest)};
    const crypto::StreamCommitment commitment{
        {}, crypto::tree_root(leaves), 2 * crypto::kSealedChunkBytes};
    const auto verifier = must(crypto::ChunkVerifier::create(commitment, leaves));
    CHECK(error_of(verifier.check(0, odd)) == Errc::StreamRoot);
    CHECK(error_of(verifier.check(1, rest)) == Errc::StreamRoot);
}

TEST_CASE("a bitmap that is too short names no chunk") {
    const Bytes bits{std::byte{0b101}};
    CHECK(client::bit_of(bits, 0));
    CHECK_FALSE(client::bit_of(bits, 1));
    CHECK(client::bit_of(bits, 2));
    CHECK_FALSE(client::bit_of(bits, 8));
    CHECK_FALSE(client::bit_of({}, 0));
}

TEST_CASE("a file name from outside becomes a safe one") {
    const auto pdf = [](std::string_view sent) {
        return client::safe_file_name(sent, "application/pdf");
    };
    CHECK(pdf("plan.pdf") == "plan.pdf");
    CHECK(pdf("PLAN.PDF") == "PLAN.PDF");
    CHECK(pdf("../../etc/passwd") == "passwd.pdf");
    CHECK(pdf("C:\\Users\\x\\plan.pdf") == "plan.pdf");
    CHECK(pdf("/") == "attachment.pdf");
    CHECK(pdf("") == "attachment.pdf");
    CHECK(pdf("...") == "attachment.pdf");
    CHECK(pdf(".bashrc") == "bashrc.pdf");
    CHECK(pdf("a\nb\x1b[31m.pdf") == "ab[31m.pdf");
    CHECK(pdf("a:b|c?.pdf") == "a_b_c_.pdf");
    CHECK(pdf("con.pdf") == "_con.pdf");
    CHECK(pdf("Lpt1") == "_Lpt1.pdf");
    CHECK(pdf("console.pdf") == "console.pdf");
    CHECK(pdf("plan.pdf. . ") == "plan.pdf");
}

// Fails if is_hidden() forgets the bidi controls: "exe" would be read as "cod.exe" backwards.
TEST_CASE("characters that turn a name around are left out, those that words need stay") {
    CHECK(client::safe_file_name("ann\u202Efdp.exe", "application/pdf") == "annfdp.exe.pdf");
    CHECK(client::safe_file_name("\u2066a\u2069\u200E.pdf", "application/pdf") == "a.pdf");
    CHECK(client::safe_file_name("می\u200Cخواهم.pdf", "application/pdf") == "می\u200Cخواهم.pdf");
    CHECK(client::safe_file_name("a\xC0\xAF"
                                 "b.pdf",
                                 "application/pdf") == "a__b.pdf");
    CHECK(client::safe_file_name("a\xED\xA0\x80.pdf", "application/pdf") == "a___.pdf");
}

// Fails if the ending is taken from the sender: a picture that runs when it is clicked.
TEST_CASE("a name ends as its media type does") {
    CHECK(client::safe_file_name("photo.exe", "image/jpeg") == "photo.exe.jpg");
    CHECK(client::safe_file_name("photo.JPEG", "image/jpeg") == "photo.JPEG");
    CHECK(client::safe_file_name("x.desktop", "unknown/type") == "x.desktop.bin");
    for (const std::string_view type : schemas::media_types()) {
        CHECK(schemas::media_type_of_name(client::safe_file_name("x", type)) == type);
    }
}

TEST_CASE("a long name is cut between characters and keeps its ending") {
    std::string name;
    for (int i = 0; i < 150; ++i) name += "ж";
    const auto safe = client::safe_file_name(name + ".pdf", "application/pdf");
    CHECK(safe.size() <= client::kFileNameBytes);
    CHECK(safe.ends_with("ж.pdf"));
    CHECK(client::numbered_name("plan.pdf", 2) == "plan (2).pdf");
    CHECK(client::numbered_name("a.b.pdf", 11) == "a.b (11).pdf");
}

}  // namespace chapar::testing
