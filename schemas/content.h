// What officers say to each other: the sealed part of an envelope, as plain structs.
//
// Owns: the shapes of manifest and payloads. The bytes that lie before them in stream 0 (32 random
// ones and a SHA-256 for each attachment) are the client's. Does not know bytes (content_codec.h)
// or JSON (client/cases). Absent text is "", absent lists are empty, all else absent is nullopt.
// Text is UTF-8. Value types. Source: content.capnp; domain.md 3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/codes.h"
#include "schemas/header.h"

namespace chapar::schemas {

struct Attachment {
    std::uint64_t length = 0;  // true bytes of its stream, before padding; <= 100 MiB
    std::string media_type;    // media_types.h
    std::string file_name;     // no path, no control characters, <= 255 B
    bool operator==(const Attachment&) const = default;
};

// Repeats what the header says, so that header and content cannot be exchanged.
struct Manifest {
    MessageId message_id;
    CertificateHash sender;
    CaseId case_id;
    Classification classification = Classification::Unclassified;
    Kind kind = Kind::SeizureAlert;
    std::vector<Attachment> attachments;       // attachment i is stream i + 1
    std::vector<OfficeId> visible_recipients;  // offices that every recipient may know of
    bool operator==(const Manifest&) const = default;
};

// WGS84, degrees times 10^7.
struct Coordinates {
    std::int32_t latitude_e7 = 0;
    std::int32_t longitude_e7 = 0;
    std::uint32_t accuracy_m = 0;  // 0 = unknown
    bool operator==(const Coordinates&) const = default;
};

struct Place {
    std::string country;      // ISO 3166-1 alpha-2, mandatory: "TJ"
    std::string subdivision;  // ISO 3166-2: "TJ-KT"
    std::string locode;       // UN/LOCODE, five characters
    std::string office;       // office id: "TJ-NPJ-BLO"
    std::string description;
    std::optional<Coordinates> coordinates;
    bool operator==(const Place&) const = default;
};

struct Substance {
    SubstanceList list = SubstanceList::Other;
    std::string name;       // INCB name, mandatory
    std::string cas;        // "561-27-3"; the check digit is a warning (check_digits.h)
    std::string inchi_key;  // 14-10-1 letters
    std::string hs6;        // harmonised system: "2915.24"
    std::optional<SubstanceForm> form;
    bool operator==(const Substance&) const = default;
};

struct Quantity {
    std::uint64_t thousandths = 0;  // decimal(12,3): 1 .. 999,999,999,999
    Unit unit = Unit::Kgm;
    std::optional<Weighing> weighing;
    std::optional<Measure> measure;
    bool operator==(const Quantity&) const = default;
};

struct Purity {
    std::uint16_t per_mille = 0;  // 625 = 62.5 %
    PurityMethod method = PurityMethod::FieldKit;
    bool operator==(const Purity&) const = default;
};

struct Goods {
    Substance substance;
    Quantity quantity;
    std::optional<Purity> purity;
    bool operator==(const Goods&) const = default;
};

struct NumberedDocument {
    TransportDocument type = TransportDocument::Other;
    std::string number;
    bool operator==(const NumberedDocument&) const = default;
};

// Numbers as observed, however wrong their check digits.
struct Conveyance {
    TransportMode mode = TransportMode::Unspecified;
    std::string plate;
    std::string plate_country;  // ISO 3166-1 alpha-2
    std::string vin;
    std::string container;  // ISO 6346
    std::string vessel;
    std::string imo;
    std::string mmsi;
    std::string flight;
    std::string wagon;
    std::vector<NumberedDocument> documents;
    std::vector<std::string> seals;
    bool operator==(const Conveyance&) const = default;
};

struct PersonName {
    std::string text;
    Script script = Script::Latn;
    std::string transliteration;
    bool operator==(const PersonName&) const = default;
};

// A date of which only a part may be known: month and day 0 = unknown.
struct PartialDate {
    std::uint16_t year = 0;
    std::uint8_t month = 0;
    std::uint8_t day = 0;
    Calendar calendar = Calendar::Gregorian;
    bool operator==(const PartialDate&) const = default;
};

struct IdentityDocument {
    std::string type;
    std::string number;
    std::string issuer;
    bool operator==(const IdentityDocument&) const = default;
};

// A minor or a witness may stand only in content of CONFIDENTIAL or above.
struct Person {
    std::vector<PersonName> names;  // at least one
    std::optional<PartialDate> birth;
    std::string nationality;  // ISO 3166-1 alpha-2
    std::optional<IdentityDocument> document;
    std::string role;
    std::optional<PersonStatus> status;
    bool operator==(const Person&) const = default;
};

struct Packaging {
    std::optional<std::uint32_t> packages;
    std::string marks;
    std::string logo;  // described in words; a picture is an attachment
    bool operator==(const Packaging&) const = default;
};

struct Evaluation {
    SourceGrade source = SourceGrade::X;
    InformationGrade information = InformationGrade::Four;
    bool operator==(const Evaluation&) const = default;
};

struct FreeText {
    std::string text;
    std::string language;  // ISO 639-1; mandatory where there is text
    bool operator==(const FreeText&) const = default;
};

// What any payload may carry.
struct Remarks {
    FreeText note;
    std::optional<Evaluation> evaluation;
    std::optional<Tlp> tlp;
    bool operator==(const Remarks&) const = default;
};

// Kind 100. Mandatory: place, time, one of goods (substance and quantity), mode, agency.
struct SeizureAlert {
    Place place;
    TimeMs time;
    std::vector<Goods> goods;
    Conveyance conveyance;
    std::string agency;  // who seized, in words or as an agency id
    std::optional<Concealment> concealment;
    std::vector<Place> route;  // origin .. intended destination
    std::vector<Person> persons;
    std::optional<Packaging> packaging;
    std::optional<Detection> detection;
    std::optional<std::uint32_t> arrests;
    bool wants_controlled_delivery = false;
    Remarks remarks;
    std::optional<SeizurePlace> place_type;
    bool day_only = false;  // `time` is noon, where it was, of a day
    bool operator==(const SeizureAlert&) const = default;
};

// Kind 130.
struct InfoRequest {
    QuestionType question = QuestionType::Subscriber;
    std::string subject;        // what is asked about: a plate, a number, a company; mandatory
    std::string justification;  // mandatory
    bool usable_in_court = false;
    std::vector<Person> persons;
    std::optional<Conveyance> conveyance;
    Remarks remarks;
    bool operator==(const InfoRequest&) const = default;
};

// Kind 131.
struct InfoReply {
    ReplyResult result = ReplyResult::NotFound;
    std::string answer;  // mandatory where FOUND
    std::vector<Person> persons;
    std::optional<Conveyance> conveyance;
    Remarks remarks;
    std::uint8_t outcome = 0;  // of the list outcomes: what came of the message; 0 = an answer
    std::optional<std::uint32_t> arrests{};
    bool operator==(const InfoReply&) const = default;
};

// Kind 212. `target` is the header's `supersedes`.
struct Recall {
    MessageId target;
    RecallAction action = RecallAction::Delete;
    std::string reason;  // mandatory
    Remarks remarks;
    bool operator==(const Recall&) const = default;
};

// Kind 213. `target` is the envelope that was recalled; the header's `in_reply_to` is the recall.
struct RecallDone {
    MessageId target;
    RecallResult result = RecallResult::Done;
    std::string reason;  // mandatory where NOT_DONE
    Remarks remarks;
    bool operator==(const RecallDone&) const = default;
};

struct FieldChange {
    std::string field;  // path in the JSON form of the kind: "goods[0].purity"
    std::string before;
    std::string after;
    bool operator==(const FieldChange&) const = default;
};

// Kind 214. `target` is the header's `supersedes`.
struct Correction {
    MessageId target;
    std::vector<FieldChange> changes;  // at least one
    std::string reason;
    Remarks remarks;
    bool operator==(const Correction&) const = default;
};

// Kind 218. Attachment 1, the only one, is the draft that is asked about. Never linked in the
// header: its target was not sent yet.
struct ApprovalRequest {
    MessageId target;
    std::vector<OfficeId> offices;  // the audience: at least one, ascending
    AudienceBlind blind;
    Remarks remarks;
    bool operator==(const ApprovalRequest&) const = default;
};

// Kind 219. The header's `in_reply_to` is the request. Without a signature: refused, and why.
struct Approval {
    MessageId target;
    Hash audience;  // zero where refused
    std::optional<Signature> signature;
    std::string reason;  // mandatory where refused
    Remarks remarks;
    bool operator==(const Approval&) const = default;
};

// A payload of any other kind: its struct of schemas/kinds/ in canonical Cap'n Proto words. Made by
// schemas/ only (kinds/kind_json.h, content_codec.h), so it always keeps the rules of its kind's
// single fields; read as JSON.
struct WirePayload {
    Kind kind = Kind::CdRequest;
    Bytes words;
    bool operator==(const WirePayload&) const = default;
};

using Payload = std::variant<SeizureAlert, InfoRequest, InfoReply, Recall, RecallDone, Correction,
                             ApprovalRequest, Approval, WirePayload>;

struct SealedContent {
    Manifest manifest;
    Payload payload;
    bool operator==(const SealedContent&) const = default;
};

[[nodiscard]] Kind kind_of(const Payload& payload);

}  // namespace chapar::schemas
