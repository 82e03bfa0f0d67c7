// What came of messages: the newest word of each office about each, and the count per sender.
//
// Owns: which word counts (the newest of one office about one message, by its place in the ledger,
// if the message went to that office) and the sums. Does not know stores. Pure. Source: domain.md
// 2, need 10; ADR 0022.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/time.h"

namespace chapar::client {

struct FeedbackWord {
    OfficeId sender;  // of the message: ids are unique for each sender only
    OfficeId from;    // who says it
    MessageId about{};
    std::uint64_t place = 0;   // of the ledger; of words not logged yet after all that are
    std::uint8_t outcome = 0;  // of the list outcomes
    std::optional<std::uint32_t> arrests{};
    std::string sentence{};
    TimeMs time{};
    auto operator<=>(const FeedbackWord&) const = default;
};

// One word for each message and office that has said any.
[[nodiscard]] std::vector<FeedbackWord> newest_words(std::vector<FeedbackWord> words);

// A message that could be of use, and the offices that it went to, as far as they are known here.
struct Told {
    OfficeId sender;
    MessageId message;
    std::set<OfficeId> offices;
};
struct SenderFigures {
    std::size_t messages = 0;
    std::size_t answerable = 0;  // messages times offices
    std::size_t answered = 0;
    std::map<std::uint8_t, std::size_t> outcomes;
    std::uint64_t arrests = 0;
    bool operator==(const SenderFigures&) const = default;
};
// By sender. REQUIRES: `words` are of newest_words().
[[nodiscard]] std::map<OfficeId, SenderFigures> figures_of(const std::vector<Told>& told,
                                                           const std::vector<FeedbackWord>& words);

}  // namespace chapar::client
