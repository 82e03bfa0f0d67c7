// The configuration of chapard: capacities and addresses, read once, checked whole before start.
//
// Owns: the names, defaults and bounds of the settings of DIR/chapard.toml. Does not know the
// limits of safety (schemas/base/limits.h), which nobody can configure, or any key or secret.
//
// Units: bytes, milliseconds, counts. Error: ConfigInvalid, the context being
// "line L, column C: what is wrong". Unknown names are refused: a misspelt setting must not be
// silently without effect. Value type. Source: TOML 1.0; design README, Bytes 10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/capacity.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::broker {

struct TickConfig {
    std::size_t max_operations = 1024;  // in one transaction
    DurationMs max_wait{2};             // of the first operation for more to come
};

struct SessionConfig {
    std::size_t count = 10'000;
    std::size_t in_flight = 1024;  // submitted and not yet answered, per session
    std::size_t credit = 4096;     // deliveries a session may have asked for, at most
    DurationMs handshake{3'000};   // TCP, CURVE and ZAP
    DurationMs hello{10'000};      // from CONNECT to an accepted HELLO
};

// Of TCP connections, those that have not said anything among them.
struct ConnectionConfig {
    std::size_t count = 10'500;
    std::size_t per_ip = 64;
    std::size_t per_agency = 256;  // sessions that have greeted
    std::size_t pending = 512;     // no whole message yet
    std::size_t pending_per_ip = 16;
    std::uint64_t accepts_per_second = 300;
    std::uint64_t accepts_per_ip = 10;  // a second
    // Behind which many clients stand: no bound of one address is theirs.
    std::vector<std::string> shared_addresses{"127.0.0.1"};
};

// Of one agency.
struct QuotaConfig {
    // Beyond, its envelopes are answered back-pressure.
    std::uint64_t envelopes_per_second = 200;
    std::uint64_t envelopes_burst = 1'000;
    // Waiting for its devices; beyond, quota.agency or quota.share (core/agency_mail.h).
    std::uint64_t agency_mail_rows = Capacity{}.agency_rows;
    std::uint64_t agency_mail_bytes = Capacity{}.agency_bytes;
};

struct AttachmentConfig {
    // Uploaded by one device and named by no envelope yet, at most.
    std::uint64_t upload_bytes = std::uint64_t{1} << 30;
    // Named by envelopes of one device that have not expired, at most.
    std::uint64_t held_bytes = std::uint64_t{8} << 30;
    // Uploads leave so much of the disk free: the store lives there too.
    std::uint64_t free_bytes = std::uint64_t{1} << 30;
};

// Files of the ledger; relative ones are in the broker's directory.
struct LedgerConfig {
    std::filesystem::path high_water = "high-water";  // belongs on another volume
    std::filesystem::path kek = "kek/ledger.kek";     // belongs outside all backups
    std::filesystem::path witness_policy;             // C2SP tlog-policy; empty: no witnesses
    // For so long entries may go without a quorum before new envelopes are refused; 0: for ever.
    DurationMs witness_outage{kDay};
};

// Where a witness of the policy is reached: either by CURVE (endpoint and key) or by HTTP (url).
struct WitnessContact {
    std::string name;      // as in the policy
    std::string endpoint;  // "tcp://IPV4:PORT", or empty
    CurveKey curve;
    std::string url;  // "http://HOST:PORT/PREFIX", without a slash at the end, or empty
};

// Whether there is a witness policy.
enum class Witnesses : std::uint8_t { None, Asked };

struct Config {
    std::string listen = "tcp://127.0.0.1:7415";
    std::uint64_t map_size = std::uint64_t{8} << 30;
    std::size_t workers = 2;               // threads that verify signatures
    std::uint32_t mailbox_quota = 65'536;  // envelopes waiting for one device
    DurationMs published_head{1'000};
    TickConfig tick;
    SessionConfig sessions;
    ConnectionConfig connections;
    QuotaConfig quotas;
    AttachmentConfig attachments;
    LedgerConfig ledger;
    std::vector<WitnessContact> witnesses;
};

// What the fold's admission asks for.
[[nodiscard]] Capacity capacity_of(const Config& config);

struct HttpUrl {
    std::string host;
    std::string port = "80";
    std::string prefix;  // empty, or "/.." without a slash at the end
};
// ConfigInvalid for all that is not "http://HOST[:PORT][/PREFIX]".
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);

[[nodiscard]] Result<Config> parse_config(std::string_view text);
// FileFailed: the file cannot be read.
[[nodiscard]] Result<Config> read_config(const std::filesystem::path& path);

}  // namespace chapar::broker
