// The envelope statement E, its batch item, its header, and one stream opened with that stream's
// secret. Needs no key of anybody. Source: crypto/envelope.md, "Envelope"; schemas/header.capnp.
#pragma once

#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

struct Header {
    std::uint64_t kind = 0, classification = 0, created = 0, expires = 0, retain_until = 0;
    Bytes home, sender, message, case_id, content;
};

struct StreamCommitment {
    Hash commitment{};  // c_j
    Hash root{};        // R_j
    std::uint64_t size = 0;
};

struct Approval {
    Hash approver{};
    Bytes audience;
    Bytes signature;
};

struct Envelope {
    Bytes header_bytes;  // H
    Header header;
    std::vector<StreamCommitment> streams;
    std::vector<Approval> approvals;
    std::uint64_t stanzas = 0;
    Hash stanza_root{};  // SR
    Hash hash{};         // eh
    Bytes context;       // ctx
};

// Empty for any other layout, a limit exceeded, or a header of another version.
std::optional<Envelope> parse_envelope(const Bytes& statement);

// One member of a signed batch.
struct Item {
    Bytes head;  // B, 110 bytes
    Bytes home;
    std::uint64_t ledger = 0;     // its number
    std::uint64_t seen_size = 0;  // the ledger head its author had seen; 0 and zeros: none
    Hash seen_root{};
    std::uint64_t count = 0;
    Hash root{};
    Bytes signature;
    std::uint64_t index = 0;
    std::vector<Hash> path;
};
std::optional<Item> parse_item(const Bytes& bytes);
// Whether the envelope is member `index` of the batch that this item names.
bool in_batch(const Item& item, const Hash& envelope);

// c_j of a stream secret.
Hash commitment_of(const Bytes& secret);
// The root over the sealed chunks.
Hash stream_root(const Bytes& ciphertext);
// The text, without its padding; empty unless every chunk opens in its place, the last one is
// marked so, and the padding is the one the text's length demands.
std::optional<Bytes> open_stream(const Bytes& secret, const Bytes& ciphertext);

}  // namespace verify
