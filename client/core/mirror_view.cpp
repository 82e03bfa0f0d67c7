#include "client/core/mirror_view.h"

#include <algorithm>
#include <set>

#include "client/core/mirror_alarms.h"
#include "client/core/mirror_buckets.h"
#include "client/core/mirror_search.h"
#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/body_seal.h"
#include "crypto/envelope.h"
#include "schemas/base/hex.h"
#include "schemas/header_codec.h"

namespace chapar::client {
namespace {

using crypto::LeafKind;

constexpr std::string_view kReader = "reader";
constexpr std::string_view kCounts = "view";

// What view_some() has counted so far.
struct Counts {
    std::uint64_t viewed = 0;
    std::uint64_t own = 0;
    std::uint64_t others = 0;
    std::uint64_t pruned = 0;
    std::uint64_t pruned_below = 0;  // one above the highest tombstone
};

Result<Counts> get_counts(const storage::ReadTxn& txn) {
    Counts counts;
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kCounts)));
    if (!row) return counts;
    LayoutReader in(*row);
    for (std::uint64_t* field :
         {&counts.viewed, &counts.own, &counts.others, &counts.pruned, &counts.pruned_below}) {
        *field = in.u64();
    }
    if (!in.finish("view")) return Error(Errc::StoreDamaged, "mirror.state");
    return counts;
}

Status put_counts(storage::Txn& txn, const Counts& counts) {
    const Bytes row = LayoutWriter()
                          .u64(counts.viewed)
                          .u64(counts.own)
                          .u64(counts.others)
                          .u64(counts.pruned)
                          .u64(counts.pruned_below)
                          .take();
    return txn.put(tables::kMirrorState, view(kCounts), row);
}

struct GapRow {
    Gap gap = Gap::BodyWithheld;
    EntryIndex key_entry;  // of the bucket that the body names; 0: none that can be its own
};

Result<GapRow> read_gap(ByteView row) {
    LayoutReader in(row);
    GapRow out{static_cast<Gap>(in.u8()), EntryIndex(in.u64())};
    if (!in.finish("mirror.gap")) return Error(Errc::StoreDamaged, "mirror.gap");
    return out;
}

// Either the body, or why there is none.
struct Seen {
    std::optional<crypto::EntryBody> body;
    crypto::BodySalt salt;
    GapRow gap;
};

// Untold: the reader has no tag key of that month.
enum class Owner : std::uint8_t { Reader, Other, Untold };

// One walk's tools. Borrows all.
class Viewer {
  public:
    Viewer(const storage::ReadTxn& txn, const TrustCard& card, const MirrorReader& reader,
           MirrorSecrets& secrets)
        : txn_(txn),
          reader_(reader),
          secrets_(secrets),
          origin_(crypto::origin_hash(card.manifest().origin)) {}

    // By the tags of the leaf. Every sealed entry is the centre auditor's.
    Result<Owner> owner_of(const crypto::Leaf& leaf) {
        if (!reader_.agency) return Owner::Reader;
        const auto scope =
            crypto::LedgerKeyScope::tag(*reader_.agency, crypto::month_of(leaf.time));
        const crypto::Secret32* key = CHAPAR_TRY(secrets_.of_scope(txn_, scope));
        if (key == nullptr) return Owner::Untold;
        const ViewTag own = crypto::view_tag(*key, origin_, leaf.index);
        return std::ranges::find(leaf.tags, own) != leaf.tags.end() ? Owner::Reader : Owner::Other;
    }

    Result<Seen> open(const crypto::Leaf& leaf) {
        Seen out;
        const ByteView stored = CHAPAR_TRY(mirror_body(txn_, leaf.index));
        if (stored.empty()) return gap(std::move(out), Gap::BodyWithheld);
        const auto key_entry = crypto::key_entry_of(stored);
        if (!key_entry) return gap(std::move(out), Gap::NotOpened);
        if (CHAPAR_TRY(can_be_bucket_of(leaf, *key_entry))) out.gap.key_entry = *key_entry;
        const bool known = *key_entry < leaf.index;
        const crypto::Secret32* key =
            known ? CHAPAR_TRY(secrets_.of_entry(txn_, *key_entry)) : nullptr;
        if (key == nullptr) return gap(std::move(out), Gap::KeyUnknown);
        const auto opened = crypto::open_body(*key, leaf.index, stored);
        if (!opened) return gap(std::move(out), Gap::NotOpened);
        out.salt = crypto::body_salt(*key, leaf.index);
        if (crypto::body_commit(out.salt, *opened) != leaf.body_commit) {
            return gap(std::move(out), Gap::NotOpened);
        }
        auto body = crypto::EntryBody::decode(leaf.kind, *opened);
        if (!body || !CHAPAR_TRY(is_consistent(leaf, *body)) ||
            !CHAPAR_TRY(is_in_its_bucket(leaf, *body, *key_entry))) {
            return gap(std::move(out), Gap::NotAnEntry);
        }
        out.body = std::move(*body);
        return out;
    }

