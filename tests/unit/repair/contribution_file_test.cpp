#include <doctest/doctest.h>

#include "crypto/contribution.h"
#include "crypto/x25519.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

constexpr std::string_view kOrigin = "chapar.test/ledger/1";

crypto::Contribution sample() {
    crypto::Contribution out;
    out.notes = {"first", "second"};
    for (std::uint64_t i = 0; i < 40; ++i) {
        crypto::ContributedEntry entry{EntryIndex(i), Bytes(96, std::byte{1}), {}, 1, {}, {}};
        entry.path.resize(i % 3);
        entry.body = Bytes(5000, static_cast<std::byte>(i));
        entry.salt.bytes[0] = static_cast<std::byte>(i);
        out.entries.push_back(std::move(entry));
    }
    out.payloads.push_back({EnvelopeHash{}, {{PublicKey{}, Bytes(48)}}, {Bytes(700), Bytes(3)}});
    return out;
}

struct File {
    FakeRandom random{3};
    crypto::KeyPair centre = crypto::generate_key_pair(random);
    Bytes bytes = must(crypto::write_contribution(kOrigin, centre.public_key, sample(), random));

    Result<crypto::Contribution> open(const Bytes& file) {
        return crypto::open_contribution(file, kOrigin, centre.secret);
    }
};

}  // namespace

TEST_CASE("A contribution is read as it was written, and by its centre alone") {
    File file;
    const auto read = must(file.open(file.bytes));
    const auto wrote = sample();
    CHECK(read.notes == wrote.notes);
    CHECK(read.entries == wrote.entries);
    CHECK(read.payloads == wrote.payloads);
    const auto other = crypto::generate_key_pair(file.random);
    CHECK(error_of(crypto::open_contribution(file.bytes, kOrigin, other.secret)) ==
          Errc::WrongHome);
    CHECK(error_of(crypto::open_contribution(file.bytes, "chapar.test/ledger/2",
                                             file.centre.secret)) == Errc::WrongHome);
    const std::string text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
    CHECK(text.find(std::string(64, '\x07')) == std::string::npos);  // no body in the clear
}

// Fails if the end of the rows, or the mark of the last chunk, is not asked for.
TEST_CASE("A contribution that is cut short or changed anywhere does not open") {
    File file;
    REQUIRE(file.bytes.size() > 3 * crypto::kSealedChunkBytes);
    const std::size_t head = file.bytes.size() % 977;
    for (std::size_t at = head; at < file.bytes.size(); at += 977) {
        CAPTURE(at);
        Bytes cut(file.bytes.begin(), file.bytes.begin() + static_cast<std::ptrdiff_t>(at));
        CHECK_FALSE(file.open(cut).has_value());
        Bytes changed = file.bytes;
        changed[at] ^= std::byte{4};
        CHECK_FALSE(file.open(changed).has_value());
    }
    Bytes longer = file.bytes;
    longer.push_back(std::byte{0});
    CHECK_FALSE(file.open(longer).has_value());
}

}  // namespace chapar::testing
