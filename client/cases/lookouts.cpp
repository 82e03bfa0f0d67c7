#include "client/cases/lookouts.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

using schemas::Kind;

constexpr std::size_t kLeastMisread = 5;

bool is_order(const LookoutMessage& message) {
    return message.kind == Kind::LookoutInform || message.kind == Kind::LookoutCoerce;
}

// One order of all messages, wherever and whenever they came.
auto place_of(const LookoutMessage& message) {
    return std::tie(message.created, message.agency, message.office, message.message, message.kind);
}

// Sent again under another id: the same words of the same agency, one of which names the other, or
// both what they repeat.
bool is_copy(const LookoutMessage& first, const LookoutMessage& second) {
    if (first.agency != second.agency || first.kind != second.kind) return false;
    if (std::tie(first.from, first.until, first.target, first.action, first.keys) !=
        std::tie(second.from, second.until, second.target, second.action, second.keys)) {
        return false;
    }
    const auto names = [](const LookoutMessage& one, const MessageId& other) {
        return std::ranges::find(one.derived_from, other) != one.derived_from.end();
    };
    return names(first, second.message) || names(second, first.message) ||
           std::ranges::any_of(first.derived_from,
                               [&](const MessageId& id) { return names(second, id); });
}

// Of the orders that are here.
using KnownOrders = std::set<std::pair<AgencyId, MessageId>>;

// By which ids others may speak of it: its own, those of its copies, and those that it repeats.
// What it names and is here as another lookout, it does not repeat: it only passes it on.
bool is_called(const KnownOrders& known, const Lookout& lookout,
               const std::vector<MessageId>& ids) {
    const auto called = [&](const LookoutMessage& one) {
        const auto given = [&ids](const MessageId& id) {
            return std::ranges::find(ids, id) != ids.end();
        };
        return given(one.message) || std::ranges::any_of(one.derived_from, [&](const auto& id) {
                   return given(id) && !known.contains({one.agency, id});
               });
    };
    return called(lookout.order) || std::ranges::any_of(lookout.copies, called);
}

bool counts(const Lookout& lookout, const LookoutMessage& cancel) {
    return cancel.is_believed && cancel.agency == lookout.order.agency;
}

// Notes the outcome at this place with every lookout that it means.
void note_outcome(Lookouts& lookouts, const KnownOrders& known, std::size_t place) {
    const LookoutMessage& message = lookouts.outcomes[place];
    std::vector<Lookout*> meant;
    for (Lookout& lookout : lookouts.all) {
        if (is_called(known, lookout, message.about)) meant.push_back(&lookout);
    }
    if (meant.empty()) lookouts.unanswered.push_back(place);
    const bool is_cancel = message.kind == Kind::LookoutCancel;
    // Message ids are one sender's own: where a cancel ends one, another lookout of the same id is
    // not meant.
    const bool ends_one = is_cancel && std::ranges::any_of(meant, [&](const Lookout* lookout) {
                              return counts(*lookout, message);
                          });
    for (Lookout* const lookout : meant) {
        if (!is_cancel) {
            lookout->hits.push_back(place);
        } else if (counts(*lookout, message)) {
            lookout->cancels.push_back(place);
        } else if (!ends_one) {
            lookout->disputed.push_back(place);
        }
    }
}

LookoutState state_of(const Lookouts& lookouts, const Lookout& lookout, TimeMs now) {
    if (!lookout.cancels.empty() || lookout.order.is_withdrawn) return LookoutState::Cancelled;
    if (now >= lookout.order.until) return LookoutState::Expired;
    if (now < lookout.order.from) return LookoutState::NotYet;
    const bool hit = std::ranges::any_of(
        lookout.hits, [&](std::size_t place) { return lookouts.outcomes[place].is_believed; });
    return hit ? LookoutState::Hit : LookoutState::Active;
}

