// blind_broker: what the broker stored and saw holds every ciphertext and no text of any alert.
#include <set>

#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kShortest = 6;
// Fields that travel in the header, where the broker may read them.
const std::set<std::string_view> kHeaderFields{"kind",     "to",      "urgency", "classification",
                                               "handling", "purpose", "case",    "personal_data"};

void collect(const json::value& value, std::set<std::string>& out) {
    if (value.is_string() && value.as_string().size() >= kShortest) {
        out.insert(std::string(value.as_string()));
    } else if (value.is_array()) {
        for (const json::value& element : value.as_array()) collect(element, out);
    } else if (value.is_object()) {
        for (const auto& [key, element] : value.as_object()) collect(element, out);
    }
}

std::vector<std::string> texts_of_alerts(const Story& story) {
    std::set<std::string> out;
    for (const char* file : {"seizures-nizhny-pyanj.json", "seizures-shir-khan-bandar.json"}) {
        const json::value alerts = json::parse(read_whole(story.stage.data(file)));
        for (const json::value& alert : alerts.as_array()) {
            for (const auto& [key, value] : alert.as_object()) {
                if (!kHeaderFields.contains(key)) collect(value, out);
            }
        }
    }
    return {out.begin(), out.end()};
}

}  // namespace

void blind_broker(Story& story, Step& step) {
    const std::vector<std::string> texts = texts_of_alerts(story);
    const auto store = files_below(story.stage.broker_folder());
    const std::vector<std::filesystem::path> tap{story.stage.tap()};
    const SentBytes sent = sent_bytes(story);

    look_at_disk(story);
    const std::size_t texts_in_store = found_in(store, texts).size();
    const std::size_t texts_in_tap = found_in(tap, texts).size();
    const std::size_t sealed_in_tap = found_in(tap, sent.ciphertexts).size();
    const std::size_t ids_in_store = found_in(store, sent.messages).size();
    const std::size_t ids_in_tap = found_in(tap, sent.messages).size();
    const std::size_t envelopes = sent.messages.size();

    step.demand(texts.size() >= 50, "enough texts to search for");
    step.demand(texts_in_store == 0, "no text in the broker's directory");
    step.demand(texts_in_tap == 0, "no text in the tap");
    step.demand(envelopes > 0 && sent.ciphertexts.size() == envelopes, "envelopes to search for");
    step.demand(story.seen_on_disk.size() == envelopes, "every ciphertext in the directory");
    step.demand(sealed_in_tap == envelopes, "every ciphertext in the tap");
    step.demand(ids_in_store == envelopes, "every message id in the directory");
    step.demand(ids_in_tap == envelopes, "every message id in the tap");
    step.note("texts", texts.size());
    step.note("texts_in_store", texts_in_store);
    step.note("texts_in_tap", texts_in_tap);
    step.note("envelopes", envelopes);
    step.note("ciphertexts_in_store", story.seen_on_disk.size());
    step.note("ciphertexts_in_tap", sealed_in_tap);
    step.note("message_ids_in_store", ids_in_store);
    step.note("message_ids_in_tap", ids_in_tap);
    step.say(std::to_string(texts.size()) +
             " texts of the alerts searched in all the broker "
             "stored and saw: 0 found; all " +
             std::to_string(envelopes) + " ciphertexts are there");
}

}  // namespace chapar::client
