// FORMAT.txt of every export: what a reader decades from now needs, on one page.
#pragma once

#include <string_view>

namespace chapar::storage {

inline constexpr std::string_view kExportFormat =
    R"(Chapar ledger export, format 1. All numbers are big-endian.

FORMAT.txt             this page
manifest               the signed record that founded the centre
vkey                   the ledger's key: name+key id+base64(01 || Ed25519 key)    (C2SP signed-note)
checkpoint             origin, number of entries, base64 root, blank line, signatures
                                                                  (C2SP tlog-checkpoint)
tile/<L>/<N>           SHA-256 hashes of the tree, 256 a tile                     (C2SP tlog-tiles)
tile/entries/<N>       256 entries: u16 length || leaf
body/<N>               256 bodies, numbered likewise: u32 length || body as stored; length 0 = not
                       handed out
SHA256SUMS             digest of every member above
A last tile or bundle of W < 256 is named <N>.p/<W>. <N> is written in groups of three digits,
all but the last with an x before it: 1234067 = x001/x234/067.

leaf = u8 version 1 | u8 kind | u8 clock | u8 views | u32 epoch | u64 index | u64 time_ms
       | u64 last_dir | body_commit[32] | views x tag[16]
kind: 1 MSG 2 KEY 3 POLICY 4 ADMIN 5 TIME 6 ANCHOR 7 SHRED 8 EPOCH 9 PRUNE 10 HOLD 11 LADDER
last_dir: index of the newest earlier entry that is neither MSG nor LADDER (0 for entry 0)
leaf hash = SHA-256(00 || leaf); node = SHA-256(01 || left || right); tree as in RFC 9162 2.1
body_commit = SHA-256("chapar/body/v1\n" || salt[32] || body)
MSG and POLICY bodies are sealed: u64 index of the KEY entry that opened their bucket || nonce[24] ||
XChaCha20-Poly1305(key = HMAC-SHA256(bucket key, "ke" || u64 index), aad = u64 index);
salt = HMAC-SHA256(bucket key, "salt" || u64 index). All other bodies are clear, their salt is zero.
body = records u8 id || u16 length || bytes, ids ascending. 1 event, 2 u64 exact time in ms,
13 signed record: u8 type || u32 length || body || u8 count || count x (key[32] || signature[64])
signature: Ed25519 over "chapar/1 sign " || label || 00 || TH(label, body), with
TH(label, x) = SHA-256("chapar/1 " || label || 00 || u32 length of x || x)

Example: the leaf of entry 0 of a ledger founded at 2026-11-21T12:00:00Z begins
01 04 00 00  00000000  0000000000000000  000001a1fdfa4600  0000000000000000
(version, ADMIN, disciplined clock, no views; epoch 0; index 0; time; last_dir) and ends with the 32
bytes of its body_commit: 64 bytes. A tree of that one entry has the root SHA-256(00 || leaf), so
base64 of it is the third line of its checkpoint.
)";

}  // namespace chapar::storage
