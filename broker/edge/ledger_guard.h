// Whether this ledger may be signed: the rules of the start, and what can end it later.
//
// Owns: the standing of the ledger, and the order in which it is reached:
//   (a) the frontier is the head's (Tick::open has checked it);
//   (b) no kept rollback note, and the high-water file's, stands beyond or beside the ledger; a
//       high-water file is there, unless the ledger holds nothing but its founding and starts;
//       the directory has not just been restored from a backup (restore_mark.h);
//   (c) where there is a witness policy: a quorum of its witnesses has said what it holds;
// then begin(): Found (first start) and this start's EPOCH are committed, the first head is signed,
// and the high-water file claimed under the EPOCH's nonce. Until then, and once RolledBack, nothing
// is signed; the newest note in the store is shown instead, where there is one.
//
// Two persons can override (b)'s missing file and (c) by OVERRIDE records, which are entries right
// after that EPOCH. Each stop draws a number that nobody can know before, stop(): a record names
// it, so that it serves once, and not again after the same copy of the store was restored. A proven
// rollback nobody can override: signing on would make two heads of one size. Does not know
// sessions, witnesses or who brings a note (service, witness_round.h).
//
// Errors: LedgerDamaged; SecondCopy and FileFailed, after which the process must stop; the store's.
// REQUIRES: what it is given outlives it. Resource type; loop thread. Source: ledger.md 2.8.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/clock.h"
#include "broker/edge/config.h"
#include "broker/edge/high_water.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/published_notes.h"
#include "broker/edge/rollback.h"
#include "broker/edge/tick.h"

namespace chapar::broker {

enum class Standing : std::uint8_t {
    Checked,           // begin() may be called
    Signing,           // it has been
    WitnessesAwaited,  // (c)
    HighWaterMissing,  // (b)
    Restored,          // (b): out of a backup; ends as a missing high-water file does
    RolledBack,        // (b), (c) or a client's note
    Damaged,           // a stored tile is not what its entries give
};
// What is answered to those who want more than to read. REQUIRES: neither Checked nor Signing.
[[nodiscard]] Errc refusal_of(Standing standing);

class LedgerGuard {
  public:
    struct Parts {
        const NodeKeys& node;
        const std::filesystem::path& directory;
        storage::Store& store;
        Tick& tick;
        const PublishedNotes& notes;
        TimeSource& time;
        crypto::Random& random;
    };
    [[nodiscard]] static Result<LedgerGuard> open(const Parts& parts, HighWaterFile high_water,
                                                  Witnesses witnesses);

    [[nodiscard]] Standing standing() const;
    [[nodiscard]] bool signing() const { return standing() == Standing::Signing; }
    // For the operator: which file or note, and why. Empty while nothing is wrong.
    [[nodiscard]] std::string reason() const;
    // What an OVERRIDE record must name; empty where none can help.
    [[nodiscard]] std::optional<Hash> stop() const;

    void witnesses_confirmed() { witnesses_awaited_ = false; }
    // Takes an OVERRIDE record for what stands in the way now. RolledBack if nothing can override
    // that; FieldInvalid: it is for another state; OverrideOther: for another stop or another
    // ledger; else what the fold says of it. Until begin() it is no entry.
    [[nodiscard]] Status override_stop(const Bytes& record);

    // REQUIRES: standing() is Checked. The outcomes of the overrides taken, in their order. An
    // override whose time is over by now, or whose signers are not in force any more, ends them
    // all: nothing is signed, each outcome says why, and what they overrode stands in the way.
    [[nodiscard]] Result<std::vector<Outcome>> begin();

    // A note under our own key that is a head of this ledger: shown from now on, if it is newer
    // than what is shown and nothing may be signed.
    void offer(const JudgedNote& judged, const std::string& note);
    // A note under our own key that this ledger does not reach; kept whatever was kept before,
    // since the gravest evidence says how far a repair must go. `from`: for the operator.
    [[nodiscard]] Status accuse(const std::string& note, const std::string& from);

    // The scrub has found this: nothing is signed any more, whatever was overridden.
    void damaged(std::string what) { damage_ = std::move(what); }

    // Brings the newest signed head into the high-water file, if it is not there: before anybody is
    // told of it. After an error the process must stop without a word of that head: only a start,
    // which signs nothing before the file is written, may say it. REQUIRES: signing().
    [[nodiscard]] Status remember_head();
    // The file must still be ours; the standing changes if it is gone.
    [[nodiscard]] Status watch();
    // The head in the high-water file as this start found it, if it is one of this ledger's.
    [[nodiscard]] const std::optional<SignedHead>& remembered() const { return remembered_; }
    // The size that the high-water file names; 0 if none.
    [[nodiscard]] TreeSize high_water() const { return high_water_size_; }

  private:
    LedgerGuard(const Parts& parts, HighWaterFile high_water, Witnesses witnesses);
    [[nodiscard]] Status check_evidence();
    [[nodiscard]] Status check_high_water(const storage::ReadTxn& txn);
    void stop_for_file(Standing cause, std::string reason);
    [[nodiscard]] std::vector<Operation> first_operations(const Hash& nonce) const;
    // The first refusal of these operations, if there is one.
    [[nodiscard]] std::optional<Error> rehearse(const std::vector<Operation>& operations);
    [[nodiscard]] std::vector<Outcome> give_up_overrides(const Error& refusal);
    [[nodiscard]] Status claim_high_water();
    // True: handled, the standing has changed.
    bool high_water_gone(const Error& error);

    Parts parts_;
    HighWaterFile file_;
    std::optional<HighWater> before_;  // as this start found it
    std::optional<SignedHead> remembered_;
    Hash nonce_;  // of this start's EPOCH
    TreeSize high_water_size_;
    Hash stop_;                       // of this start, or of the file's vanishing since
    std::string rolled_back_reason_;  // empty: it is not
    std::string high_water_reason_;
    Standing high_water_cause_ = Standing::HighWaterMissing;  // or Restored
    std::string damage_;
    bool begun_ = false;
    bool witnesses_awaited_ = false;
    bool witnesses_overridden_ = false;
    bool high_water_missing_ = false;
    bool high_water_overridden_ = false;
    std::vector<Bytes> overrides_;
};

}  // namespace chapar::broker
