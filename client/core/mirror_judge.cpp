#include "client/core/mirror_judge.h"

#include "client/core/carried_over.h"
#include "client/core/directory_ingest.h"
#include "client/core/mirror_keys.h"
#include "client/core/mirror_retention.h"
#include "client/core/mirror_search.h"
#include "client/core/mirror_tables.h"
#include "client/core/store_errors.h"
#include "client/core/store_keys.h"
#include "crypto/certificate.h"
#include "crypto/override.h"
#include "crypto/succession.h"

namespace chapar::client {
namespace {

using crypto::LeafKind;
using directory_ingest::Ingestion;
using directory_ingest::Placed;

constexpr std::string_view kJudged = "judged";

Status put_judged(storage::Txn& txn, const Judged& counts) {
    const Bytes row =
        LayoutWriter().u64(counts.entries).u64(counts.directory).u64(counts.minimum.value).take();
    return txn.put(tables::kMirrorState, view(kJudged), row);
}

// A mirror is nobody's device. The audit of own entries keeps silent: all is taken as at a first
// sync, and no certificate has the hash zero.
OwnDevice nobody() {
    return {CertificateHash{},
            AgencyId::parse("NOBODY").value(),
            OfficeId::parse("NOBODY").value(),
            {},
            BundleMemory::Whole};
}

// One walk's tools. Borrows all.
class Judge {
  public:
    Judge(storage::Txn& txn, const TrustCard& card, Judged& counts)
        : txn_(txn),
          card_(card),
          own_(nobody()),
          counts_(counts),
          in_{txn, card, own_, report_, std::nullopt, directory_ingest::Acquaintance::First} {}