  private:
    static Seen gap(Seen out, Gap reason) {
        out.gap.gap = reason;
        return out;
    }

    // What a stored body says about its bucket is not committed to. The leaf is: so the bucket is
    // one of the leaf's month, opened before it, and names an agency that this reader sees on the
    // side where that agency's tag stands.
    Result<bool> can_be_bucket_of(const crypto::Leaf& leaf, EntryIndex key_entry) {
        if (key_entry >= leaf.index) return false;
        const auto scope = CHAPAR_TRY(key_scope(txn_, key_entry));
        if (!scope || scope->purpose() != crypto::LedgerKeyPurpose::Bucket ||
            scope->month() != crypto::month_of(leaf.time)) {
            return false;
        }
        const AgencyId& sender = *scope->first();
        const AgencyId& recipient = *scope->second();
        if (!reader_.sees(sender) && !reader_.sees(recipient)) return false;
        if (!CHAPAR_TRY(has_tag(leaf, 0, sender))) return false;
        if (sender == recipient) return true;
        return has_tag(leaf, 1, recipient);
    }

    // By agencies, month, and how long the envelope may be kept.
    Result<bool> is_in_its_bucket(const crypto::Leaf& leaf, const crypto::EntryBody& body,
                                  EntryIndex key_entry) {
        const auto scope = CHAPAR_TRY(key_scope(txn_, key_entry));
        if (!scope || scope->purpose() != crypto::LedgerKeyPurpose::Bucket) return false;
        if (scope->month() != crypto::month_of(leaf.time)) return false;
        if (leaf.kind == LeafKind::Message &&
            (scope->first() != body.sender_agency || scope->second() != body.recipient_agency)) {
            return false;
        }
        const auto retention = CHAPAR_TRY(retention_of(leaf, body));
        return !retention || scope->retention() == retention;
    }

    // Empty for an event whose acceptance is not open here.
    Result<std::optional<crypto::RetentionClass>> retention_of(const crypto::Leaf& leaf,
                                                               const crypto::EntryBody& body) {
        if (leaf.kind != LeafKind::Message) return std::optional(crypto::RetentionClass::Longer);
        if (body.envelope) return class_of_envelope(*body.envelope);
        const auto nothing = std::optional<crypto::RetentionClass>();
        if (!body.accepted || !CHAPAR_TRY(mirror_entry(txn_, *body.accepted))) return nothing;
        const auto key_entry = crypto::key_entry_of(CHAPAR_TRY(mirror_body(txn_, *body.accepted)));
        if (!key_entry) return nothing;
        const auto scope = CHAPAR_TRY(key_scope(txn_, *key_entry));
        return scope ? scope->retention() : nothing;
    }

    // What does not parse is found when it is summarised.
    static std::optional<crypto::RetentionClass> class_of_envelope(ByteView envelope) {
        const auto statement = crypto::EnvelopeStatement::decode(envelope);
        if (!statement) return std::nullopt;
        const auto header = schemas::decode_header(statement->header);
        if (!header) return std::nullopt;
        return crypto::retention_class(header->created, header->retain_until);
    }

    // The leaf's time is the body's, the agencies are the reader's business, and the tags are those
    // of the agencies as far as this reader can tell.
    Result<bool> is_consistent(const crypto::Leaf& leaf, const crypto::EntryBody& body) {
        if (crypto::leaf_time(body.time) != leaf.time) return false;
        if (leaf.kind != LeafKind::Message) return true;
        if (!reader_.sees(*body.sender_agency) && !reader_.sees(*body.recipient_agency)) {
            return false;
        }
        if (!CHAPAR_TRY(has_tag(leaf, 0, *body.sender_agency))) return false;
        if (*body.sender_agency == *body.recipient_agency) return true;
        return has_tag(leaf, 1, *body.recipient_agency);
    }

