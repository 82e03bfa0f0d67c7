#include "schemas/header_codec.h"

#include <capnp/any.h>
#include <capnp/schema.h>

#include "schemas/base/assert.h"
#include "schemas/base/limits.h"
#include "schemas/header.capnp.h"
#include "schemas/wire_message.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {
namespace {

template <typename Wire, typename Code>
Wire wire_code(Code code) {
    return static_cast<Wire>(static_cast<std::uint16_t>(code));
}

template <typename Fixed>
void put_list(capnp::List<capnp::Data>::Builder out, const std::vector<Fixed>& list) {
    for (unsigned i = 0; i < list.size(); ++i) out.set(i, data_of(list[i].view()));
}

void put_links(wire::Header::Builder& out, const Header& header) {
    if (header.in_reply_to) out.setInReplyTo(data_of(header.in_reply_to->view()));
    if (header.supersedes) out.setSupersedes(data_of(header.supersedes->view()));
    if (!header.derived_from.empty()) {
        put_list(out.initDerivedFrom(static_cast<unsigned>(header.derived_from.size())),
                 header.derived_from);
    }
    if (!header.releasable_to.empty()) {
        auto list = out.initReleasableTo(static_cast<unsigned>(header.releasable_to.size()));
        for (unsigned i = 0; i < list.size(); ++i) {
            const std::string& name = header.releasable_to[i];
            list.set(i, capnp::Text::Reader(name.c_str(), name.size()));
        }
    }
    if (header.release_token) out.setReleaseToken(data_of(header.release_token->view()));
    if (!header.auditors.empty()) {
        put_list(out.initAuditors(static_cast<unsigned>(header.auditors.size())), header.auditors);
    }
    if (header.originator)
        put(out, &wire::Header::Builder::setOriginator, header.originator->text());
}

// A longer section is a field of a version that this reader does not know. Canonical form alone
// lets such fields pass.
bool sections_fit(capnp::AnyStruct::Reader root) {
    const auto known = capnp::Schema::from<wire::Header>().getProto().getStruct();
    return root.getDataSection().size() <= known.getDataWordCount() * sizeof(capnp::word) &&
           root.getPointerSection().size() <= known.getPointerCount();
}

void read_times_and_marks(WireReading& in, wire::Header::Reader wire, Header& out) {
    out.created = in.time(wire.getCreated(), "created");
    out.reply_by = in.time(wire.getReplyBy(), "replyBy");
    out.expires_at = in.time(wire.getExpiresAt(), "expiresAt");
    out.retain_until = in.time(wire.getRetainUntil(), "retainUntil");
    const auto number = [](auto code) { return static_cast<std::uint16_t>(code); };
    out.classification =
        in.number<Classification>(number(wire.getClassification()), "classification");
    out.handling = in.number<Handling>(number(wire.getHandling()), "handling");
    out.purpose = in.number<Purpose>(number(wire.getPurpose()), "purpose");
    out.personal_data = wire.getPersonalData();
    out.urgency = in.number<Urgency>(number(wire.getUrgency()), "urgency");
    out.receipts_wanted = wire.getReceiptsWanted();
    in.demand((out.receipts_wanted & ~kReceiptBits) == 0, "receiptsWanted");
}

Header read_header(WireReading& in, wire::Header::Reader wire) {
    Header out;
    out.suite = wire.getSuite();
    out.kind = static_cast<Kind>(wire.getKind());
    out.home = in.fixed<Home>(wire.getHome(), "home");
    out.sender = in.fixed<CertificateHash>(wire.getSender(), "sender");
    out.message_id = in.fixed<MessageId>(wire.getMessageId(), "messageId");
    out.case_id = in.fixed<CaseId>(wire.getCaseId(), "caseId");
    read_times_and_marks(in, wire, out);
    out.in_reply_to = in.fixed_or_none<MessageId>(wire.getInReplyTo(), "inReplyTo");
    out.supersedes = in.fixed_or_none<MessageId>(wire.getSupersedes(), "supersedes");
    out.derived_from =
        in.fixed_list<MessageId>(wire.getDerivedFrom(), limits::kDerivedFrom, "derivedFrom");
    const auto names = wire.getReleasableTo();
    const unsigned count = in.count(names.size(), 0, limits::kReleasableTo, "releasableTo");
    for (unsigned i = 0; i < count; ++i) {
        const auto name = in.name<OfficeId>(names[i], "releasableTo");
        if (name) out.releasable_to.push_back(name->text());
    }
    out.release_token = in.fixed_or_none<ReleaseToken>(wire.getReleaseToken(), "releaseToken");
    out.auditors =
        in.fixed_list<CertificateHash>(wire.getAuditors(), limits::kAuditors, "auditors");
    out.content = in.fixed<Hash>(wire.getContent(), "content");
    if (wire.hasOriginator())
        out.originator = in.name<OfficeId>(wire.getOriginator(), "originator");
    return out;
}

Result<Header> decode_words(kj::Array<capnp::word> words, ByteView received) {
    WireMessage message(std::move(words));
    const auto wire = message.reader().getRoot<wire::Header>();
    if (wire.getVersion() != kHeaderVersion) return Error(Errc::VersionUnknown, "version");
    if (wire.getSuite() != kSuite) return Error(Errc::VersionUnknown, "suite");
    if (!sections_fit(message.reader().getRoot<capnp::AnyStruct>())) {
        return Error(Errc::MalformedHeader, "unknown fields");
    }
    if (!message.reader().isCanonical()) return Error(Errc::MalformedHeader, "canonical form");
    WireReading in;
    Header header = read_header(in, wire);
    if (!in.ok()) return Error(Errc::MalformedHeader, in.place());
    // Closes what is left: list forms that upgrade silently, and explicit empty values.
    if (!equal(encode_header(header), received)) {
        return Error(Errc::MalformedHeader, "another encoding");
    }
    return header;
}

}  // namespace

