#include "broker/repair_keys.h"

#include "crypto/private_file.h"
#include "crypto/secret_hex.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kViewBytes = std::size_t{16} << 20;

Result<NewLedgerKey> parse_line(std::string_view line, const Error& malformed) {
    const auto first = line.find(' ');
    const auto second = line.rfind(' ');
    if (first == std::string_view::npos || first == second) return malformed;
    const auto scope_bytes = from_hex(line.substr(first + 1, second - first - 1));
    auto secret = crypto::secret_from_hex(line.substr(second + 1));
    if (!scope_bytes || !secret) return malformed;
    auto scope = crypto::LedgerKeyScope::decode(*scope_bytes);
    if (!scope) return malformed;
    return NewLedgerKey{std::move(*scope), std::move(*secret)};
}

}  // namespace

Result<std::vector<NewLedgerKey>> read_view_keys(const std::filesystem::path& path,
                                                 const std::string& origin) {
    const auto file = CHAPAR_TRY(crypto::read_private_file(path, kViewBytes));
    std::string_view text(reinterpret_cast<const char*>(file.expose().data()), file.size());
    const Error malformed(Errc::MalformedLayout, path.string() + ": not a view file");
    const std::string title = "chapar-view/1 ";
    const auto title_end = text.find('\n');
    if (!text.starts_with(title) || !text.ends_with('\n')) return malformed;
    if (!text.substr(title.size()).starts_with(origin + " ")) {
        return Error(Errc::WrongHome, path.string());
    }
    text.remove_prefix(title_end + 1);
    std::vector<NewLedgerKey> out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        CHAPAR_TRY(crypto::reserve_secrets(1));
        out.push_back(CHAPAR_TRY(parse_line(text.substr(0, end), malformed)));
        text.remove_prefix(end + 1);
    }
    return out;
}

}  // namespace chapar::broker
