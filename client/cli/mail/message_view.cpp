// One message as a person reads it: who sent it, what it says, and how far it may be believed.
#include <algorithm>

#include "client/cases/reading.h"
#include "client/cli/mail/item_view.h"
#include "client/core/attachment_name.h"
#include "schemas/base/hex.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;
using schemas::Language;
using Lines = std::vector<std::string>;

std::string in(Language language, std::string_view english, std::string_view russian) {
    return std::string(language == Language::Russian ? russian : english);
}

// What a person must know before believing it, in the order of weight.
void add_standing(json::object& object, Lines& lines, const ShownItem& shown, Language language) {
    const InboxItem& item = shown.item;
    object["trust"] = text_of(shown.trust);
    const std::string agency = item.sender_agency.text();
    switch (shown.trust) {
        case Trust::Verified:
            lines.push_back(in(language, "sender: verified (", "отправитель: подтверждён (") +
                            agency + ")");
            break;
        case Trust::KeyChanged:
            lines.push_back(in(language, "sender: KEY CHANGED. Stop, and call ",
                               "отправитель: КЛЮЧ ИЗМЕНИЛСЯ. Остановитесь и позвоните: ") +
                            agency + in(language, " before you act.", ", прежде чем действовать."));
            break;
        case Trust::Unconfirmed:
            lines.push_back(
                in(language, "sender: not confirmed. Your agency has not confirmed the keys of ",
                   "отправитель: не подтверждён. Ваше ведомство не подтвердило ключи: ") +
                agency + ".");
            break;
        case Trust::Expired:
            lines.push_back(in(language, "sender: its certificate was over (",
                               "отправитель: срок его сертификата истёк (") +
                            agency + ")");
            break;
    }
    if (item.state == InboxState::Provisional) {
        object["provisional"] = item.problem;
        const auto code = errc_of(item.problem);
        lines.push_back(
            in(language, "provisional: nothing was signed for it, and nothing may rest on it yet. ",
               "предварительно: ничего не подписано, опираться на это пока нельзя. ") +
            std::string(code ? chapar::text_of(*code).sentence : ""));
    }
    if (item.disputed) {
        lines.push_back(in(language,
                           "disputed: signed after the time from which this key is called "
                           "compromised; ask its agency",
                           "оспорено: подписано после времени, с которого этот ключ считается "
                           "скомпрометированным; спросите его ведомство"));
    }
    if (item.sent_again) {
        object["sent_again"] = item.sent_again->value;
        lines.push_back(
            in(language, "sent again: the same as #", "отправлено снова: то же, что #") +
            std::to_string(item.sent_again->value));
    }
}

void add_approvals(json::object& object, Lines& lines, const std::vector<InboxApproval>& approvals,
                   Language language) {
    if (approvals.empty()) return;
    json::array out;
    for (const InboxApproval& approval : approvals) {
        const std::string certificate = to_hex(approval.approver.view());
        json::object one{{"certificate", certificate}};
        std::string who = in(language, "a device that the directory does not have, ",
                             "устройство, которого нет в справочнике, ") +
                          certificate.substr(0, 16);
        if (approval.who) {
            const auto& [office, agency, officer] = *approval.who;
            one["office"] = office.text();
            one["agency"] = agency.text();
            one["officer"] = officer;
            who = officer + ", " + office.text() + " (" + agency.text() + ")";
        }
        out.push_back(std::move(one));
        lines.push_back(in(language, "approved by ", "утвердил: ") + who);
    }
    object["approvals"] = std::move(out);
}

void add_attachments(json::object& object, Lines& lines, const ShownItem& shown,
                     Language language) {
    if (shown.attachments.empty()) return;
    json::array out;
    for (const ShownAttachment& attachment : shown.attachments) {
        const schemas::Attachment& listed = attachment.what.listed;
        const std::string name = safe_file_name(listed.file_name, listed.media_type);
        const bool here = attachment.here == Whereabouts::Here;
        out.push_back({{"number", attachment.what.stream},
                       {"name", name},
                       {"type", listed.media_type},
                       {"bytes", listed.length},
                       {"sha256", to_hex(attachment.what.digest.view())},
                       {"here", here}});
        lines.push_back(in(language, "attachment ", "вложение ") +
                        std::to_string(attachment.what.stream) + ": " + name + ", " +
                        std::to_string(listed.length) + in(language, " bytes", " байт") +
                        (here ? "" : in(language, ", not fetched yet", ", ещё не получено")));
    }
    object["attachments"] = std::move(out);
}

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr) return "";
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

