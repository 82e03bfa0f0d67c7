// litewitness's own conversation, held with our witness.
#include <doctest/doctest.h>

#include "client/core/witness.h"
#include "storage/memory_store.h"
#include "support/fake_random.h"
#include "unit/crypto_records/ledger_vectors.h"

namespace chapar::testing {
namespace {

using client::Witness;

constexpr TimeMs kNow{1795264496789};
// tlog-witness v1.0.0 gives an unknown origin a number of its own; litewitness did not.
constexpr std::size_t kUnknownOrigin = 2;

Witness witness_of(const boost::json::value& file) {
    const auto key =
        SigningPublicKey::from(hash_from_hex(json_text(file, "log_public_key_hex")).view());
    auto log = crypto::NoteVerifier::create(json_text(file, "log_origin"),
                                            crypto::VerifyingKey::create(*key).value());
    FakeRandom random(1);
    auto cosigner = crypto::NoteCosigner::create(json_text(file, "witness_name"),
                                                 crypto::SigningKey::generate(random));
    return {std::move(*cosigner), {*log}};
}

crypto::WitnessAnswer ask(const Witness& witness, storage::Store& store, const std::string& body) {
    const auto txn = store.begin_write().value();
    auto decision = witness.add_checkpoint(*txn, body, kNow).value();
    if (decision.write == client::WitnessDecision::Write::Commit) {
        REQUIRE(std::move(*txn).commit());
    }
    return decision.answer;
}

}  // namespace

TEST_CASE("our witness holds litewitness's conversation step by step") {
    const std::string name = "witness/litewitness-add-checkpoint.json";
    const boost::json::value file = ledger_json(name);
    const Witness witness = witness_of(file);
    storage::MemoryStore store(client::witness_tables::kAll);
    std::size_t step = 0;
    for (const auto& test : file.at("steps").as_array()) {
        CAPTURE(step);
        const auto answer = ask(witness, store, json_text(test, "request_body"));
        const std::uint64_t status =
            step == kUnknownOrigin ? 404 : json_number(test, "status_in_litewitness");
        CHECK(answer.status == status);
        const std::string body = json_text(test, "body");
        if (json_text(test, "assert") == "==") {
            CHECK(answer.body == body);
        } else {
            CHECK(answer.body.find(body) != std::string::npos);
        }
        ++step;
        ledger_vectors().count(name);
    }
}

}  // namespace chapar::testing