// Capitals and small letters of the Latin, Cyrillic and Greek alphabets alike; blanks and
// punctuation away.
std::u32string folded(std::string_view text, bool keep_blanks) {
    std::u32string out;
    while (!text.empty()) {
        const auto taken = take_code_point(text);
        if (!taken) continue;
        char32_t c = *taken;
        if ((c >= U'a' && c <= U'z') || (c >= U'а' && c <= U'я')) c -= 32;
        if (c >= U'ѐ' && c <= U'џ') c -= 80;
        if (c >= U'α' && c <= U'ω') c -= 32;
        const bool word = (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9') || c >= 0xC0;
        if (word) {
            out += c;
        } else if (keep_blanks && !out.empty() && out.back() != U' ') {
            out += U' ';
        }
    }
    return out;
}

Likeness likeness_of_numbers(std::u32string_view one, std::u32string_view other) {
    if (one.empty() || other.empty()) return Likeness::None;
    if (one == other) return Likeness::Same;
    if (one.size() != other.size() || one.size() < kLeastMisread) return Likeness::None;
    std::size_t different = 0;
    for (std::size_t i = 0; i < one.size(); ++i) different += one[i] == other[i] ? 0 : 1;
    return different == 1 ? Likeness::Near : Likeness::None;
}

bool has_word(std::u32string_view text, std::u32string_view word) {
    for (std::size_t at = text.find(word); at != std::u32string_view::npos;
         at = text.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || text[at - 1] == U' ') && (end == text.size() || text[end] == U' ')) {
            return true;
        }
    }
    return false;
}

Likeness likeness_of_names(std::string_view name, std::string_view asked) {
    const std::u32string whole = folded(name, true);
    const std::u32string words = folded(asked, true);
    std::u32string_view rest = words;
    std::size_t count = 0;
    while (!rest.empty()) {
        const std::u32string_view word = rest.substr(0, rest.find(U' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word.empty()) continue;
        if (!has_word(whole, word)) return Likeness::None;
        ++count;
    }
    return count > 0 ? Likeness::Same : Likeness::None;
}

}  // namespace

std::string_view text_of(LookoutState state) {
    constexpr std::array<std::string_view, 5> kTexts{"NOT_YET", "ACTIVE", "HIT", "EXPIRED",
                                                     "CANCELLED"};
    return kTexts.at(static_cast<std::size_t>(state));
}

Lookouts judge_lookouts(std::vector<LookoutMessage> messages, TimeMs now) {
    std::ranges::sort(messages, [](const LookoutMessage& one, const LookoutMessage& other) {
        return place_of(one) < place_of(other);
    });
    const auto repeated =
        std::ranges::unique(messages, [](const LookoutMessage& one, const LookoutMessage& other) {
            return place_of(one) == place_of(other);
        });
    messages.erase(repeated.begin(), repeated.end());
    Lookouts out;
    KnownOrders known;
    for (LookoutMessage& message : messages) {
        if (!is_order(message)) {
            out.outcomes.push_back(std::move(message));
            continue;
        }
        known.emplace(message.agency, message.message);
        const auto first = std::ranges::find_if(
            out.all, [&](const Lookout& lookout) { return is_copy(lookout.order, message); });
        if (first == out.all.end()) {
            out.all.push_back({LookoutState::Active, std::move(message), {}, {}, {}, {}});
        } else {
            first->copies.push_back(std::move(message));
        }
    }
    for (std::size_t i = 0; i < out.outcomes.size(); ++i) note_outcome(out, known, i);
    for (Lookout& lookout : out.all) lookout.state = state_of(out, lookout, now);
    return out;
}

Likeness likeness(const TargetKey& key, std::string_view asked) {
    if (key.field == TargetField::Person || key.field == TargetField::Company) {
        return likeness_of_names(key.text, asked);
    }
    return likeness_of_numbers(folded(key.text, false), folded(asked, false));
}

}  // namespace chapar::client
