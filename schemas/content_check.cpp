// Whether the values of sealed content make sense: one small check for each part.
#include <algorithm>
#include <string>
#include <string_view>

#include "schemas/base/limits.h"
#include "schemas/content_codec.h"
#include "schemas/media_types.h"
#include "schemas/text_check.h"

namespace chapar::schemas {
namespace {

constexpr std::uint64_t kMostThousandths = 999'999'999'999;  // decimal(12,3)

// Keeps the first complaint, as WireReading does.
class Check {
  public:
    explicit Check(Classification level) : level_(level) {}

    [[nodiscard]] Status result() const {
        if (error_) return *error_;
        return Done{};
    }
    void missing(bool is_missing, const std::string& field) {
        if (is_missing && !error_) error_ = Error(Errc::FieldMissing, field);
    }
    void valid(bool is_valid, const std::string& field) {
        if (!is_valid && !error_) error_ = Error(Errc::FieldInvalid, field);
    }
    void line(const std::string& text, const std::string& field) {
        valid(text.size() <= limits::kTextBytes && is_clean_text(text, TextForm::Line), field);
    }
    void needed_line(const std::string& text, const std::string& field) {
        missing(text.empty(), field);
        line(text, field);
    }
    void lines(const std::string& text, const std::string& field) {
        valid(text.size() <= limits::kLongTextBytes && is_clean_text(text, TextForm::Lines), field);
    }
    void country(const std::string& text, const std::string& field) {
        valid(text.empty() || matches(text, "AA"), field);
    }
    template <typename List>
    void at_most(const List& list, std::size_t most, const std::string& field) {
        valid(list.size() <= most, field);
    }
    [[nodiscard]] Classification level() const { return level_; }

