#include "client/cases/feedback.h"

#include <algorithm>
#include <tuple>

namespace chapar::client {

std::vector<FeedbackWord> newest_words(std::vector<FeedbackWord> words) {
    std::ranges::sort(words, [](const FeedbackWord& one, const FeedbackWord& other) {
        return std::tie(one.sender, one.about, one.from, one.place, one) <
               std::tie(other.sender, other.about, other.from, other.place, other);
    });
    std::vector<FeedbackWord> out;
    for (FeedbackWord& word : words) {
        const bool same =
            !out.empty() && std::tie(out.back().sender, out.back().about, out.back().from) ==
                                std::tie(word.sender, word.about, word.from);
        if (same) {
            out.back() = std::move(word);
        } else {
            out.push_back(std::move(word));
        }
    }
    return out;
}

std::map<OfficeId, SenderFigures> figures_of(const std::vector<Told>& told,
                                             const std::vector<FeedbackWord>& words) {
    std::map<std::pair<OfficeId, MessageId>, const Told*> by_id;
    std::map<OfficeId, SenderFigures> out;
    for (const Told& one : told) {
        if (!by_id.emplace(std::pair(one.sender, one.message), &one).second) continue;
        SenderFigures& figures = out[one.sender];
        ++figures.messages;
        figures.answerable += one.offices.size();
    }
    for (const FeedbackWord& word : words) {
        const auto found = by_id.find({word.sender, word.about});
        if (found == by_id.end() || !found->second->offices.contains(word.from)) continue;
        SenderFigures& figures = out[word.sender];
        ++figures.answered;
        ++figures.outcomes[word.outcome];
        figures.arrests += word.arrests.value_or(0);
    }
    return out;
}

}  // namespace chapar::client
