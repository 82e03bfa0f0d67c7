#include "client/edge/broker_paths.h"

#include "client/edge/home_files.h"
#include "schemas/base/toml.h"

namespace chapar::client {
namespace {

constexpr std::size_t kConfigBytes = 1 << 20;

Status take(const toml::table& ledger, const char* name, std::filesystem::path& out) {
    const toml::node* node = ledger.get(name);
    if (node == nullptr) return Done{};
    const auto* text = node->as_string();
    if (text == nullptr || text->get().empty()) {
        return Error(Errc::ConfigInvalid, std::string("ledger.") + name + " must be a text");
    }
    out = text->get();
    return Done{};
}

}  // namespace

Result<BrokerPaths> BrokerPaths::read(const std::filesystem::path& broker) {
    BrokerPaths paths;
    const std::filesystem::path file = broker / "chapard.toml";
    if (!file_exists(file)) return paths;
    const std::string text = to_string(CHAPAR_TRY(read_file(file, kConfigBytes)));
    try {
        const toml::table root = toml::parse(std::string_view(text));
        const toml::table* ledger = root["ledger"].as_table();
        if (ledger == nullptr) return paths;
        CHAPAR_TRY(take(*ledger, "kek", paths.kek));
        CHAPAR_TRY(take(*ledger, "witness_policy", paths.witness_policy));
    } catch (const toml::parse_error& error) {
        return Error(Errc::ConfigInvalid, file.string() + ": " + std::string(error.description()));
    } catch (const TomlAssumption& error) {
        return Error(Errc::ConfigInvalid, file.string() + ": " + error.what());
    }
    return paths;
}

}  // namespace chapar::client