  private:
    Classification level_;
    std::optional<Error> error_;
};

std::string at(std::string_view list, std::size_t i) {
    return std::string(list) + "[" + std::to_string(i) + "]";
}

bool is_subdivision(const std::string& text, const std::string& country) {
    if (text.size() < 4 || text.size() > 6) return false;
    if (text.substr(0, 2) != country || text[2] != '-') return false;
    return std::ranges::all_of(
        text.substr(3), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

bool is_cas_form(const std::string& text) {
    if (text.size() < 7 || text.size() > 12) return false;
    return matches(text, std::string(text.size() - 5, '0') + "-00-0");
}

void check(Check& c, const Place& place, const std::string& path) {
    c.missing(place.country.empty(), path + ".country");
    c.country(place.country, path + ".country");
    c.valid(place.subdivision.empty() || is_subdivision(place.subdivision, place.country),
            path + ".subdivision");
    c.valid(place.locode.empty() || matches(place.locode, "AA999"), path + ".locode");
    c.valid(place.office.empty() || OfficeId::parse(place.office).has_value(), path + ".office");
    c.line(place.description, path + ".description");
    if (place.coordinates) {
        constexpr std::int32_t kE7 = 10'000'000;
        const auto within = [](std::int32_t value, std::int32_t degrees) {
            return value >= -degrees * kE7 && value <= degrees * kE7;
        };
        c.valid(within(place.coordinates->latitude_e7, 90), path + ".coordinates.latitude");
        c.valid(within(place.coordinates->longitude_e7, 180), path + ".coordinates.longitude");
    }
}

void check(Check& c, const Goods& goods, const std::string& path) {
    const Substance& substance = goods.substance;
    c.needed_line(substance.name, path + ".substance.name");
    c.valid(substance.cas.empty() || is_cas_form(substance.cas), path + ".substance.cas");
    c.valid(
        substance.inchi_key.empty() || matches(substance.inchi_key, "AAAAAAAAAAAAAA-AAAAAAAAAA-A"),
        path + ".substance.inchiKey");
    c.valid(substance.hs6.empty() || matches(substance.hs6, "0000.00"), path + ".substance.hs6");
    c.missing(goods.quantity.thousandths == 0, path + ".quantity");
    c.valid(goods.quantity.thousandths <= kMostThousandths, path + ".quantity");
    if (goods.purity) c.valid(goods.purity->per_mille <= 1000, path + ".purity");
}

void check(Check& c, const Conveyance& conveyance, const std::string& path) {
    c.line(conveyance.plate, path + ".plate");
    c.country(conveyance.plate_country, path + ".plateCountry");
    c.line(conveyance.vin, path + ".vin");
    c.line(conveyance.container, path + ".container");
    c.line(conveyance.vessel, path + ".vessel");
    c.line(conveyance.imo, path + ".imo");
    c.line(conveyance.mmsi, path + ".mmsi");
    c.line(conveyance.flight, path + ".flight");
    c.line(conveyance.wagon, path + ".wagon");
    c.at_most(conveyance.documents, limits::kContentItems, path + ".documents");
    for (std::size_t i = 0; i < conveyance.documents.size(); ++i) {
        c.needed_line(conveyance.documents[i].number, at(path + ".documents", i) + ".number");
    }
    c.at_most(conveyance.seals, limits::kSeals, path + ".seals");
    for (std::size_t i = 0; i < conveyance.seals.size(); ++i) {
        c.needed_line(conveyance.seals[i], at(path + ".seals", i));
    }
}

void check(Check& c, const PartialDate& date, const std::string& path) {
    c.missing(date.year == 0, path + ".year");
    c.valid(date.year <= 9999, path + ".year");
    c.valid(date.month <= 12, path + ".month");
    c.valid(date.day <= 31 && (date.day == 0 || date.month != 0), path + ".day");
}

void check(Check& c, const Person& person, const std::string& path) {
    c.missing(person.names.empty(), path + ".names");
    c.at_most(person.names, limits::kPersonNames, path + ".names");
    for (std::size_t i = 0; i < person.names.size(); ++i) {
        c.needed_line(person.names[i].text, at(path + ".names", i) + ".text");
        c.line(person.names[i].transliteration, at(path + ".names", i) + ".transliteration");
    }
    if (person.birth) check(c, *person.birth, path + ".birth");
    c.country(person.nationality, path + ".nationality");
    if (person.document) {
        c.needed_line(person.document->type, path + ".document.type");
        c.needed_line(person.document->number, path + ".document.number");
        c.line(person.document->issuer, path + ".document.issuer");
    }
    c.line(person.role, path + ".role");
    const bool shielded =
        person.status == PersonStatus::Minor || person.status == PersonStatus::Witness;
    c.valid(!shielded || c.level() >= Classification::Confidential, path + ".status");
}

void check(Check& c, const Remarks& remarks) {
    c.lines(remarks.note.text, "note");
    c.valid(remarks.note.language.empty() || matches(remarks.note.language, "aa"), "language");
    c.missing(!remarks.note.text.empty() && remarks.note.language.empty(), "language");
    c.missing(remarks.note.text.empty() && !remarks.note.language.empty(), "note");
}

template <typename Part>
void check_list(Check& c, const std::vector<Part>& list, std::string_view path) {
    c.at_most(list, limits::kContentItems, std::string(path));
    for (std::size_t i = 0; i < list.size(); ++i) check(c, list[i], at(path, i));
}

void check(Check& c, const MessageId& target) { c.missing(target.is_zero(), "target"); }

void check(Check& c, const SeizureAlert& alert) {
    check(c, alert.place, "place");
    c.missing(alert.time == TimeMs(), "time");
    c.valid(alert.time <= limits::kLatestTime, "time");
    c.missing(alert.goods.empty(), "goods");
    check_list(c, alert.goods, "goods");
    check(c, alert.conveyance, "conveyance");
    c.needed_line(alert.agency, "agency");
    check_list(c, alert.route, "route");
    check_list(c, alert.persons, "persons");
    if (alert.packaging) {
        c.line(alert.packaging->marks, "packaging.marks");
        c.line(alert.packaging->logo, "packaging.logo");
    }
}

void check(Check& c, const InfoRequest& request) {
    c.needed_line(request.subject, "subject");
    c.missing(request.justification.empty(), "justification");
    c.lines(request.justification, "justification");
    check_list(c, request.persons, "persons");
    if (request.conveyance) check(c, *request.conveyance, "conveyance");
}

void check(Check& c, const InfoReply& reply) {
    c.missing(reply.result == ReplyResult::Found && reply.answer.empty(), "answer");
    c.lines(reply.answer, "answer");
    check_list(c, reply.persons, "persons");
    if (reply.conveyance) check(c, *reply.conveyance, "conveyance");
}

void check(Check& c, const Recall& recall) {
    check(c, recall.target);
    c.missing(recall.reason.empty(), "reason");
    c.lines(recall.reason, "reason");
}

void check(Check& c, const RecallDone& done) {
    check(c, done.target);
    c.missing(done.result == RecallResult::NotDone && done.reason.empty(), "reason");
    c.lines(done.reason, "reason");
}

void check(Check& c, const Correction& correction) {
    check(c, correction.target);
    c.missing(correction.changes.empty(), "changes");
    c.at_most(correction.changes, limits::kFieldChanges, "changes");
    for (std::size_t i = 0; i < correction.changes.size(); ++i) {
        const std::string path = at("changes", i);
        c.needed_line(correction.changes[i].field, path + ".field");
        c.line(correction.changes[i].before, path + ".before");
        c.line(correction.changes[i].after, path + ".after");
    }
    c.lines(correction.reason, "reason");
}

void check(Check& c, const ApprovalRequest& request) {
    check(c, request.target);
    c.missing(request.offices.empty(), "offices");
    c.at_most(request.offices, limits::kVisibleRecipients, "offices");
    c.valid(std::ranges::is_sorted(request.offices) &&
                std::ranges::adjacent_find(request.offices) == request.offices.end(),
            "offices");
}

void check(Check& c, const Approval& approval) {
    check(c, approval.target);
    c.missing(!approval.signature && approval.reason.empty(), "reason");
    c.valid(approval.signature.has_value() != approval.audience.is_zero(), "audience");
    c.lines(approval.reason, "reason");
}

void check(Check& c, const Manifest& manifest) {
    c.at_most(manifest.attachments, limits::kStreams - 1, "attachments");
    const bool asks_approval = manifest.kind == Kind::ApprovalRequest;
    c.missing(asks_approval && manifest.attachments.empty(), "attachments");
    c.valid(!asks_approval || manifest.attachments.size() == 1, "attachments");
    for (std::size_t i = 0; i < manifest.attachments.size(); ++i) {
        const Attachment& attachment = manifest.attachments[i];
        const std::string path = at("attachments", i);
        c.valid(is_allowed_media_type(attachment.media_type, manifest.kind), path + ".mediaType");
        c.valid(attachment.length <= limits::kAttachmentBytes, path + ".length");
        c.valid(is_file_name(attachment.file_name), path + ".fileName");
    }
    c.at_most(manifest.visible_recipients, limits::kVisibleRecipients, "visibleRecipients");
}

}  // namespace

Status check_content(const SealedContent& content) {
    Check c(content.manifest.classification);
    check(c, content.manifest);
    c.valid(content.manifest.kind == kind_of(content.payload), "kind");
    std::visit(
        [&c](const auto& payload) {
            check(c, payload);
            check(c, payload.remarks);
        },
        content.payload);
    return c.result();
}

}  // namespace chapar::schemas
