#include "client/core/witness.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/core/store_keys.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

namespace status = crypto::witness_status;
using crypto::Checkpoint;
using crypto::WitnessAnswer;
using Write = WitnessDecision::Write;

constexpr std::uint8_t kHeadVersion = 1;

// The newest head held of a log.
struct Held {
    TimeMs cosigned;
    std::uint64_t notes = 0;  // rows of this log in kNotes
    std::string note;         // as the log signed it
    std::string line;         // our cosignature of it
    Checkpoint checkpoint;
};

Result<Checkpoint> checkpoint_of(std::string_view note) {
    const auto parsed = crypto::ParsedNote::parse(note);
    auto checkpoint = parsed ? Checkpoint::parse(parsed->text) : parsed.error();
    if (!checkpoint) return Error(Errc::StoreDamaged, "note of a witness");
    return checkpoint;
}

Result<std::optional<Held>> read_held(const storage::ReadTxn& txn, const Hash& log) {
    const auto row = CHAPAR_TRY(txn.get(witness_tables::kHeads, log.view()));
    if (!row) return std::optional<Held>();
    LayoutReader in(*row);
    const std::uint8_t version = in.u8();
    Held held{TimeMs(in.u64()), in.u64(), {}, {}, {}};
    held.note = to_string(in.counted16());
    held.line = to_string(in.counted16());
    if (version != kHeadVersion || !in.finish("head of a witness")) {
        return Error(Errc::StoreDamaged, "head of a witness");
    }
    held.checkpoint = CHAPAR_TRY(checkpoint_of(held.note));
    return std::optional(std::move(held));
}

Status write_held(storage::Txn& txn, const Hash& log, const Held& held) {
    LayoutWriter row;
    row.u8(kHeadVersion).u64(held.cosigned.value).u64(held.notes);
    row.counted16(view(held.note)).counted16(view(held.line));
    return txn.put(witness_tables::kHeads, log.view(), row.bytes());
}

// Adds the note, and drops the oldest beyond the bound.
Status keep_note(storage::Txn& txn, const Hash& log, TreeSize size, std::string_view note,
                 std::uint64_t& notes) {
    const Bytes key = numbered_key(log.view(), size.value);
    if (CHAPAR_TRY(txn.get(witness_tables::kNotes, key))) return Done{};
    CHAPAR_TRY(txn.put(witness_tables::kNotes, key, view(note)));
    if (++notes <= witness_tables::kNotesKept) return Done{};
    const auto cursor = txn.cursor(witness_tables::kNotes);
    CHAPAR_TRY(cursor->seek(log.view()));
    if (!cursor->at_record() || !starts_with(cursor->key(), log.view())) {
        return Error(Errc::StoreDamaged, "notes of a witness");
    }
    const Bytes oldest = to_bytes(cursor->key());
    CHAPAR_TRY(txn.erase(witness_tables::kNotes, oldest));
    --notes;
    return Done{};
}

WitnessAnswer refuse(std::uint16_t number, std::string_view why) {
    return {number, std::string(why) + "\n"};
}
WitnessAnswer conflict(TreeSize held) { return {status::kConflict, crypto::conflict_body(held)}; }

// One request, opened: its log is known and signed the note.
struct Request {
    crypto::AddCheckpoint body;
    Checkpoint checkpoint;
    crypto::OpenedNote opened;
    std::vector<crypto::NoteVerifier> keys;  // of that log
};

// Empty path from nothing: the rule of the protocol, which check_consistency does not share.
bool follows(const Request& request, const std::optional<Held>& held) {
    const Checkpoint& next = request.checkpoint;
    if (request.body.old_size.value == 0) {
        return request.body.path.empty() &&
               (next.size.value != 0 || next.root == crypto::sha256(ByteView()));
    }
    return held && crypto::check_consistency(held->checkpoint.size.value, held->checkpoint.root,
                                             next.size.value, next.root, request.body.path)
                       .has_value();
}

// What the protocol answers if not 200; empty: it is to be cosigned.
std::optional<WitnessAnswer> objection(const Request& request, const std::optional<Held>& held) {
    const Checkpoint& next = request.checkpoint;
    const TreeSize held_size = held ? held->checkpoint.size : TreeSize(0);
    if (request.body.old_size > next.size) {
        return refuse(status::kMalformed, "the old size is above the checkpoint's");
    }
    if (request.body.old_size != held_size) return conflict(held_size);
    if (held && next.size == held_size && next.root != held->checkpoint.root) {
        return conflict(held_size);
    }
    if (!follows(request, held)) {
        return refuse(status::kNotConsistent, "the consistency proof does not hold");
    }
    return std::nullopt;
}

// Either the request, opened, or the answer to it.
struct Opening {
    std::optional<Request> request;
    WitnessAnswer answer;
};

Opening open_request(std::string_view body, const std::vector<crypto::NoteVerifier>& logs) {
    auto parsed = crypto::AddCheckpoint::parse(body);
    if (!parsed) return {std::nullopt, refuse(status::kMalformed, "malformed request")};
    const std::size_t end = parsed->note.rfind("\n\n");
    if (end == std::string::npos) {
        return {std::nullopt, refuse(status::kMalformed, "malformed checkpoint")};
    }
    auto checkpoint = Checkpoint::parse(std::string_view(parsed->note).substr(0, end + 1));
    if (!checkpoint) return {std::nullopt, refuse(status::kMalformed, "malformed checkpoint")};
    std::vector<crypto::NoteVerifier> keys;
    std::ranges::copy_if(logs, std::back_inserter(keys), [&](const crypto::NoteVerifier& log) {
        return log.name() == checkpoint->origin;
    });
    if (keys.empty()) return {std::nullopt, refuse(status::kUnknownLog, "unknown log")};
    // A signature line that cannot even be read is no signature of a trusted key either.
    auto opened = crypto::open_note(parsed->note, keys);
    if (!opened) return {std::nullopt, refuse(status::kNotSigned, "invalid signature")};
    return {
        Request{std::move(*parsed), std::move(*checkpoint), std::move(*opened), std::move(keys)},
        {}};
}

