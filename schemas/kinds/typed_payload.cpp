#include "schemas/kinds/typed_payload.h"

#include <capnp/any.h>

#include <algorithm>
#include <limits>

#include "schemas/base/assert.h"
#include "schemas/base/limits.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_reading.h"
#include "schemas/kinds/rule_view.h"
#include "schemas/kinds/schema_notes.h"

namespace chapar::schemas {
namespace {

// Over words that were walked and found to be reached once each.
class OwnMessage : public capnp::MessageReader {
  public:
    explicit OwnMessage(kj::ArrayPtr<const capnp::word> words)
        : MessageReader(options()), words_(words) {}
    kj::ArrayPtr<const capnp::word> getSegment(capnp::uint id) override {
        return id == 0 ? words_ : kj::ArrayPtr<const capnp::word>();
    }

  private:
    static capnp::ReaderOptions options() {
        capnp::ReaderOptions out;
        out.traversalLimitInWords = std::numeric_limits<std::uint64_t>::max();
        out.nestingLimit = limits::kNestingLevels;
        return out;
    }
    kj::ArrayPtr<const capnp::word> words_;
};

kj::Array<capnp::word> canonical_words(const Payload& payload) {
    if (const auto* wire = std::get_if<WirePayload>(&payload)) return aligned_words(wire->words);
    return with_payload(payload, [](const capnp::DynamicStruct::Reader& reader) {
        return reader.as<capnp::AnyStruct>().canonicalize();
    });
}

// The reader of a WireMessage may throw.
Status check_words(const kj::Array<capnp::word>& words, const PayloadMember& member) {
    WireMessage message(aligned_words(bytes_of_words(words)));
    if (!message.reader().isCanonical()) return Error(Errc::MalformedLayout, "payload");
    const auto problem =
        check_kind(message.reader().getRoot<capnp::DynamicStruct>(member.schema), nullptr);
    if (problem) return Error(problem->code, problem->path);
    return Done{};
}

bool says_nothing(const capnp::DynamicStruct::Reader& part) {
    return std::ranges::none_of(fields_of(part.getSchema()), [&part](const SchemaField& row) {
        return is_given_value(part, row.field);
    });
}

// What JSON has no words for: empty texts and lists, and a struct without a name of its own that
// has nothing in it.
void drop_empty(capnp::DynamicStruct::Builder part) {
    for (const SchemaField& row : fields_of(part.getSchema())) {
        const auto field = row.field;
        if (!part.has(field)) continue;
        if (row.type.isStruct()) {
            drop_empty(part.get(field).as<capnp::DynamicStruct>());
            const auto inner = part.asReader().get(field).as<capnp::DynamicStruct>();
            if (row.notes.flat && says_nothing(inner)) part.clear(field);
        } else if (row.type.isText() || row.type.isData() || row.type.isList()) {
            if (!is_given_value(part.asReader(), field)) part.clear(field);
        }
        if (!row.type.isList() || !row.type.asList().getElementType().isStruct()) continue;
        auto elements = part.get(field).as<capnp::DynamicList>();
        for (unsigned i = 0; i < elements.size(); ++i) {
            drop_empty(elements[i].as<capnp::DynamicStruct>());
        }
    }
}

}  // namespace

CheckedWords::CheckedWords(kj::Array<capnp::word> words)
    : words_(std::move(words)), message_(std::make_unique<OwnMessage>(words_.asPtr())) {}

Result<CheckedWords> CheckedWords::of(const Payload& payload, Kind wanted) {
    if (kind_of(payload) != wanted) return Error(Errc::FieldInvalid, "kind");
    const PayloadMember* const member = find_member(wanted);
    CHAPAR_ASSERT(member != nullptr);  // KindOf has the members only
    return guarded(Errc::MalformedLayout, [&]() -> Result<CheckedWords> {
        kj::Array<capnp::word> words = canonical_words(payload);
        if (words == nullptr) return Error(Errc::MalformedLayout, "payload");
        if (words.size() * sizeof(capnp::word) > limits::kContentBytes) {
            return Error(Errc::TooLarge, "payload");
        }
        CHAPAR_TRY(check_words(words, *member));
        return CheckedWords(std::move(words));
    });
}

OpenPayload::OpenPayload(Kind kind) : kind_(kind) {
    const PayloadMember* const member = find_member(kind);
    CHAPAR_ASSERT(member != nullptr);
    auto payload = message_.initRoot<wire::SealedContent>().getPayload();
    capnp::toDynamic(payload).init(member->field);
}

capnp::DynamicStruct::Builder OpenPayload::root() {
    auto payload = message_.getRoot<wire::SealedContent>().getPayload();
    return capnp::toDynamic(payload).get(find_member(kind_)->field).as<capnp::DynamicStruct>();
}

Result<Payload> OpenPayload::finish() {
    drop_empty(root());
    if (message_.sizeInWords() * sizeof(capnp::word) > limits::kContentBytes) {
        return Error(Errc::TooLarge, "payload");
    }
    if (const auto problem = check_kind(root().asReader(), nullptr)) {
        return Error(problem->code, problem->path);
    }
    WireReading in;
    Payload payload =
        read_payload(in, message_.getRoot<wire::SealedContent>().getPayload().asReader());
    if (!in.ok()) return Error(Errc::MalformedLayout, in.place());
    return payload;
}

}  // namespace chapar::schemas
