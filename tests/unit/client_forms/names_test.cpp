#include <doctest/doctest.h>

#include "client/cases/transliteration.h"

namespace chapar::testing {

using namespace client;

// Fails if a row of the table is changed. Rows: ICAO Doc 9303 part 3, section 6.B.
TEST_CASE("Cyrillic names are proposed in Latin letters by the table of passports") {
    CHECK(latin_of_cyrillic("Юлия Щеглова") == "Iuliia Shcheglova");
    CHECK(latin_of_cyrillic("Объедков Пётр Ильич") == "Obieedkov Petr Ilich");
    CHECK(latin_of_cyrillic("Хусейнзода Жамшед") == "Khuseinzoda Zhamshed");
    CHECK(latin_of_cyrillic("абвгдеёжзийклмнопрстуфхцчшщъыьэюя") ==
          "abvgdeezhziiklmnoprstufkhtschshshchieyeiuia");
    CHECK(latin_of_cyrillic("Ґіўєїѓђѕјќљњћџ") == "Giuieigddzjkljnjcdz");
}

TEST_CASE("letters of the region that the table does not have are proposed, too") {
    CHECK(latin_of_cyrillic("Ғафуров Қодир, Ҳоҷӣ Ӯғлӣ") == "Ghafurov Qodir, Hoji Ughli");
    CHECK(latin_of_cyrillic("Нұрсұлтан Өмірбек") == "Nursultan Omirbek");
}

TEST_CASE("capitals stay capitals, and marks, digits and blanks stay themselves") {
    CHECK(latin_of_cyrillic("ИВАНОВ-ЩУКИН Ю.") == "IVANOV-SHCHUKIN Iu.");
    CHECK(latin_of_cyrillic("Щ") == "Shch");
    CHECK(latin_of_cyrillic("О'Нил 2") == "O'Nil 2");
}

TEST_CASE("where a letter has no row, nothing is proposed") {
    CHECK_FALSE(latin_of_cyrillic("Иванов Ivan"));
    CHECK_FALSE(latin_of_cyrillic("ԤӃ"));
    CHECK_FALSE(latin_of_cyrillic("محمد"));
    CHECK_FALSE(latin_of_cyrillic("Ива\xD0нов"));
}

}  // namespace chapar::testing
