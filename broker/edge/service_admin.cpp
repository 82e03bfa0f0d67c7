// The operator's requests on the Unix socket, and the figures of STATUS.
#include "broker/core/agency_mail.h"
#include "broker/core/tables.h"
#include "broker/edge/answers.h"
#include "broker/edge/directory_service.h"
#include "broker/edge/service.h"
#include "broker/edge/version.h"
#include "schemas/base/hex.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

// Counted up to a bound: the figure is for a person, and the reader must stay short.
constexpr std::uint64_t kCounted = 100'000;

Result<std::string> count_of(const storage::ReadTxn& txn, const storage::Table& table) {
    std::uint64_t count = 0;
    const auto cursor = txn.cursor(table);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record() && count < kCounted;
         CHAPAR_TRY(cursor->next())) {
        ++count;
    }
    return (count == kCounted ? "over " : "") + std::to_string(count);
}

schemas::ErrorFrame error_frame(const Error& error) {
    return {std::string(text_of(error.code).code), error.context};
}

}  // namespace

void BrokerService::reply(AdminId to, const schemas::Frame& frame) {
    admin_reply_(to, schemas::encode_frame(frame));
}

Status BrokerService::administer(AdminId from, const Bytes& bytes) {
    auto frame = schemas::decode_frame(bytes);
    if (!frame) {
        reply(from, error_frame(frame.error()));
        return Done{};
    }
    if (std::holds_alternative<schemas::StatusAsk>(*frame)) {
        reply(from, CHAPAR_TRY(status()));
        return Done{};
    }
    if (const auto* ask = std::get_if<schemas::LedgerAsk>(&*frame)) {
        return answer_admin_ledger(from, *ask);
    }
    if (const auto* ask = std::get_if<schemas::ProofsAsk>(&*frame)) {
        reply(from, CHAPAR_TRY(proofs_.answer(*ask)));
        return Done{};
    }
    auto* publish = std::get_if<schemas::Publish>(&*frame);
    if (publish == nullptr) {
        reply(from, error_frame(Error(Errc::NotPermitted)));
        return Done{};
    }
    const auto record = crypto::SignedRecord::decode(publish->record);
    const bool overriding = record && record->type == crypto::RecordType::Override;
    const Bytes kept = overriding ? publish->record : Bytes();
    auto verdict = Ingress::check_record(std::move(publish->record), std::nullopt);
    if (!verdict || !verdict->operation) {
        reply(from, error_frame(verdict ? verdict->operation.error() : verdict.error()));
        return Done{};
    }
    if (overriding) return override_ledger(from, kept, verdict->about);
    const Standing standing = parts_.guard.standing();
    if (standing != Standing::Signing && standing != Standing::WitnessesAwaited) {
        reply(from, error_frame(Error(Errc::ReadOnly, parts_.guard.reason())));
        return Done{};
    }
    propose(std::move(*verdict->operation).stamped({}).body, FromAdmin{from}, verdict->about);
    return Done{};
}

Status BrokerService::answer_admin_ledger(AdminId from, const schemas::LedgerAsk& ask) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    schemas::Ledger answer = CHAPAR_TRY(answer_ledger(*txn, parts_.tick, ask.from));
    TreeSize untold;
    answer.head = CHAPAR_TRY(next_head(*txn, parts_.tick, untold));
    reply(from, answer);
    return Done{};
}

Result<schemas::StatusReport> BrokerService::status() const {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const storage::Usage usage = CHAPAR_TRY(parts_.store.usage());
    const Frontier& frontier = parts_.tick.frontier();
    schemas::StatusReport report;
    const auto add = [&](const char* name, std::string value) {
        report.figures.push_back({name, std::move(value)});
    };
    add("state", state());
    add("version", std::string(build_text()));
    add("origin", parts_.node.manifest.origin);
    add("size", std::to_string(frontier.size().value));
    add("root", to_hex(frontier.root().view()));
    add("epoch", std::to_string(frontier.tip().epoch.value));
    add("commits", std::to_string(parts_.tick.commits()));
    add("accepted", std::to_string(accepted_));
    add("rejected", std::to_string(rejected_));
    add("refused", std::to_string(refused_));
    const FullestAgency fullest = CHAPAR_TRY(fullest_agency(*txn));
    add("waiting", std::to_string(fullest.all.rows));
    add("waiting_bytes", std::to_string(fullest.all.bytes));
    add("set_aside", std::to_string(unanswered_.set_aside()));
    add("fullest_agency", fullest.agency ? fullest.agency->text() : "");
    add("fullest_agency_rows", std::to_string(fullest.most.rows));
    add("fullest_agency_bytes", std::to_string(fullest.most.bytes));
    add("sessions", std::to_string(sessions_.active()));
    add("agencies", CHAPAR_TRY(count_of(*txn, kAgencyTable)));
    add("offices", CHAPAR_TRY(count_of(*txn, kOfficeTable)));
    add("devices", CHAPAR_TRY(count_of(*txn, kDeviceTable)));
    add("ledger_keys", std::to_string(parts_.tick.keys().size()));
    add("store_used_bytes", std::to_string(usage.used_bytes));
    add("store_capacity_bytes", std::to_string(usage.capacity_bytes));
    const BodyStore::Figures bodies = parts_.bodies.figures();
    add("bodies", std::to_string(bodies.bodies));
    add("bodies_bytes", std::to_string(bodies.bytes));
    add("uploads", std::to_string(bodies.incoming));
    const std::uint64_t uptime = parts_.time.elapsed().value - started_.value;
    add("uptime_seconds", std::to_string(uptime / kSecond.value));
    add_connection_figures(report);
    add_ledger_figures(report);
    return report;
}

}  // namespace chapar::broker
