#include "schemas/payload_codec.h"

#include <capnp/any.h>

#include "schemas/base/assert.h"
#include "schemas/base/limits.h"
#include "schemas/content_parts_codec.h"

namespace chapar::schemas {
namespace {

template <typename List>
unsigned size_of(const List& list) {
    return static_cast<unsigned>(list.size());
}

std::string read_long(WireReading& in, capnp::Text::Reader text, std::string_view place) {
    return in.text(text, limits::kLongTextBytes, TextForm::Lines, place);
}

// One overload for each member of Payload.
class PayloadWriter {
  public:
    explicit PayloadWriter(wire::SealedContent::Payload::Builder out) : out_(out) {}

    void operator()(const SeizureAlert& alert) {
        auto out = out_.initSeizureAlert();
        write(out.initPlace(), alert.place);
        out.setTime(alert.time.value);
        write_list<wire::Goods>(out.initGoods(size_of(alert.goods)), alert.goods);
        write(out.initConveyance(), alert.conveyance);
        put(out, &wire::SeizureAlert::Builder::setAgency, alert.agency);
        out.setConcealment(wire_code(alert.concealment));
        write_list<wire::Place>(out.initRoute(size_of(alert.route)), alert.route);
        write_list<wire::Person>(out.initPersons(size_of(alert.persons)), alert.persons);
        if (alert.packaging) write_packaging(out.initPackaging(), *alert.packaging);
        out.setDetection(wire_code(alert.detection));
        out.setArrestsKnown(alert.arrests.has_value());
        out.setArrests(alert.arrests.value_or(0));
        out.setWantsControlledDelivery(alert.wants_controlled_delivery);
        write(out.initRemarks(), alert.remarks);
        out.setPlaceType(wire_code(alert.place_type));
        out.setDayOnly(alert.day_only);
    }
    void operator()(const InfoRequest& request) {
        auto out = out_.initInfoRequest();
        out.setQuestion(wire_code(request.question));
        put(out, &wire::InfoRequest::Builder::setSubject, request.subject);
        put(out, &wire::InfoRequest::Builder::setJustification, request.justification);
        out.setUsableInCourt(request.usable_in_court);
        write_list<wire::Person>(out.initPersons(size_of(request.persons)), request.persons);
        if (request.conveyance) write(out.initConveyance(), *request.conveyance);
        write(out.initRemarks(), request.remarks);
    }
    void operator()(const InfoReply& reply) {
        auto out = out_.initInfoReply();
        out.setResult(wire_code(reply.result));
        put(out, &wire::InfoReply::Builder::setAnswer, reply.answer);
        write_list<wire::Person>(out.initPersons(size_of(reply.persons)), reply.persons);
        if (reply.conveyance) write(out.initConveyance(), *reply.conveyance);
        write(out.initRemarks(), reply.remarks);
        out.setOutcome(reply.outcome);
        out.setArrestsKnown(reply.arrests.has_value());
        out.setArrests(reply.arrests.value_or(0));
    }
    void operator()(const Recall& recall) {
        auto out = out_.initRecall();
        out.setTarget(data_of(recall.target.view()));
        out.setAction(wire_code(recall.action));
        put(out, &wire::Recall::Builder::setReason, recall.reason);
        write(out.initRemarks(), recall.remarks);
    }
    void operator()(const RecallDone& done) {
        auto out = out_.initRecallDone();
        out.setTarget(data_of(done.target.view()));
        out.setResult(wire_code(done.result));
        put(out, &wire::RecallDone::Builder::setReason, done.reason);
        write(out.initRemarks(), done.remarks);
    }
    void operator()(const Correction& correction) {
        auto out = out_.initCorrection();
        out.setTarget(data_of(correction.target.view()));
        auto changes = out.initChanges(size_of(correction.changes));
        for (unsigned i = 0; i < changes.size(); ++i) {
            auto change = changes[i];
            put(change, &wire::FieldChange::Builder::setField, correction.changes[i].field);
            put(change, &wire::FieldChange::Builder::setBefore, correction.changes[i].before);
            put(change, &wire::FieldChange::Builder::setAfter, correction.changes[i].after);
        }
        put(out, &wire::Correction::Builder::setReason, correction.reason);
        write(out.initRemarks(), correction.remarks);
    }

