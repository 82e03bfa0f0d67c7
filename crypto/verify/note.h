// C2SP signed notes with Ed25519 keys (type 0x01), and the three-line checkpoints inside them.
// Source: c2sp.org/signed-note@v1, c2sp.org/tlog-checkpoint@v1.
#pragma once

#include "crypto/verify/bytes.h"

namespace verify {

struct LogKey {
    std::string name;
    Bytes id;   // 4 bytes
    Bytes key;  // 32 bytes
};

struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    Hash root{};
};

// Parses "name+hex key id+base64(01 || key)" and checks that the id belongs to name and key.
std::optional<LogKey> parse_vkey(std::string_view line);

// The checkpoint of a note that carries a good signature of `key`. Lines of other signers are
// ignored. Empty, with a sentence in `why`, otherwise.
std::optional<Checkpoint> open_checkpoint(const Bytes& note, const LogKey& key, std::string& why);

// The size a note claims, whoever signed it: says which members to expect.
std::optional<Checkpoint> claimed_checkpoint(const Bytes& note);

}  // namespace verify
