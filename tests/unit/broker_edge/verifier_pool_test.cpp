#include "broker/edge/verifier_pool.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <set>

#include "broker/edge/certificate_cache.h"
#include "schemas/base/limits.h"
#include "tests/unit/broker_edge/centre.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

// Collects results from any thread; waits with a deadline.
class Results {
  public:
    void take(VerifyResult result) {
        const std::unique_lock lock(mutex_);
        good_ += result.verdicts.has_value() ? 1 : 0;
        tickets_.insert(result.ticket);
        changed_.notify_all();
    }
    bool reach(std::size_t count) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(60),
                                 [&] { return tickets_.size() >= count; });
    }
    std::size_t good() {
        const std::unique_lock lock(mutex_);
        return good_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::uint64_t> tickets_;
    std::size_t good_ = 0;
};

CertificateFacts facts_of(const EdgeDevice& device) {
    return {device.key.verifying_key(), device.curve_key, device.agency, device.office};
}

}  // namespace

TEST_CASE("frames are verified on several threads while certificates are added") {
    Centre centre(TimeMs(1795200000000));
    CertificateCache cache;
    cache.add(centre.tajik->hash, facts_of(*centre.tajik));
    Results results;
    VerifierPool pool(4, cache, [&](VerifyResult result) { results.take(std::move(result)); });
    const SessionFacts session{centre.tajik->hash, centre.home(), LedgerNumber(1)};
    const schemas::Submit frame{{}, {centre.seal(centre.nothing_seen())}};
    schemas::Submit forged = frame;
    forged.envelopes[0].item[120] ^= std::byte{1};
    constexpr std::size_t kJobs = 64;
    for (std::size_t i = 0; i < kJobs; ++i) {
        REQUIRE(pool.has_room());
        pool.submit({i, session, i % 2 == 0 ? frame : forged});
        CertificateHash another;
        another.bytes[0] = static_cast<std::byte>(i);
        cache.add(another, facts_of(*centre.uzbek));
    }
    REQUIRE(results.reach(kJobs));
    CHECK(results.good() == kJobs / 2);
}

TEST_CASE("a full queue says so, and has room again when work is done") {
    Centre centre(TimeMs(1795200000000));
    CertificateCache cache;
    Results results;
    VerifierPool pool(1, cache, [&](VerifyResult result) { results.take(std::move(result)); });
    const SessionFacts session{centre.tajik->hash, centre.home(), LedgerNumber(1)};
    schemas::Submit frame;
    for (int i = 0; i < 16; ++i) {
        frame.envelopes.push_back(centre.seal(centre.nothing_seen()));
    }
    std::size_t submitted = 0;
    while (pool.has_room() && submitted < 4 * limits::kVerifierQueue) {
        pool.submit({submitted++, session, frame});
    }
    CHECK(submitted >= limits::kVerifierQueue);
    REQUIRE(results.reach(submitted));
    CHECK(pool.has_room());
}

TEST_CASE("a pool that is destroyed with work waiting ends at once") {
    Centre centre(TimeMs(1795200000000));
    CertificateCache cache;
    Results results;
    VerifierPool pool(2, cache, [&](VerifyResult result) { results.take(std::move(result)); });
    const SessionFacts session{centre.tajik->hash, centre.home(), LedgerNumber(1)};
    for (std::uint64_t i = 0; i < 32; ++i) pool.submit({i, session, schemas::Submit{}});
}