    Result<bool> has_tag(const crypto::Leaf& leaf, std::size_t place, const AgencyId& agency) {
        if (!reader_.sees(agency)) return true;
        const auto scope = crypto::LedgerKeyScope::tag(agency, crypto::month_of(leaf.time));
        const crypto::Secret32* key = CHAPAR_TRY(secrets_.of_scope(txn_, scope));
        return key != nullptr && leaf.tags[place] == crypto::view_tag(*key, origin_, leaf.index);
    }

    const storage::ReadTxn& txn_;
    const MirrorReader& reader_;
    MirrorSecrets& secrets_;
    Hash origin_;
};

Status put_gap(storage::Txn& txn, EntryIndex index, const GapRow& gap) {
    const Bytes row =
        LayoutWriter().u8(static_cast<std::uint8_t>(gap.gap)).u64(gap.key_entry.value).take();
    return txn.put(tables::kMirrorGaps, number_key(index.value), row);
}

Status keep_seen(storage::Txn& txn, const crypto::Leaf& leaf, const Seen& seen) {
    if (!seen.body) return put_gap(txn, leaf.index, seen.gap);
    const auto summary = summarize(txn, leaf, *seen.body);
    if (!summary) {
        if (summary.error().code == Errc::StoreDamaged) return summary.error();
        return put_gap(txn, leaf.index, {Gap::NotAnEntry, seen.gap.key_entry});
    }
    return index_entry(txn, *summary);
}

Status view_sealed(storage::Txn& txn, Viewer& viewer, const MirrorReader& reader,
                   const crypto::Leaf& leaf, Counts& counts) {
    const Owner owner = CHAPAR_TRY(viewer.owner_of(leaf));
    Seen seen = CHAPAR_TRY(viewer.open(leaf));
    if (seen.gap.key_entry.value != 0) CHAPAR_TRY(count_in_bucket(txn, seen.gap.key_entry));
    if (owner == Owner::Reader) {
        ++counts.own;
        return keep_seen(txn, leaf, seen);
    }
    // Whatever opens with a key of ours should have carried our tag. (A body of two other agencies
    // cannot open; what its head says about its key is not authenticated.)
    if (reader.agency && (seen.body || seen.gap.gap == Gap::NotAnEntry)) {
        ++counts.own;
        return put_gap(txn, leaf.index, {Gap::TagMissing, seen.gap.key_entry});
    }
    ++counts.others;
    if (owner != Owner::Untold) return Done{};
    const Bytes month = number_key(crypto::month_of(leaf.time).value);
    return txn.put(tables::kMirrorUntagged, month, number_key(leaf.index.value));
}

Status view_one(storage::Txn& txn, Viewer& viewer, const MirrorReader& reader, Counts& counts) {
    const EntryIndex index(counts.viewed++);
    const ByteView row = CHAPAR_TRY(mirror_leaf(txn, index));
    if (crypto::is_tombstone(row)) {
        ++counts.pruned;
        counts.pruned_below = index.value + 1;
        return Done{};
    }
    const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
    if (!crypto::is_sealed(leaf.kind)) return Done{};  // judged
    return view_sealed(txn, viewer, reader, leaf, counts);
}

Status bind_reader(storage::Txn& txn, const MirrorReader& reader) {
    if (const auto held = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kReader)))) {
        if (to_string(*held) == reader.text()) return Done{};
        return Error(Errc::Conflict, "the mirror is the view of " + to_string(*held));
    }
    return txn.put(tables::kMirrorState, view(kReader), view(reader.text()));
}

Status report_gaps(const storage::ReadTxn& txn, ViewReport& report) {
    const auto cursor = txn.cursor(tables::kMirrorGaps);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const GapRow row = CHAPAR_TRY(read_gap(cursor->value()));
        const EntryIndex index(number_at_end(cursor->key()));
        const bool by_key = row.gap == Gap::KeyUnknown && row.key_entry.value != 0;
        if (by_key && CHAPAR_TRY(is_shredded(txn, row.key_entry, index))) {
            ++report.shredded;
            continue;
        }
        ++report.missing_total;
        if (report.missing.size() < ViewReport::kMissingShown) {
            report.missing.push_back({index, row.gap});
        }
    }
    return Done{};
}

