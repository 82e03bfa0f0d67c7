#include "schemas/content_codec.h"

#include <doctest/doctest.h>

#include "schemas/base/limits.h"
#include "schemas/media_types.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::schemas;
using namespace chapar::testing;

namespace {

SeizureAlert& alert_of(SealedContent& content) { return std::get<SeizureAlert>(content.payload); }

void check_refused(const SealedContent& content, Errc code, const char* field) {
    const Result<Bytes> bytes = encode_content(content);
    REQUIRE_FALSE(bytes.has_value());
    CHECK(text_of(bytes.error().code).code == text_of(code).code);
    CHECK(bytes.error().context == field);
}

}  // namespace

TEST_CASE("content of every kind is read back as it was written") {
    // All but WirePayload, of which tests/unit/kinds/ has one of each kind.
    CHECK(sample_contents().size() + 1 == std::variant_size_v<Payload>);
    for (const SealedContent& content : sample_contents()) {
        CAPTURE(content.payload.index());
        CHECK(content.manifest.kind == kind_of(content.payload));
        const Result<Bytes> bytes = encode_content(content);
        REQUIRE(bytes.has_value());
        CHECK(decode_content(*bytes).value() == content);
    }
}

TEST_CASE("an alert of the five mandatory fields alone is enough") {
    SealedContent content = sample_alert();
    SeizureAlert alert;
    alert.place.country = "TJ";
    alert.time = TimeMs(1);
    alert.goods.resize(1);
    alert.goods[0].substance.name = "heroin";
    alert.goods[0].quantity.thousandths = 1;
    alert.agency = "TJ-DCA";
    content.payload = alert;
    CHECK(decode_content(encode_content(content).value()).value() == content);
}

