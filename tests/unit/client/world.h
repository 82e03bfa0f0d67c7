// A small world for client tests: a centre with a ledger made of crypto/ functions alone, three
// agencies (2 of 3 roots, 2 registrars) that have confirmed each other, one device each, and what
// an honest broker would answer.
//
// It is a fake: it decides nothing and checks nothing. What it hands out can be bent by the tests.
#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/core/compose.h"
#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/heads.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "client/core/receipt.h"
#include "client/core/tables.h"
#include "client/core/trust_card.h"
#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/tree.h"
#include "storage/memory_store.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/test_agency.h"

namespace chapar::testing {

AgencyId agency(std::string_view name);
OfficeId office(std::string_view name);

constexpr TimeMs kStart{1'795'000'000'000};  // a day in November 2026

class FakeLedger {
  public:
    explicit FakeLedger(const crypto::NoteSigner& signer) : signer_(signer) {}

    EntryIndex append(crypto::LeafKind kind, crypto::EntryBody body);
    ProcessEpoch epoch;  // of what is appended from now on
    [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }
    [[nodiscard]] std::string note() const { return note_at(size()); }
    [[nodiscard]] std::string note_at(std::uint64_t size) const;
    [[nodiscard]] crypto::Checkpoint head() const;
    [[nodiscard]] std::vector<Hash> consistency(std::uint64_t old_size) const;
    // From a smaller size to a larger one.
    [[nodiscard]] std::vector<Hash> consistency(std::uint64_t old_size,
                                                std::uint64_t new_size) const;
    [[nodiscard]] schemas::EntryProof proof(EntryIndex index) const;
    [[nodiscard]] schemas::EntryProof proof_at(EntryIndex index, std::uint64_t size) const;
    [[nodiscard]] schemas::Head frame_head(std::uint64_t old_size) const;
    // Entries from `from` that a directory answer holds.
    [[nodiscard]] std::vector<schemas::EntryProof> directory(EntryIndex from) const;
    [[nodiscard]] const crypto::EntryBody& body(EntryIndex index) const {
        return bodies_.at(index.value);
    }

  private:
    [[nodiscard]] std::vector<Hash> hashes(std::uint64_t size) const;

    const crypto::NoteSigner& signer_;
    std::vector<Bytes> leaves_;
    std::vector<Bytes> body_bytes_;
    std::vector<Hash> salts_;
    std::vector<crypto::EntryBody> bodies_;
    std::vector<crypto::LeafKind> kinds_;
    EntryIndex last_dir_;
};

// One device with everything it owns.
struct Post {
    OfficeId office;
    AgencyId agency;
    crypto::SigningKey key;
    crypto::KeyPair curve{};
    std::unique_ptr<crypto::Vault> vault{};
    crypto::Secret32 hedge{};
    CertificateHash certificate{};
    crypto::SignedRecord record{};
    client::EpochSecrets epochs{};
    std::set<Hash> made{};
    client::BundleMemory memory = client::BundleMemory::Whole;
    client::AgencyRoots roots{agency, 1, {}};  // as the registrar handed them over
    std::unique_ptr<storage::MemoryStore> store{};
};

class World {
  public:
    // Another origin is another centre, at which the same devices are enrolled.
    explicit World(const std::string& origin = "chapar.test/ledger/1");

    [[nodiscard]] client::Device device(const Post& post) const {
        return {*card_,   post.certificate, post.agency, post.office,
                post.key, *post.vault,      post.hedge,  post.roots};
    }
    // Certifies and logs another device; `previous`: the one it replaces.
    crypto::SignedRecord enrol(const crypto::SignedRequest& request,
                               const CertificateHash& previous = {});
    // Another device of this office, certified and logged, without a bundle.
    Post make_device(const std::string& agency_name, const std::string& office_name,
                     const CertificateHash& previous = {});
    // A KEY or LADDER entry for this record.
    EntryIndex log_record(const crypto::SignedRecord& record, crypto::KeyEvent event);
    EntryIndex log_bundle(const crypto::SignedRecord& record);
    void publish_bundle(Post& post, TimeMs from);
    EntryIndex publish_bundle(Post& post, const crypto::BundlePlan& plan);
    EntryIndex revoke(const Post& post, TimeMs compromised_since = TimeMs(0));
    // The agency's registrars confirm the roots of `others` as their records say now.
    EntryIndex confirm_peers(const std::string& agency_name,
                             const std::vector<std::string>& others);
    EntryIndex suspend(const Post& post, std::uint64_t slip = 1);
    EntryIndex reinstate(const Post& post, const Hash& suspension);
    EntryIndex log_time();