Bytes encode_header(const Header& header) {
    CHAPAR_ASSERT(header.derived_from.size() <= limits::kDerivedFrom &&
                  header.releasable_to.size() <= limits::kReleasableTo &&
                  header.auditors.size() <= limits::kAuditors);
    // Most headers fit: the library's own first segment is eight times as much to be zeroed.
    constexpr unsigned kFirstWords = 128;
    capnp::MallocMessageBuilder message(kFirstWords);
    auto out = message.initRoot<wire::Header>();
    out.setVersion(kHeaderVersion);
    out.setSuite(header.suite);
    out.setKind(static_cast<std::uint16_t>(header.kind));
    out.setHome(data_of(header.home.view()));
    out.setSender(data_of(header.sender.view()));
    out.setMessageId(data_of(header.message_id.view()));
    out.setCaseId(data_of(header.case_id.view()));
    out.setCreated(header.created.value);
    out.setClassification(wire_code<wire::Classification>(header.classification));
    out.setHandling(wire_code<wire::Handling>(header.handling));
    out.setPurpose(wire_code<wire::Purpose>(header.purpose));
    out.setPersonalData(header.personal_data);
    out.setUrgency(wire_code<wire::Urgency>(header.urgency));
    out.setReplyBy(header.reply_by.value);
    out.setExpiresAt(header.expires_at.value);
    out.setRetainUntil(header.retain_until.value);
    out.setReceiptsWanted(header.receipts_wanted);
    out.setContent(data_of(header.content.view()));
    put_links(out, header);
    const auto words = capnp::canonicalize(out.asReader());
    return to_bytes(bytes_of_words(words));
}

Result<Header> decode_header(ByteView bytes) {
    if (bytes.size() > limits::kHeaderBytes) return Error(Errc::TooLarge, "header");
    auto words = aligned_words(bytes);
    if (words == nullptr) return Error(Errc::MalformedHeader, "length");
    return guarded(Errc::MalformedHeader,
                   [&]() -> Result<Header> { return decode_words(std::move(words), bytes); });
}

}  // namespace chapar::schemas
