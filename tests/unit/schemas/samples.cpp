#include "tests/unit/schemas/samples.h"

#include <set>

#include "schemas/base/limits.h"
#include "schemas/kinds.h"
#include "schemas/kinds/kind_examples.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/media_types.h"

namespace chapar::testing {

using namespace schemas;

Bytes counting_bytes(std::size_t size, std::uint8_t first) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(first + i);
    return out;
}

Header plain_header(Kind kind) {
    Header header;
    header.kind = kind;
    header.home = filled<Home>(10);
    header.sender = filled<CertificateHash>(20);
    header.message_id = filled<MessageId>(30);
    header.case_id = filled<CaseId>(40);
    header.created = TimeMs(1'741'326'000'000);
    header.expires_at = header.created + kDay;
    header.retain_until = header.created + kDay * 30;
    header.content = filled<Hash>(50);
    const KindInfo* const info = find_kind(kind);
    if (info != nullptr && info->link == Link::InReplyTo) {
        header.in_reply_to = filled<MessageId>(60);
    }
    if (info != nullptr && info->link == Link::Supersedes) {
        header.supersedes = filled<MessageId>(61);
    }
    return header;
}

Header full_header() {
    Header header = plain_header();
    header.classification = Classification::Secret;
    header.handling = Handling::H2;
    header.purpose = Purpose::Judicial;
    header.personal_data = true;
    header.urgency = Urgency::Urgent;
    header.reply_by = header.created + kHour * 8;
    header.in_reply_to = filled<MessageId>(60);
    header.supersedes = filled<MessageId>(61);
    header.derived_from = {filled<MessageId>(62), filled<MessageId>(63)};
    header.releasable_to = {"UZ", "TJ-DCA", "KZ-ALA-BLO"};
    header.release_token = filled<ReleaseToken>(64);
    header.auditors = {filled<CertificateHash>(65), filled<CertificateHash>(66)};
    header.receipts_wanted = kReceiptDelivered | kReceiptAcknowledged;
    header.originator = OfficeId::parse("TJ-NPJ-BLO").value();
    return header;
}

namespace {

Place sample_place() {
    return {"TJ",
            "TJ-KT",
            "TJDYU",
            "TJ-NPJ-BLO",
            "Bridge, 2nd gate",
            Coordinates{372'000'000, 686'000'000, 50}};
}

Person sample_person() {
    return {{{"Алим Рахимов", Script::Cyrl, "Alim Rahimov"}, {"علیم رحیموف", Script::Arab, ""}},
            PartialDate{1366, 4, 0, Calendar::SolarHijri},
            "TJ",
            IdentityDocument{"passport", "A1234567", "TJ MIA"},
            "driver",
            PersonStatus::Witness};
}

Conveyance sample_conveyance() {
    return {TransportMode::Road,
            "01 A 777 BC",
            "TJ",
            "WDB9634031L123456",
            "CSQU3054383",
            "",
            "9074729",
            "",
            "",
            "",
            {{TransportDocument::Cmr, "CMR 14-221"}},
            {"UZ 448812", "UZ 448813"}};
}

Remarks sample_remarks() {
    return {{"Two packages.\nOne torn.", "en"},
            Evaluation{SourceGrade::B, InformationGrade::Two},
            Tlp::AmberStrict};
}

SealedContent with_manifest(Payload payload) {
    Manifest manifest;
    manifest.message_id = filled<MessageId>(30);
    manifest.sender = filled<CertificateHash>(20);
    manifest.case_id = filled<CaseId>(40);
    manifest.classification = Classification::Confidential;
    manifest.kind = kind_of(payload);
    manifest.attachments = {{1200, "image/jpeg", "кадр 1.jpg"}, {0, "text/plain", "note.txt"}};
    manifest.visible_recipients = {OfficeId::parse("KZ-ALA-BLO").value()};
    return {std::move(manifest), std::move(payload)};
}

}  // namespace

