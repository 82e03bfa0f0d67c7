// A small centre with agencies, offices and devices that really sign and seal, for tests of the
// fold.
//
// Owns: keys, a store (in memory or LMDB), the frontier, the ledger keys, a clock that only tests
// move. Plays the edge: frames go through Ingress, missing ledger keys are proposed first, each
// step is one committed tick. Records every operation, so that other stores can fold them again.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/fold.h"
#include "broker/core/ingress.h"
#include "broker/core/mailbox.h"
#include "crypto/batch.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/ledger_keys.h"
#include "crypto/manifest.h"
#include "crypto/policy_record.h"
#include "crypto/seal.h"
#include "schemas/header.h"
#include "storage/store.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_agency.h"

namespace chapar::testing {

enum class StoreKind : std::uint8_t { Memory, Lmdb };

// A store that can be closed and opened again, as by a restart.
class TestStore {
  public:
    explicit TestStore(StoreKind kind);
    ~TestStore();
    TestStore(const TestStore&) = delete;
    TestStore& operator=(const TestStore&) = delete;
    [[nodiscard]] storage::Store& get() { return *store_; }
    void reopen();

  private:
    StoreKind kind_;
    std::filesystem::path directory_;
    std::unique_ptr<storage::Store> store_;
};

struct TestDevice {
    std::string office;
    std::string officer;
    crypto::SigningKey key;
    CertificateHash hash;
    crypto::PrekeyBundle bundle;  // the newest
    Hash bundle_hash;
};

struct TestAgency {
    AgencySigners signers;
    crypto::PolicyRecord policy;  // the newest; version 0: none yet
    PolicyHash policy_hash;

    [[nodiscard]] const crypto::AgencyRecord& record() const { return signers.record; }
};

// How one envelope is to be made; what is empty is right by itself.
struct SendPlan {
    std::string from;
    std::vector<std::string> to;     // offices: every device of them gets a stanza
    std::vector<std::string> audit;  // auditors' devices
    schemas::Kind kind = schemas::Kind::SeizureAlert;
    schemas::Classification classification = schemas::Classification::Restricted;
    schemas::Urgency urgency = schemas::Urgency::Routine;
    DurationMs life = kDay;
    std::optional<DurationMs> keep;       // from created; none: a day longer than its life
    TimeMs created;                       // 0: now
    std::optional<MessageId> message_id;  // none: a fresh one
    std::optional<MessageId> in_reply_to;
    std::optional<MessageId> supersedes;
    std::optional<crypto::SeenHead> seen;     // none: the newest head
    std::optional<CertificateHash> stranger;  // one more stanza, for this certificate
    std::int64_t key_days = 0;                // added to the epoch day of every stanza
    std::uint32_t bundle_back = 0;            // use the bundle that many before the newest
    std::vector<std::string> approved_by;     // devices that approve it for its audience
    std::vector<std::string> approved_for;    // offices they approve it for; none: the audience
    bool approved_other_text = false;         // their approvals are for another header
    std::vector<std::size_t> attachments;     // bytes of stream 1, 2, ..
};

struct SentEnvelope {
    schemas::SubmittedEnvelope frame;  // with its own item; attachments that are files left out
    std::vector<Hash> files;           // their roots
    EnvelopeHash hash;
    MessageId message_id;
    std::string from;
};

class World final : public broker::CertificateLookup {
  public:
    explicit World(StoreKind kind, std::uint64_t seed = 1);

    // The directory. All assert that they are admitted.
    void agency(const std::string& name);
    void office(const std::string& name, const std::string& agency, const std::string& country,
                std::uint16_t roles);
    // The certificate is valid for `life`; its bundle begins today.
    // `officer`: "": one of its own.
    void device(const std::string& name, const std::string& office, DurationMs life = kDay * 300,
                const std::string& officer = {});
    void bundle(const std::string& device, std::uint16_t days = 30);
    void rule(const std::string& agency, const crypto::PolicyRule& rule);
    void drop_rule(const std::string& agency, const std::string& rule);
    broker::Outcome revoke(const std::string& device);
    // A slip for the next hour, numbered from 1. The record is what suspend() then publishes.
    [[nodiscard]] crypto::SignedRecord slip(const std::string& device);
    broker::Outcome suspend(const std::string& device);
    broker::Outcome suspend_itself(const std::string& device);
    // Of the newest suspension that suspend() or suspend_itself() made.
    broker::Outcome reinstate(const std::string& device);
    // Signed already.
    broker::Outcome put(const crypto::SignedRecord& record);