    void operator()(const ApprovalRequest& request) {
        auto out = out_.initApprovalRequest();
        out.setTarget(data_of(request.target.view()));
        auto offices = out.initOffices(size_of(request.offices));
        for (unsigned i = 0; i < offices.size(); ++i) {
            offices.set(i, request.offices[i].text().c_str());
        }
        out.setBlind(data_of(request.blind.view()));
        write(out.initRemarks(), request.remarks);
    }
    void operator()(const Approval& approval) {
        auto out = out_.initApproval();
        out.setTarget(data_of(approval.target.view()));
        if (approval.signature) {
            out.setAudience(data_of(approval.audience.view()));
            out.setSignature(data_of(approval.signature->view()));
        }
        put(out, &wire::Approval::Builder::setReason, approval.reason);
        write(out.initRemarks(), approval.remarks);
    }
    void operator()(const WirePayload& payload) {
        const PayloadMember* const member = find_member(payload.kind);
        CHAPAR_ASSERT(member != nullptr);  // only a member's words become a WirePayload
        WireMessage message(aligned_words(payload.words));
        capnp::toDynamic(out_).set(member->field,
                                   message.reader().getRoot<capnp::DynamicStruct>(member->schema));
    }

  private:
    static void write_packaging(wire::Packaging::Builder out, const Packaging& packaging) {
        out.setCounted(packaging.packages.has_value());
        out.setPackages(packaging.packages.value_or(0));
        put(out, &wire::Packaging::Builder::setMarks, packaging.marks);
        put(out, &wire::Packaging::Builder::setLogo, packaging.logo);
    }
    wire::SealedContent::Payload::Builder out_;
};

SeizureAlert read(WireReading& in, wire::SeizureAlert::Reader wire) {
    SeizureAlert out;
    out.place = read(in, wire.getPlace());
    out.time = in.time(wire.getTime(), "time");
    out.goods = read_list<wire::Goods, Goods>(in, wire.getGoods(), "goods");
    out.conveyance = read(in, wire.getConveyance());
    out.agency = in.line(wire.getAgency(), "agency");
    out.concealment = in.code_or_none<Concealment>(wire.getConcealment(), "concealment");
    out.route = read_list<wire::Place, Place>(in, wire.getRoute(), "route");
    out.persons = read_list<wire::Person, Person>(in, wire.getPersons(), "persons");
    if (wire.hasPackaging()) {
        const auto packaging = wire.getPackaging();
        out.packaging.emplace();
        if (packaging.getCounted()) out.packaging->packages = packaging.getPackages();
        out.packaging->marks = in.line(packaging.getMarks(), "packaging.marks");
        out.packaging->logo = in.line(packaging.getLogo(), "packaging.logo");
    }
    out.detection = in.code_or_none<Detection>(wire.getDetection(), "detection");
    if (wire.getArrestsKnown()) out.arrests = wire.getArrests();
    out.wants_controlled_delivery = wire.getWantsControlledDelivery();
    out.remarks = read(in, wire.getRemarks());
    out.place_type = in.code_or_none<SeizurePlace>(wire.getPlaceType(), "placeType");
    out.day_only = wire.getDayOnly();
    return out;
}

InfoRequest read(WireReading& in, wire::InfoRequest::Reader wire) {
    InfoRequest out;
    out.question = in.code<QuestionType>(wire.getQuestion(), "question");
    out.subject = in.line(wire.getSubject(), "subject");
    out.justification = read_long(in, wire.getJustification(), "justification");
    out.usable_in_court = wire.getUsableInCourt();
    out.persons = read_list<wire::Person, Person>(in, wire.getPersons(), "persons");
    if (wire.hasConveyance()) out.conveyance = read(in, wire.getConveyance());
    out.remarks = read(in, wire.getRemarks());
    return out;
}

InfoReply read(WireReading& in, wire::InfoReply::Reader wire) {
    InfoReply out;
    out.result = in.code<ReplyResult>(wire.getResult(), "result");
    out.answer = read_long(in, wire.getAnswer(), "answer");
    out.persons = read_list<wire::Person, Person>(in, wire.getPersons(), "persons");
    if (wire.hasConveyance()) out.conveyance = read(in, wire.getConveyance());
    out.remarks = read(in, wire.getRemarks());
    out.outcome = wire.getOutcome();
    if (wire.getArrestsKnown()) out.arrests = wire.getArrests();
    return out;
}

Recall read(WireReading& in, wire::Recall::Reader wire) {
    return {in.fixed<MessageId>(wire.getTarget(), "target"),
            in.code<RecallAction>(wire.getAction(), "action"),
            read_long(in, wire.getReason(), "reason"), read(in, wire.getRemarks())};
}

RecallDone read(WireReading& in, wire::RecallDone::Reader wire) {
    return {in.fixed<MessageId>(wire.getTarget(), "target"),
            in.code<RecallResult>(wire.getResult(), "result"),
            read_long(in, wire.getReason(), "reason"), read(in, wire.getRemarks())};
}

Correction read(WireReading& in, wire::Correction::Reader wire) {
    Correction out;
    out.target = in.fixed<MessageId>(wire.getTarget(), "target");
    const auto changes = wire.getChanges();
    const unsigned count = in.count(changes.size(), 0, limits::kFieldChanges, "changes");
    for (unsigned i = 0; i < count; ++i) {
        out.changes.push_back({in.line(changes[i].getField(), "changes"),
                               in.line(changes[i].getBefore(), "changes"),
                               in.line(changes[i].getAfter(), "changes")});
    }
    out.reason = read_long(in, wire.getReason(), "reason");
    out.remarks = read(in, wire.getRemarks());
    return out;
}

ApprovalRequest read(WireReading& in, wire::ApprovalRequest::Reader wire) {
    ApprovalRequest out;
    out.target = in.fixed<MessageId>(wire.getTarget(), "target");
    const auto offices = wire.getOffices();
    const unsigned count = in.count(offices.size(), 0, limits::kVisibleRecipients, "offices");
    for (unsigned i = 0; i < count; ++i) {
        auto office = in.name<OfficeId>(offices[i], "offices");
        if (office) out.offices.push_back(std::move(*office));
    }
    out.blind = in.fixed<AudienceBlind>(wire.getBlind(), "blind");
    out.remarks = read(in, wire.getRemarks());
    return out;
}

Approval read(WireReading& in, wire::Approval::Reader wire) {
    Approval out;
    out.target = in.fixed<MessageId>(wire.getTarget(), "target");
    if (wire.hasSignature()) {
        out.audience = in.fixed<Hash>(wire.getAudience(), "audience");
        out.signature = in.fixed<Signature>(wire.getSignature(), "signature");
    } else if (wire.hasAudience()) {
        in.fail("audience");
    }
    out.reason = read_long(in, wire.getReason(), "reason");
    out.remarks = read(in, wire.getRemarks());
    return out;
}

// Copied in canonical form: equal payloads have equal words.
WirePayload wire_payload(Kind kind, const capnp::DynamicStruct::Reader& reader) {
    const auto words = reader.as<capnp::AnyStruct>().canonicalize();
    return {kind, to_bytes(bytes_of_words(words))};
}

}  // namespace

void write_payload(wire::SealedContent::Payload::Builder out, const Payload& payload) {
    std::visit(PayloadWriter(out), payload);
}

Payload read_payload(WireReading& in, wire::SealedContent::Payload::Reader wire) {
    using Member = wire::SealedContent::Payload::Which;
    switch (wire.which()) {
        case Member::SEIZURE_ALERT:
            return read(in, wire.getSeizureAlert());
        case Member::INFO_REQUEST:
            return read(in, wire.getInfoRequest());
        case Member::INFO_REPLY:
            return read(in, wire.getInfoReply());
        case Member::RECALL:
            return read(in, wire.getRecall());
        case Member::RECALL_DONE:
            return read(in, wire.getRecallDone());
        case Member::CORRECTION:
            return read(in, wire.getCorrection());
        case Member::APPROVAL_REQUEST:
            return read(in, wire.getApprovalRequest());
        case Member::APPROVAL:
            return read(in, wire.getApproval());
        default:
            break;
    }
    const auto dynamic = capnp::toDynamic(wire);
    const PayloadMember* const member = member_in(dynamic);
    if (member != nullptr) {
        WirePayload payload =
            wire_payload(member->kind, dynamic.get(member->field).as<capnp::DynamicStruct>());
        // Pointers to the same words become copies.
        in.demand(payload.words.size() <= limits::kContentBytes, "payload");
        return payload;
    }
    in.fail("payload");
    return {};
}

const PayloadMember* member_in(const capnp::DynamicStruct::Reader& payload) {
    KJ_IF_MAYBE (field, payload.which()) {
        for (const PayloadMember& member : payload_members()) {
            if (member.field == *field) return &member;
        }
    }
    return nullptr;
}

}  // namespace chapar::schemas
