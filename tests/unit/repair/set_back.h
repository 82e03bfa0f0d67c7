// A centre whose directory was copied, and that went on: in the copy its last entries are lost.
//
// Owns: both directories, and all that devices could hand over about the lost entries. Folds with
// the real Tick, without a socket.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "broker/core/ledger_read.h"
#include "broker/edge/tick.h"
#include "broker/program.h"
#include "crypto/contribution.h"
#include "tests/support/results.h"
#include "tests/unit/broker_edge/centre.h"
#include "tests/unit/broker_edge/restored.h"

namespace chapar::testing {

class RunningTick {
  public:
    RunningTick(const std::filesystem::path& directory, TimeMs& time)
        : opened_(must(broker::BrokerDirectory::open(directory, random_))),
          tick_(must(broker::Tick::open({*opened_.store, opened_.ledger_keys, opened_.node.log,
                                         random_, broker::Capacity{}}))),
          time_(time) {}

    broker::Outcome put(broker::OperationBody body) {
        time_ = TimeMs(time_.value + 1);
        const broker::Operation operation{{time_, broker::Clock::Disciplined}, std::move(body)};
        auto outcome = must(tick_.run({&operation, 1})).front();
        CAPTURE(outcome.context);
        REQUIRE_FALSE(outcome.code);
        return outcome;
    }
    [[nodiscard]] std::uint64_t size() const { return tick_.frontier().size().value; }
    [[nodiscard]] const broker::Tick& tick() const { return tick_; }
    [[nodiscard]] broker::BrokerDirectory& opened() { return opened_; }

  private:
    crypto::SystemRandom random_;
    broker::BrokerDirectory opened_;
    broker::Tick tick_;
    TimeMs& time_;
};

struct SetBack {
    TimeMs time{real_now().value - kHour.value};
    Centre centre{time};
    TemporaryDirectory folder;
    std::filesystem::path copy = folder.path() / "copy";
    std::uint64_t before = 0;   // entries of the copy
    std::uint64_t after = 0;    // of the centre
    crypto::Contribution all;   // the head after each tick; every lost entry under the last
    EntryIndex waiting;         // the ACCEPTED entry of an envelope that nobody has had yet
    EntryIndex first_lost;      // the ACCEPTED entry of one that was delivered
    std::vector<Bytes> leaves;  // of all entries

    SetBack();

    // Of the lost entries, those that `which` says; all notes and ciphertexts.
    using Which = std::function<bool(std::uint64_t)>;
    [[nodiscard]] crypto::Contribution some(const Which& which) const;
    std::string write(const crypto::Contribution& given, const char* name);
    // Runs `chapard repair` on the copy; its exit code.
    int repair(std::vector<std::string> arguments);
    int repair_with(const std::vector<crypto::Contribution>& given);
    [[nodiscard]] std::uint64_t size_of_copy();
    [[nodiscard]] Hash root_of_copy();

  private:
    EntryIndex send(RunningTick& running, bool delivered);
    void collect(RunningTick& running);
};

}  // namespace chapar::testing