SealedContent sample_alert() {
    SeizureAlert alert;
    alert.place = sample_place();
    alert.time = TimeMs(1'741'326'000'000);
    alert.goods = {
        {{SubstanceList::Nd61, "heroin", "561-27-3", "GVGLGOZIDCSQPN-PVHGPHFFSA-N", "2939.19",
          SubstanceForm::Brick},
         {12'450, Unit::Kgm, Weighing::Gross, Measure::Weighed},
         Purity{625, PurityMethod::Raman}},
        {{SubstanceList::T1, "acetic anhydride", "108-24-7", "", "2915.24", SubstanceForm::Liquid},
         {999'999'999'999, Unit::Ltr, std::nullopt, Measure::Estimated},
         std::nullopt}};
    alert.conveyance = sample_conveyance();
    alert.agency = "TJ-DCA";
    alert.concealment = Concealment::VehicleFuelTank;
    Place origin;
    origin.country = "AF";
    alert.route = {origin, sample_place()};
    alert.persons = {sample_person()};
    alert.packaging = Packaging{12, "red 555", "scorpion"};
    alert.detection = Detection::Tip;
    alert.arrests = 0;
    alert.wants_controlled_delivery = true;
    alert.remarks = sample_remarks();
    return with_manifest(std::move(alert));
}

SealedContent sample_approval_request() {
    SealedContent content = with_manifest(ApprovalRequest{
        filled<MessageId>(61),
        {OfficeId::parse("AF-SKB-BLO").value(), OfficeId::parse("UZ-TMZ-BLO").value()},
        filled<AudienceBlind>(82),
        sample_remarks()});
    content.manifest.attachments = {{900, std::string(kDraftMediaType), "draft"}};
    return content;
}

std::vector<SealedContent> sample_contents() {
    const MessageId target = filled<MessageId>(61);
    return {
        sample_alert(),
        with_manifest(InfoRequest{QuestionType::Vehicle,
                                  "01 A 777 BC",
                                  "seen at two seizures",
                                  true,
                                  {sample_person()},
                                  sample_conveyance(),
                                  sample_remarks()}),
        with_manifest(InfoReply{
            ReplyResult::Found, "Owner known.", {sample_person()}, std::nullopt, Remarks{}}),
        with_manifest(Recall{target, RecallAction::StopUsing, "wrong audience", sample_remarks()}),
        with_manifest(RecallDone{target, RecallResult::NotDone, "printed before", Remarks{}}),
        with_manifest(Correction{
            target, {{"goods[0].purity", "62.5", "48.2"}}, "laboratory result", Remarks{}}),
        sample_approval_request(),
        with_manifest(
            Approval{target, filled<Hash>(80), filled<Signature>(81), "", sample_remarks()})};
}

std::vector<SealedContent> example_contents() {
    const std::set<std::string_view> around{
        "kind",    "to",         "purpose", "classification", "in_reply_to",  "reply_by",
        "urgency", "supersedes", "expires", "handling",       "personal_data"};
    std::vector<SealedContent> out;
    for (const KindExample& example : kind_examples()) {
        auto read = payload_of_json(
            find_kind(example.kind)->kind, boost::json::parse(example.json).as_object(),
            [&around](std::string_view name) { return around.contains(name); });
        Payload& payload = std::get<JsonPayload>(read).payload;
        if (!std::holds_alternative<WirePayload>(payload)) continue;
        out.push_back(with_manifest(std::move(payload)));
    }
    return out;
}

namespace {

const Head kHead{"chapar.caricc/ledger/1\n5\nAAAA\n\n— chapar.caricc/ledger/1 BBBB\n",
                 {filled<Hash>(70), filled<Hash>(71)}};

EntryProof sample_proof() {
    return {EntryIndex(4),
            counting_bytes(96),
            {filled<Hash>(72)},
            counting_bytes(300),
            filled<Hash>(73)};
}

DeliveredStanza sample_stanza(std::size_t seal) {
    return {counting_bytes(69),
            filled<PublicKey>(74),
            counting_bytes(seal),
            3,
            {filled<Hash>(75), filled<Hash>(76)}};
}

}  // namespace

Submit sample_submit() {
    SubmittedEnvelope envelope;
    envelope.envelope = counting_bytes(400);
    envelope.item = counting_bytes(176 + 64);
    envelope.blind = filled<AudienceBlind>(77);
    envelope.stanzas = {{counting_bytes(69), filled<PublicKey>(78), counting_bytes(48)},
                        {counting_bytes(69, 9), filled<PublicKey>(79), counting_bytes(96)}};
    envelope.streams = {counting_bytes(272), counting_bytes(1000)};
    return {{}, {envelope, envelope}};
}

Deliver sample_deliver() {
    return {kHead,
            {{MailboxNumber(7),
              counting_bytes(400),
              counting_bytes(176),
              sample_stanza(48),
              {sample_stanza(96)},
              {counting_bytes(272)},
              sample_proof()}}};
}

std::vector<Frame> sample_frames() {
    Submit batch = sample_submit();
    batch.batch = counting_bytes(174);
    for (SubmittedEnvelope& envelope : batch.envelopes) envelope.item.clear();
    const AgencyId agency = AgencyId::parse("TJ-DCA").value();
    const OfficeId office = OfficeId::parse("TJ-NPJ-BLO").value();
    const PolicyHash policy = filled<PolicyHash>(80);
    return {
        Connect{},
        Challenge{filled<ChallengeBytes>(81), TimeMs(1)},
        Hello{filled<CertificateHash>(82), filled<Signature>(83), kHead.checkpoint},
        Welcome{TimeMs(2), kHead},
        sample_submit(),
        batch,
        Outcomes{kHead,
                 TimeMs(3),
                 {{filled<Hash>(84),
                   "policy.refused",
                   "office",
                   "r1",
                   policy,
                   {sample_proof(), sample_proof()}},
                  {}}},
        Credit{5},
        sample_deliver(),
        Statements{{}, {{counting_bytes(83), counting_bytes(176 + 8 * 32)}}},
        Statements{counting_bytes(174), {{counting_bytes(83), {}}}},
        DirectoryAsk{EntryIndex(6)},
        Directory{kHead, {sample_proof()}, EntryIndex(5), true},
        ReceiptsAsk{EntryIndex(7)},
        Receipts{kHead, {sample_proof()}, EntryIndex(5), false},
        ExplainAsk{office, {office, office}, Kind::Recall, Classification::Secret},
        Explained{PolicyEffect::Permit,
                  {{PolicyDirection::Import, agency, office, PolicyEffect::Permit, "r2", policy, 2,
                    8, 1048576},
                   {PolicyDirection::Export, agency, office, PolicyEffect::Deny, "", {}, 0, 0, 0}}},
        LedgerAsk{EntryIndex(8)},
        Ledger{kHead,
               {{counting_bytes(64), counting_bytes(200)}, {counting_bytes(96), {}}},
               EntryIndex(9),
               true},
        Publish{counting_bytes(500)},
        StatusAsk{},
        StatusReport{{{"sessions", "3"}, {"ledger.size", "12"}}},
        ErrorFrame{"malformed.frame", "hello"},
        Upload{filled<Hash>(85),
               2 * limits::kSealedChunkBytes + 17,
               {filled<Hash>(86), filled<Hash>(87), filled<Hash>(88)}},
        Uploaded{filled<Hash>(85), counting_bytes(1), true, ""},
        Uploaded{filled<Hash>(85), {}, false, "quota.exceeded"},
        Chunk{filled<Hash>(85), 2, counting_bytes(300)},
        Fetch{filled<EnvelopeHash>(89), 31, 7, 3},
        Chunks{filled<EnvelopeHash>(89), 31, 7, filled<Hash>(85), {}, counting_bytes(300), ""},
        Chunks{filled<EnvelopeHash>(89), 1, 0, filled<Hash>(85), {filled<Hash>(86)}, {}, ""},
        Chunks{filled<EnvelopeHash>(89), 1, 0, {}, {}, {}, "not.permitted"},
        ProofsAsk{{EntryIndex(7), EntryIndex(9)}, Witnessing::WitnessedHead},
        ProofsAsk{{EntryIndex(0)}, Witnessing::AnyHead},
        Proofs{kHead, {sample_proof(), sample_proof()}},
    };
}

}  // namespace chapar::testing
