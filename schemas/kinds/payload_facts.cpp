#include "schemas/kinds/payload_facts.h"

#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_reading.h"
#include "schemas/kinds/rule_view.h"
#include "schemas/kinds/schema_notes.h"

namespace chapar::schemas {
namespace {

bool expires_with_its_validity(Kind kind) {
    return kind == Kind::LookoutInform || kind == Kind::LookoutCoerce || kind == Kind::MatchFilter;
}

}  // namespace

PayloadFacts facts_of(const Payload& payload) {
    const Kind kind = kind_of(payload);
    return with_payload(payload, [kind](const capnp::DynamicStruct::Reader& reader) {
        PayloadFacts facts;
        facts.names_persons = names_persons(reader);
        for (const SchemaField& field : fields_of(reader.getSchema())) {
            if (field.notes.equals.empty()) continue;
            const auto id = MessageId::from(view_of(reader.get(field.field).as<capnp::Data>()));
            if (field.notes.equals == "supersedes") facts.supersedes = id;
            if (field.notes.equals == "inReplyTo") facts.in_reply_to = id;
        }
        if (expires_with_its_validity(kind)) {
            facts.valid_until = TimeMs(RuleView(reader).part("valid").number("until"));
        }
        return facts;
    });
}

}  // namespace chapar::schemas
