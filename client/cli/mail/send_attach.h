// Files that a person attaches: from --attach and --media-type to measured attachments.
//
// Owns: how a type is found (named, else by the file name's ending) and under which name a file is
// shown. Reads each file once. Usage where types and files do not fit each other; AttachmentType
// (context: what may be attached), AttachmentTooLarge, NotFound, FileFailed.
#pragma once

#include <string>
#include <vector>

#include "client/core/compose.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct AttachArguments {
    std::vector<std::string> files;
    std::vector<std::string> media_types;  // none, one for all, or one for each file
};
[[nodiscard]] Result<std::vector<DraftAttachment>> measure_attachments(
    PlainFiles& files, const AttachArguments& given);

}  // namespace chapar::client