// Keys that are sealed to this agency by their scope, and do not open.
Status report_locked(const storage::ReadTxn& txn, MirrorSecrets& secrets, ViewReport& report) {
    const auto cursor = txn.cursor(tables::kMirrorKeys);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const EntryIndex index(number_at_end(cursor->key()));
        const auto summary = CHAPAR_TRY(mirror_entry(txn, index));
        if (!summary) continue;
        LayoutReader in(cursor->value());
        in.raw(2);
        const std::string first = to_string(in.counted8());
        const std::string second = to_string(in.counted8());
        const bool ours = report.reader == "*" || first == report.reader || second == report.reader;
        if (!ours || CHAPAR_TRY(secrets.of_entry(txn, index)) != nullptr) continue;
        if (CHAPAR_TRY(is_shredded(txn, index, index))) continue;
        report.locked_keys.push_back(summary->subject);
    }
    return Done{};
}

// A tag key is opened when the agency's first entry of a month needs it, so a month without one is
// none of ours, unless a bucket of ours was opened in it before some entry.
Status report_untagged(const storage::ReadTxn& txn, MirrorSecrets& secrets, ViewReport& report) {
    const auto agency = AgencyId::parse(report.reader);
    if (!agency) return Done{};  // the centre's auditor needs no tag
    std::set<crypto::YearMonth> months;
    const auto cursor = txn.cursor(tables::kMirrorKeys);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto scope = CHAPAR_TRY(crypto::LedgerKeyScope::decode(cursor->value()));
        if (scope.purpose() != crypto::LedgerKeyPurpose::Bucket) continue;
        if (scope.first() != *agency && scope.second() != *agency) continue;
        const auto last =
            CHAPAR_TRY(txn.get(tables::kMirrorUntagged, number_key(scope.month().value)));
        if (last && number_at_end(*last) > number_at_end(cursor->key())) {
            months.insert(scope.month());
        }
    }
    for (const crypto::YearMonth month : months) {
        const auto tag = crypto::LedgerKeyScope::tag(*agency, month);
        if (CHAPAR_TRY(secrets.of_scope(txn, tag)) != nullptr) continue;
        report.untagged_months.push_back(std::to_string(month.value));
    }
    return Done{};
}

}  // namespace

std::string_view text_of(Gap gap) {
    switch (gap) {
        case Gap::BodyWithheld:
            return "the broker handed out no body";
        case Gap::NotOpened:
            return "the body is not the one that was logged";
        case Gap::KeyUnknown:
            return "this audit key does not open its bucket";
        case Gap::TagMissing:
            return "it does not carry the agency's tag";
        case Gap::NotAnEntry:
            return "it says what no such entry may say";
    }
    return "unknown";
}

Result<std::size_t> view_some(storage::Txn& txn, const TrustCard& card, const MirrorReader& reader,
                              MirrorSecrets& secrets, std::size_t most) {
    CHAPAR_TRY(bind_reader(txn, reader));
    // What a sealed entry is read by was judged first.
    const std::uint64_t size = CHAPAR_TRY(judged(txn)).entries;
    Counts counts = CHAPAR_TRY(get_counts(txn));
    Viewer viewer(txn, card, reader, secrets);
    std::size_t done = 0;
    for (; done < most && counts.viewed < size; ++done) {
        CHAPAR_TRY(view_one(txn, viewer, reader, counts));
    }
    CHAPAR_TRY(put_counts(txn, counts));
    return done;
}

