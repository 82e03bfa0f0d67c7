#include "client/cli/ledger/override_command.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <iostream>

#include "client/cli/device/device_context.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/home_files.h"
#include "crypto/retention.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

using crypto::OverrideWhat;

constexpr std::size_t kStatusBytes = 64 * 1024;

struct Arguments {
    std::string what, status, size, root, stop, reason;
    std::uint64_t hours = 24;
    SignTarget target;
};

Result<OverrideWhat> what_named(const std::string& text) {
    if (text == "high-water") return OverrideWhat::HighWater;
    if (text == "witnesses") return OverrideWhat::Witnesses;
    return Error(Errc::FieldInvalid, "what: high-water or witnesses");
}

Result<TreeSize> size_from(std::string_view text, const char* name) {
    std::uint64_t size = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, size);
    if (error != std::errc() || stopped != end) return Error(Errc::FieldInvalid, name);
    return TreeSize(size);
}

Result<Hash> hash_from(std::string_view text, const char* name) {
    const auto bytes = from_hex(text);
    const auto hash = bytes ? Hash::from(*bytes) : std::nullopt;
    if (!hash) return Error(Errc::FieldInvalid, name);
    return *hash;
}

Result<std::string> figure(const json::object& figures, const char* name) {
    const json::value* value = figures.if_contains(name);
    if (value == nullptr || !value->is_string()) return Error(Errc::FieldInvalid, name);
    return std::string(value->as_string());
}

Result<std::string> read_status(const std::string& file) {
    if (file != "-") return to_string(CHAPAR_TRY(read_input_file(file, kStatusBytes)));
    std::string text(kStatusBytes + 1, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kStatusBytes) return Error(Errc::TooLarge, "--status");
    return text;
}

Result<StopFacts> facts_of(const Arguments& given) {
    const OverrideWhat what = CHAPAR_TRY(what_named(given.what));
    const bool named = !given.size.empty() || !given.root.empty() || !given.stop.empty();
    if (given.status.empty()) {
        if (given.size.empty() || given.root.empty() || given.stop.empty()) {
            return Error(Errc::Usage, "--status FILE, or --size, --root and --stop");
        }
        return StopFacts{what, CHAPAR_TRY(size_from(given.size, "--size")),
                         CHAPAR_TRY(hash_from(given.root, "--root")),
                         CHAPAR_TRY(hash_from(given.stop, "--stop"))};
    }
    if (named) return Error(Errc::Usage, "either --status, or --size, --root and --stop");
    boost::system::error_code problem;
    const json::value value = json::parse(CHAPAR_TRY(read_status(given.status)), problem);
    if (problem || !value.is_object()) return Error(Errc::JsonInvalid, given.status);
    const StopFacts facts = CHAPAR_TRY(stop_facts(value.as_object()));
    if (facts.what != what) {
        return Error(Errc::FieldInvalid, "what: the status is of another stop");
    }
    return facts;
}

Status override_stop(Invocation& invocation, const Arguments& given) {
    constexpr std::uint64_t kMostHours = crypto::kOverrideValidity.value / kHour.value - 1;
    if (given.hours < 1 || given.hours > kMostHours) {
        return Error(Errc::FieldInvalid, "--hours: 1 to " + std::to_string(kMostHours));
    }
    if (!crypto::is_record_text(given.reason)) {
        return Error(Errc::FieldInvalid,
                     "--reason: 1 to 512 bytes, no characters that are not seen");
    }
    const StopFacts facts = CHAPAR_TRY(facts_of(given));
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    // From an hour ago, so that a clock a little behind does not refuse it.
    const TimeMs now = invocation.now();
    const crypto::OverrideRecord record{
        facts.what,
        facts.size,
        facts.root,
        facts.stop,
        {TimeMs(now.value - kHour.value), now + kHour * given.hours},
        given.reason};
    CeremonyFile file;
    file.records.push_back({crypto::RecordType::Override, record.encode(), {}});
    return sign_and_hand_on(invocation, paths, std::move(file), given.target, Consent::Given);
}

}  // namespace

Result<StopFacts> stop_facts(const json::object& figures) {
    const std::string stop = CHAPAR_TRY(figure(figures, "stop"));
    if (stop.empty()) return Error(Errc::NotFound, "a stop that an override ends");
    const bool awaiting = CHAPAR_TRY(figure(figures, "state")) == "awaiting witnesses";
    const std::string size = CHAPAR_TRY(figure(figures, "size"));
    const std::string root = CHAPAR_TRY(figure(figures, "root"));
    return StopFacts{awaiting ? OverrideWhat::Witnesses : OverrideWhat::HighWater,
                     CHAPAR_TRY(size_from(size, "size")), CHAPAR_TRY(hash_from(root, "root")),
                     CHAPAR_TRY(hash_from(stop, "stop"))};
}

std::string override_command_line(const StopFacts& facts) {
    const char* what = facts.what == OverrideWhat::Witnesses ? "witnesses" : "high-water";
    return std::string("chapar ledger override ") + what + " --size " +
           std::to_string(facts.size.value) + " \\\n      --root " + to_hex(facts.root.view()) +
           " \\\n      --stop " + to_hex(facts.stop.view()) +
           " \\\n      --reason WHY --home ROOT --out go-on.override";
}

void add_override_command(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(ledger, "override",
                    "let a broker go on that stopped itself; the centre root and a registrar sign",
                    "chapar broker status --dir /srv/chapar --json > stop.json\n"
                    "  chapar ledger override high-water --status stop.json \\\n"
                    "      --reason \"Disk exchanged\" --home ~/root --out go-on.override");
    command->add_option("what", given->what, "high-water or witnesses")->required();
    command->add_option("--status", given->status,
                        "output of broker status --json of the stopped broker; - is stdin");
    command->add_option("--size", given->size, "entries of the ledger: broker status");
    command->add_option("--root", given->root, "its root: broker status");
    command->add_option("--stop", given->stop, "number of the stop: broker status");
    command->add_option("--hours", given->hours, "how long it may be used, from now");
    command->add_option("--reason", given->reason, "why")->required();
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return override_stop(invocation, *given); });
}

}  // namespace chapar::client
