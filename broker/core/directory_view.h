// The directory as one state of the store shows it, each record read and decoded once.
//
// Owns: what it has read. Right as long as no record of the directory is written in its
// transaction; who writes one calls forget(). Does not know what a record allows (directory.h).
//
// Every function that reads the directory more than once takes one of these; a transaction is given
// where one is that remembers nothing yet. Thread: its transaction's.
#pragma once

#include <map>
#include <optional>

#include "broker/core/directory.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

// A certificate in force, as InForce. Lives as long as what its view remembers.
struct InForceView {
    const crypto::DeviceRecord& device;
    const crypto::OfficeRecord& office;
};

class DirectoryView {
  public:
    DirectoryView(const storage::ReadTxn& txn) : txn_(txn) {}  // NOLINT: implicit
    DirectoryView(const DirectoryView&) = delete;
    DirectoryView& operator=(const DirectoryView&) = delete;
    ~DirectoryView() = default;

    [[nodiscard]] const storage::ReadTxn& txn() const { return txn_; }

    // Null if there is none. Each lives until forget() or the end of this object.
    [[nodiscard]] Result<const AgencyEntry*> agency(const AgencyId& name) const;
    [[nodiscard]] Result<const OfficeEntry*> office(const OfficeId& name) const;
    [[nodiscard]] Result<const DeviceEntry*> device(const CertificateHash& name) const;
    [[nodiscard]] Result<const PolicyEntry*> policy(const AgencyId& name) const;

    // As broker::in_force().
    [[nodiscard]] Result<InForceView> in_force(const CertificateHash& device, TimeMs at) const;

    void forget();

  private:
    const storage::ReadTxn& txn_;
    mutable std::map<AgencyId, std::optional<AgencyEntry>> agencies_;
    mutable std::map<OfficeId, std::optional<OfficeEntry>> offices_;
    mutable std::map<CertificateHash, std::optional<DeviceEntry>> devices_;
    mutable std::map<AgencyId, std::optional<PolicyEntry>> policies_;
};

}  // namespace chapar::broker
