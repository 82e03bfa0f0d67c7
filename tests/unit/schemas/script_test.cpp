#include "schemas/script.h"

#include <doctest/doctest.h>

namespace chapar::testing {

using namespace schemas;

TEST_CASE("the script of a text is that of all its letters, digits and marks apart") {
    CHECK(script_of("Иванов Иван") == "Cyrl");
    CHECK(script_of("Раҳимов Ғ. (2)") == "Cyrl");
    CHECK(script_of("محمد رحیمی") == "Arab");
    CHECK(script_of("مُحَمَّد ۱۲") == "Arab");
    CHECK(script_of("Müller-O'Neill 3") == "Latn");
    CHECK(script_of("Oʻgʻli Nguyễn") == "Latn");
    CHECK_FALSE(script_of("Иванов Ivan"));
    CHECK_FALSE(script_of("01 777 ۱۲ ٣"));
    CHECK_FALSE(script_of(""));
    CHECK_FALSE(script_of("\xD0"));
    CHECK_FALSE(script_of("Ива\xD0нов"));
}

// Fails if a name that is not Latin, Cyrillic or Arabic is called one of them.
TEST_CASE("names of all countries have the script of their letters") {
    CHECK(script_of("李明") == "Hani");
    CHECK(script_of("歐陽·震華") == "Hani");
    CHECK(script_of("გიორგი ბერიძე") == "Geor");
    CHECK(script_of("Արամ Սարգսյան") == "Armn");
    CHECK(script_of("राम बहादुर") == "Deva");
    CHECK(script_of("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ") == "Guru");
    CHECK(script_of("রহিম উদ্দিন") == "Beng");
    CHECK(script_of("דוד כהן") == "Hebr");
    CHECK(script_of("Γιώργος Παπαδόπουλος") == "Grek");
    CHECK(script_of("สมชาย ใจดี") == "Thai");
    CHECK(script_of("အောင်မြင့်") == "Mymr");
    CHECK(script_of("អ៊ុំ សុខា") == "Khmr");
    CHECK(script_of("འཇིགས་མེད") == "Tibt");
    CHECK(script_of("አበበ በቀለ") == "Ethi");
    CHECK(script_of("ᠪᠠᠲᠤ") == "Mong");
}

TEST_CASE("scripts that are written together have one code") {
    CHECK(script_of("김민수") == "Hang");
    CHECK(script_of("金 민수") == "Kore");
    CHECK(script_of("やまだ") == "Hira");
    CHECK(script_of("スミス・ジョン") == "Kana");
    CHECK(script_of("山田 たろう") == "Jpan");
    CHECK_FALSE(script_of("李 Ming"));
    CHECK_FALSE(script_of("김 たろう"));
}

TEST_CASE(
    "a letter has a script, a digit or mark has none, and what nobody's name has is not known") {
    CHECK(script_of_letter(U'\u0416') == "Cyrl");
    CHECK(script_of_letter(U'\U00020000') == "Hani");
    CHECK(script_of_letter(U'7') == "");
    CHECK(script_of_letter(U'\u0301') == "");
    CHECK(script_of_letter(U'\u200D') == "");
    CHECK(script_of_letter(U'\U00010000') == std::nullopt);  // Linear B
    CHECK(script_of_letter(U'\uFFFD') == std::nullopt);
}

}  // namespace chapar::testing
