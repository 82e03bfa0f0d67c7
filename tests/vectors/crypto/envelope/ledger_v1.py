#!/usr/bin/python3
"""Ledger entries, checkpoints, receipts' proofs (crypto/ledger.md), and canonical Cap'n Proto headers and contents.

Part of the independent implementation: see records_v1.py.
"""
import base64

import generate_v1 as v1
from generate_v1 import Refused, be, demand, node, path, root, sha, split
from records_v1 import EPOCH, KIND_POLICY, LADDER, MSG, Reader, ZERO, counted


# ---- ledger: leaves, bodies, notes -------------------------------------------------------------------------------------------------
def body_bytes(records):
    return b"".join(be(i, 1) + counted(2, records[i]) for i in sorted(records))


def parse_body(data):
    r, out, last = Reader(data, "body"), {}, 0
    while r.rest():
        i = r.num(1)
        demand(i > last, "body")
        last, out[i] = i, r.counted(2)
    return out


def body_commit(salt, body):
    return sha(b"chapar/body/v1\n" + salt + body)


def parse_leaf(data):
    r = Reader(data, "leaf")
    out = dict(zip(("version", "kind", "clock", "views", "epoch", "index", "time", "last_dir", "commit"),
                   (r.num(1), r.num(1), r.num(1), r.num(1), r.num(4), r.num(8), r.num(8), r.num(8), r.raw(32))))
    r.raw(16 * out["views"])
    r.end()
    sealed = out["kind"] in (MSG, KIND_POLICY)
    demand(out["version"] == 1 and 1 <= out["kind"] <= 11 and out["clock"] <= 2 and out["views"] == (2 if sealed else 0)
           and out["time"] % 1000 == 0, "leaf")
    return out


def consistency(leaves, m):
    """RFC 9162, 2.1.4.1: PROOF(m, D)."""
    def sub(m, part, whole):
        n = len(part)
        if m == n: return [] if whole else [root(part)]
        k = split(n)
        return sub(m, part[:k], whole) + [root(part[k:])] if m <= k else sub(m - k, part[k:], False) + [root(part[:k])]
    return sub(m, leaves, True) if m < len(leaves) else []


def check_consistency(m, old, n, new, nodes):
    """RFC 9162, 2.1.4.2, written top down: rebuilds both roots from the proof."""
    nodes = list(nodes)

    def roots(m, n, whole):
        if m == n:
            if whole: return old, old
            h = nodes.pop(0)
            return h, h
        k = split(n)
        if m <= k:
            left = roots(m, k, whole)
            return left[0], node(left[1], nodes.pop(0))
        right = roots(m - k, n - k, False)
        left = nodes.pop(0)
        return node(left, right[0]), node(left, right[1])
    if m == n: return old == new and not nodes
    try:
        # The proof names the nodes from the smallest subtree outward: the recursion above meets them in that order.
        return 0 < m < n and roots(m, n, True) == (old, new) and not nodes
    except IndexError:
        return False


class Log:
    def __init__(self, origin, signer):
        self.origin, self.signer = origin, signer

    def key_id(self):
        return sha(self.origin.encode() + b"\n\1" + self.signer.pk)[:4]

    def vkey(self):
        return f"{self.origin}+{self.key_id().hex()}+{base64.b64encode(bytes([1]) + self.signer.pk).decode()}"

    def note(self, size, head):
        head_text = f"{self.origin}\n{size}\n{base64.b64encode(head).decode()}\n".encode()
        sig = v1.sodium.crypto_sign(head_text, v1.sodium.crypto_sign_seed_keypair(self.signer.seed)[1])[:64]
        return head_text + f"\n\u2014 {self.origin} {base64.b64encode(self.key_id() + sig).decode()}\n".encode()


def open_note(note, origin, pk):
    head_text, _, signatures = note.partition(b"\n\n")
    head_text += b"\n"
    key_id, mine = sha(origin.encode() + b"\n\1" + pk)[:4], f"\u2014 {origin} ".encode()
    for line in signatures.split(b"\n"):
        blob = base64.b64decode(line[len(mine):]) if line.startswith(mine) else b""
        if blob[:4] != key_id: continue
        try:
            v1.sodium.crypto_sign_open(blob[4:] + head_text, pk)
        except v1.BadSignatureError as bad:
            raise Refused("note") from bad
        lines = head_text.decode().split("\n")
        demand(len(lines) == 4 and lines[0] == origin and lines[1] == str(int(lines[1])), "note")
        return int(lines[1]), base64.b64decode(lines[2])
    raise Refused("note")


