// The small files that people carry to each other: keys, requests, and records on their way from
// one signer to the next and to the broker.
//
// Owns: one strict form for all of them, and the six check words of what it carries. A file says
// everything that its reader needs to judge it: records still being signed, records in force that
// they rest on, an agency's roots. Does not know homes, nor who must sign what (signing.h of the
// command line). Pure; times UTC ms.
//
//     "chapar ceremony 1\n" || u8 n (1..16) || n x (u8 kind || u32 length || bytes), kinds ascend
//     kind 1 record to be signed and logged, in order     2 record in force, for the reader
//          3 device request   4 agency.roots   5 public key of a person;  3..5 at most once
//     device request = u8 purpose (1 new, 2 renew, 3 recover) || previous certificate[32] (zero for
//          new, else not) || counted16 request || proof[64]
//     public key = u8 role (1 root, 2 registrar, 3 audit) || counted8 name (UTF-8, 1..64) ||
//          key[32] || proof[64], Sign("possession", all before it); zero for audit, an X25519 key
//
// Errors: MalformedLayout, TooLarge, SignatureInvalid (a proof of possession), KeyInvalid.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/core/agency_roots.h"
#include "crypto/certificate.h"
#include "crypto/record.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

enum class RequestPurpose : std::uint8_t { New = 1, Renew = 2, Recover = 3 };

// What a device asks its registrars for; also the home's file device.request.
struct DeviceAsk {
    RequestPurpose purpose = RequestPurpose::New;
    Hash previous;  // the certificate that the new one replaces, or zero
    crypto::SignedRequest request;

    [[nodiscard]] Bytes encode() const;
    // The proof of possession is checked.
    [[nodiscard]] static Result<DeviceAsk> decode(ByteView bytes);
    bool operator==(const DeviceAsk&) const = default;
};

enum class KeyRole : std::uint8_t { Root = 1, Registrar = 2, Audit = 3 };
[[nodiscard]] std::string_view role_text(KeyRole role);  // "root", "registrar", "audit"

// What a key card can carry: 1 to 64 bytes of clean text.
[[nodiscard]] bool is_key_name(std::string_view name);

// A person's public key, to be named in a record.
struct KeyCard {
    KeyRole role = KeyRole::Root;
    std::string name;
    SigningPublicKey key;  // for Audit: the bytes of an X25519 key
    Signature proof;

    // REQUIRES: is_key_name(name), of both; role is not Audit.
    [[nodiscard]] static KeyCard make(KeyRole role, std::string name,
                                      const crypto::SigningKey& key);
    [[nodiscard]] static KeyCard make_audit(std::string name, const PublicKey& key);
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<KeyCard> decode(ByteView bytes);
    bool operator==(const KeyCard&) const = default;
};

struct CeremonyFile {
    static constexpr std::size_t kMaxParts = 16;
    static constexpr std::size_t kMaxBytes = 256 * 1024;

    std::vector<crypto::SignedRecord> records;
    std::vector<crypto::SignedRecord> context;
    std::optional<DeviceAsk> request;
    std::optional<AgencyRoots> roots;
    std::optional<KeyCard> key;

    // TooLarge: more parts, or more bytes, than decode() takes.
    [[nodiscard]] Status fits() const;
    // REQUIRES: 1..kMaxParts parts.
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<CeremonyFile> decode(ByteView bytes);
    bool operator==(const CeremonyFile&) const = default;
};

// Read to each other before anything is signed. A DEVICE record has the words of the request it
// grants, so that the device and both registrars compare the same six; signatures do not matter.
[[nodiscard]] std::string words_of(const DeviceAsk& request);
[[nodiscard]] std::string words_of(const crypto::SignedRecord& record);
[[nodiscard]] std::string words_of(const AgencyRoots& roots);
// Of the key alone: the same where its owner, a root's list or a registrars' record shows it.
[[nodiscard]] std::string words_of(const SigningPublicKey& key);

}  // namespace chapar::client