Result<std::size_t> close_gaps(storage::Txn& txn, const TrustCard& card, const MirrorReader& reader,
                               MirrorSecrets& secrets) {
    std::vector<std::pair<EntryIndex, GapRow>> gaps;
    {
        const auto cursor = txn.cursor(tables::kMirrorGaps);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const GapRow row = CHAPAR_TRY(read_gap(cursor->value()));
            if (row.gap == Gap::BodyWithheld || row.gap == Gap::NotOpened ||
                row.gap == Gap::KeyUnknown) {
                gaps.emplace_back(EntryIndex(number_at_end(cursor->key())), row);
            }
        }
    }
    std::size_t closed = 0;
    Viewer viewer(txn, card, reader, secrets);
    for (const auto& [index, gap] : gaps) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn, index));
        const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
        const Seen seen = CHAPAR_TRY(viewer.open(leaf));
        if (!seen.body) continue;
        if (gap.key_entry.value == 0) CHAPAR_TRY(count_in_bucket(txn, seen.gap.key_entry));
        CHAPAR_TRY(txn.erase(tables::kMirrorGaps, number_key(index.value)));
        CHAPAR_TRY(keep_seen(txn, leaf, seen));
        ++closed;
    }
    return closed;
}

Result<std::vector<EntryIndex>> missing_bodies(const storage::ReadTxn& txn, std::size_t most) {
    std::vector<EntryIndex> out;
    const auto cursor = txn.cursor(tables::kMirrorGaps);
    CHAPAR_TRY(cursor->seek_first());
    for (; cursor->at_record() && out.size() < most; CHAPAR_TRY(cursor->next())) {
        const Gap gap = CHAPAR_TRY(read_gap(cursor->value())).gap;
        if (gap == Gap::BodyWithheld || gap == Gap::NotOpened) {
            out.push_back(EntryIndex(number_at_end(cursor->key())));
        }
    }
    return out;
}

Result<std::string> viewed_by(const storage::ReadTxn& txn) {
    const auto reader = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kReader)));
    return reader ? to_string(*reader) : std::string();
}

Result<ViewReport> view_report(const storage::ReadTxn& txn, MirrorSecrets& secrets) {
    ViewReport report;
    report.reader = CHAPAR_TRY(viewed_by(txn));
    const Counts counts = CHAPAR_TRY(get_counts(txn));
    report.size = CHAPAR_TRY(mirror_state(txn)).proven.size;
    report.viewed = counts.viewed;
    report.own = counts.own;
    report.others = counts.others;
    const Judged clear = CHAPAR_TRY(judged(txn));
    report.directory = clear.directory;
    report.pruned = counts.pruned;
    report.unfounded_tombstones = counts.pruned_below > clear.minimum.value ? 1 : 0;
    report.unfounded = CHAPAR_TRY(unfounded_entries(txn, ViewReport::kMissingShown));
    report.contradictions = CHAPAR_TRY(contradicting_notes(txn)).size();
    CHAPAR_TRY(report_gaps(txn, report));
    CHAPAR_TRY(report_locked(txn, secrets, report));
    CHAPAR_TRY(report_untagged(txn, secrets, report));
    report.opened = report.own - report.shredded - report.missing_total;
    return report;
}

Result<OpenedEntry> open_mirror_entry(const storage::ReadTxn& txn, const TrustCard& card,
                                      const MirrorReader& reader, MirrorSecrets& secrets,
                                      EntryIndex index) {
    const ByteView row = CHAPAR_TRY(mirror_leaf(txn, index));
    const std::string where = "entry " + std::to_string(index.value);
    if (crypto::is_tombstone(row)) return Error(Errc::EntryPruned, where);
    auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
    if (!crypto::is_sealed(leaf.kind)) {
        const ByteView stored = CHAPAR_TRY(mirror_body(txn, index));
        if (stored.empty()) return Error(Errc::LeafInvalid, where + ": no body was handed out");
        auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, stored));
        return OpenedEntry{std::move(leaf), std::move(body), to_hex(crypto::BodySalt{}.view())};
    }
    Viewer viewer(txn, card, reader, secrets);
    Seen seen = CHAPAR_TRY(viewer.open(leaf));
    if (seen.body) {
        return OpenedEntry{std::move(leaf), std::move(*seen.body), to_hex(seen.salt.view())};
    }
    if (CHAPAR_TRY(viewer.owner_of(leaf)) != Owner::Reader) return Error(Errc::NotPermitted, where);
    if (seen.gap.gap == Gap::KeyUnknown && seen.gap.key_entry.value != 0 &&
        CHAPAR_TRY(is_shredded(txn, seen.gap.key_entry, index))) {
        return Error(Errc::EntryShredded, where);
    }
    return Error(Errc::LeafInvalid, where + ": " + std::string(text_of(seen.gap.gap)));
}

}  // namespace chapar::client
