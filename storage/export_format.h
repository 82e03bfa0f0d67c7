// FORMAT.txt of every export: what a reader decades from now needs, on one page. A test computes
// its example again.
#pragma once

#include <string_view>

namespace chapar::storage {

inline constexpr std::string_view kExportFormat =
    R"(Chapar ledger export, format 2. All numbers are big-endian. An archive is a POSIX ustar file with
exactly these members in this order, or the same tree as a directory. It holds the entries from
`start` to `end`: the whole ledger, or one segment of at most 65,536 entries.

FORMAT.txt             this page
manifest               the signed record that founded the centre
vkey                   the ledger's key: name+key id+base64(01 || Ed25519 key)    (C2SP signed-note)
policy                 witnesses and quorum, if the exporter knew them             (C2SP tlog-policy)
checkpoint             origin, number of entries, base64 root, blank line, signatures; lines of
                       type 04 are witnesses' cosignatures          (C2SP tlog-checkpoint, -cosignature)
previous               if start > 0: start in decimal, then the roots of the perfect subtrees of the
                       tree of `start` entries, largest first, base64, one a line
consistency            if start > 0: RFC 9162 path from `start` to the checkpoint's size, likewise
onward                 if end is below the checkpoint's size: the path from `end` to it
tile/<L>/<N>           SHA-256 hashes of the tree, 256 a tile: those that are completed in this
                       archive, and where it ends the tree the partial ones       (C2SP tlog-tiles)
tile/entries/<N>       256 entries: u16 length || leaf
body/<N>               256 bodies, numbered likewise: u32 length || body as stored; length 0 = not
                       handed out, shredded or pruned
cp/<size>              signed notes of the ledger at start < size <= end, with their cosignatures
SHA256SUMS             digest of every member above, in this order
A last tile or bundle of W < 256 is named <N>.p/<W>. <N> is written in groups of three digits,
all but the last with an x before it: 1234067 = x001/x234/067. Keys of sealed bodies stand, sealed
to their readers, in KEY entries; there is no member for them.

leaf = u8 version 1 | u8 kind | u8 clock | u8 views | u32 epoch | u64 index | u64 time_ms
       | u64 last_dir | body_commit[32] | views x tag[16]
A pruned entry has in place of its leaf 33 bytes: 00 || its leaf hash. Its body is empty.
kind: 1 MSG 2 KEY 3 POLICY 4 ADMIN 5 TIME 6 ANCHOR 7 SHRED 8 EPOCH 9 PRUNE 10 HOLD 11 LADDER
last_dir: index of the newest earlier entry that is neither MSG nor LADDER (0 for entry 0)
leaf hash = SHA-256(00 || leaf); node = SHA-256(01 || left || right); tree as in RFC 9162 2.1
body_commit = SHA-256("chapar/body/v1\n" || salt[32] || body)
MSG and POLICY bodies are sealed: u64 index of the KEY entry that opened their bucket || nonce[24] ||
XChaCha20-Poly1305(key = HMAC-SHA256(bucket key, "ke" || u64 index), aad = u64 index);
salt = HMAC-SHA256(bucket key, "salt" || u64 index). All other bodies are clear, their salt is zero.
view tag = HMAC-SHA256(tag key of an agency and month, "chapar/view/v1\n" || SHA-256(origin) ||
u64 index)[0:16]: an agency finds its entries by it.
body = records u8 id || u16 length || bytes, ids ascending. 1 event, 2 u64 exact time in ms,
13 signed record: u8 type || u32 length || body || u8 count || count x (key[32] || signature[64])
signature: Ed25519 over "chapar/1 sign " || label || 00 || TH(label, body), with
TH(label, x) = SHA-256("chapar/1 " || label || 00 || u32 length of x || x)

Example: two TIME entries of epoch 1, with index 7 and 8, logged 789 ms and 1500 ms after
2026-11-21T12:00:00Z; entry 7 follows directory entry 5. Body, body_commit and leaf of entry 7:
  01000100020008000001a1fdfa4915
  07d2bba83cd254d90d3bcb62e1d5c7dce2da43d98eb1a591ab2f9f4070eb2544
  01050000000000010000000000000007000001a1fdfa46000000000000000005
  07d2bba83cd254d90d3bcb62e1d5c7dce2da43d98eb1a591ab2f9f4070eb2544
Its leaf hash:
  c99bff0ca25f99b59dcd6b17ed6ca1058afe2c6f7a7069dd0a83f9f2253b8f7e
Body and leaf hash of entry 8:
  01000100020008000001a1fdfa4bdc
  792b7182ea0848b626d3b32a6f07358d7e2bc9502666a8dbfe9edb83131ae488
A tree of just these two leaves has the root
  fcdf75dc3c602e2ac0d1e0a67f41917316309da5e6d707349fb40e1753a3aa8c
which a checkpoint would write as
  /N913DxgLirA0eCmf0GRcxYwnaXm1wc0n7QOF1Ojqow=
)";

}  // namespace chapar::storage
