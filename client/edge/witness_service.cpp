#include "client/edge/witness_service.h"

#include <utility>

#include "client/edge/home_files.h"
#include "crypto/sha256.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

// The first bytes of the origin's hash are enough to tell the few logs of a witness apart.
constexpr std::size_t kNameBytes = 8;

std::string file_name(const crypto::ForkEvidence& evidence) {
    const Hash origin = crypto::sha256(view(evidence.log().name()));
    return to_hex(origin.view().first(kNameBytes)) + "-" +
           std::to_string(evidence.first().size.value) + ".fork";
}

}  // namespace

WitnessService::WitnessService(const Witness& witness, storage::Store& store, const Clock& clock,
                               std::filesystem::path forks, WitnessReports reports)
    : witness_(witness),
      store_(store),
      clock_(clock),
      forks_(std::move(forks)),
      reports_(std::move(reports)) {}

Result<std::unique_ptr<WitnessService>> WitnessService::create(const Witness& witness,
                                                               storage::Store& store,
                                                               const Clock& clock,
                                                               std::filesystem::path forks,
                                                               WitnessReports reports) {
    std::vector<crypto::ForkEvidence> held;
    {
        const auto txn = CHAPAR_TRY(store.begin_read());
        held = CHAPAR_TRY(read_forks(*txn));
    }
    CHAPAR_TRY(make_folder(forks));
    std::unique_ptr<WitnessService> service(
        new WitnessService(witness, store, clock, std::move(forks), std::move(reports)));
    for (const crypto::ForkEvidence& evidence : held) service->show_fork(evidence);
    return service;
}

crypto::WitnessAnswer WitnessService::answer(const crypto::WitnessCall& call) {
    if (call.method == crypto::WitnessMethod::Note) return note(crypto::sha256(view(call.body)));
    const std::lock_guard lock(one_at_a_time_);
    auto answer = cosign(call.body);
    return answer ? std::move(*answer) : broken(answer.error());
}

crypto::WitnessAnswer WitnessService::note(const Hash& origin_hash) {
    const auto read = [&]() -> Result<crypto::WitnessAnswer> {
        const auto txn = CHAPAR_TRY(store_.begin_read());
        return Witness::kept_note(*txn, origin_hash);
    };
    auto answer = read();
    return answer ? std::move(*answer) : broken(answer.error());
}

Result<crypto::WitnessAnswer> WitnessService::cosign(const std::string& body) {
    auto txn = CHAPAR_TRY(store_.begin_write());
    WitnessDecision decision = CHAPAR_TRY(witness_.add_checkpoint(*txn, body, clock_.now()));
    if (decision.write == WitnessDecision::Write::Commit) CHAPAR_TRY(std::move(*txn).commit());
    if (decision.fork) show_fork(*decision.fork);
    return std::move(decision.answer);
}

void WitnessService::show_fork(const crypto::ForkEvidence& evidence) {
    const std::filesystem::path file = forks_ / file_name(evidence);
    // The row is what counts; a file that could not be written is tried again at the next start.
    if (!file_exists(file)) {
        const Status written = write_file(file, view(evidence.text()));
        if (!written) reports_.trouble(written.error());
    }
    reports_.fork(evidence, file);
}

crypto::WitnessAnswer WitnessService::broken(const Error& error) {
    if (error.code == Errc::StoreFull) {
        reports_.trouble(error);
    } else {
        reports_.failed(error);
    }
    return {crypto::witness_status::kBroken, "the witness cannot answer now\n"};
}

}  // namespace chapar::client
