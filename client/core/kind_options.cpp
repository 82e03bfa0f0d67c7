#include "client/core/kind_options.h"

#include <algorithm>

#include "schemas/base/assert.h"
#include "schemas/kinds.h"

namespace chapar::client {

EnvelopeOptions options_of(schemas::Kind kind) {
    const schemas::KindInfo* const info = schemas::find_kind(kind);
    CHAPAR_ASSERT(info != nullptr);
    EnvelopeOptions options;
    options.classification = std::max(options.classification, info->least);
    options.purpose = info->purpose;
    return options;
}

Draft draft_of(schemas::Payload payload) {
    Draft draft;
    draft.options = options_of(schemas::kind_of(payload));
    draft.payload = std::move(payload);
    return draft;
}

}  // namespace chapar::client
