// Whether this ledger may be signed: the rules of the start, and what can end it later.
//
// Owns: the standing of the ledger, and the order in which it is reached:
//   (a) the frontier is the head's (Tick::open has checked it);
//   (b) no kept rollback note, and the high-water file's, stands beyond or beside the ledger; a
//       high-water file is there, unless the ledger holds nothing but its founding and starts;
//   (c) where there is a witness policy: a quorum of its witnesses has said what it holds;
// then begin(): Found (first start) and this start's EPOCH are committed, the first head is signed,
// and the high-water file claimed under the EPOCH's nonce. Until then, and once RolledBack, nothing
// is signed; the newest note in the store is shown instead, where there is one.
//
// Two persons can waive (b)'s missing file and (c) by OVERRIDE records, which are entries right
// after that EPOCH. A proven rollback nobody can waive: signing on would make two heads of one
// size. Does not know sessions, witnesses or who brings a note (service, witness_round.h).
//
// Errors: LedgerDamaged; SecondCopy and FileFailed, after which the process must stop; the store's.
// REQUIRES: what it is given outlives it. Resource type; loop thread. Source: ledger.md 2.8.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/clock.h"
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
    RolledBack,        // (b), (c) or a client's note
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
    enum class Witnesses : std::uint8_t { None, Asked };

    [[nodiscard]] static Result<LedgerGuard> open(const Parts& parts, HighWaterFile high_water,
                                                  Witnesses witnesses);

    [[nodiscard]] Standing standing() const;
    [[nodiscard]] bool signing() const { return standing() == Standing::Signing; }
    // For the operator: which file or note, and why. Empty while nothing is wrong.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    void witnesses_confirmed() { witnesses_awaited_ = false; }
    // Takes an OVERRIDE record for what stands in the way now. RolledBack if that cannot be
    // waived; FieldInvalid: it is for another state or size; else what the fold says of it.
    [[nodiscard]] Status waive(const Bytes& record);

    // REQUIRES: standing() is Checked. The outcomes of the records waived with, in their order.
    [[nodiscard]] Result<std::vector<Outcome>> begin();

    // A note under our own key that is a head of this ledger: shown from now on, if it is newer
    // than what is shown and nothing may be signed.
    void offer(const JudgedNote& judged, const std::string& note);
    // A note under our own key that this ledger does not reach; kept whatever was kept before,
    // since the gravest evidence says how far a repair must go. `from`: for the operator.
    [[nodiscard]] Status accuse(const std::string& note, const std::string& from);

    // Writes a published note to the high-water file. False: the note must not be published, now
    // (no room) or ever (the standing has changed). REQUIRES: signing().
    [[nodiscard]] Result<bool> publish(const std::string& note);
    // The file must still be ours; the standing changes if it is gone.
    [[nodiscard]] Status watch();
    // The size that the high-water file names; 0 if none.
    [[nodiscard]] TreeSize high_water() const { return high_water_size_; }

  private:
    LedgerGuard(const Parts& parts, HighWaterFile high_water, Witnesses witnesses);
    [[nodiscard]] Status check_evidence();
    [[nodiscard]] Status check_high_water(const storage::ReadTxn& txn);
    [[nodiscard]] std::vector<Operation> first_operations(const Hash& nonce) const;
    // True: handled, the standing has changed.
    bool high_water_gone(const Error& error);

    Parts parts_;
    HighWaterFile file_;
    std::optional<HighWater> before_;  // as this start found it
    Hash nonce_;                       // of this start's EPOCH
    TreeSize high_water_size_;
    std::string reason_;
    bool begun_ = false;
    bool witnesses_awaited_ = false;
    bool high_water_missing_ = false;
    bool high_water_waived_ = false;
    bool rolled_back_ = false;
    std::vector<Bytes> waivers_;
};

}  // namespace chapar::broker
