#include "client/cli/ledger/retention_commands.h"

#include <CLI/CLI.hpp>
#include <fstream>

#include "client/cli/device/device_context.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/sign_flow.h"
#include "crypto/retention_rules.h"
#include "crypto/sha256.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {

using crypto::HoldAction;
using crypto::HoldRecord;
using crypto::RecordType;

Status draft(Invocation& invocation, RecordType type, const Bytes& body, const SignTarget& target) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    CeremonyFile file;
    file.records.push_back({type, body, {}});
    return sign_and_hand_on(invocation, paths, std::move(file), target, Consent::Given);
}

Result<std::string> checked_text(const std::string& text, const char* option) {
    if (crypto::is_record_text(text)) return text;
    return Error(Errc::FieldInvalid,
                 std::string(option) + ": 1 to 512 bytes, no characters that are not seen");
}

Result<AgencyId> agency_named(const std::string& text, const char* option) {
    auto agency = AgencyId::parse(text);
    if (agency) return agency;
    return Error(Errc::FieldInvalid, std::string(option) + ": the name of an agency");
}

// "2026-11".
Result<crypto::YearMonth> month_named(const std::string& text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    std::uint32_t value = 0;
    std::size_t digits = 0;
    for (const char c : text) {
        if (digit(c)) {
            value = value * 10 + static_cast<std::uint32_t>(c - '0');
            ++digits;
        }
    }
    const bool shaped = text.size() == 7 && text[4] == '-' && digits == 6;
    if (shaped && crypto::is_month(crypto::YearMonth(value))) return crypto::YearMonth(value);
    return Error(Errc::FieldInvalid, "--month: such as 2026-11");
}

struct BucketArguments {
    std::string from, to, month, retention;
};

void add_bucket_options(CLI::App& command, BucketArguments& given) {
    command.add_option("--from", given.from, "agency that sent");
    command.add_option("--to", given.to, "agency that received");
    command.add_option("--month", given.month, "month of the entries, UTC, such as 2026-11");
    command.add_option("--class", given.retention,
                       "how long they may be kept: 92-days, 366-days, 1827-days or longer");
}

Result<crypto::Bucket> bucket_of(const BucketArguments& given) {
    if (given.from.empty() || given.to.empty() || given.month.empty() || given.retention.empty()) {
        return Error(Errc::Usage,
                     "--from, --to, --month and --class name a bucket: chapar ledger due");
    }
    const auto retention = crypto::retention_class_named(given.retention);
    if (!retention) {
        return Error(Errc::FieldInvalid, "--class: 92-days, 366-days, 1827-days or longer");
    }
    return crypto::Bucket{CHAPAR_TRY(agency_named(given.from, "--from")),
                          CHAPAR_TRY(agency_named(given.to, "--to")), *retention,
                          CHAPAR_TRY(month_named(given.month))};
}

struct ShredArguments {
    BucketArguments bucket;
    std::string basis;
    SignTarget target;
};

void warn_if_early(const Invocation& invocation, const crypto::Bucket& bucket) {
    const TimeMs now = invocation.now();
    const TimeMs earliest = crypto::shreddable_from(bucket);
    const auto due = crypto::due_at(bucket);
    if (now < earliest) {
        invocation.output.warning("TOO EARLY: the broker refuses it before " + time_text(earliest));
    } else if (!due) {
        invocation.output.warning("EARLY: no end of this bucket's retention is known");
    } else if (now < *due) {
        invocation.output.warning("EARLY: due only from " + time_text(*due));
    }
}

Status shred(Invocation& invocation, const ShredArguments& given) {
    const crypto::ShredRecord record{CHAPAR_TRY(bucket_of(given.bucket)),
                                     CHAPAR_TRY(checked_text(given.basis, "--basis"))};
    warn_if_early(invocation, record.bucket);
    return draft(invocation, RecordType::Shred, record.encode(), given.target);
}

struct HoldArguments {
    BucketArguments bucket;
    std::vector<std::uint64_t> entries;
    std::string reason;
    std::uint64_t number = 0;    // of this record; 0: the next one
    std::uint64_t released = 0;  // release: of the hold
    SignTarget target;
};

// The HOLD records that this home has signed, of its own agency.
Result<std::vector<HoldRecord>> kept_holds(const HomePaths& paths, const AgencyId& agency) {
    std::vector<HoldRecord> out;
    for (const crypto::SignedRecord& record : CHAPAR_TRY(issued_records(paths.home))) {
        if (record.type != RecordType::Hold) continue;
        auto hold = CHAPAR_TRY(HoldRecord::decode(record.body));
        if (hold.agency == agency) out.push_back(std::move(hold));
    }
    return out;
}

Result<AgencyId> own_agency(const HomePaths& paths) {
    const Authority home = CHAPAR_TRY(read_authority(paths));
    if (home.roots) return home.roots->agency;
    return Error(Errc::NotFound, "this home's agency; first: chapar key install FILE");
}

std::uint64_t next_number(const std::vector<HoldRecord>& kept) {
    std::uint64_t last = 0;
    for (const HoldRecord& hold : kept) last = std::max(last, hold.number);
    return last + 1;
}

Result<crypto::HoldTarget> target_of(const HoldArguments& given) {
    const bool names_bucket = !given.bucket.from.empty() || !given.bucket.month.empty();
    if (given.entries.empty()) return crypto::HoldTarget(CHAPAR_TRY(bucket_of(given.bucket)));
    if (names_bucket) return Error(Errc::Usage, "either a bucket or --entries");
    if (given.entries[0] > given.entries[1] || given.entries[1] == ~std::uint64_t{0}) {
        return Error(Errc::FieldInvalid, "--entries: the first and the last one");
    }
    return crypto::HoldTarget(
        crypto::EntryRange{EntryIndex(given.entries[0]), EntryIndex(given.entries[1] + 1)});
}