TEST_CASE("each field of an alert is refused beyond what it may be") {
    struct Row {
        Errc code;
        const char* field;
        void (*change)(SeizureAlert&);
    };
    constexpr Errc kMissing = Errc::FieldMissing;
    constexpr Errc kInvalid = Errc::FieldInvalid;
    const Row rows[] = {
        {kMissing, "place.country", [](SeizureAlert& a) { a.place = {}; }},
        {kInvalid, "place.country", [](SeizureAlert& a) { a.place.country = "tj"; }},
        {kInvalid, "place.country", [](SeizureAlert& a) { a.place.country = "TJK"; }},
        {kInvalid, "place.subdivision", [](SeizureAlert& a) { a.place.subdivision = "UZ-SU"; }},
        {kInvalid, "place.subdivision", [](SeizureAlert& a) { a.place.subdivision = "TJ-"; }},
        {kInvalid, "place.locode", [](SeizureAlert& a) { a.place.locode = "TJ1YU"; }},
        {kInvalid, "place.office", [](SeizureAlert& a) { a.place.office = "npj"; }},
        {kInvalid, "place.latitude",
         [](SeizureAlert& a) { a.place.coordinates->latitude_e7 = 900'000'001; }},
        {kInvalid, "place.longitude",
         [](SeizureAlert& a) { a.place.coordinates->longitude_e7 = -1'800'000'001; }},
        {kMissing, "time", [](SeizureAlert& a) { a.time = {}; }},
        {kInvalid, "time", [](SeizureAlert& a) { a.time = limits::kLatestTime.next(); }},
        {kMissing, "goods", [](SeizureAlert& a) { a.goods.clear(); }},
        {kInvalid, "goods", [](SeizureAlert& a) { a.goods.assign(17, a.goods[0]); }},
        {kMissing, "goods[1].substance.name",
         [](SeizureAlert& a) { a.goods[1].substance.name.clear(); }},
        {kInvalid, "goods[0].substance.cas",
         [](SeizureAlert& a) { a.goods[0].substance.cas = "561-27"; }},
        {kInvalid, "goods[0].substance.inchi_key",
         [](SeizureAlert& a) { a.goods[0].substance.inchi_key = "GVGLGOZIDCSQPN"; }},
        {kInvalid, "goods[0].substance.hs6",
         [](SeizureAlert& a) { a.goods[0].substance.hs6 = "293919"; }},
        {kMissing, "goods[0].quantity.value",
         [](SeizureAlert& a) { a.goods[0].quantity.thousandths = 0; }},
        {kInvalid, "goods[0].quantity.value",
         [](SeizureAlert& a) { a.goods[0].quantity.thousandths = 1'000'000'000'000; }},
        {kInvalid, "goods[0].purity.percent",
         [](SeizureAlert& a) { a.goods[0].purity->per_mille = 1001; }},
        {kInvalid, "conveyance.plate", [](SeizureAlert& a) { a.conveyance.plate = "a\nb"; }},
        {kInvalid, "conveyance.country",
         [](SeizureAlert& a) { a.conveyance.plate_country = "T1"; }},
        {kMissing, "conveyance.documents[0].number",
         [](SeizureAlert& a) { a.conveyance.documents[0].number.clear(); }},
        {kMissing, "conveyance.seals[1]", [](SeizureAlert& a) { a.conveyance.seals[1].clear(); }},
        {kInvalid, "conveyance.seals",
         [](SeizureAlert& a) { a.conveyance.seals.assign(33, "UZ 1"); }},
        {kMissing, "agency", [](SeizureAlert& a) { a.agency.clear(); }},
        {kInvalid, "agency", [](SeizureAlert& a) { a.agency.assign(513, 'a'); }},
        {kMissing, "route[0].country", [](SeizureAlert& a) { a.route[0] = {}; }},
        {kInvalid, "route", [](SeizureAlert& a) { a.route.assign(17, a.place); }},
        {kMissing, "persons[0].names", [](SeizureAlert& a) { a.persons[0].names.clear(); }},
        {kInvalid, "persons[0].names",
         [](SeizureAlert& a) { a.persons[0].names.assign(9, a.persons[0].names[0]); }},
        {kMissing, "persons[0].birth.year", [](SeizureAlert& a) { a.persons[0].birth->year = 0; }},
        {kInvalid, "persons[0].birth.month",
         [](SeizureAlert& a) { a.persons[0].birth->month = 13; }},
        {kInvalid, "persons[0].birth.day", [](SeizureAlert& a) { a.persons[0].birth->day = 32; }},
        {kInvalid, "persons[0].birth.day",
         [](SeizureAlert& a) {
             a.persons[0].birth->month = 0;
             a.persons[0].birth->day = 3;
         }},
        {kInvalid, "persons[0].nationality",
         [](SeizureAlert& a) { a.persons[0].nationality = "TJK"; }},
        {kMissing, "persons[0].document.number",
         [](SeizureAlert& a) { a.persons[0].document->number.clear(); }},
        {kInvalid, "packaging.marks", [](SeizureAlert& a) { a.packaging->marks = "\x7f"; }},
        {kMissing, "text.language", [](SeizureAlert& a) { a.remarks.note.language.clear(); }},
        {kInvalid, "text.language", [](SeizureAlert& a) { a.remarks.note.language = "eng"; }},
        {kMissing, "text.text", [](SeizureAlert& a) { a.remarks.note.text.clear(); }},
        {kInvalid, "text.text", [](SeizureAlert& a) { a.remarks.note.text = "\xED\xA0\x80"; }},
    };
    for (const Row& row : rows) {
        CAPTURE(row.field);
        SealedContent content = sample_alert();
        row.change(alert_of(content));
        check_refused(content, row.code, row.field);
    }
}

TEST_CASE("values at their bounds are read") {
    SealedContent content = sample_alert();
    SeizureAlert& alert = alert_of(content);
    alert.goods.assign(16, alert.goods[0]);
    alert.goods[0].quantity.thousandths = 999'999'999'999;
    alert.goods[0].purity->per_mille = 1000;
    alert.route.assign(16, alert.place);
    alert.persons.assign(16, alert.persons[0]);
    alert.conveyance.seals.assign(32, "UZ 1");
    alert.place.coordinates = Coordinates{-900'000'000, 1'800'000'000, 0};
    alert.agency.assign(512, 'a');
    alert.remarks.note.text.assign(limits::kLongTextBytes, 'n');
    CHECK(decode_content(encode_content(content).value()).value() == content);
    alert.remarks.note.text.push_back('n');
    check_refused(content, Errc::FieldInvalid, "text.text");
}

TEST_CASE("content above its limit is too large, both ways") {
    SealedContent content = sample_alert();
    SeizureAlert& alert = alert_of(content);
    alert.persons.assign(16, alert.persons[0]);
    for (Person& person : alert.persons) {
        person.names.assign(8, {std::string(512, 'x'), Script::Latn, std::string(512, 'y')});
    }
    CHECK(encode_content(content).error().code == Errc::TooLarge);
    CHECK(decode_content(Bytes(limits::kContentBytes + 8)).error().code == Errc::TooLarge);
    CHECK(decode_content(Bytes(limits::kContentBytes)).error().code == Errc::MalformedLayout);
}

TEST_CASE("a minor or a witness stands only in content of CONFIDENTIAL or above") {
    for (const PersonStatus status : {PersonStatus::Minor, PersonStatus::Witness}) {
        SealedContent content = sample_alert();
        alert_of(content).persons[0].status = status;
        CHECK(check_content(content).has_value());
        content.manifest.classification = Classification::Restricted;
        check_refused(content, Errc::FieldInvalid, "persons[0].status");
        alert_of(content).persons[0].status = PersonStatus::Suspect;
        CHECK(check_content(content).has_value());
    }
}

TEST_CASE("the other kinds refuse what they cannot do without") {
    struct Row {
        const char* field;
        Payload payload;
    };
    const MessageId target = filled<MessageId>(1);
    const Row rows[] = {
        {"subject", InfoRequest{QuestionType::Person, "", "why", false, {}, {}, {}}},
        {"justification", InfoRequest{QuestionType::Person, "who", "", false, {}, {}, {}}},
        {"answer", InfoReply{ReplyResult::Found, "", {}, {}, {}}},
        {"target", Recall{{}, RecallAction::Delete, "why", {}}},
        {"reason", Recall{target, RecallAction::Delete, "", {}}},
        {"target", RecallDone{{}, RecallResult::Done, "", {}}},
        {"reason", RecallDone{target, RecallResult::NotDone, "", {}}},
        {"target", Correction{{}, {{"agency", "a", "b"}}, "", {}}},
        {"changes", Correction{target, {}, "", {}}},
        {"changes[0].field", Correction{target, {{"", "a", "b"}}, "", {}}},
        {"target", Approval{{}, {}, {}, "no", {}}},
        {"reason", Approval{target, {}, {}, "", {}}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.field);
        SealedContent content = sample_alert();
        content.manifest.kind = kind_of(row.payload);
        content.payload = row.payload;
        check_refused(content, Errc::FieldMissing, row.field);
    }
    SealedContent silent = sample_alert();
    silent.manifest.kind = Kind::InfoReply;
    silent.payload = InfoReply{};
    CHECK(check_content(silent).has_value());
}

// Fails if check_content() lets a request go without its draft, or a draft go as a file.
TEST_CASE("a request for approval carries exactly its draft, and nothing else carries one") {
    SealedContent request = sample_approval_request();
    CHECK(check_content(request).has_value());
    request.manifest.attachments.push_back(request.manifest.attachments.front());
    check_refused(request, Errc::FieldInvalid, "attachments");
    request.manifest.attachments.clear();
    check_refused(request, Errc::FieldMissing, "attachments");
    request.manifest.attachments = {{900, "application/pdf", "draft"}};
    check_refused(request, Errc::FieldInvalid, "attachments[0].mediaType");
    SealedContent alert = sample_alert();
    alert.manifest.attachments[0].media_type = kDraftMediaType;
    check_refused(alert, Errc::FieldInvalid, "attachments[0].mediaType");

    request = sample_approval_request();
    auto& offices = std::get<ApprovalRequest>(request.payload).offices;
    std::ranges::reverse(offices);
    check_refused(request, Errc::FieldInvalid, "offices");
    offices = {offices[0], offices[0]};
    check_refused(request, Errc::FieldInvalid, "offices");
    offices.clear();
    check_refused(request, Errc::FieldMissing, "offices");
}

// Fails if a refusal may carry an audience, or a signature may go without one.
TEST_CASE("an approval has signature and audience, a refusal has neither and says why") {
    SealedContent content = sample_alert();
    content.manifest.kind = Kind::Approval;
    content.manifest.attachments.clear();
    content.payload = Approval{filled<MessageId>(1), {}, {}, "too vague", {}};
    CHECK(decode_content(encode_content(content).value()).value() == content);
    std::get<Approval>(content.payload).audience = filled<Hash>(1);
    check_refused(content, Errc::FieldInvalid, "audience");
    std::get<Approval>(content.payload).audience = {};
    std::get<Approval>(content.payload).signature = filled<Signature>(1);
    check_refused(content, Errc::FieldInvalid, "audience");
}

// Fails if a program's or an archive's ending proposes a type, or begins_as() is not asked by type.
TEST_CASE("media types are proposed by ending and checked by first bytes") {
    CHECK(media_type_of_name("Scan.PDF") == "application/pdf");
    CHECK(media_type_of_name("a.tar.jpg") == "image/jpeg");
    for (const char* name : {"a.zip", "a.exe", "a.html", "a.svg", "a.docm", "pdf", ".pdf", ""}) {
        CHECK_FALSE(media_type_of_name(name).has_value());
    }
    for (const std::string_view type : media_types()) {
        CHECK(is_allowed_media_type(type, Kind::SeizureAlert));
        CHECK_FALSE(begins_as(type, view(std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0", 12))));
    }
    CHECK_FALSE(is_allowed_media_type("application/zip", Kind::SeizureAlert));
    CHECK(begins_as("image/png", view("\x89PNG\r\n\x1A\n....")));
    CHECK_FALSE(begins_as("image/jpeg", view("\x89PNG\r\n\x1A\n....")));
    CHECK_FALSE(begins_as("image/png", view("\x89PN")));
    CHECK(begins_as("text/plain", view("MZ is how this text begins")));
    CHECK_FALSE(begins_as("text/csv", view("PK\x03\x04")));
    CHECK(begins_as("text/plain", {}));
}

TEST_CASE("an attachment has a known media type and a name that is no path") {
    for (const char* name : {"", ".", "..", "a/b", "..\\b", "a\nb", "\xFF"}) {
        SealedContent content = sample_alert();
        content.manifest.attachments[1].file_name = name;
        check_refused(content, Errc::FieldInvalid, "attachments[1].fileName");
    }
    SealedContent content = sample_alert();
    content.manifest.attachments[0].file_name.assign(255, 'a');
    CHECK(check_content(content).has_value());
    content.manifest.attachments[0].file_name.push_back('a');
    check_refused(content, Errc::FieldInvalid, "attachments[0].fileName");
    content = sample_alert();
    content.manifest.attachments[0].media_type = "text/html";
    check_refused(content, Errc::FieldInvalid, "attachments[0].mediaType");
    content = sample_alert();
    content.manifest.attachments[0].length = limits::kAttachmentBytes;
    CHECK(check_content(content).has_value());
    ++content.manifest.attachments[0].length;
    check_refused(content, Errc::FieldInvalid, "attachments[0].length");
    content = sample_alert();
    content.manifest.attachments.assign(32, content.manifest.attachments[0]);
    check_refused(content, Errc::FieldInvalid, "attachments");
}

TEST_CASE("the manifest's kind is the payload's") {
    SealedContent content = sample_alert();
    content.manifest.kind = Kind::Recall;
    check_refused(content, Errc::FieldInvalid, "kind");
}

// Fails if check_manifest() leaves out one of its seven comparisons.
TEST_CASE("every difference between header and manifest is found") {
    struct Row {
        const char* field;
        void (*change)(Header&);
    };
    const Row rows[] = {
        {"messageId", [](Header& h) { h.message_id = filled<MessageId>(1); }},
        {"sender", [](Header& h) { h.sender = filled<CertificateHash>(1); }},
        {"caseId", [](Header& h) { h.case_id = filled<CaseId>(1); }},
        {"classification", [](Header& h) { h.classification = Classification::Secret; }},
        {"kind", [](Header& h) { h.kind = Kind::Recall; }},
        {"personalData", [](Header& h) { h.personal_data = false; }},
    };
    Header header = plain_header();
    header.classification = Classification::Confidential;
    header.personal_data = true;
    REQUIRE(check_manifest(header, sample_alert()).has_value());
    for (const Row& row : rows) {
        Header other = header;
        row.change(other);
        const Status status = check_manifest(other, sample_alert());
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error() == Error(Errc::ManifestMismatch, row.field));
    }
    const SealedContent recall = sample_contents()[3];
    header.kind = Kind::Recall;
    header.supersedes = std::get<Recall>(recall.payload).target;
    CHECK(check_manifest(header, recall).has_value());
    header.supersedes = filled<MessageId>(1);
    CHECK(check_manifest(header, recall).error().context == "supersedes");
}

TEST_CASE("codes that are not given or beyond their list are refused") {
    // Two encodings differ in the one byte that holds the code; it is then set to other numbers.
    SealedContent brick = sample_alert();
    SealedContent paste = sample_alert();
    alert_of(brick).goods[0].quantity.unit = Unit::Grm;
    alert_of(paste).goods[0].quantity.unit = Unit::Ltr;
    Bytes bytes = encode_content(brick).value();
    const Bytes other = encode_content(paste).value();
    const auto place = std::ranges::mismatch(bytes, other).in1;
    REQUIRE(place != bytes.end());
    REQUIRE(*place == std::byte{2});
    for (const int code : {0, 10, 255}) {
        *place = static_cast<std::byte>(code);
        CHECK(decode_content(bytes).error() == Error(Errc::MalformedLayout, "quantity.unit"));
    }
    *place = std::byte{9};
    SealedContent plants = brick;
    alert_of(plants).goods[0].quantity.unit = Unit::Plant;
    CHECK(decode_content(bytes).value() == plants);
}

TEST_CASE("content has one segment, and every strict prefix of it is refused") {
    Bytes bytes = encode_content(sample_alert()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(decode_content(ByteView(bytes).first(size)).has_value());
    }
    bytes.resize(bytes.size() + 8);
    CHECK(decode_content(bytes).error() == Error(Errc::MalformedLayout, "segment table"));
}
