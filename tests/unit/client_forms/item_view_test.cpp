#include "client/cli/mail/item_view.h"

#include <doctest/doctest.h>

#include "client/cli/terminal/graphemes.h"

namespace chapar::testing {
namespace {

using namespace client;

// Without what isolates text from right to left.
std::string bare(std::string text) {
    for (const char* mark : {"\xE2\x81\xA8", "\xE2\x81\xA9"}) {
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
            text.erase(at, 3);
        }
    }
    return text;
}

// Cells of the terminal before a text.
std::size_t place_of(const std::string& line, std::string_view text) {
    const std::size_t at = line.find(text);
    REQUIRE(at != std::string::npos);
    return display_width(bare(line.substr(0, at)));
}

}  // namespace

// Fails if bytes are counted instead of what a terminal shows.
TEST_CASE("columns of items stand under each other whatever script their cells have") {
    TextColumns columns(inbox_columns());
    const std::vector<std::vector<std::string>> rows{
        {"#1", "URGENT", "seizure-alert", "TJ-NPJ-BLO", "received", "2026", "entry 1"},
        {"#2", "СРОЧНО", "оповещение об изъятии", "ТДЖ", "получено", "2026", "entry 2"},
        {"#3", "عاجل", "إنذار بالضبط", "هرات", "وصل", "2026", "entry 3"},
        {"#4", "紧急", "缉获警报", "北京海关", "收到", "2026", "entry 4"}};
    for (const auto& row : rows) columns.fit(row);
    std::vector<std::string> lines;
    for (const auto& row : rows) lines.push_back(columns.row(row).text());
    for (const std::string& line : lines) {
        CAPTURE(line);
        CHECK(place_of(line, "entry") == place_of(lines.front(), "entry"));
        CHECK(place_of(line, "2026") == place_of(lines.front(), "2026"));
    }
    CHECK(lines[0] ==
          "#1    URGENT    seizure-alert          TJ-NPJ-BLO     received      2026"
          "                  entry 1");
    CHECK(lines[3].find("#4    紧急      缉获警报               北京海关       收到") == 0);
    // Right to left stands in an isolate of its own; a search finds it as it was written.
    CHECK(lines[2].find("\xE2\x81\xA8هرات\xE2\x81\xA9") != std::string::npos);
}

TEST_CASE("an item alone has the columns that most items need") {
    OutboxItem item;
    item.number = OutboxNumber(3);
    item.kind = schemas::Kind::SeizureAlert;
    item.stage = schemas::Stage::Drafted;
    const ItemView view = view_of(item);
    CHECK(view.text.text() == "#3    seizure-alert       drafted");
    CHECK(view.object.at("kind") == "seizure-alert");
}

TEST_CASE("a message is shown in the reader's language, and what is doubtful about it after it") {
    const InboxItem item{InboxNumber(4),
                         InboxState::Received,
                         EnvelopeHash(),
                         EntryIndex(9),
                         TimeMs(1),
                         CertificateHash(),
                         *OfficeId::parse("TJ-NPJ-BLO"),
                         *AgencyId::parse("TJ-DCA")};
    const std::string message = R"({"number": 4, "kind": "seizure-alert",
        "sender": {"office": "TJ-NPJ-BLO", "agency": "TJ-DCA", "device": "00"},
        "header": {"urgency": "URGENT", "created": "2026-11-20T05:41:00Z"},
        "payload": {"place": "TJ", "agency": "ДКН \u202e",
                    "text": {"text": "Первая\nвторая", "language": "ru"}}})";
    const ShownItem shown{item, Trust::KeyChanged, {}, {}};
    const auto page = [&](schemas::Language language) {
        std::string out;
        for (const ShownText& line : view_of(shown, message, language).lines) {
            out += line.text() + "\n";
        }
        return out;
    };
    const std::string english = page(schemas::Language::English);
    CHECK(english.find("Kind                    Seizure alert (seizure-alert)\n") == 0);
    CHECK(english.find("Urgency                 Urgent") != std::string::npos);
    CHECK(english.find("Place of the seizure    Tajikistan (TJ)\n") != std::string::npos);
    CHECK(english.find("Note [ru]               Первая\n                        вторая\n") !=
          std::string::npos);
    CHECK(english.find("KEY CHANGED") > english.find("вторая"));
    CHECK(english.find("\xE2\x80\xAE") == std::string::npos);  // nothing steers the terminal
    const std::string russian = page(schemas::Language::Russian);
    CHECK(russian.find("Вид сообщения           Оповещение об изъятии") == 0);
    CHECK(russian.find("Таджикистан (TJ)") != std::string::npos);
    CHECK(russian.find("КЛЮЧ ИЗМЕНИЛСЯ") != std::string::npos);
    CHECK(view_of(shown, message, schemas::Language::Russian).object.at("payload").at("place") ==
          "TJ");
}

}  // namespace chapar::testing
