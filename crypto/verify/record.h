// Signed records as they travel, and the manifest. Who may sign which of the others is a question
// of the ledger's order: directory.h. Layouts: crypto/records.md, "Signed records".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

enum RecordType : std::uint8_t {
    kManifest = 1,
    kAgency,
    kOffice,
    kDevice,
    kBundle,
    kRevoke,
    kPolicy,
    kRegistrars,
    kPeers,
    kSuspend,
    kReinstate,
    kShred,
    kHold,
    kPrune,
    kOverride,
    kSuccession,
};

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

// The body of a manifest; home is its hash.
std::optional<Manifest> parse_manifest_body(const Bytes& body);
// The manifest, if its one signature, by the centre root it names, is good.
std::optional<Manifest> parse_manifest(const Bytes& wire);

// The label under which records of a type are signed and hashed; empty for an unknown type.
std::string_view record_label(std::uint8_t type);
// TH(label of the type, body): for a device record, the certificate hash.
Hash record_hash(const Record& record);
// Every signature of the record is good by the pinned rule.
bool all_signatures_good(const Record& record);
bool signed_only_by(const Record& record, const Bytes& key);

}  // namespace verify
