// Which files may travel as attachments: an allow-list of media types.
//
// Owns: the list, the file name endings that propose a type, and the first bytes by which a file of
// a type is known. A sender asks before sealing, a recipient before anything is written to disk.
// Archives and programs are not on it: they hide from this very list what they carry. Does not open
// files and is no virus scanner: a PDF that begins as a PDF may still be harmful. Pure. Source:
// schemas/README.md, "Attachments".
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/header.h"

namespace chapar::schemas {

// The draft that an approval-request carries for its approver; for no other kind, never a file.
constexpr std::string_view kDraftMediaType = "application/x-chapar-draft";

// Of people's files: what --media-type may name.
[[nodiscard]] std::span<const std::string_view> media_types();
// Whether an attachment of a message of this kind may have this type.
[[nodiscard]] bool is_allowed_media_type(std::string_view type, Kind kind);
// "scan.PDF" -> application/pdf; empty for an ending that proposes none.
[[nodiscard]] std::optional<std::string_view> media_type_of_name(std::string_view file_name);
// How many first bytes begins_as() wants to see, at most.
constexpr std::size_t kMediaProbeBytes = 16;
// Whether a file that begins so can be of this type. For text types: no NUL and no program's start.
[[nodiscard]] bool begins_as(std::string_view type, ByteView first);

}  // namespace chapar::schemas
