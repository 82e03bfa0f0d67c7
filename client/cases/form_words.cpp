// What may be answered to a question, in words of the reader's language.
#include "client/cases/form_words.h"

#include <array>

#include "client/cases/form_answer.h"

namespace chapar::client {
namespace {

using schemas::FieldNode;
using schemas::FieldType;
using schemas::Language;
using schemas::ValueForm;

struct Words {
    std::string_view en, ru;
};

// Of fields whose form says more than "a text".
std::optional<Words> form_words(ValueForm form) {
    switch (form) {
        case ValueForm::Line:
            return std::nullopt;
        case ValueForm::Lines:
            return Words{"text; a line that ends with \\ goes on in the next",
                         "текст; строка, которая кончается на \\, продолжается в следующей"};
        case ValueForm::Time:
            return Words{
                "a time with its offset: 05:40 +05:00, 2026-11-20 05:40 +05:00, 1405-08-29 05:40 "
                "+04:30, now",
                "время со смещением: 05:40 +05:00, 2026-11-20 05:40 +05:00, 1405-08-29 05:40 "
                "+04:30, сейчас"};
        case ValueForm::Thousandths:
            return Words{"a number above 0, like 12.450", "число больше 0, например 12.450"};
        case ValueForm::PerMille:
            return Words{"percent from 0 to 100, like 62.5", "процент от 0 до 100, например 62.5"};
        case ValueForm::Latitude:
            return Words{"degrees from -90 to 90", "градусы от -90 до 90"};
        case ValueForm::Longitude:
            return Words{"degrees from -180 to 180", "градусы от -180 до 180"};
        case ValueForm::MessageId:
            return Words{"the number of a message (UUID)", "номер сообщения (UUID)"};
        case ValueForm::Hex:
            return Words{"hexadecimal digits", "шестнадцатеричные цифры"};
        case ValueForm::Office:
            return Words{"an office, like TJ-NPJ-BLO", "подразделение, например TJ-NPJ-BLO"};
        case ValueForm::Subdivision:
            return Words{"ISO 3166-2, like TJ-KT", "ISO 3166-2, например TJ-KT"};
        case ValueForm::Locode:
            return Words{"UN/LOCODE, like TJDYU", "UN/LOCODE, например TJDYU"};
        case ValueForm::Cas:
            return Words{"a CAS number, like 561-27-3", "номер CAS, например 561-27-3"};
        case ValueForm::InchiKey:
            return Words{"an InChIKey", "InChIKey"};
        case ValueForm::Hs6:
            return Words{"six digits, like 2915.24", "шесть цифр, например 2915.24"};
        case ValueForm::Container:
        case ValueForm::Imo:
        case ValueForm::Vin:
        case ValueForm::Mmsi:
            return Words{"as it was seen", "как было видно"};
    }
    return std::nullopt;
}

std::optional<Words> object_words(const FieldNode& node) {
    if (node.short_form == schemas::ShortForm::Place) {
        return Words{"a country, region or post, and a name after a comma: TJ-KT, Nizhny Pyanj",
                     "страна, регион или пост и название после запятой: TJ-KT, Нижний Пяндж"};
    }
    if (node.short_form == schemas::ShortForm::Date) {
        return Words{"a date or a part of one: 1988, 1988-03, 17.03.1988, 1367-01",
                     "дата или её часть: 1988, 1988-03, 17.03.1988, 1367-01"};
    }
    if (node.of == "Quantity") {
        return Words{"an amount and its unit: 24.6 kg, 900 l gross",
                     "количество и единица: 24,6 кг, 900 л брутто"};
    }
    if (node.of == "Money")
        return Words{"an amount and its currency: 1500 USD", "сумма и валюта: 1500 USD"};
    if (node.of == "Substance")
        return Words{"the name of a substance: heroin", "название вещества: героин"};
    return std::nullopt;
}

std::string list_words(const schemas::CodeFile& list, bool closed, Language language) {
    const bool russian = language == Language::Russian;
    constexpr std::size_t kNamed = 8;
    std::string out(closed ? (russian ? "код или название" : "a code or its label")
                           : (russian ? "текст, обычно" : "a text, usually"));
    if (list.rows.size() > kNamed) return out + (russian ? "; ? покажет список" : "; ? lists them");
    out += ":";
    for (const schemas::CodeRow& row : list.rows) out += " " + std::string(row.code);
    return out;
}

}  // namespace

std::string allowed_answer(const FieldNode& node, Language language) {
    const bool russian = language == Language::Russian;
    std::optional<Words> words = object_words(node);
    if (!words && node.type == FieldType::List) {
        words = Words{"offices with blanks between them: CARICC-OPS UZ-NSS-HQ",
                      "подразделения через пробел: CARICC-OPS UZ-NSS-HQ"};
    }
    if (!words && node.type == FieldType::Flag) words = Words{"yes or no", "да или нет"};
    if (!words && codes_of(node) != nullptr) {
        return list_words(*codes_of(node), node.codes() != nullptr, language);
    }
    if (!words && node.notes.form) words = form_words(*node.notes.form);
    if (words) return std::string(russian ? words->ru : words->en);
    if (node.type == FieldType::Number) {
        const std::string most = std::to_string(node.notes.most.value_or(node.widest));
        const std::string least = std::to_string(node.notes.least.value_or(node.must() ? 1 : 0));
        return russian ? "число от " + least + " до " + most
                       : "a number from " + least + " to " + most;
    }
    return russian ? "текст в одну строку, до 512 байт" : "text in one line, at most 512 bytes";
}

std::string_view phrase(Phrase which, Language language) {
    struct Row {
        Phrase which;
        std::string_view en, ru;
    };
    static constexpr std::array kRows{
        Row{Phrase::Found, "found", "найдено"},
        Row{Phrase::Allowed, "allowed", "допустимо"},
        Row{Phrase::Opening,
            "Fields with ! must be given, in any order. Enter passes a field, ? lists what it "
            "takes, ? "
            "and a word searches. :4 or :agency goes to a field; :fields :show :clear FIELD :send "
            ":stop :drop.",
            "Поля с ! обязательны, порядок любой. Enter пропускает поле, ? показывает допустимое, "
            "? "
            "и слово ищет. :4 или :agency переходит к полю; :fields :show :clear ПОЛЕ :send :stop "
            ":drop."},
        Row{Phrase::Complete,
            "All that must be given is given. A field's name or number adds more; :show shows, "
            ":send sends.",
            "Всё обязательное указано. Название или номер поля добавляет; :show показывает, :send "
            "отправляет."},
        Row{Phrase::NoField, "no such field; :fields lists them",
            "такого поля нет; :fields показывает все"},
        Row{Phrase::WhichField, "which of them?", "какое из них?"},
        Row{Phrase::AsWritten, "the same again stands as it is written",
            "повторите, чтобы оставить как написано"},
        Row{Phrase::NothingFound, "nothing found", "ничего не найдено"},
        Row{Phrase::Missing, "is missing", "не указано"},
        Row{Phrase::Cleared, "cleared", "очищено"},
        Row{Phrase::Next, "field, or :send", "поле или :send"},
        Row{Phrase::LineTooLong, "the line is too long", "строка слишком длинная"},
    };
    for (const Row& row : kRows) {
        if (row.which == which) return language == Language::Russian ? row.ru : row.en;
    }
    return "";
}

}  // namespace chapar::client
