#include "broker/edge/config.h"

#include <arpa/inet.h>

#include <charconv>
#include <limits>
#include <set>
#include <sstream>

#include "broker/edge/files.h"
#include "broker/edge/tcp_figures.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/base/toml.h"

namespace chapar::broker {
namespace {

Error invalid(const toml::source_region& place, const std::string& what) {
    return Error(Errc::ConfigInvalid, "line " + std::to_string(place.begin.line) + ", column " +
                                          std::to_string(place.begin.column) + ": " + what);
}

// Takes the settings of one table by name; whatever has not been taken at the end is unknown.
class TableReader {
  public:
    TableReader(const toml::table& table, std::string path)
        : table_(table), path_(std::move(path)) {}

    template <typename Number>
    Status number(std::string_view name, std::uint64_t least, std::uint64_t most, Number& out) {
        const toml::node* node = take(name);
        if (node == nullptr) return Done{};
        const auto* integer = node->as_integer();
        if (integer == nullptr) return invalid(node->source(), full(name) + " must be a number");
        const std::int64_t value = integer->get();
        if (value < 0 || static_cast<std::uint64_t>(value) < least ||
            static_cast<std::uint64_t>(value) > most) {
            return invalid(node->source(), full(name) + " must be " + std::to_string(least) +
                                               " to " + std::to_string(most));
        }
        out = Number(static_cast<std::uint64_t>(value));
        return Done{};
    }

    Status text(std::string_view name, std::string& out) {
        const toml::node* node = take(name);
        if (node == nullptr) return Done{};
        const auto* text = node->as_string();
        if (text == nullptr || text->get().empty()) {
            return invalid(node->source(), full(name) + " must be a text");
        }
        out = text->get();
        return Done{};
    }

    Status path(std::string_view name, std::filesystem::path& out) {
        std::string text_of_path = out.string();
        CHAPAR_TRY(text(name, text_of_path));
        out = text_of_path;
        return Done{};
    }

    Result<const toml::table*> table(std::string_view name) {
        const toml::node* node = take(name);
        if (node == nullptr) return static_cast<const toml::table*>(nullptr);
        if (!node->is_table()) return invalid(node->source(), full(name) + " must be a table");
        return node->as_table();
    }

    const toml::node* take(std::string_view name) {
        taken_.insert(std::string(name));
        return table_.get(name);
    }

    Status nothing_left() const {
        for (const auto& [key, node] : table_) {
            if (!taken_.contains(std::string(key.str()))) {
                return invalid(key.source(), "unknown setting " + full(key.str()));
            }
        }
        return Done{};
    }

  private:
    std::string full(std::string_view name) const { return path_ + std::string(name); }

