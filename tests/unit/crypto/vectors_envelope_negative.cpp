#include <doctest/doctest.h>

#include "unit/crypto/vectors_envelope_cast.h"

namespace chapar::testing {

// Fails if one of the checks of receive.cpp or admit.cpp is left out, among them the commitments
// before the streams (`two_keys`); each name says which.
TEST_CASE("each of the forged envelopes is refused by the check that is meant for it") {
    const Cast cast(load_vectors(kEnvelopeVectors));
    for (const auto& json : cast.file().at("negative").as_array()) {
        const std::string name = text_at(json, "name");
        CAPTURE(name);
        const std::string judge = text_at(json, "judge");
        std::string verdict;
        if (judge == "receive") verdict = cast.receive(json.at("view"));
        if (judge == "fold") verdict = cast.admit(json.at("view"));
        if (judge == "statement") verdict = cast.judge_statement(json.at("view"));
        CHECK(verdict == text_at(json, "must_fail"));
        count_case(kEnvelopeVectors);
    }
}

}  // namespace chapar::testing
