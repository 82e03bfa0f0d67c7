// The heads that an export must pass through, and what is said at its end.
#include <algorithm>
#include <ctime>

#include "crypto/verify/export_run.h"
#include "crypto/verify/past_roots.h"

namespace verify {
namespace {

std::string utc(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    std::array<char, 32> out{};
    if (::gmtime_r(&time, &parts) == nullptr ||
        std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        return std::to_string(seconds) + " s";
    }
    return out.data();
}

}  // namespace

void ExportRun::judge_witnesses(const Bytes& note, const Checkpoint& head,
                                const std::string& name) {
    if (!asked_.policy) return;
    const Policy::Cosigned cosigned = asked_.policy->judge(note);
    if (cosigned.wrong) quorum_.fail(name + " carries a wrong cosignature of a witness");
    if (head.size >= head_.size) {
        witnesses_found_.clear();
        for (const auto& [witness, seconds] : cosigned.witnesses) {
            witnesses_found_ += (witnesses_found_.empty() ? "" : ", ") + witness;
        }
    }
    if (!cosigned.met || head.size < witnessed_) return;
    witnessed_ = head.size;
    witnesses_ = cosigned.witnesses;
}

// The published notes beside the entries.
void ExportRun::open_notes(Archive& archive, const Segment& segment) {
    for (const std::uint64_t size : segment.members.notes) {
        const std::string name = "cp/" + std::to_string(size);
        const auto note = archive.read(name);
        std::string why = "missing";
        const auto head =
            note && log_ ? open_checkpoint(*note, *log_, why) : std::optional<Checkpoint>();
        if (!head || head->size != size) {
            notes_.fail(name + ": " + (head ? "it is of another size" : why));
            continue;
        }
        ++notes_seen_;
        judge_witnesses(*note, *head, name);
        heads_.emplace(size, Expected{name, head->root, &notes_});
    }
}

// What the reader holds from elsewhere: a receipt, a client's head, a witness's note.
void ExportRun::open_held_notes() {
    for (const auto& [name, note] : asked_.notes) {
        std::string why = "no log key in the trust card";
        const auto head = log_ ? open_checkpoint(note, *log_, why) : std::optional<Checkpoint>();
        if (!head) {
            held_.fail(name + ": " + why);
            continue;
        }
        judge_witnesses(note, *head, name);
        if (head->size > 0) heads_.emplace(head->size, Expected{name, head->root, &held_});
    }
}

void ExportRun::finish_heads() {
    for (const auto& [size, expected] : heads_) {
        if (expected.judge == &join_ && asked_.partial) continue;
        expected.judge->fail(expected.name + " is signed for " + std::to_string(size) +
                             " entries, the export ends at " + std::to_string(leaves_.size()) +
                             ": entries are cut off");
    }
    if (leaves_.size() < head_.size && !asked_.partial) {
        join_.fail("the checkpoint names " + std::to_string(head_.size) +
                   " entries, the segments given end at " + std::to_string(leaves_.size()));
    }
}

void ExportRun::finish_between() {
    if (asked_.at && !looked_) {
        if (asked_.at->time_ms) {
            look(leaves_.size());
        } else {
            at_.fail("the export does not reach that size");
        }
    }
    if (!asked_.between) return;
    const auto& [older, newer] = *asked_.between;
    if (older > newer || !captured_.contains(older) || !captured_.contains(newer)) {
        return between_.fail("the export does not hold both sizes in this order");
    }
    fact("between.older", std::to_string(older) + " " + hex(captured_.at(older)));
    fact("between.newer", std::to_string(newer) + " " + hex(captured_.at(newer)));
    between_.demand(root_.ok() && join_.ok(), "the entries do not lead to a signed root");
}

void ExportRun::finish_witnesses() {
    if (!asked_.policy) return;
    quorum_.compare(asked_.policy->expectation(),
                    witnesses_found_.empty() ? "no witness of the policy" : witnesses_found_);
    quorum_.demand(log_ && asked_.policy->names_log(*log_), "the policy is of another log");
    quorum_.demand(witnessed_ > 0, "no head in this export is confirmed by the quorum");
    if (witnessed_ > leaves_.size() && !asked_.partial) {
        quorum_.fail("the quorum confirmed " + std::to_string(witnessed_) + " entries");
    }
    std::string names;
    for (const auto& [name, seconds] : witnesses_) {
        names += (names.empty() ? "" : ", ") + name + " at " + utc(seconds);
    }
    if (names.empty()) return;
    fact("witnessed", std::to_string(witnessed_) + " entries by " + names);
    const auto confirmed = asked_.policy->confirmed_at(witnesses_);
    if (confirmed) fact("witnessed.quorum", "by " + utc(*confirmed));
}

void ExportRun::roots_at(
    const std::vector<std::uint64_t>& sizes,
    const std::function<void(std::uint64_t, const std::optional<Hash>&)>& use) {
    auto next = sizes.begin();
    // Else the tiles say nothing of the entries.
    const bool sound = tiles_.match.ok() && root_.ok() && join_.ok();
    for (const std::string& path : asked_.archives) {
        if (!sound || next == sizes.end()) break;
        std::string why;
        auto archive = Archive::open(path, why);
        const auto segment = archive ? read_segment(*archive, why) : std::nullopt;
        if (!segment) break;
        const Range& range = segment->members.range;
        auto start = RunningRoot::from_peaks(range.start, segment->previous);
        if (!start) break;
        PastRoots roots(*archive, range, std::move(*start));
        for (; next != sizes.end() && *next <= range.end; ++next) use(*next, roots.at(*next));
    }
    for (; next != sizes.end(); ++next) use(*next, std::nullopt);
}

void ExportRun::compare(NamedHeads& named) {
    std::vector<std::uint64_t> sizes;
    for (const auto& [size, head] : named.by_size()) sizes.push_back(size);
    roots_at(sizes, [&](auto size, const auto& root) { named.compare(size, root); });
}

void ExportRun::finish_pruned() {
    pruned_.read(asked_.pruned, entries_.retention().prunings());
    roots_at(pruned_.sizes(), [&](auto size, const auto& root) { pruned_.compare(size, root); });
}

void ExportRun::finish() {
    entries_.finish();
    finish_heads();
    finish_between();
    finish_witnesses();
    compare(entries_.named_heads());
    finish_pruned();
    if (agency_) {
        compare(agency_->named_heads());
        agency_->finish(entries_.time_ms(), entries_.retention());
    }
    report_.verdicts = verdicts();
    fact("entries", std::to_string(first_) + " to " + std::to_string(leaves_.size()));
    fact("root", hex(leaves_.root()));
    fact("time of the last entry", utc(entries_.time_ms() / 1000));
    if (const auto follows = entries_.succession()) {
        const std::string lost =
            follows->kept == follows->newest
                ? "none"
                : std::to_string(follows->kept) + " to " + std::to_string(follows->newest - 1);
        fact("follows", follows->old_ledger.origin + ", closed " + utc(follows->made_ms / 1000) +
                            "; newest signed head known: " + std::to_string(follows->newest) + " " +
                            hex(follows->newest_root));
        fact("lost with it", "entries " + lost + " of " + follows->old_ledger.origin);
    }
    for (const Retention::Pruning& one : entries_.retention().prunings()) {
        fact("pruned", "entries below " + std::to_string(one.end) + ", by entry " +
                           std::to_string(one.entry));
    }
    if (agency_) {
        const auto facts = agency_->facts();
        report_.facts.insert(report_.facts.end(), facts.begin(), facts.end());
    }
    report_.not_proven = not_proven();
}

std::vector<Verdict> ExportRun::verdicts() {
    const std::string size = std::to_string(leaves_.size());
    const std::string root = hex(head_.root).substr(0, 16) + "..";
    const std::string id = log_ ? hex(log_->id.data(), log_->id.size()) : "no key";
    signature_.compare(card_.origin + "+" + id, head_signers_);
    std::vector<Verdict> out{
        trust_.verdict("manifest, origin and keys are those of the trust card"),
        signature_.verdict("signed by " + card_.origin + ", size " + std::to_string(head_.size)),
        join_.verdict(std::to_string(segments_) + " archives continue one another"),
        members_.complete.verdict(std::to_string(members_.members()) +
                                  " members, none missing, none more"),
        members_.digest.verdict("every member fits SHA256SUMS"),
        members_.body_digest.verdict("every body bundle fits SHA256SUMS"),
        root_.verdict(size + " entries lead to root " + root),
        tiles_.match.verdict("the tiles lead to the same root"),
    };
    const auto append = [&](const std::vector<Verdict>& more) {
        out.insert(out.end(), more.begin(), more.end());
    };
    append(entries_.verdicts());
    if (entries_.retention().overrides() > 0) append({entries_.named_heads().verdict()});
    if (!asked_.pruned.empty()) append({pruned_.verdict()});
    if (notes_seen_ > 0 || !notes_.ok()) {
        append({notes_.verdict(std::to_string(notes_seen_) + " published heads are on this line")});
    }
    if (!asked_.notes.empty()) {
        append({held_.verdict(std::to_string(held_passed_) +
                              " notes held from elsewhere are on this line")});
    }
    if (asked_.policy) {
        append({quorum_.verdict("the quorum confirmed the first " + std::to_string(witnessed_) +
                                " entries")});
    }
    if (asked_.between) append({between_.verdict("the larger tree only appends to the smaller")});
    if (asked_.at) append({at_.verdict("the state asked for is shown")});
    if (agency_ && entries_.records_judged()) {
        append(agency_->verdicts());
    } else if (asked_.agency) {
        append({{"agency.keys", false, "an agency's entries are judged from entry 0 on"}});
    }
    return out;
}

namespace {

// What a PRUNE entry says of entries that nobody can look at any more.
void append_prunings(const Retention& retention, std::vector<std::string>& out) {
    for (const Retention::Pruning& one : retention.prunings()) {
        const std::string end = std::to_string(one.end), entry = std::to_string(one.entry);
        out.push_back("that no envelope below entry " + end + " was still under way when entry " +
                      entry + " had it pruned");
        if (one.age_shown) continue;
        out.push_back("how old the last entries below " + end + " were when entry " + entry +
                      " had them pruned: no leaf is left that shows it");
    }
}

}  // namespace

std::vector<std::string> ExportRun::not_proven() const {
    std::vector<std::string> out{
        "what was never submitted, or was refused before it reached the ledger",
        "the times, beyond their order: they are the broker's clock"};
    if (!asked_.agency) {
        out.emplace_back("what sealed bodies say: their agencies' audit keys open them (--agency)");
    } else if (agency_) {
        const auto more = agency_->not_proven();
        out.insert(out.end(), more.begin(), more.end());
    }
    if (const auto follows = entries_.succession()) {
        const std::string& old = follows->old_ledger.origin;
        out.push_back("that the records that were signed for are all of " + old +
                      "'s directory, and its policies and bundles those of " + old +
                      ": an export of it shows them");
        if (!entries_.carried_whole()) {
            out.emplace_back("that what was signed for was carried over: the export ends before");
        }
    }
    if (!asked_.policy) {
        out.emplace_back("that nobody was shown another history: no witnesses asked (--policy)");
    } else if (witnessed_ < leaves_.size()) {
        out.push_back("entries from " + std::to_string(witnessed_) +
                      " on were confirmed by no quorum: only the ledger's key signed them");
    }
    if (entries_.tombstones() > 0) {
        out.push_back("what the " + std::to_string(entries_.tombstones()) +
                      " pruned entries said: only their place and hash are here");
        append_prunings(entries_.retention(), out);
    }
    const auto archives = pruned_.not_proven();
    out.insert(out.end(), archives.begin(), archives.end());
    if (asked_.partial) {
        out.emplace_back(
            "entries that are in no archive given; who signed directory records, if "
            "the first one does not start at 0");
    }
    return out;
}

Report ExportRun::all() {
    log_ = parse_vkey(card_.log_key);
    open_held_notes();
    for (const std::string& path : asked_.archives) take(path);
    finish();
    return std::move(report_);
}

}  // namespace verify
