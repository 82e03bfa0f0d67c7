#include "schemas/kinds/code_set.h"

#include <algorithm>

#include "schemas/base/shown.h"
#include "schemas/kinds/code_file.h"

namespace chapar::schemas {

CodeSet::CodeSet() = default;
CodeSet::CodeSet(CodeSet&&) noexcept = default;
CodeSet& CodeSet::operator=(CodeSet&&) noexcept = default;
CodeSet::~CodeSet() = default;

bool is_list_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

Result<CodeSet> CodeSet::parse(std::vector<CodeText> texts) {
    if (texts.empty()) return Error(Errc::MalformedLayout, "the set has no list");
    if (texts.size() > CodeBounds::kLists) return Error(Errc::TooLarge, "too many lists");
    std::ranges::sort(texts, {}, &CodeText::name);
    CodeSet out;
    for (CodeText& given : texts) {
        if (!is_list_name(given.name)) {
            return Error(Errc::MalformedLayout, "not a name of a list: " + shown(given.name));
        }
        if (given.text.size() > CodeBounds::kFileBytes) {
            return Error(Errc::TooLarge, given.name + ".csv");
        }
        if (!out.tables_.empty() && out.tables_.back()->name == given.name) {
            return Error(Errc::MalformedLayout, given.name + ".csv stands twice");
        }
        CodeTable& table = *out.tables_.emplace_back(std::make_unique<CodeTable>());
        table.name = std::move(given.name);
        table.text = std::move(given.text);
        CHAPAR_TRY(read_code_file(table));
        out.files_.push_back({table.name, table.dated, table.carried, table.growth, table.rows,
                              table.source, table.note, table.columns});
    }
    return out;
}

const CodeSet& CodeSet::built_in() {
    static const CodeSet set = [] {
        std::vector<CodeText> texts;
        for (const BuiltInCodes& file : built_in_codes()) {
            texts.push_back({std::string(file.name), std::string(file.text)});
        }
        auto parsed = parse(std::move(texts));
        CHAPAR_ASSERT(parsed.has_value());  // embed.py stopped the build otherwise
        return std::move(parsed).value();
    }();
    return set;
}

const CodeFile* CodeSet::find(std::string_view name) const {
    const auto file = std::ranges::lower_bound(files_, name, {}, &CodeFile::name);
    return file == files_.end() || file->name != name ? nullptr : &*file;
}

const std::string& CodeSet::text(std::string_view name) const {
    const auto table = std::ranges::find(tables_, name, &CodeTable::name);
    CHAPAR_ASSERT(table != tables_.end());
    return (*table)->text;
}

std::string_view CodeSet::dated() const {
    return std::ranges::max(files_, {}, &CodeFile::dated).dated;
}

}  // namespace chapar::schemas
