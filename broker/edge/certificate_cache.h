// The certificates that are or were in the directory, for the verifiers.
//
// Append-only: absent or right, never stale. Whether a certificate may be used is not decided here.
// Resource type. Thread: any; what find() returns lives as long as the cache.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>

#include "broker/core/ingress.h"
#include "broker/edge/known_keys.h"

namespace chapar::broker {

class CertificateCache final : public CertificateLookup {
  public:
    [[nodiscard]] const CertificateFacts* find(const CertificateHash& hash) const override {
        const std::shared_lock lock(mutex_);
        const auto found = certificates_.find(hash);
        return found == certificates_.end() ? nullptr : &found->second;
    }
    void add(const CertificateHash& hash, CertificateFacts facts) {
        known_keys_.add(facts.curve_key);
        const std::unique_lock lock(mutex_);
        certificates_.emplace(hash, std::move(facts));
    }
    [[nodiscard]] const KnownKeys& known_keys() const { return known_keys_; }

  private:
    mutable std::shared_mutex mutex_;
    std::map<CertificateHash, CertificateFacts> certificates_;
    KnownKeys known_keys_;
};

}  // namespace chapar::broker