class Page {
  public:
    explicit Page(Language language) : language_(language) {}

    void field(const std::string& label, const std::string& value, std::size_t depth = 0) {
        const std::string indented = std::string(depth * 2, ' ') + label;
        std::size_t begin = 0;
        for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
            end = value.find('\n', begin);
            rows_.push_back({begin == 0 ? indented : "", value.substr(begin, end - begin)});
        }
    }
    void around(const std::string& name, const std::string& value) {
        if (!value.empty()) field(schemas::field_label("envelope", name, language_), value);
    }
    void blank() { rows_.push_back({"", ""}); }

    void header(const json::object& header) {
        constexpr std::array<std::pair<const char*, const char*>, 4> kCoded{
            {{"urgency", "urgencies"},
             {"classification", "classifications"},
             {"handling", "handling"},
             {"purpose", "purposes"}}};
        for (const auto& [name, list] : kCoded) {
            const schemas::CodeFile* codes = schemas::find_codes(list);
            const std::string code = text_at(header, name);
            const schemas::CodeRow* row = codes != nullptr ? codes->find(code) : nullptr;
            around(name, row != nullptr ? code_words(*row, language_) : code);
        }
        for (const char* name : {"created", "reply_by", "expires", "case", "message", "in_reply_to",
                                 "supersedes", "originator"}) {
            around(name, text_at(header, name));
        }
    }

    void payload(const std::string& kind, const json::object& message) {
        const json::value* fields = message.if_contains("payload");
        const schemas::KindInfo* info = schemas::find_kind(kind);
        if (info == nullptr || fields == nullptr || !fields->is_object()) return;
        const auto lines =
            reading_of(schemas::field_tree(info->kind), fields->as_object(), language_);
        for (const ReadingLine& line : lines) field(line.label, line.value, line.depth);
    }

    [[nodiscard]] std::string kind_words(const std::string& kind) const {
        const schemas::KindInfo* info = schemas::find_kind(kind);
        return info != nullptr ? schemas::kind_label(info->kind, language_) + " (" + kind + ")"
                               : kind;
    }

    [[nodiscard]] std::vector<ShownText> lines() const {
        TextColumns columns({{"", 0, Side::Left, 22}, {""}});
        std::vector<ShownText> out;
        for (const auto& row : rows_) columns.fit(row);
        for (const auto& row : rows_) out.push_back(columns.row(row));
        return out;
    }

  private:
    Language language_;
    std::vector<std::array<std::string, 2>> rows_;
};

void add_message(Page& page, const json::object& message) {
    const std::string kind = text_at(message, "kind");
    page.around("kind", page.kind_words(kind));
    page.around("number", text_at(message, "number"));
    if (const json::value* sender = message.if_contains("sender"); sender && sender->is_object()) {
        page.around("sender", text_at(sender->as_object(), "office") + " (" +
                                  text_at(sender->as_object(), "agency") + ")");
    }
    if (const json::value* to = message.if_contains("to"); to && to->is_array()) {
        std::string offices;
        for (const json::value& office : to->as_array()) {
            offices += (offices.empty() ? "" : ", ") + std::string(office.as_string());
        }
        page.around("to", offices);
    }
    if (const json::value* header = message.if_contains("header"); header && header->is_object()) {
        page.header(header->as_object());
    }
    page.blank();
    page.payload(kind, message);
    if (const json::value* drafted = message.if_contains("drafted")) {
        page.blank();
        if (drafted->is_object()) add_message(page, drafted->as_object());
    }
}

}  // namespace

ReadingView view_of(const ShownItem& shown, const std::string& message, Language language) {
    ReadingView out{json::parse(message).as_object(), {}};
    Page page(language);
    add_message(page, out.object);
    out.lines = page.lines();
    Lines lines;
    add_standing(out.object, lines, shown, language);
    add_approvals(out.object, lines, shown.approvals, language);
    add_attachments(out.object, lines, shown, language);
    TextColumns one({{""}});
    lines.insert(lines.begin(), "");
    for (const std::string& line : lines) {
        one.fit({&line, 1});
        out.lines.push_back(one.row({&line, 1}));
    }
    return out;
}

}  // namespace chapar::client
