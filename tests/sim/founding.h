// The world that all seeds begin with: a centre, three agencies, five devices, and their keys.
//
//     tj    TJ-DCA   TJ-NPJ-BLO        uz1, uz2   UZ-NDC   UZ-TMZ-BLO (one office, two devices)
//     af    AF-CNP   AF-SKB-BLO        mallory    AF-CNP   AF-KDZ-BLO (certified, and malicious)
//
// Owns: secret keys, the broker's directory and the homes as their programs make them, and the
// signed records, those for later too: two more policies of UZ-NDC, a revocation. Everything is
// drawn from one fixed seed. Does not know the simulator. Folders are images: what a run begins
// with is written out anew.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/core/trust_card.h"
#include "client/edge/keystore_home.h"
#include "crypto/policy_record.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_agency.h"

namespace chapar::sim {

constexpr TimeMs kStart{1'795'000'000'000};  // a day in November 2026

// A folder in memory.
struct Image {
    std::vector<std::string> folders;  // parents first
    std::map<std::string, Bytes> files;

    [[nodiscard]] static Image of(const std::filesystem::path& root);
    // In place of what is there.
    void unpack(const std::filesystem::path& root) const;
};

struct Member {
    std::string name;
    AgencyId agency;
    OfficeId office;
    CertificateHash certificate;
    CurveKey curve;
};

[[nodiscard]] const crypto::SecretBuffer& passphrase();

class Founding {
  public:
    // Makes the directory `broker` and one home for each member below `root`.
    explicit Founding(const std::filesystem::path& root);

    [[nodiscard]] const std::vector<Member>& members() const { return members_; }
    // In an order in which they can be published.
    [[nodiscard]] const std::vector<Bytes>& records() const { return records_; }
    // UZ-NDC's second policy takes nothing from TJ-DCA; its third is the first again.
    [[nodiscard]] const Bytes& closing_policy() const { return closing_; }
    [[nodiscard]] const Bytes& opening_policy() const { return opening_; }
    // Of uz2.
    [[nodiscard]] const Bytes& revocation() const { return revocation_; }
    [[nodiscard]] const client::TrustCard& card() const { return *card_; }

  private:
    void make_centre(const std::filesystem::path& directory);
    testing::AgencySigners& agency(const std::string& name);
    void add_office(const std::string& agency_name, const std::string& office_name,
                    const char* country);
    void add_device(const std::filesystem::path& home, const std::string& name,
                    const std::string& agency_name, const std::string& office_name);
    void add_policies();
    void keep(const crypto::SignedRecord& record) { records_.push_back(record.encode()); }

    testing::FakeRandom random_{20261121};
    crypto::SigningKey centre_root_;
    std::unique_ptr<client::TrustCard> card_;
    std::map<std::string, testing::AgencySigners> agencies_;
    std::vector<Member> members_;
    std::vector<Bytes> records_;
    Bytes closing_;
    Bytes opening_;
    Bytes revocation_;
    std::uint64_t serial_ = 0;
};

}  // namespace chapar::sim
