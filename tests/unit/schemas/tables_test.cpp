#include <doctest/doctest.h>

#include <set>

#include "schemas/base/hex.h"
#include "schemas/base/uuid.h"
#include "schemas/check_digits.h"
#include "schemas/codes.h"
#include "schemas/delivery_state.h"
#include "schemas/header.h"
#include "schemas/kinds/code_text.h"
#include "schemas/text_check.h"

using namespace chapar;
using namespace chapar::schemas;

// Fails if the text of an open list's code can be asked of the program's own table.
template <typename Code>
concept HasText = requires(Code code) {
    text_of(code);
};
static_assert(HasText<Unit> && HasText<Urgency>);
static_assert(!HasText<Concealment> && !HasText<SubstanceList>);

TEST_CASE_TEMPLATE("every code of a list has a text of its own and is found by it", Code,
                   Classification, Handling, Purpose, Urgency, SubstanceList, SubstanceForm, Unit,
                   Weighing, Measure, PurityMethod, TransportMode, TransportDocument, Concealment,
                   Detection, SeizurePlace, Script, Calendar, PersonStatus, SourceGrade,
                   InformationGrade, Tlp, QuestionType, ReplyResult, RecallAction, RecallResult,
                   Stage) {
    std::set<std::string> texts;
    for (std::size_t i = 0; i < CodeTexts<Code>::kTexts.size(); ++i) {
        const Code code = code_numbered<Code>(i).value();
        CHECK_FALSE(code_text(code).empty());
        CHECK(code_of<Code>(code_text(code)) == code);
        texts.insert(code_text(code));
    }
    CHECK(texts.size() == CodeTexts<Code>::kTexts.size());
    CHECK_FALSE(code_numbered<Code>(texts.size()).has_value());
    CHECK_FALSE(code_of<Code>("").has_value());
    CHECK_FALSE(code_of<Code>("no such code").has_value());
}

TEST_CASE("the last code of each longer list has the text of the specification") {
    CHECK(code_text(Unit::Plant) == "PLANT");
    CHECK(code_text(SubstanceForm::Blotter) == "blotter");
    CHECK(code_text(TransportMode::NotApplicable) == "not-applicable");
    CHECK(static_cast<int>(TransportMode::InlandWater) == 8);
    CHECK(code_text(Concealment::ParasiteMagnet) == "PARASITE_MAGNET");
    CHECK(code_text(Concealment::Other) == "OTHER");
    CHECK(code_text(Tlp::AmberStrict) == "AMBER+STRICT");
    CHECK(code_text(Purpose::Admin) == "ADMIN");
    CHECK(code_text(Stage::Recalled) == "recalled");
}

TEST_CASE("check digits of containers, ships and substances") {
    CHECK(check_container("CSQU3054383") == CheckDigit::Holds);
    CHECK(check_container("CSQU3054384") == CheckDigit::Fails);
    CHECK(check_container("CSQU3045383") == CheckDigit::Fails);
    CHECK(check_container("CSQU305438") == CheckDigit::OtherForm);
    CHECK(check_container("csqu3054383") == CheckDigit::OtherForm);
    CHECK(check_container("CSQU30543A3") == CheckDigit::OtherForm);
    CHECK(check_imo("9074729") == CheckDigit::Holds);
    CHECK(check_imo("9074728") == CheckDigit::Fails);
    // The scheme is weak: two ships one digit apart both pass.
    CHECK(check_imo("7605811") == CheckDigit::Holds);
    CHECK(check_imo("7625811") == CheckDigit::Holds);
    CHECK(check_imo("IMO9074729") == CheckDigit::OtherForm);
    CHECK(check_cas("108-24-7") == CheckDigit::Holds);
    CHECK(check_cas("561-27-3") == CheckDigit::Holds);
    CHECK(check_cas("7732-18-5") == CheckDigit::Holds);
    CHECK(check_cas("108-24-8") == CheckDigit::Fails);
    CHECK(check_cas("10-8247") == CheckDigit::OtherForm);
    CHECK(check_cas("") == CheckDigit::OtherForm);
}

// Fails if I, O or Q pass, or a vehicle from where no check digit is a duty is warned about.
TEST_CASE("check digits of vehicles, where they are a duty") {
    CHECK(check_vin("1M8GDM9AXKP042788") == CheckDigit::Holds);
    CHECK(check_vin("1M8GDM9A1KP042788") == CheckDigit::Fails);
    CHECK(check_vin("11111111111111111") == CheckDigit::Holds);
    CHECK(check_vin("WVWZZZ1JZ3W386752") == CheckDigit::Holds);
    CHECK(check_vin("1M8GDM9AXKPO42788") == CheckDigit::OtherForm);
    CHECK(check_vin("1M8GDM9AXKP04278") == CheckDigit::OtherForm);
    CHECK(check_vin("1m8gdm9axkp042788") == CheckDigit::OtherForm);
}

TEST_CASE("a container whose remainder is ten has the digit zero") {
    // All owner codes TE?U with one serial: some remainder is ten, and its digit must be zero.
    int zeros = 0;
    for (char c = 'A'; c <= 'Z'; ++c) {
        const std::string head = std::string("TE") + c + "U123456";
        int holding = 0;
        for (char digit = '0'; digit <= '9'; ++digit) {
            if (check_container(head + digit) == CheckDigit::Holds) {
                ++holding;
                if (digit == '0') ++zeros;
            }
        }
        CHECK(holding == 1);
    }
    CHECK(zeros > 26 / 11);
}

TEST_CASE("a UUIDv7 has the time, the version and the variant in their places") {
    // RFC 9562, appendix A.6.
    const UuidRandom random{std::byte{0x0C}, std::byte{0xC3}, std::byte{0x18}, std::byte{0xC4},
                            std::byte{0xDC}, std::byte{0x0C}, std::byte{0x0C}, std::byte{0x07},
                            std::byte{0x39}, std::byte{0x8F}};
    const MessageId id = uuid_v7(TimeMs(0x017F22E279B0), random);
    CHECK(uuid_text(id.view()) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    CHECK(parse_uuid("017F22E2-79B0-7cc3-98c4-dc0c0c07398f") == id.bytes);
}

TEST_CASE("ids made later sort later") {
    UuidRandom high;
    high.fill(std::byte{0xFF});
    CHECK(uuid_v7(TimeMs(1), high) < uuid_v7(TimeMs(2), UuidRandom{}));
}

TEST_CASE("what is no UUID is not read as one") {
    for (const char* text :
         {"", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
          "------------------------------------"}) {
        CHECK_FALSE(parse_uuid(text).has_value());
    }
}

TEST_CASE("clean text is shortest UTF-8 without control characters") {
    for (const char* text : {"", "Нижний Пяндж", "علیم", "𝄞", "a b"}) {
        CHECK(is_clean_text(text, TextForm::Line));
    }
    for (const char* text : {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xBF\xBF", "\xF0\x80\x80\xAF",
                             "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC2", "\xE2\x82", "a\x1b",
                             "\x7f", "\xC2\x85", "a\rb"}) {
        CHECK_FALSE(is_clean_text(text, TextForm::Lines));
    }
    CHECK(is_clean_text("a\n\tb", TextForm::Lines));
    CHECK_FALSE(is_clean_text("a\nb", TextForm::Line));
    CHECK_FALSE(is_clean_text(std::string_view("a\0b", 3), TextForm::Lines));
}
