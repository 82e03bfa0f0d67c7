// C2SP signed notes with Ed25519 keys (type 0x01), and the three-line checkpoints inside them.
// Source: c2sp.org/signed-note@v1, c2sp.org/tlog-checkpoint@v1.
#pragma once

#include <vector>

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

// Parses "name+hex key id+base64(type || key)" and checks that the id belongs to name and key. Type
// 1: Ed25519 of a log; 4: of a witness.
std::optional<LogKey> parse_vkey(std::string_view line, std::uint8_t type = 1);

// The checkpoint of a note that carries a good signature of `key`. Lines of other signers are
// ignored. Empty, with a sentence in `why`, otherwise.
std::optional<Checkpoint> open_checkpoint(const Bytes& note, const LogKey& key, std::string& why);

// A note taken apart, whoever signed it.
struct SignatureLine {
    std::string name;
    Bytes id;         // 4 bytes
    Bytes signature;  // what follows it
};
struct Note {
    std::string text;  // with its last line feed: what is signed
    std::vector<SignatureLine> lines;
};
std::optional<Note> parse_note(const Bytes& note);
// Names of the signers, as they call themselves.
std::string signers_of(const Bytes& note);

// The size a note claims, whoever signed it: says which members to expect.
std::optional<Checkpoint> claimed_checkpoint(const Bytes& note);

}  // namespace verify
