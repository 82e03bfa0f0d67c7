// What came of messages: whose word counts, and the sums per sender.
#include "client/cases/feedback.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace chapar::testing {
namespace {

using client::FeedbackWord;
using client::Told;

OfficeId office(const char* name) { return OfficeId::parse(name).value(); }

MessageId id_of(unsigned number) {
    MessageId id{};
    id.bytes.back() = static_cast<std::byte>(number);
    return id;
}

FeedbackWord word(unsigned about, const char* from, std::uint64_t place, std::uint8_t outcome) {
    FeedbackWord out{office("TJ-NPJ-BLO"), office(from)};
    out.about = id_of(about);
    out.place = place;
    out.outcome = outcome;
    return out;
}

const std::vector<Told> kTold{
    {office("TJ-NPJ-BLO"), id_of(1), {office("AF-SKB-BLO"), office("CARICC-OPS")}},
    {office("TJ-NPJ-BLO"), id_of(2), {office("AF-SKB-BLO")}},
};

}  // namespace

// Fails if the first word stays, or the order of reading decides.
TEST_CASE("the newest word of an office about a message counts, in the order of the ledger") {
    std::vector<FeedbackWord> words{word(1, "AF-SKB-BLO", 40, 1), word(1, "AF-SKB-BLO", 90, 7),
                                    word(1, "CARICC-OPS", 50, 3)};
    words[1].arrests = 2;
    std::ranges::sort(words);
    do {
        const auto newest = client::newest_words(words);
        REQUIRE(newest.size() == 2);
        CHECK(newest[0].outcome == 7);
        CHECK(newest[1].outcome == 3);
        const auto figures = client::figures_of(kTold, newest).at(office("TJ-NPJ-BLO"));
        CHECK(figures.messages == 2);
        CHECK(figures.answerable == 3);
        CHECK(figures.answered == 2);
        CHECK(figures.arrests == 2);
        CHECK(figures.outcomes == std::map<std::uint8_t, std::size_t>{{3, 1}, {7, 1}});
    } while (std::ranges::next_permutation(words).found);
}

// Fails if anybody may raise or lower a sender's figures.
TEST_CASE(
    "an office that a message did not go to, and a message that is not known, count for nothing") {
    const auto figures =
        client::figures_of(
            kTold, client::newest_words({word(2, "CARICC-OPS", 1, 7), word(9, "AF-SKB-BLO", 2, 7)}))
            .at(office("TJ-NPJ-BLO"));
    CHECK(figures.messages == 2);
    CHECK(figures.answered == 0);
    CHECK(figures.outcomes.empty());
}

TEST_CASE("a message told twice is counted once, and ids are each sender's own") {
    std::vector<Told> told = kTold;
    told.push_back(kTold.front());
    told.push_back({office("AF-SKB-BLO"), id_of(1), {office("TJ-NPJ-BLO")}});
    const auto figures = client::figures_of(told, {word(1, "AF-SKB-BLO", 1, 4)});
    CHECK(figures.at(office("TJ-NPJ-BLO")).messages == 2);
    CHECK(figures.at(office("TJ-NPJ-BLO")).answered == 1);
    CHECK(figures.at(office("AF-SKB-BLO")).messages == 1);
    CHECK(figures.at(office("AF-SKB-BLO")).answered == 0);
}

}  // namespace chapar::testing