    Status judge(EntryIndex index) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn_, index));
        if (crypto::is_tombstone(row)) return Done{};
        const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
        CHAPAR_TRY(judge_carried(leaf));
        if (crypto::is_sealed(leaf.kind)) return Done{};
        ++counts_.directory;
        const ByteView stored = CHAPAR_TRY(mirror_body(txn_, index));
        // None is ever left out: a ledger key that was shredded keeps its entry, too.
        const Status believed =
            stored.empty() ? Status(Error(Errc::LeafInvalid, "handed out without its body"))
                           : take_entry(leaf, to_bytes(stored));
        if (believed) return Done{};
        const Error& error = believed.error();
        if (is_store_error(error.code)) return error;
        std::string why(text_of(error.code).sentence);
        if (!error.context.empty()) why += " (" + error.context + ")";
        return txn_.put(tables::kMirrorUnfounded, number_key(index.value), view(why));
    }

  private:
    // Entry 0 says what was taken over, so it is the one that is not believed.
    Status judge_carried(const crypto::Leaf& leaf) {
        if (card_.manifest().ledger == crypto::kFirstLedger) return Done{};
        std::string why;
        for (const std::string& fault : CHAPAR_TRY(carried_.faults_before(leaf))) {
            why += (why.empty() ? "" : " ") + fault;
        }
        if (why.empty()) return Done{};
        return txn_.put(tables::kMirrorUnfounded, number_key(0), view(why));
    }

    // Takes effect only as its last steps, after all that can refuse it.
    Status take_entry(const crypto::Leaf& leaf, ByteView stored) {
        const auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, stored));
        if (crypto::leaf_time(body.time) != leaf.time) return Error(Errc::LeafInvalid, "time");
        const auto summary = CHAPAR_TRY(summarize(txn_, leaf, body));
        CHAPAR_TRY(take_meaning(leaf, body));
        return index_entry(txn_, summary);
    }

    Status take_meaning(const crypto::Leaf& leaf, const crypto::EntryBody& body) {
        if (!body.record) return Done{};
        if (leaf.kind == LeafKind::Key &&
            body.event == crypto::event_number(crypto::KeyEvent::Opened)) {
            return note_ledger_key(txn_, leaf.index,
                                   CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body.record)));
        }
        const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body.record));
        const Placed placed{record, leaf.index, body.time};
        switch (leaf.kind) {
            case LeafKind::Key:
                CHAPAR_TRY(take_key(placed, static_cast<crypto::KeyEvent>(body.event)));
                return carried_.take(leaf, placed.time, record);
            case LeafKind::Shred:
                return take_shred(in_, placed, counts_.minimum);
            case LeafKind::Hold:
                return take_hold(in_, placed);
            case LeafKind::Prune:
                return take_prune(in_, placed, counts_.minimum);
            case LeafKind::Admin:
                return body.event == crypto::event_number(crypto::AdminEvent::Override)
                           ? check_override(placed)
                           : take_founding(placed);
            default:
                return Done{};
        }
    }

    Status take_key(const Placed& placed, crypto::KeyEvent event) {
        CHAPAR_TRY(directory_ingest::take_key_record(in_, placed, event));
        if (event != crypto::KeyEvent::Device) return Done{};
        const auto device = CHAPAR_TRY(crypto::DeviceRecord::decode(placed.record.body));
        return txn_.put(tables::kMirrorDevices, crypto::certificate_hash(placed.record.body).view(),
                        view(device.request.request.office.text()));
    }

    Status take_founding(const Placed& placed) {
        const auto manifest = crypto::founding_manifest(placed.record);
        if (!manifest || *manifest != card_.record().body) {
            return Error(Errc::RecordRefused, "the ledger was founded for another centre");
        }
        return carried_.begin(placed.record);
    }

    // Two persons of those in force let the ledger go on, as far as it went then.
    Status check_override(const Placed& placed) {
        std::vector<SigningPublicKey> registrars;
        const DirectoryView directory(txn_);
        for (const auto& agency : CHAPAR_TRY(directory.agencies())) {
            const auto held = CHAPAR_TRY(directory.registrars(agency.record.agency, placed.index));
            if (!held || !agency.record.validity.holds(placed.time) ||
                !held->record.validity.holds(placed.time)) {
                continue;
            }
            for (const crypto::Registrar& one : held->record.registrars) {
                registrars.push_back(one.key);
            }
        }
        const auto said = CHAPAR_TRY(
            crypto::open_override(placed.record, card_.manifest().centre_root, registrars));
        if (!said.validity.holds(placed.time) || said.size.value > placed.index.value) {
            return Error(Errc::RecordRefused, "it is for another time or another ledger");
        }
        return Done{};
    }

    storage::Txn& txn_;
    const TrustCard& card_;
    OwnDevice own_;
    Judged& counts_;
    IngestReport report_;
    Ingestion in_;
    CarriedOver carried_{txn_, tables::kMirrorState};
};

}  // namespace

Result<Judged> judged(const storage::ReadTxn& txn) {
    Judged counts;
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kJudged)));
    if (!row) return counts;
    LayoutReader in(*row);
    counts.entries = in.u64();
    counts.directory = in.u64();
    counts.minimum = EntryIndex(in.u64());
    if (!in.finish("judged")) return Error(Errc::StoreDamaged, "mirror.state");
    return counts;
}

Result<std::size_t> judge_some(storage::Txn& txn, const TrustCard& card, std::size_t most) {
    const std::uint64_t size = CHAPAR_TRY(mirror_state(txn)).proven.size;
    Judged counts = CHAPAR_TRY(judged(txn));
    Judge judge(txn, card, counts);
    std::size_t done = 0;
    for (; done < most && counts.entries < size; ++done, ++counts.entries) {
        CHAPAR_TRY(judge.judge(EntryIndex(counts.entries)));
    }
    CHAPAR_TRY(put_judged(txn, counts));
    return done;
}

Result<UnfoundedEntries> unfounded_entries(const storage::ReadTxn& txn, std::size_t most) {
    UnfoundedEntries out;
    const auto cursor = txn.cursor(tables::kMirrorUnfounded);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        if (out.total++ >= most) continue;
        out.first.push_back({EntryIndex(number_at_end(cursor->key())), to_string(cursor->value())});
    }
    return out;
}

}  // namespace chapar::client
