#include "schemas/kinds/following_codes.h"

#include "schemas/base/assert.h"
#include "schemas/kinds/labels.h"
#include "schemas/script.h"

namespace chapar::schemas {

std::string_view list_of_substance(std::string_view name) {
    const CodeFile* const list = find_codes("substances");
    CHAPAR_ASSERT(list != nullptr);  // compiled in
    const CodeRow* const row = match_codes(*list, name).exact;
    const std::string_view known = row != nullptr ? list->cell(*row, "list") : "";
    return known.empty() ? "OTHER" : known;
}

std::string_view code_following(std::string_view list, std::string_view text) {
    if (list == "substance-lists") return list_of_substance(text);
    if (list == "scripts") return script_of(text).value_or("");
    return "";
}

}  // namespace chapar::schemas