    // Envelopes and statements.
    [[nodiscard]] SentEnvelope seal(const SendPlan& plan);
    // Through Ingress and the fold. A frame that Ingress refuses gives an outcome with that code.
    broker::Outcome submit(const SentEnvelope& envelope);
    broker::Outcome confirm(const std::string& device, const EnvelopeHash& envelope,
                            EntryIndex accepted, crypto::DeliveryEvent event,
                            std::uint16_t reason = 0);

    // Opens missing ledger keys, then folds and commits. One tick each.
    broker::Outcome run(broker::OperationBody body);
    void restart();

    [[nodiscard]] const broker::CertificateFacts* find(const CertificateHash& hash) const override;
    [[nodiscard]] const TestDevice& device_named(const std::string& name) const;
    [[nodiscard]] const crypto::SigningKey& centre_root() const { return root_; }
    [[nodiscard]] const crypto::SigningKey& log_key() const { return *log_; }
    [[nodiscard]] const TestAgency& agency_named(const std::string& name) const;
    // Facts of a session of this device, as after its hello.
    [[nodiscard]] broker::SessionFacts session_of(const std::string& device) const;
    [[nodiscard]] std::vector<std::string> device_names() const;
    [[nodiscard]] crypto::SeenHead newest_head() const;
    [[nodiscard]] std::unique_ptr<storage::ReadTxn> read();
    [[nodiscard]] storage::Store& store() { return store_.get(); }
    [[nodiscard]] MessageId fresh_message_id();

    TimeMs now{TimeMs(1795154400000)};  // 2026-11-20T06:00Z
    broker::Capacity capacity;
    broker::Frontier frontier;
    crypto::LedgerKeys keys;
    std::vector<broker::Operation> operations;  // all that were folded, in order
    std::vector<broker::Outcome> outcomes;
    FakeRandom random;
    crypto::Secret32 auditor;

  private:
    void found();
    void publish_policy(const std::string& agency, crypto::PolicyRecord next);
    crypto::Recipient recipient(const std::string& device, crypto::StanzaType type,
                                const SendPlan& plan);
    [[nodiscard]] std::vector<crypto::Recipient> recipients(const SendPlan& plan);
    broker::Outcome fold_one(const broker::Operation& operation);
    void open_keys(const broker::Operation& operation);
    // The device's agency.
    [[nodiscard]] TestAgency& agency_of(const std::string& device);
    broker::Outcome suspend_by(const std::string& device, crypto::SignedRecord record);
    [[nodiscard]] std::vector<crypto::Approval> approvals(const SendPlan& plan, ByteView header,
                                                          const AudienceBlind& blind);

    TestStore store_;
    crypto::SigningKey root_;
    std::optional<crypto::SigningKey> log_;
    std::uint64_t slips_ = 0;
    std::map<std::string, crypto::SignedRecord> suspensions_;  // the newest of each device
    crypto::Manifest manifest_;
    Home home_;
    crypto::Secret32 hedge_;
    std::map<std::string, TestAgency> agencies_;
    std::map<std::string, std::string> agency_of_office_;
    std::map<std::string, std::uint16_t> roles_;
    std::map<std::string, TestDevice> devices_;
    std::map<std::string, std::vector<crypto::PrekeyBundle>> bundles_;
    std::map<CertificateHash, broker::CertificateFacts> certificates_;
};

// What must hold after every step (invariants.cpp); reports by doctest.
void check_invariants(World& world);

}  // namespace chapar::testing
