#include <doctest/doctest.h>

#include "crypto/witness_request.h"
#include "schemas/base/limits.h"
#include "support/results.h"

namespace chapar::testing {
namespace {

using namespace crypto;

AddCheckpoint request(std::size_t nodes) {
    AddCheckpoint out{TreeSize(5), {}, "origin\n9\nroot\n\nsignature\n"};
    for (std::size_t i = 0; i < nodes; ++i) {
        Hash node;
        node.bytes[0] = static_cast<std::byte>(i);
        out.path.push_back(node);
    }
    return out;
}

}  // namespace

TEST_CASE("an add-checkpoint body is what the specification shows, and reads back") {
    const AddCheckpoint one = request(1);
    CHECK(one.body() ==
          "old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\norigin\n9\nroot\n\nsignature\n");
    for (const std::size_t nodes : {0U, 1U, 63U}) {
        CHECK(must(AddCheckpoint::parse(request(nodes).body())) == request(nodes));
    }
}

TEST_CASE("an add-checkpoint body of any other form is refused") {
    const std::string node = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    std::string many = "old 1\n";
    for (int i = 0; i < 64; ++i) many += node;
    for (const std::string& body :
         {std::string(), std::string("old"), std::string("old 1"), std::string("old 1\n"),
          "old 1\n" + node, std::string("old -1\n\nnote"), std::string("old 01\n\nnote"),
          std::string("old  1\n\nnote"), std::string("Old 1\n\nnote"),
          std::string("old 18446744073709551616\n\nnote"), std::string("old 1\r\n\r\nnote"),
          std::string("old 1\nAAAA\n\nnote"), "old 1\n" + node.substr(1) + "\nnote",
          "old 1\n " + node + "\nnote", many + "\nnote"}) {
        CAPTURE(body.substr(0, 40));
        CHECK(error_of(AddCheckpoint::parse(body)) == Errc::MalformedLayout);
    }
    CHECK(error_of(AddCheckpoint::parse(std::string(limits::kWitnessRequestBytes + 1, 'x'))) ==
          Errc::TooLarge);
}

TEST_CASE("the size in a conflict is a line with one number") {
    CHECK(conflict_body(TreeSize(42)) == "42\n");
    CHECK(must(parse_conflict("42\n")) == TreeSize(42));
    for (const std::string body : {"", "42", "42\n\n", "042\n", " 42\n", "42 \n", "x\n", "-1\n"}) {
        CHECK_FALSE(parse_conflict(body));
    }
}

TEST_CASE("calls and answers over CURVE are a number and a body") {
    const WitnessCall call{WitnessMethod::Note, "chapar.caricc/ledger/1"};
    CHECK(call.encode().front() == std::byte{2});
    CHECK(must(WitnessCall::parse(call.encode())) == call);
    const WitnessAnswer answer{409, "42\n"};
    CHECK(answer.encode() ==
          Bytes{std::byte{1}, std::byte{0x99}, std::byte{'4'}, std::byte{'2'}, std::byte{'\n'}});
    CHECK(must(WitnessAnswer::parse(answer.encode())) == answer);
    CHECK_FALSE(WitnessCall::parse({}));
    CHECK_FALSE(WitnessCall::parse(Bytes{std::byte{0}}));
    CHECK_FALSE(WitnessCall::parse(Bytes{std::byte{3}}));
    CHECK_FALSE(WitnessCall::parse(Bytes(limits::kWitnessRequestBytes + 2, std::byte{1})));
    CHECK(WitnessCall::parse(Bytes(limits::kWitnessRequestBytes + 1, std::byte{1})));
    CHECK_FALSE(WitnessAnswer::parse(Bytes{std::byte{1}}));
    CHECK_FALSE(WitnessAnswer::parse(Bytes{std::byte{0}, std::byte{199}}));
    CHECK_FALSE(WitnessAnswer::parse(Bytes{std::byte{255}, std::byte{255}}));
}

TEST_CASE("a note is served under the hash of its origin") {
    CHECK(note_path("abc") ==
          "note/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace chapar::testing
