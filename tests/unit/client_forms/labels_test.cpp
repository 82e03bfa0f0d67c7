#include "schemas/kinds/labels.h"

#include <doctest/doctest.h>

#include <set>

#include "schemas/kinds.h"
#include "schemas/kinds/field_tree.h"

namespace chapar::testing {
namespace {

using namespace schemas;

void collect(const FieldNode& node, std::set<const FieldNode*>& out) {
    if (!node.name.empty()) out.insert(&node);
    for (const FieldNode& part : node.parts) collect(part, out);
}

bool has_cyrillic(std::string_view text) {
    return text.find('\xD0') != std::string_view::npos ||
           text.find('\xD1') != std::string_view::npos;
}

}  // namespace

// Fails if a row of field-labels.csv is taken out.
TEST_CASE("each field of each kind has a label in both languages") {
    // What is written alike in both.
    const std::set<std::string> international{"inchi_key", "locode", "tlp", "mmsi", "vin"};
    std::size_t fields = 0;
    for (const KindInfo& kind : all_kinds()) {
        std::set<const FieldNode*> nodes;
        collect(field_tree(kind.kind), nodes);
        for (const FieldNode* node : nodes) {
            CAPTURE(node->on + "." + node->name);
            ++fields;
            const CodeFile* list = find_codes("field-labels");
            REQUIRE(list != nullptr);
            CHECK((list->find(node->on + "." + node->name) || list->find(node->name)));
            const bool cyrillic = has_cyrillic(node->label(Language::Russian));
            CHECK(cyrillic != international.contains(node->name));
            CHECK_FALSE(has_cyrillic(node->label(Language::English)));
        }
        CHECK(has_cyrillic(kind_label(kind.kind, Language::Russian)));
        CHECK(kind_label(kind.kind, Language::English) != kind.name);
    }
    CHECK(fields > 1000);
}

TEST_CASE("a label of a struct's field goes before the label of any field of that name") {
    CHECK(field_label("Place", "name", Language::English) == "Name of the place");
    CHECK(field_label("Company", "name", Language::English) == "Name");
    // What is around a payload has labels of its own: `time` is no field of an envelope.
    CHECK(field_label("envelope", "time", Language::English) == "time");
    CHECK(field_label("envelope", "expires", Language::Russian) == "Действительно до");
}

TEST_CASE("a code without a label in a language is called by the English one, then by itself") {
    const CodeRow* row = find_codes("units")->find("KGM");
    REQUIRE(row != nullptr);
    CHECK(label_of(*row, Language::Russian) == "килограмм");
    CodeRow bare = *row;
    bare.ru = "";
    CHECK(label_of(bare, Language::Russian) == "kilogram");
    bare.en = "";
    CHECK(label_of(bare, Language::Russian) == "KGM");
}

TEST_CASE("case is passed over in Latin and Cyrillic, the letters of the region too") {
    CHECK(folded("ДОРОГА Road") == "дорога road");
    CHECK(folded("Ёлка") == "елка");
    CHECK(folded("ҒӢҚӮҲҶ") == "ғӣқӯҳҷ");
    CHECK(folded("ІЇЎ") == "іїў");
    CHECK(folded("هرات 漢字") == "هرات 漢字");
    CHECK(folded("\xD0") == "\xD0");  // broken UTF-8 stays
}

TEST_CASE("codes are found by code, by a label in any language and by a part of one") {
    const CodeFile& modes = *find_codes("transport-modes");
    CHECK(match_codes(modes, "ROAD").exact->code == "road");
    CHECK(match_codes(modes, "автомобильный").exact->code == "road");
    CHECK(match_codes(modes, "Морской").exact->code == "sea");
    const CodeMatches water = match_codes(modes, "inland");
    CHECK(water.exact == nullptr);
    REQUIRE(water.parts.size() == 1);
    CHECK(water.parts.front()->code == "inland-water");
    CHECK(match_codes(modes, "водный").parts.size() == 1);
    CHECK(match_codes(modes, "").parts.empty());
    CHECK(match_codes(modes, "camel").parts.empty());
}

TEST_CASE("languages are named by their ISO 639-1 codes") {
    CHECK(language_of("ru") == Language::Russian);
    CHECK(language_of("en") == Language::English);
    CHECK_FALSE(language_of("EN"));
    CHECK_FALSE(language_of("tg"));
    CHECK(tag_of(Language::Russian) == "ru");
}

}  // namespace chapar::testing