    const toml::table& table_;
    std::string path_;
    std::set<std::string> taken_;
};

// libzmq would also take interface names and wildcards, which say less clearly who can connect.
bool valid_endpoint(const std::string& endpoint) {
    constexpr std::string_view kScheme = "tcp://";
    if (!endpoint.starts_with(kScheme)) return false;
    const std::string rest = endpoint.substr(kScheme.size());
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos) return false;
    in_addr address{};
    if (inet_pton(AF_INET, rest.substr(0, colon).c_str(), &address) != 1) return false;
    const std::string port = rest.substr(colon + 1);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
    return error == std::errc() && end == port.data() + port.size() && value <= 65535;
}

Status read_listen(TableReader& reader, Config& config) {
    const toml::node* node = reader.take("listen");
    if (node == nullptr) return Done{};
    const auto* text = node->as_string();
    if (text == nullptr || !valid_endpoint(text->get())) {
        return invalid(node->source(), "listen must be \"tcp://IPV4:PORT\"");
    }
    config.listen = text->get();
    return Done{};
}

Status read_tick(const toml::table& table, TickConfig& tick) {
    TableReader reader(table, "tick.");
    CHAPAR_TRY(reader.number("max_operations", 1, 16'384, tick.max_operations));
    CHAPAR_TRY(reader.number("max_wait_ms", 0, 1'000, tick.max_wait));
    return reader.nothing_left();
}

Status read_sessions(const toml::table& table, SessionConfig& sessions) {
    TableReader reader(table, "sessions.");
    CHAPAR_TRY(reader.number("count", 1, 100'000, sessions.count));
    CHAPAR_TRY(reader.number("in_flight", 1, 65'536, sessions.in_flight));
    CHAPAR_TRY(reader.number("credit", 1, 65'536, sessions.credit));
    CHAPAR_TRY(reader.number("handshake_ms", 100, 60'000, sessions.handshake));
    CHAPAR_TRY(reader.number("hello_ms", 100, 60'000, sessions.hello));
    return reader.nothing_left();
}

Status read_addresses(TableReader& reader, std::vector<std::string>& addresses) {
    constexpr std::size_t kMost = 1024;
    const toml::node* node = reader.take("shared_addresses");
    if (node == nullptr) return Done{};
    const Error bad =
        invalid(node->source(), "connections.shared_addresses must be a list of IPv4 addresses");
    const auto* array = node->as_array();
    if (array == nullptr || array->size() > kMost) return bad;
    addresses.clear();
    for (const toml::node& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr || !address_of(text->get())) return bad;
        addresses.push_back(text->get());
    }
    return Done{};
}

Status read_connections(const toml::table& table, ConnectionConfig& connections) {
    TableReader reader(table, "connections.");
    CHAPAR_TRY(reader.number("count", 1, 100'000, connections.count));
    CHAPAR_TRY(reader.number("per_ip", 1, 100'000, connections.per_ip));
    CHAPAR_TRY(reader.number("per_agency", 1, 100'000, connections.per_agency));
    CHAPAR_TRY(reader.number("pending", 1, 10'000, connections.pending));
    CHAPAR_TRY(reader.number("pending_per_ip", 1, 10'000, connections.pending_per_ip));
    CHAPAR_TRY(reader.number("accepts_per_second", 1, 100'000, connections.accepts_per_second));
    CHAPAR_TRY(reader.number("accepts_per_ip", 1, 100'000, connections.accepts_per_ip));
    CHAPAR_TRY(read_addresses(reader, connections.shared_addresses));
    return reader.nothing_left();
}

Status read_quotas(const toml::table& table, QuotaConfig& quotas) {
    TableReader reader(table, "quotas.");
    CHAPAR_TRY(reader.number("envelopes_per_second", 1, 1'000'000, quotas.envelopes_per_second));
    // At least what a frame may bring: else one that is full would never be taken.
    CHAPAR_TRY(reader.number("envelopes_burst", limits::kEnvelopesPerFrame, 1'000'000,
                             quotas.envelopes_burst));
    CHAPAR_TRY(reader.number("agency_mail_rows", 1, 100'000'000, quotas.agency_mail_rows));
    CHAPAR_TRY(reader.number("agency_mail_bytes", std::uint64_t{1} << 20, std::uint64_t{1} << 44,
                             quotas.agency_mail_bytes));
    return reader.nothing_left();
}

Status read_attachments(const toml::table& table, AttachmentConfig& attachments) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 50;
    TableReader reader(table, "attachments.");
    CHAPAR_TRY(reader.number("upload_bytes", 0, kMost, attachments.upload_bytes));
    CHAPAR_TRY(reader.number("held_bytes", 0, kMost, attachments.held_bytes));
    CHAPAR_TRY(reader.number("free_bytes", 0, kMost, attachments.free_bytes));
    return reader.nothing_left();
}

Status read_ledger(const toml::table& table, LedgerConfig& ledger) {
    TableReader reader(table, "ledger.");
    CHAPAR_TRY(reader.path("high_water", ledger.high_water));
    CHAPAR_TRY(reader.path("kek", ledger.kek));
    CHAPAR_TRY(reader.path("witness_policy", ledger.witness_policy));
    std::uint64_t hours = ledger.witness_outage.value / kHour.value;
    CHAPAR_TRY(reader.number("witness_outage_hours", 0, 8'760, hours));
    ledger.witness_outage = kHour * hours;
    return reader.nothing_left();
}

Result<WitnessContact> read_witness(const toml::table& table) {
    WitnessContact witness;
    std::string curve;
    TableReader reader(table, "witness.");
    CHAPAR_TRY(reader.text("name", witness.name));
    CHAPAR_TRY(reader.text("endpoint", witness.endpoint));
    CHAPAR_TRY(reader.text("curve", curve));
    CHAPAR_TRY(reader.text("url", witness.url));
    CHAPAR_TRY(reader.nothing_left());
    if (witness.name.empty()) return invalid(table.source(), "a witness needs a name");
    if (witness.endpoint.empty() == witness.url.empty()) {
        return invalid(table.source(), "a witness needs either endpoint and curve, or url");
    }
    if (!witness.url.empty()) {
        if (!parse_http_url(witness.url))
            return invalid(table.source(), "url must be \"http://HOST[:PORT][/PREFIX]\"");
        return witness;
    }
    if (!valid_endpoint(witness.endpoint)) {
        return invalid(table.source(), "endpoint must be \"tcp://IPV4:PORT\"");
    }
    const auto key = from_hex(curve);
    if (!key || key->size() != witness.curve.bytes.size()) {
        return invalid(table.source(), "curve must be 64 hexadecimal digits");
    }
    std::copy(key->begin(), key->end(), witness.curve.bytes.begin());
    return witness;
}

Status read_witnesses(TableReader& reader, std::vector<WitnessContact>& witnesses) {
    const toml::node* node = reader.take("witness");
    if (node == nullptr) return Done{};
    const auto* array = node->as_array();
    if (array == nullptr || array->size() > limits::kWitnesses) {
        return invalid(node->source(), "witness must be at most " +
                                           std::to_string(limits::kWitnesses) +
                                           " [[witness]] tables");
    }
    std::set<std::string> names;
    for (const toml::node& element : *array) {
        if (!element.is_table()) {
            return invalid(element.source(), "witness must be [[witness]] tables");
        }
        witnesses.push_back(CHAPAR_TRY(read_witness(*element.as_table())));
        if (!names.insert(witnesses.back().name).second) {
            return invalid(element.source(), "two witnesses of one name");
        }
    }
    return Done{};
}

Result<Config> read_all(const toml::table& root) {
    constexpr std::uint64_t kLeastMap = std::uint64_t{1} << 20;
    constexpr std::uint64_t kMostMap = std::uint64_t{1} << 44;
    Config config;
    TableReader reader(root, "");
    CHAPAR_TRY(read_listen(reader, config));
    CHAPAR_TRY(reader.number("map_size", kLeastMap, kMostMap, config.map_size));
    CHAPAR_TRY(reader.number("workers", 1, 64, config.workers));
    CHAPAR_TRY(reader.number("mailbox_quota", 1, 10'000'000, config.mailbox_quota));
    CHAPAR_TRY(reader.number("published_head_ms", 100, 60'000, config.published_head));
    if (const auto* tick = CHAPAR_TRY(reader.table("tick"))) {
        CHAPAR_TRY(read_tick(*tick, config.tick));
    }
    if (const auto* sessions = CHAPAR_TRY(reader.table("sessions"))) {
        CHAPAR_TRY(read_sessions(*sessions, config.sessions));
    }
    if (const auto* connections = CHAPAR_TRY(reader.table("connections"))) {
        CHAPAR_TRY(read_connections(*connections, config.connections));
    }
    if (const auto* quotas = CHAPAR_TRY(reader.table("quotas"))) {
        CHAPAR_TRY(read_quotas(*quotas, config.quotas));
    }
    if (const auto* attachments = CHAPAR_TRY(reader.table("attachments"))) {
        CHAPAR_TRY(read_attachments(*attachments, config.attachments));
    }
    if (const auto* ledger = CHAPAR_TRY(reader.table("ledger"))) {
        CHAPAR_TRY(read_ledger(*ledger, config.ledger));
    }
    CHAPAR_TRY(read_witnesses(reader, config.witnesses));
    if (!config.witnesses.empty() && config.ledger.witness_policy.empty()) {
        return Error(Errc::ConfigInvalid, "witnesses need ledger.witness_policy");
    }
    CHAPAR_TRY(reader.nothing_left());
    return config;
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
    constexpr std::string_view kScheme = "http://";
    const Error bad(Errc::ConfigInvalid, "not an http address");
    if (!text.starts_with(kScheme) || text.size() > 1024) return bad;
    text.remove_prefix(kScheme.size());
    for (const char c : text) {
        if (c <= ' ' || c > '~' || c == '?' || c == '#' || c == '@') return bad;
    }
    const std::size_t slash = std::min(text.find('/'), text.size());
    HttpUrl url;
    std::string_view authority = text.substr(0, slash);
    url.prefix = text.substr(slash);
    while (url.prefix.ends_with('/')) url.prefix.pop_back();
    if (const std::size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
        const std::string_view port = authority.substr(colon + 1);
        unsigned value = 0;
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
        if (error != std::errc() || end != port.data() + port.size() || value == 0 ||
            value > 65535) {
            return bad;
        }
        url.port = port;
        authority = authority.substr(0, colon);
    }
    url.host = authority;
    if (url.host.empty()) return bad;
    return url;
}

Capacity capacity_of(const Config& config) {
    return {config.mailbox_quota, config.quotas.agency_mail_rows, config.quotas.agency_mail_bytes};
}

Result<Config> parse_config(std::string_view text) {
    try {
        return read_all(toml::parse(text));
    } catch (const toml::parse_error& error) {
        return invalid(error.source(), std::string(error.description()));
    } catch (const TomlAssumption& error) {
        return invalid({}, error.what());
    }
}

Result<Config> read_config(const std::filesystem::path& path) {
    const Bytes text = CHAPAR_TRY(read_file(path, Exposure::Public));
    return parse_config(to_string(text));
}

}  // namespace chapar::broker
