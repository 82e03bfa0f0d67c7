// What the manifest says by itself: attachments, visible recipients, and that its kind is that of
// the payload. Private to schemas/.
#pragma once

#include "schemas/base/result.h"
#include "schemas/content.h"

namespace chapar::schemas {

// FieldMissing or FieldInvalid with the field in its context.
[[nodiscard]] Status check_manifest_values(const SealedContent& content);

}  // namespace chapar::schemas
