// Signed records of the directory: who may sign which, and what a verifier needs of each body.
// Layouts: crypto/README.md, "Records of the directory".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

struct RecordSignature {
    Bytes key;
    Bytes sig;
};

struct Record {
    std::uint8_t type = 0;
    Bytes body;
    std::vector<RecordSignature> signatures;  // signers ascending, none twice
};

std::optional<Record> parse_record(const Bytes& wire);

struct Manifest {
    std::string origin;
    std::uint32_t ledger_number = 0;
    Bytes log_key;
    Bytes curve_key;
    Bytes centre_root;
    Bytes auditor_key;
    std::vector<std::string> endpoints;
    Hash home{};
};

// The manifest, if its one signature, by the centre root it names, is good.
std::optional<Manifest> parse_manifest(const Bytes& wire);

// The directory as far as signatures need it, filled record by record in ledger order.
class Directory {
  public:
    explicit Directory(const Manifest& manifest) : centre_root_(manifest.centre_root) {}

    // False, with a sentence in `why`, if the record is not signed by those who must sign it.
    bool accept(const Record& record, std::string& why);
    std::size_t records() const { return accepted_; }

  private:
    struct Agency {
        std::uint8_t threshold = 0;
        std::set<Bytes> roots;
    };
    bool accept_agency(const Record& record, std::string& why);
    bool accept_member(const Record& record, std::string& why);
    bool accept_bundle(const Record& record, std::string& why);
    bool signed_by_agency(const Record& record, const std::string& agency, std::string& why) const;
    bool remember_device(const Record& record, std::string& why);

    Bytes centre_root_;
    std::map<std::string, Agency> agencies_;
    std::map<Hash, Bytes> device_keys_;  // certificate hash -> Ed25519 key
    std::size_t accepted_ = 0;
};

}  // namespace verify