// The note held of this very size, if it is held still.
Result<std::optional<std::string>> note_of_size(const storage::ReadTxn& txn, const Hash& log,
                                                const std::optional<Held>& held, TreeSize size) {
    if (held && held->checkpoint.size == size) return std::optional(held->note);
    const auto row =
        CHAPAR_TRY(txn.get(witness_tables::kNotes, numbered_key(log.view(), size.value)));
    return row ? std::optional(to_string(*row)) : std::nullopt;
}

// Evidence under the one key that signed both notes; none if the key was changed in between.
std::optional<crypto::ForkEvidence> evidence_of(const Request& request, const std::string& held) {
    for (const crypto::NoteVerifier& key : request.keys) {
        auto evidence = crypto::ForkEvidence::create(key, held, request.opened.note());
        if (evidence) return std::move(*evidence);
    }
    return std::nullopt;
}

Result<std::size_t> count_forks(const storage::ReadTxn& txn, const Hash& log) {
    std::size_t count = 0;
    const auto cursor = txn.cursor(witness_tables::kForks);
    for (CHAPAR_TRY(cursor->seek(log.view()));
         cursor->at_record() && starts_with(cursor->key(), log.view());
         CHAPAR_TRY(cursor->next())) {
        ++count;
    }
    return count;
}

// The fork that this note proves, if it is the first of its size that is held.
Result<std::optional<crypto::ForkEvidence>> keep_fork(storage::Txn& txn, const Hash& log,
                                                      const Request& request,
                                                      const std::optional<Held>& held) {
    const std::optional<crypto::ForkEvidence> none;
    const TreeSize size = request.checkpoint.size;
    const auto kept = CHAPAR_TRY(note_of_size(txn, log, held, size));
    if (!kept) return none;
    if (CHAPAR_TRY(checkpoint_of(*kept)).root == request.checkpoint.root) return none;
    const Bytes key = numbered_key(log.view(), size.value);
    if (CHAPAR_TRY(txn.get(witness_tables::kForks, key))) return none;
    if (CHAPAR_TRY(count_forks(txn, log)) >= witness_tables::kForksKept) return none;
    auto evidence = evidence_of(request, *kept);
    if (evidence) CHAPAR_TRY(txn.put(witness_tables::kForks, key, view(evidence->text())));
    return evidence;
}

}  // namespace

Witness::Witness(crypto::NoteCosigner key, std::vector<crypto::NoteVerifier> logs)
    : key_(std::move(key)), logs_(std::move(logs)) {}

Result<WitnessDecision> Witness::add_checkpoint(storage::Txn& txn, std::string_view body,
                                                TimeMs now) const {
    Opening opening = open_request(body, logs_);
    if (!opening.request) {
        return WitnessDecision{std::move(opening.answer), Write::Nothing, std::nullopt};
    }
    const Request& request = *opening.request;
    const Hash log = crypto::sha256(view(request.checkpoint.origin));
    const auto held = CHAPAR_TRY(read_held(txn, log));
    auto fork = CHAPAR_TRY(keep_fork(txn, log, request, held));
    if (auto answer = objection(request, held)) {
        const Write write = fork ? Write::Commit : Write::Nothing;
        return WitnessDecision{std::move(*answer), write, std::move(fork)};
    }
    const bool same = held && request.checkpoint.size == held->checkpoint.size;
    if (same && now < held->cosigned + kCosignedAnew) {
        return WitnessDecision{{status::kOk, held->line}, Write::Nothing, std::nullopt};
    }
    Held next{now, held ? held->notes : 0, request.opened.note(), {}, request.checkpoint};
    if (held) next.cosigned = std::max(next.cosigned, held->cosigned);
    auto line = key_.cosign(request.opened.text, next.cosigned);
    if (!line) return Error(Errc::Internal, "the clock is past every time");
    next.line = std::move(*line);
    CHAPAR_TRY(keep_note(txn, log, next.checkpoint.size, next.note, next.notes));
    CHAPAR_TRY(write_held(txn, log, next));
    return WitnessDecision{{status::kOk, next.line}, Write::Commit, std::move(fork)};
}

Result<WitnessAnswer> Witness::kept_note(const storage::ReadTxn& txn, const Hash& origin_hash) {
    const auto held = CHAPAR_TRY(read_held(txn, origin_hash));
    if (!held) return refuse(status::kUnknownLog, "no note of this log");
    return WitnessAnswer{status::kOk, held->note + held->line};
}

Result<std::vector<crypto::ForkEvidence>> read_forks(const storage::ReadTxn& txn) {
    std::vector<crypto::ForkEvidence> forks;
    const auto cursor = txn.cursor(witness_tables::kForks);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        auto evidence = crypto::ForkEvidence::parse(to_string(cursor->value()));
        if (!evidence) return Error(Errc::StoreDamaged, "fork evidence");
        forks.push_back(std::move(*evidence));
    }
    return forks;
}

}  // namespace chapar::client