class Ledger:
    def __init__(self, log):
        self.log, self.leaves, self.bodies, self.salts, self.last_dir, self.epoch = log, [], [], [], 0, 0

    def append(self, kind, time, records):
        index = len(self.leaves)
        body = body_bytes({2: be(time, 8), **records})
        sealed = kind in (MSG, KIND_POLICY)
        salt = v1.rnd(f"salt {index}") if sealed else ZERO
        self.epoch += kind == EPOCH
        tags = v1.rnd(f"tags {index}") if sealed else b""
        leaf = (bytes([1, kind, 0, 2 if sealed else 0]) + be(self.epoch, 4) + be(index, 8) + be(time // 1000 * 1000, 8)
                + be(self.last_dir, 8) + body_commit(salt, body) + tags)
        self.leaves.append(leaf)
        self.bodies.append(body)
        self.salts.append(salt)
        if kind not in (MSG, LADDER): self.last_dir = index
        return index

    def head(self, size=None):
        return self.log.note(size or len(self.leaves), root(self.leaves[:size or len(self.leaves)]))

    def proof(self, index, size):
        return path(self.leaves[:size], index)


# ---- Cap'n Proto, canonical: one segment, objects in preorder ------------------------------------------------------------------------
class Struct:
    def __init__(self, data=b"", pointers=()):
        self.data = data.rstrip(b"\0") + b""
        self.data += bytes(-len(self.data) % 8)
        self.pointers = list(pointers)
        while self.pointers and self.pointers[-1] is None: self.pointers.pop()


def fields(words, **values):
    """Data section from {name: (bit, width, value)}."""
    n = 0
    for bit, _, value in values.values(): n |= value << bit
    return n.to_bytes(words * 8, "little")


def message(top):
    out = bytearray(8)

    def pointer(at, target, low, high):
        offset = (target - at - 8) // 8
        out[at:at + 8] = ((high << 32) | ((offset & 0x3FFFFFFF) << 2) | low).to_bytes(8, "little")

    def sections(value, at):
        for i, child in enumerate(value.pointers): put(child, at + len(value.data) + 8 * i)

    def put(value, at):
        target = len(out)
        if value is None: return
        if isinstance(value, Struct):
            if not value.data and not value.pointers: return pointer(at, at, 0, 0)  # offset -1
            out.extend(value.data + bytes(8 * len(value.pointers)))
            pointer(at, target, 0, len(value.pointers) << 16 | len(value.data) // 8)
            return sections(value, target)
        if isinstance(value, list) and isinstance(value[0], Struct):
            d, p = max(len(s.data) for s in value), max(len(s.pointers) for s in value)
            each = d // 8 + p
            out.extend(((p << 16 | d // 8) << 32 | len(value) << 2).to_bytes(8, "little") + bytes(8 * each * len(value)))
            pointer(at, target, 1, len(value) * each << 3 | 7)
            for i, s in enumerate(value):
                begin = target + 8 + 8 * each * i
                out[begin:begin + len(s.data)] = s.data
                for j, child in enumerate(s.pointers): put(child, begin + d + 8 * j)
            return None
        if isinstance(value, list):
            out.extend(bytes(8 * len(value)))
            pointer(at, target, 1, len(value) << 3 | 6)
            for i, child in enumerate(value): put(child, target + 8 * i)
            return None
        data = value.encode() + b"\0" if isinstance(value, str) else value
        out.extend(data + bytes(-len(data) % 8))
        return pointer(at, target, 1, len(data) << 3 | 2)
    put(top, 0)
    return bytes(out)


def header(home, sender, message_id, case_id, kind, created, expires, content, supersedes=b"", auditors=()):
    data = fields(7, version=(0, 16, 1), suite=(16, 16, 1), kind=(32, 16, kind), classification=(48, 16, 1), created=(64, 64, created),
                  purpose=(144, 16, 1), urgency=(176, 16, 1), expires=(256, 64, expires), retain=(320, 64, expires))
    return message(Struct(data, [home, sender, message_id, case_id, None, supersedes or None, None, None, None, list(auditors) or None,
                                 content, None]))


def recall_content(message_id, sender, case_id, target, reason, note, attachments=(), visible=()):
    listed = [Struct(be(size, 8)[::-1], [media, file]) for size, media, file in attachments]
    manifest = Struct(fields(1, classification=(0, 8, 1), kind=(16, 16, 212)),
                      [message_id, sender, case_id, listed or None, list(visible) or None])
    recall = Struct(fields(1, action=(0, 8, 1)), [target, reason, Struct(b"", [note, "en"])])
    words = message(Struct(fields(1, tag=(0, 16, 3)), [manifest, recall]))
    return bytes(4) + (len(words) // 8).to_bytes(4, "little") + words
