#!/usr/bin/python3
"""Evidence packages (crypto/evidence.md), written and judged.

Part of the independent implementation: see records_v1.py.
"""
import generate_v1 as v1
from generate_v1 import TH, Refused, be, climb, demand, leaf_hash, root, verify
from ledger_v1 import body_commit, consistency, check_consistency, open_note, parse_body, parse_leaf
from records_v1 import ADMIN, Directory, KEY, KEY_EVENTS, KIND_POLICY, LABELS, LADDER, MANIFEST, MSG, Reader, ZERO, counted, parse_record, record_hash


# ---- evidence package, section 9 -----------------------------------------------------------------------------------------------------
FORMAT = b"""chapar evidence package 1
One envelope, one of its streams, and what proves them.
To check: chapar-verify evidence FILE --card CARD
Layout: crypto/README.md, "Evidence package".
"""
MEMBERS = ("FORMAT.txt", "manifest", "heads", "envelope", "item", "accepted", "directory", "stream", "ciphertext")


def tar_head(name, size):
    octal = lambda n, digits: f"{n:0{digits}o}".encode() + b"\0"
    fixed = name.encode().ljust(100, b"\0") + octal(0o644, 7) + octal(0, 7) * 2 + octal(size, 11) + octal(0, 11)
    rest = b"0" + bytes(100) + b"ustar\x0000" + bytes(247)
    return fixed + octal(sum(fixed + rest) + 8 * 32, 6) + b" " + rest


def tar(members):
    out = b""
    for name, data in members: out += tar_head(name, len(data)) + data + bytes(-len(data) % 512)
    return out + bytes(1024)


def untar(file):
    out, at = {}, 0
    for name in MEMBERS:
        head = file[at:at + 512]
        demand(len(head) == 512 and all(48 <= c < 56 for c in head[124:135]), "package.form")
        size = int(head[124:135], 8)
        demand(head == tar_head(name, size) and at + 512 + size <= len(file), "package.form")
        out[name] = file[at + 512:at + 512 + size]
        end = at + 512 + size
        at = end + -size % 512
        demand(file[end:at] == bytes(at - end), "package.form")
    demand(file[at:] == bytes(1024) and out["FORMAT.txt"] == FORMAT, "package.form")
    return out


def nodes_bytes(nodes):
    return be(len(nodes), 1) + b"".join(nodes)


def entry_bytes(ledger, head, index, size, shown=True):
    body, salt = (ledger.bodies[index], ledger.salts[index]) if shown else (b"", ZERO)
    return be(head, 2) + counted(2, ledger.leaves[index]) + counted(4, body) + salt + nodes_bytes(ledger.proof(index, size))


def write_evidence(manifest, ledger, sizes, accepted, envelope, item, stream, secret, ciphertext, directory=None):
    """sizes: of the heads, ascending; the last one must hold the directory."""
    heads, last = [], None
    for size in sizes:
        heads.append(counted(2, ledger.head(size)) + nodes_bytes(consistency(ledger.leaves[:size], last) if last else []))
        last = size
    listed = [i for i in range(last) if parse_leaf(ledger.leaves[i])["kind"] not in (MSG, LADDER)] if directory is None else directory
    shown = lambda i: parse_leaf(ledger.leaves[i])["kind"] in (KEY, ADMIN)
    first = next(i for i, size in enumerate(sizes) if size > accepted)
    entries = [counted(4, entry_bytes(ledger, len(sizes) - 1, i, last, shown(i))) for i in listed]
    return tar(zip(MEMBERS, (FORMAT, manifest, be(len(heads), 2) + b"".join(heads), envelope, item,
                             entry_bytes(ledger, first, accepted, sizes[first]), be(len(entries), 4) + b"".join(entries),
                             be(stream, 2) + secret, ciphertext)))


def read_path(r):
    count = r.num(1)
    demand(count <= 64, "package.form")
    return [r.raw(32) for _ in range(count)]