    // Brings a post's head and replica up to now.
    client::IngestReport sync(Post& post);
    // What ingest() says of these entries, without keeping them.
    Result<client::IngestReport> try_ingest(Post& post,
                                            const std::vector<schemas::EntryProof>& entries);
    // The same for everything that the post has not seen yet.
    Result<client::IngestReport> try_sync(Post& post);
    crypto::Checkpoint accept_head(Post& post);

    // ACCEPTED entries for a sealed item, as an honest broker makes them; their proofs.
    std::vector<EntryIndex> accept(const Post& sender, const client::OutboxBytes& bytes);
    EntryIndex reject(const Post& sender, const client::OutboxBytes& bytes,
                      const std::string& code);
    [[nodiscard]] std::vector<schemas::EntryProof> proofs(const std::vector<EntryIndex>& at) const;
    // What `recipient` is handed for it.
    [[nodiscard]] schemas::Delivery delivery(const Post& recipient,
                                             const client::OutboxBytes& bytes,
                                             const std::vector<EntryIndex>& at) const;
    // The entry that logs a signed statement about an envelope accepted at `at`.
    EntryIndex log_statement(const Post& signer, const crypto::DeliveryStatement& statement,
                             const crypto::BatchItem& item, EntryIndex at);

    // Draft, seal, persist.
    client::OutboxNumber compose(Post& sender, const client::Draft& draft);
    client::OutboxBytes bytes_of(Post& sender, client::OutboxNumber number);
    client::OutboxItem item_of(Post& sender, client::OutboxNumber number);
    client::ReceptionReport receive(Post& recipient, const schemas::Delivery& delivery);

    [[nodiscard]] static client::Draft alert(std::vector<std::string> to);
    [[nodiscard]] static client::Draft recall(std::vector<std::string> to, const MessageId& target);

    // A note of this ledger's key, whatever it says.
    [[nodiscard]] std::string sign_note(const crypto::Checkpoint& checkpoint) const {
        return crypto::sign_checkpoint(checkpoint, *log_);
    }

    FakeRandom random{7};
    TimeMs now = kStart;
    DurationMs waited;  // for answers that did not come
    std::uint64_t boot = 7;
    // Time goes by; `now` alone is a clock that is set.
    void pass(DurationMs duration) {
        now = now + duration;
        waited = DurationMs(waited.value + duration.value);
    }
    std::map<std::string, AgencySigners> agencies;
    Post tj, af, uz;

    [[nodiscard]] const crypto::SigningKey& centre_root() const { return centre_root_; }

  private:
    // An agency with its registrars, an office and a device.
    Post make_post(const std::string& agency_name, const std::string& office_name);
    [[nodiscard]] crypto::EntryBody envelope_body(const Post& sender,
                                                  const client::OutboxBytes& bytes) const;

    std::map<std::string, std::pair<std::uint32_t, Hash>> peers_;  // version and hash of the newest
    crypto::SigningKey centre_root_;
    std::unique_ptr<crypto::NoteSigner> log_;
    std::unique_ptr<client::TrustCard> card_;

  public:
    std::unique_ptr<FakeLedger> ledger;
    [[nodiscard]] const client::TrustCard& card() const { return *card_; }
};

// Runs `work(txn)` in a write transaction and commits it.
template <typename Work>
auto in_txn(storage::Store& store, Work work) {
    auto txn = must(store.begin_write());
    auto result = must(work(*txn));
    must(std::move(*txn).commit());
    return result;
}
template <typename Work>
auto reading(const storage::Store& store, Work work) {
    const auto txn = must(store.begin_read());
    return must(work(*txn));
}

}  // namespace chapar::testing
