// Who must sign a record, who has, and who may still.
//
// Owns: that rule for everything that people sign one after the other. Does not know homes, files
// or brokers, and is no substitute for the broker's check: it exists so that nobody carries a file
// around that the broker will refuse. Pure.
//
// An AGENCY record is signed by the centre root and, if it replaces one, by k of the roots before;
// REGISTRARS by k roots; a SUCCESSION and its manifest by the centre root, the former by one root
// each of two agencies of which the file carries AGENCY records; everything else by k registrars.
//
// Errors: SignedAlready (this key), SignerRefused (not its business), SignatureInvalid (a signature
// in the file), NotFound (what would tell who signs), RecordRefused (the file and the home name
// different people), TooLarge (no room for another signature).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/edge/signer_home.h"

namespace chapar::client {

// What decides who signs: taken from the home where it is known there, else from the file.
struct SigningGround {
    std::optional<SigningPublicKey> centre_root;  // of the home's trust card
    std::optional<AgencyRoots> roots;
    std::optional<crypto::RegistrarsRecord> registrars;
    std::vector<crypto::SignedRecord> context;  // earlier AGENCY records among them
};
// RecordRefused if the file carries other roots or registrars than the home.
[[nodiscard]] Result<SigningGround> ground_of(const Authority& home,
                                              const std::optional<SigningPublicKey>& centre_root,
                                              const CeremonyFile& file);

struct NamedKey {
    SigningPublicKey key;
    std::string name;  // "registrar Falcon", "root 2 of 3", "the centre root"
};

struct SigningState {
    std::vector<std::string> signed_by;  // in the order of their keys
    std::vector<NamedKey> may_sign;      // that have not
    std::size_t missing = 0;             // signatures until the broker takes it
};

// Every signature is verified. NotFound without ground.
[[nodiscard]] Result<SigningState> state_of(const crypto::SignedRecord& record,
                                            const SigningGround& ground);
// Adds this key's signature to every record that it may sign and has not: SignedAlready if it has
// signed all that it may, SignerRefused if it may sign none. REQUIRES: records is not empty.
[[nodiscard]] Status sign_all(std::vector<crypto::SignedRecord>& records,
                              const crypto::SigningKey& key, const SigningGround& ground);
// As sign_all would answer, with the public key alone: nobody is asked for a passphrase in vain.
[[nodiscard]] Status may_sign(const std::vector<crypto::SignedRecord>& records,
                              const SigningPublicKey& key, const SigningGround& ground);

}  // namespace chapar::client