def open_entry(data, heads):
    r = Reader(data, "package.form")
    head, leaf_bytes, body, salt = r.num(2), r.counted(2), r.counted(4), r.raw(32)
    nodes = read_path(r)
    r.end()
    leaf = parse_leaf(leaf_bytes)
    demand(head < len(heads), "entries.included")
    size, tree = heads[head]
    demand(leaf["index"] < size and climb(leaf_hash(leaf_bytes), leaf["index"], size, nodes) == tree, "entries.included")
    if not body:
        demand(salt == ZERO, "entries.included")
        return leaf, None
    demand(body_commit(salt, body) == leaf["commit"] and (salt == ZERO or leaf["kind"] in (MSG, KIND_POLICY)), "entries.included")
    records = parse_body(body)
    demand(int.from_bytes(records[2], "big") // 1000 * 1000 == leaf["time"], "entries.included")
    return leaf, records


def header_fields(h):
    """Only what evidence needs, from the canonical form."""
    word = lambda i: int.from_bytes(h[8 * i:8 * i + 8], "little")
    data, pointers = word(0) >> 32 & 0xFFFF, word(0) >> 48
    demand(len(h) % 8 == 0 and word(0) & 0xFFFFFFFF == 0 and data <= 7 and pointers <= 12 and word(1) & 0xFFFFFFFF == 0x10001,
           "envelope.header")

    def blob(i):
        p = word(1 + data + i)
        at = 1 + data + i + 1 + (p >> 2 & 0x3FFFFFFF)
        return h[8 * at:8 * at + (p >> 35)]
    return {"home": blob(0), "sender": blob(1), "message": blob(2), "case": blob(3), "content": blob(10)}


RULES = {"note": "heads.signature", "record": "directory.signatures", "record.signature": "directory.signatures", "leaf": "entries.included",
         "body": "entries.included", **{name: "directory.signatures" for name in LABELS.values()}}


def read_evidence(file, card):
    """The text and its author, or Refused with the name of a rule. card: home, origin, log key, centre root."""
    try:
        return read_members(file, card)
    except Refused as refused:
        raise Refused(RULES.get(str(refused), str(refused))) from refused


def read_members(file, card):
    members = untar(file)
    kind, body, signers = parse_record(members["manifest"])
    demand(kind == MANIFEST and TH("manifest", body) == card["home"] and signers == [card["centre_root"]], "trust.manifest")
    r, heads = Reader(members["heads"], "package.form"), []
    for _ in range(r.num(2)):
        size, tree = open_note(r.counted(2), card["origin"], card["log"])
        nodes = read_path(r)
        demand(not nodes if not heads else heads[-1][0] < size and check_consistency(*heads[-1], size, tree, nodes), "heads.one-line")
        heads.append((size, tree))
    r.end()
    leaf, accepted = open_entry(members["accepted"], heads)
    demand(leaf["kind"] == MSG and accepted and accepted[1] == b"\1" and accepted[9][:2] == b"\1\0", "position.accepted")
    demand(accepted[5] == members["envelope"] and accepted[6] == members["item"], "position.accepted")
    demand(accepted[18] == TH("envelope", members["envelope"]), "position.accepted")
    directory = walk(members["directory"], heads, leaf, int.from_bytes(accepted[2], "big"), card)
    return check_package(members, card, directory, accepted, leaf)


def walk(data, heads, accepted, accepted_time, card):
    """The directory as it stood at the acceptance, with the objections to every certificate then."""
    r, newest, first, at_acceptance, before = Reader(data, "package.form"), 0, True, None, 0
    directory = Directory(card["centre_root"])

    def stand():
        return {c: (dict(d), directory.objection(c, accepted["index"], accepted_time)) for c, d in directory.devices.items()}
    for _ in range(r.num(4)):
        leaf, records = open_entry(r.counted(4), heads)
        demand(leaf["kind"] not in (MSG, LADDER) and leaf["last_dir"] == newest and (leaf["index"] > newest or first), "directory.chain")
        demand(not first or leaf["index"] == 0, "directory.chain")
        if at_acceptance is None and leaf["index"] > accepted["index"]: at_acceptance = stand()
        demand((leaf["kind"] in (KEY, ADMIN)) == (records is not None), "directory.signatures")
        if leaf["kind"] == ADMIN and first: demand(record_hash(records[13]) == card["home"], "directory.signatures")
        if leaf["kind"] == KEY and records[1] != b"\5":
            kind = directory.take(records[13], leaf["index"], int.from_bytes(records[2], "big"))
            demand(bytes([KEY_EVENTS.get(kind, 0)]) == records[1], "directory.signatures")
        newest, first = leaf["index"], False
        if leaf["index"] < accepted["index"]: before = newest
    r.end()
    demand(before == accepted["last_dir"], "directory.chain")
    return stand() if at_acceptance is None else at_acceptance


def check_package(members, card, devices, accepted, leaf):
    h, streams, approvals, _, _ = v1.decode_E(members["envelope"]) or demand(False, "envelope.header")
    head, item = header_fields(h), Reader(members["item"], "author.signature")
    demand(head["home"] == card["home"], "envelope.header")
    b, sig, index, nodes = item.raw(110), item.raw(64), item.num(2), []
    while item.rest(): nodes.append(item.raw(32))
    demand(head["sender"] in devices and not devices[head["sender"]][1], "author.certificate")
    author = devices[head["sender"]][0]
    demand(accepted[3].decode() == author["agency"], "author.certificate")
    n = int.from_bytes(b[76:78], "big")
    demand(b[:32] == card["home"] and 1 <= n <= 256, "author.signature")
    demand(climb(leaf_hash(TH("envelope", members["envelope"])), index, n, nodes) == b[78:], "author.signature")
    demand(verify(author["pk"], "envelopes", b, sig), "author.signature")
    demand(int.from_bytes(b[36:44], "big") <= leaf["index"], "position.accepted")
    for approver, aud, approval in approvals:
        demand(approver in devices and not devices[approver][1] and approver != head["sender"], "approvals")
        demand(verify(devices[approver][0]["pk"], "approval", card["home"] + TH("ctx", h) + aud, approval), "approvals")
    j, s = int.from_bytes(members["stream"][:2], "big"), members["stream"][2:]
    demand(len(s) == 32 and j < len(streams), "stream.commitment")
    commitment, tree, size = streams[j]
    demand(v1.expand(s, b"chapar/1 commit") == commitment, "stream.commitment")
    ct = members["ciphertext"]
    demand(len(ct) == size and root(v1.chunks(ct, v1.CHUNK + 16)) == tree, "stream.root")
    try:
        padded = v1.decrypt(v1.expand(s, b"chapar/1 key"), ct)
    except v1.InvalidTag as bad:
        raise Refused("stream.opens") from bad
    plain = padded.rstrip(b"\0")
    demand(plain[-1:] == b"\x80" and v1.pad(plain[:-1]) == padded, "stream.opens")
    demand(j or TH("content", plain[:-1]) == head["content"], "content.hash")
    return plain[:-1], author