Status hold(Invocation& invocation, const HoldArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const AgencyId agency = CHAPAR_TRY(own_agency(paths));
    const auto kept = CHAPAR_TRY(kept_holds(paths, agency));
    const HoldRecord record{agency,
                            given.number == 0 ? next_number(kept) : given.number,
                            HoldAction::Set,
                            CHAPAR_TRY(target_of(given)),
                            0,
                            CHAPAR_TRY(checked_text(given.reason, "--reason"))};
    return draft(invocation, RecordType::Hold, record.encode(), given.target);
}

Status release(Invocation& invocation, const HoldArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const AgencyId agency = CHAPAR_TRY(own_agency(paths));
    const auto kept = CHAPAR_TRY(kept_holds(paths, agency));
    const auto set = std::ranges::find_if(kept, [&](const HoldRecord& hold) {
        return hold.number == given.released && hold.action == HoldAction::Set;
    });
    // A registrar who did not sign the hold names what it is on.
    const crypto::HoldTarget target =
        set != kept.end() ? set->target : CHAPAR_TRY(target_of(given));
    const std::uint64_t number = given.number == 0 ? next_number(kept) : given.number;
    if (given.released == 0 || given.released >= number) {
        return Error(Errc::FieldInvalid, "number: of a hold before this record; see --number");
    }
    const HoldRecord record{
        agency, number,         HoldAction::Release,
        target, given.released, CHAPAR_TRY(checked_text(given.reason, "--reason"))};
    return draft(invocation, RecordType::Hold, record.encode(), given.target);
}

Result<Hash> digest_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Error(Errc::FileFailed, path);
    crypto::Sha256 hash;
    std::string block(std::size_t{1} << 20, '\0');
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.update(view(std::string_view(block.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (in.bad()) return Error(Errc::FileFailed, path);
    return hash.finish();
}

struct PruneArguments {
    std::uint64_t end = 0;
    std::string before, archive, policy;
    SignTarget target;
};

Status prune(Invocation& invocation, const PruneArguments& given) {
    const auto before = parse_time(given.before);
    if (!before) return Error(Errc::FieldInvalid, "--before: a time such as 2025-11-20T00:00:00Z");
    if (given.end == 0 || given.end % 256 != 0) {
        return Error(Errc::FieldInvalid, "--end: a multiple of 256");
    }
    const crypto::PruneRecord record{EntryIndex(given.end), *before,
                                     CHAPAR_TRY(digest_of(given.archive)),
                                     CHAPAR_TRY(checked_text(given.policy, "--policy"))};
    return draft(invocation, RecordType::Prune, record.encode(), given.target);
}

void add_shred(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<ShredArguments>();
    CLI::App* command = add_command(
        ledger, "shred",
        "end the centre's key of one bucket (see: due); a second registrar "
        "approves the file",
        "chapar ledger shred --from TJ-DCA --to AF-CNPA --month 2026-01 --class 92-days \\\n"
        "      --basis \"Retention act, article 12\" --home ~/registrar-1 --out 01.shred");
    add_bucket_options(*command, given->bucket);
    command->add_option("--basis", given->basis, "legal basis")->required();
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return shred(invocation, *given); });
}

void add_hold_options(CLI::App& command, HoldArguments& given) {
    add_bucket_options(command, given.bucket);
    command.add_option("--entries", given.entries, "first and last entry, instead of a bucket")
        ->expected(2);
    command.add_option("--reason", given.reason, "why")->required();
    command.add_option("--number", given.number,
                       "of this record; by default one above the last that this home signed");
    add_sign_target(command, given.target);
}

void add_holds(CLI::App& ledger, Invocation& invocation) {
    auto held = std::make_shared<HoldArguments>();
    CLI::App* command = add_command(
        ledger, "hold", "forbid to shred or prune; a second registrar approves the file",
        "chapar ledger hold --from TJ-DCA --to AF-CNPA --month 2026-01 --class 366-days \\\n"
        "      --reason \"Case 7 is before the court\" --home ~/registrar-1 --out case7.hold");
    add_hold_options(*command, *held);
    invocation.on(command, [&invocation, held] { return hold(invocation, *held); });

    auto ended = std::make_shared<HoldArguments>();
    command = add_command(ledger, "release", "end a hold; a second registrar approves the file",
                          "chapar ledger release 1 --reason \"Case 7 is closed\" \\\n"
                          "      --home ~/registrar-1 --out case7.release");
    command->add_option("number", ended->released, "number of the hold")->required();
    add_hold_options(*command, *ended);
    invocation.on(command, [&invocation, ended] { return release(invocation, *ended); });
}

void add_prune(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<PruneArguments>();
    CLI::App* command = add_command(
        ledger, "prune", "give up old messages that are in an archive; signed by the centre root",
        "chapar ledger prune --end 65536 --before 2025-11-01T00:00:00Z --archive 2025.tar \\\n"
        "      --policy \"One year, then the archive\" --home ~/root --broker /var/lib/chapar");
    command->add_option("--end", given->end, "messages below this entry go; a multiple of 256")
        ->required();
    command->add_option("--before", given->before, "all of them are older; at least a year ago")
        ->required();
    command
        ->add_option("--archive", given->archive, "export that holds them; its SHA-256 is signed")
        ->required();
    command->add_option("--policy", given->policy, "retention policy")->required();
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return prune(invocation, *given); });
}

}  // namespace

void add_retention_commands(CLI::App& ledger, Invocation& invocation) {
    add_shred(ledger, invocation);
    add_holds(ledger, invocation);
    add_prune(ledger, invocation);
}

}  // namespace chapar::client
