#include "client/cli/records/policy_file.h"

#include <set>

#include "client/cli/records/record_words.h"
#include "schemas/base/limits.h"
#include "schemas/base/toml.h"
#include "schemas/header.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {

Error at(const toml::source_region& where, const std::string& what) {
    return Error(Errc::ConfigInvalid, "line " + std::to_string(where.begin.line) + ", column " +
                                          std::to_string(where.begin.column) + ": " + what);
}

std::string upper(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

Status only_keys(const toml::table& table, const std::set<std::string_view>& known) {
    for (const auto& [key, value] : table) {
        if (!known.contains(key.str())) {
            return at(key.source(), "unknown key \"" + std::string(key.str()) + "\"");
        }
    }
    return Done{};
}

Result<std::string> text(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    const auto value = node ? node->value<std::string>() : std::nullopt;
    if (!value) {
        return at(node ? node->source() : table.source(),
                  "\"" + std::string(key) + "\" must be a text");
    }
    return *value;
}

// "any", or a list of texts; an empty result means any. An empty list is an error: it would read as
// nobody and mean everybody.
Result<std::vector<std::string>> texts(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    const auto any = node ? node->value<std::string>() : std::nullopt;
    if (any == "any") return std::vector<std::string>{};
    const toml::array* list = node ? node->as_array() : nullptr;
    if (!list || list->empty()) {
        return at(node ? node->source() : table.source(),
                  "\"" + std::string(key) + "\" must be \"any\" or a list that is not empty");
    }
    std::vector<std::string> out;
    for (const toml::node& element : *list) {
        const auto value = element.value<std::string>();
        if (!value) return at(element.source(), "a text is expected");
        out.push_back(*value);
    }
    return out;
}

Result<crypto::PolicyParty> party(const std::string& text, const toml::source_region& where) {
    const std::size_t colon = text.find(':');
    const std::string kind = text.substr(0, colon);
    const std::string name = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (kind == "office" && OfficeId::parse(name)) {
        return crypto::PolicyParty{crypto::PartyKind::Office, name};
    }
    if (kind == "agency" && AgencyId::parse(name)) {
        return crypto::PolicyParty{crypto::PartyKind::Agency, name};
    }
    if (kind == "country" && crypto::CountryCode::parse(name)) {
        return crypto::PolicyParty{crypto::PartyKind::Country, name};
    }
    return at(where, "\"" + text + "\" must be office:NAME, agency:NAME or country:XX");
}

Result<std::vector<crypto::PolicyParty>> parties(const toml::table& table, std::string_view key) {
    std::vector<crypto::PolicyParty> out;
    for (const std::string& name : CHAPAR_TRY(texts(table, key))) {
        out.push_back(CHAPAR_TRY(party(name, table.get(key)->source())));
    }
    return out;
}

Result<std::vector<std::uint16_t>> kinds(const toml::table& table) {
    std::vector<std::uint16_t> out;
    for (const std::string& name : CHAPAR_TRY(texts(table, "kinds"))) {
        const schemas::KindInfo* info = schemas::find_kind(name);
        if (!info) return at(table.get("kinds")->source(), "unknown kind \"" + name + "\"");
        out.push_back(static_cast<std::uint16_t>(info->kind));
    }
    return out;
}

// One of two words.
template <typename Enum>
Result<Enum> word(const toml::table& table, std::string_view key,
                  std::pair<std::string_view, Enum> first,
                  std::pair<std::string_view, Enum> second) {
    const std::string value = CHAPAR_TRY(text(table, key));
    if (value == first.first) return first.second;
    if (value == second.first) return second.second;
    return at(table.get(key)->source(), "\"" + std::string(key) + "\" must be \"" +
                                            std::string(first.first) + "\" or \"" +
                                            std::string(second.first) + "\"");
}

// A whole number from `least` to `most`; 0 if the key is left out.
Result<std::uint64_t> number(const toml::table& table, std::string_view key, std::int64_t least,
                             std::int64_t most) {
    const toml::node* node = table.get(key);
    if (!node) return std::uint64_t{0};
    const toml::value<std::int64_t>* value = node->as_integer();
    if (!value || value->get() < least || value->get() > most) {
        return at(node->source(), "\"" + std::string(key) + "\" must be a number from " +
                                      std::to_string(least) + " to " + std::to_string(most));
    }
    return static_cast<std::uint64_t>(value->get());
}

// Under which conditions a rule permits.
Status read_conditions(const toml::table& table, crypto::PolicyRule& out) {
    constexpr std::int64_t kSizeMax = std::int64_t{1} << 40;
    out.approvals = static_cast<std::uint8_t>(
        CHAPAR_TRY(number(table, "approvals", 1, static_cast<std::int64_t>(limits::kApprovals))));
    out.size_max = CHAPAR_TRY(number(table, "size_max", 1, kSizeMax));
    const toml::node* role = table.get("approver_role");
    if ((out.approvals > 0) != (role != nullptr)) {
        return at(role ? role->source() : table.get("approvals")->source(),
                  "\"approvals\" and \"approver_role\" stand together");
    }
    if (role) {
        const auto bit = role_bit(CHAPAR_TRY(text(table, "approver_role")));
        if (!bit) return at(role->source(), bit.error().context);
        out.approver_role = *bit;
    }
    const bool conditions = out.approvals > 0 || out.size_max > 0;
    if (conditions && out.effect == crypto::PolicyEffect::Deny) {
        return at(table.source(), "a rule that denies has no conditions");
    }
    return Done{};
}

Result<crypto::PolicyRule> rule(const toml::table& table) {
    using crypto::PolicyDirection;
    using crypto::PolicyEffect;
    CHAPAR_TRY(only_keys(table, {"id", "direction", "effect", "kinds", "class_max", "from", "to",
                                 "approvals", "approver_role", "size_max"}));
    crypto::PolicyRule out;
    out.id = CHAPAR_TRY(text(table, "id"));
    if (!crypto::is_rule_id(out.id)) {
        return at(table.get("id")->source(), "\"id\" must be 1 to 64 of a-z 0-9 . -");
    }
    out.direction =
        CHAPAR_TRY(word<PolicyDirection>(table, "direction", {"export", PolicyDirection::Export},
                                         {"import", PolicyDirection::Import}));
    out.effect = CHAPAR_TRY(word<PolicyEffect>(table, "effect", {"permit", PolicyEffect::Permit},
                                               {"deny", PolicyEffect::Deny}));
    out.kinds = CHAPAR_TRY(kinds(table));
    const std::string highest = CHAPAR_TRY(text(table, "class_max"));
    const auto classification = schemas::code_of<schemas::Classification>(upper(highest));
    if (!classification) {
        return at(table.get("class_max")->source(), "unknown class \"" + highest + "\"");
    }
    out.class_max = static_cast<std::uint8_t>(*classification);
    out.from = CHAPAR_TRY(parties(table, "from"));
    out.to = CHAPAR_TRY(parties(table, "to"));
    CHAPAR_TRY(read_conditions(table, out));
    return out;
}

Result<PolicyFile> policy(const toml::table& table) {
    CHAPAR_TRY(only_keys(table, {"agency", "rule"}));
    const std::string name = CHAPAR_TRY(text(table, "agency"));
    const auto agency = AgencyId::parse(name);
    if (!agency) return at(table.get("agency")->source(), "not an agency's name");
    PolicyFile out{*agency, {}};
    const toml::node* rules = table.get("rule");
    if (!rules) return out;
    if (!rules->is_array_of_tables()) return at(rules->source(), "write rules as [[rule]]");
    std::set<std::string> ids;
    for (const toml::node& element : *rules->as_array()) {
        out.rules.push_back(CHAPAR_TRY(rule(*element.as_table())));
        if (!ids.insert(out.rules.back().id).second) {
            return at(element.source(), "the id \"" + out.rules.back().id + "\" stands twice");
        }
    }
    return out;
}

}  // namespace

Result<PolicyFile> parse_policy(std::string_view source) {
    try {
        return policy(toml::parse(source));
    } catch (const toml::parse_error& error) {
        return at(error.source(), std::string(error.description()));
    } catch (const TomlAssumption& error) {
        return at({}, error.what());
    }
}

}  // namespace chapar::client
