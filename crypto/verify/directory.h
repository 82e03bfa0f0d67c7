// The directory as far as signatures need it, filled entry by entry in ledger order: who may sign
// which record, and whether a signature of a certificate counts at a position.
//
// Chain: centre root -> agency roots -> registrars -> offices, devices, revocations, peers,
// suspensions. Does not know policies (their bodies are sealed) nor which entries are missing
// (`last_dir` shows that). Layouts and rules: crypto/records.md, "Signed records".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/verify/entry.h"
#include "crypto/verify/record.h"
#include "crypto/verify/succession.h"

namespace verify {

// Where an entry stands: its index and its exact time, UTC ms.
struct Place {
    std::uint64_t index = 0;
    std::uint64_t time_ms = 0;
};

struct Validity {
    std::uint64_t from = 0;  // UTC ms, included
    std::uint64_t to = 0;    // excluded
    bool holds(std::uint64_t time_ms) const { return from <= time_ms && time_ms < to; }
};

// k of these keys.
struct Quorum {
    std::uint8_t threshold = 0;
    std::set<Bytes> keys;
    bool operator==(const Quorum&) const = default;
};

struct Suspension {
    Hash record{};
    std::uint64_t at = 0;
    std::optional<std::uint64_t> ended;  // index of the REINSTATE entry
};

struct Device {
    Hash certificate{};
    std::uint64_t index = 0;  // of the entry that logged it
    std::string agency, office, officer, name;
    Bytes sign_key;
    Validity validity;
    std::optional<std::uint64_t> revoked;  // index of the REVOKE entry
    std::uint64_t compromised_since = 0;   // 0: not said
    std::vector<Suspension> suspensions;
};

class Directory {
  public:
    explicit Directory(const Manifest& manifest)
        : home_(manifest.home), centre_root_(manifest.centre_root) {}

    // One clear entry that carries a record: KEY, LADDER or ADMIN. False, with a sentence in `why`,
    // if it is not signed by those who must sign it.
    bool accept_entry(EntryKind kind, const BodyRecords& body, Place place, std::string& why);
    std::size_t records() const { return accepted_; }
    // A record of `agency` that enough of its registrars in force signed.
    bool by_registrars(const Record& record, const std::string& agency, Place place,
                       std::string& why) const;
    // The centre root and at least one registrar in force, nobody else.
    bool by_root_and_registrar(const Record& record, Place place) const;
    bool by_root(const Record& record) const { return signed_only_by(record, centre_root_); }
    // Whose audit key this is or was; empty if nobody's.
    std::string agency_of_audit_key(const Bytes& key) const;

    // Entry 0, where the ledger follows one that was closed.
    const std::optional<SuccessionOf>& succession() const { return succession_; }
    // The agency of which this key was a root when the succession was signed, by the records
    // carried over; empty if of none.
    std::string agency_of_root(const Bytes& key) const;
    // The first process epoch is over: what follows is this ledger's own.
    void end_carried() { carrying_ = false; }
    // Over the KEY records that stood in it, whoever signed them.
    const Hash& carried() const { return carried_; }
    std::uint64_t carried_until_ms() const { return carried_until_ms_; }

    // What is certified at a place: one line a device whose signature counts there.
    std::vector<std::string> certified(Place place) const;

    // Null if no such certificate was accepted.
    const Device* device(const Hash& certificate) const;
    // Why a signature of this device, logged at `place`, does not count; empty if it does.
    std::string objection(const Device& device, Place place) const;
    // All versions of an agency's {k, roots}, oldest first.
    std::vector<Quorum> roots_of(const std::string& agency) const;

  private:
    void carry(const Record& record, Place place);
    void carry_roots(const Record& record, Place place);
    // ADMIN entries but overrides.
    bool accept_founding(const Bytes& wire, Place place, std::string& why);

    struct Agency {
        std::vector<Quorum> roots;  // every version
        Validity validity;
        Hash record{};
        Quorum registrars;
        Validity registrars_validity;
        Hash registrars_record{};
        std::uint32_t peers_version = 0;
        Hash peers_record{};
    };
    struct Office {
        std::string agency;
        Validity validity;
        Hash record{};
    };

    bool accept(const Record& record, Place place, std::string& why);
    bool accept_agency(const Record& record, std::string& why);
    bool accept_registrars(const Record& record, Place place, std::string& why);
    bool accept_office(const Record& record, Place place, std::string& why);
    bool accept_device(const Record& record, Place place, std::string& why);
    bool accept_revoke(const Record& record, Place place, std::string& why);
    bool accept_peers(const Record& record, Place place, std::string& why);
    bool accept_suspend(const Record& record, Place place, std::string& why);
    bool accept_reinstate(const Record& record, Place place, std::string& why);
    bool accept_bundle(const Record& record, std::string& why);
    // The device of this certificate, if it is one of this agency.
    Device* member(const Hash& certificate, const std::string& agency);

    Hash home_;
    Bytes centre_root_;
    std::map<std::string, Agency> agencies_;
    std::map<std::string, Office> offices_;
    std::map<Hash, Device> devices_;
    std::map<Bytes, std::string> audit_keys_;  // every one ever named, and its agency
    std::set<Bytes> keys_;  // Ed25519 and CURVE keys of all certificates ever accepted
    std::set<Hash> taken_;  // hashes of suspensions: a slip works once
    std::optional<SuccessionOf> succession_;
    std::map<Bytes, std::string> carried_roots_;
    bool carrying_ = true;
    Hash carried_{};
    std::uint64_t carried_until_ms_ = 0;
    std::size_t accepted_ = 0;
};

}  // namespace verify
