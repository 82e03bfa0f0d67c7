// The files of a home: their names, permissions, and how small ones are read and written.
//
//     device:   device.keystore (sign, curve, vault, epochs, hedge)   epochs.keystore (epoch
//               secrets, bundles)   record.keys   trust-card.json   device.request
//               device.certificate   agency.roots   registrars.record   witness.policy   store/
//               blobs/
//               renewal/ (the next keys, until they are installed)
//               retired/HASH/ (those before)   aside/N/ (what `key recover` moved away)
//     signer:   root.keystore or registrar.keystore (sign)   audit.keystore (audit)
//               trust-card.json   agency.roots   registrars.record   issued/
//
// Owns: names, folders 0700, files 0600 written whole or not at all. Does not know what is inside.
// Blocks on the disk. Errors: AlreadyExists, NotFound, FileFailed, TooLarge (context: the path).
#pragma once

#include <filesystem>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct HomePaths {
    std::filesystem::path home;
    [[nodiscard]] std::filesystem::path device_keystore() const { return home / "device.keystore"; }
    [[nodiscard]] std::filesystem::path epochs_keystore() const { return home / "epochs.keystore"; }
    [[nodiscard]] std::filesystem::path record_keys() const { return home / "record.keys"; }
    [[nodiscard]] std::filesystem::path trust_card() const { return home / "trust-card.json"; }
    [[nodiscard]] std::filesystem::path request() const { return home / "device.request"; }
    [[nodiscard]] std::filesystem::path certificate() const { return home / "device.certificate"; }
    [[nodiscard]] std::filesystem::path agency_roots() const { return home / "agency.roots"; }
    [[nodiscard]] std::filesystem::path registrars() const { return home / "registrars.record"; }
    [[nodiscard]] std::filesystem::path witness_policy() const { return home / "witness.policy"; }
    [[nodiscard]] std::filesystem::path store() const { return home / "store"; }
    [[nodiscard]] std::filesystem::path blobs() const { return home / "blobs"; }
    [[nodiscard]] std::filesystem::path renewal() const { return home / "renewal"; }
    [[nodiscard]] std::filesystem::path retired() const { return home / "retired"; }
    [[nodiscard]] std::filesystem::path aside() const { return home / "aside"; }
    [[nodiscard]] std::filesystem::path root_keystore() const { return home / "root.keystore"; }
    [[nodiscard]] std::filesystem::path registrar_keystore() const {
        return home / "registrar.keystore";
    }
    [[nodiscard]] std::filesystem::path audit_keystore() const { return home / "audit.keystore"; }
};

// Small public files: read whole (at most `limit` bytes), written whole or not at all.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);
// The same of a file that a person names: FileFailed, in words, if it is not there.
[[nodiscard]] Result<Bytes> read_input_file(const std::filesystem::path& path, std::size_t limit);
[[nodiscard]] Status write_file(const std::filesystem::path& path, ByteView bytes);

[[nodiscard]] bool file_exists(const std::filesystem::path& path);
// With its parents; 0700.
[[nodiscard]] Status make_folder(const std::filesystem::path& folder);
// AlreadyExists if something is there.
[[nodiscard]] Status refuse_existing(const std::filesystem::path& path);
// Syncs a folder, so that renames in it are on disk.
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);

}  // namespace chapar::client
