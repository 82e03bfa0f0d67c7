// One witness at work: its rules over a store on disk, answered in the one allowed order.
//
// Owns: one transaction a request, commit before the answer, and the files of forks. Does not know
// the carriers (witness_door.h, witness_http.h), nor who may ask: the protocol authenticates the
// note, not who brings it. Blocks on the disk (one fsync a cosignature). Thread: any; requests are
// taken one after the other, which makes comparing the old size and keeping the new one one step.
//
// Once the store failed, nothing is cosigned until the process was restarted: it is unknown what
// the disk holds.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "client/core/witness.h"
#include "client/edge/clock.h"
#include "crypto/witness_request.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

// Called by the thread that answers, before it answers.
struct WitnessReports {
    // A fork, new or held from before; the file that shows it.
    std::function<void(const crypto::ForkEvidence&, const std::filesystem::path&)> fork;
    // Something a person should look at; the witness goes on.
    std::function<void(const Error&)> trouble;
    // The store failed: the process must stop.
    std::function<void(const Error&)> failed;
};

class WitnessService {
  public:
    // Writes the files of forks that are held and have none, and reports every one. All references
    // outlive the service.
    [[nodiscard]] static Result<std::unique_ptr<WitnessService>> create(const Witness& witness,
                                                                        storage::Store& store,
                                                                        const Clock& clock,
                                                                        std::filesystem::path forks,
                                                                        WitnessReports reports);

    [[nodiscard]] crypto::WitnessAnswer answer(const crypto::WitnessCall& call);
    // The newest note kept of the log whose origin has this SHA-256.
    [[nodiscard]] crypto::WitnessAnswer note(const Hash& origin_hash);

  private:
    WitnessService(const Witness& witness, storage::Store& store, const Clock& clock,
                   std::filesystem::path forks, WitnessReports reports);
    [[nodiscard]] Result<crypto::WitnessAnswer> cosign(const std::string& body);
    void show_fork(const crypto::ForkEvidence& evidence);
    [[nodiscard]] crypto::WitnessAnswer broken(const Error& error);

    const Witness& witness_;
    storage::Store& store_;
    const Clock& clock_;
    std::filesystem::path forks_;
    WitnessReports reports_;
    std::mutex one_at_a_time_;
};

}  // namespace chapar::client
