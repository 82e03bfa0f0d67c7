#!/usr/bin/python3
"""A whole centre, made from nothing: two agencies, their people, one envelope with an attachment and two approvals.

Part of the independent implementation: see records_v1.py.
"""
import json
import pathlib

import generate_v1 as v1
from evidence_v1 import write_evidence
from generate_v1 import TH, be, path, root, sha, sign
from ledger_v1 import Ledger, Log, header, recall_content
from records_v1 import *  # the types and bodies of all records


# ---- a whole centre: two agencies, their people, one envelope with an attachment and two approvals --------------------------------------
ORIGIN = "chapar.example/ledger/1"
START = 1_795_000_000_000  # UTC ms, 2026-11-18
YEAR = 365 * DAY


class Person:
    """A device: its keys, its certificate, its ladder of epoch keys."""

    def __init__(self, name, agency, office, officer):
        self.name, self.agency, self.office, self.officer = name, agency, office, officer
        self.signer = Signer(name)
        self.curve = v1.key_pair(v1.rnd("curve of " + name))
        self.certificate, self.key_id, self.epoch = None, 0, None

    def request(self):
        return request_body(self.agency, self.office, self.officer, self.name, self.signer.pk, self.curve[1], START - DAY)


class Agency:
    def __init__(self, name, country, k=2, n=3):
        self.name, self.country, self.k = name, country, k
        self.roots = [Signer(f"root {i} of {name}") for i in range(n)]
        self.people = [Signer(f"registrar {i} of {name}") for i in range(2)]
        self.audit = v1.key_pair(v1.rnd("audit of " + name))[1]
        self.agency_hash = self.registrars_hash = ZERO

    def quorum(self):
        return self.roots[:self.k]


class Story:
    """All of it, in ledger order. `records`: (type, wire) as logged. The forged ones of tests override single steps."""
    SMALL = False  # one agency, one device, no approvals: for tests that look at every byte

    def __init__(self):
        self.centre_root, self.log_signer = Signer("centre root"), Signer("log")
        self.log = Log(ORIGIN, self.log_signer)
        self.ledger, self.records, self.time = Ledger(self.log), [], START
        self.tj, self.af = Agency("TJ-DCA", "TJ"), Agency("AF-CNP", "AF", 1, 1)
        self.author = Person("laptop 1", "TJ-DCA", "TJ-NPJ-BLO", "officer-7")
        self.approvers = [Person(f"desk {i}", "TJ-DCA", "TJ-DUS-HQ", f"supervisor-{i}") for i in (1, 2)]
        self.reader = Person("laptop 2", "AF-CNP", "AF-SKB-BLO", "\u0446\u0435\u043d\u0442\u0440-9")
        self.found()
        if self.SMALL:
            self.tj.k, self.tj.roots, self.approvers, self.reader = 1, self.tj.roots[:1], [], self.author
        for agency in (self.tj,) if self.SMALL else (self.tj, self.af): self.enrol_agency(agency)
        for person in (self.author,) if self.SMALL else (self.author, *self.approvers, self.reader): self.enrol(person)
        if not self.SMALL:
            self.confirm(self.tj, self.af)
            self.suspend_and_reinstate(self.author)
            self.log_policy()
        self.publish(self.reader, 1)
        self.before_acceptance()
        self.accept()
        if not self.SMALL: self.after()
        self.size_after = getattr(self, "size_after", len(self.ledger.leaves))

    def tick(self):
        self.time += 1_234
        return self.time

    def found(self):
        body = manifest_body(ORIGIN, 1, self.log_signer.pk, v1.key_pair(v1.rnd("broker curve"))[1], self.centre_root.pk,
                             v1.key_pair(v1.rnd("centre audit"))[1], ["tcp://127.0.0.1:7000"])
        self.manifest, self.home = record(MANIFEST, body, self.centre_root), TH("manifest", body)
        self.ledger.append(ADMIN, self.tick(), {1: b"\1", 13: self.manifest})
        self.ledger.append(EPOCH, self.tick(), {1: b"\0", 15: v1.rnd("epoch nonce"), 16: b"python"})
        self.records.append((MANIFEST, self.manifest))

    def log_record(self, kind, body, *signers):
        wire = record(kind, body, *signers)
        entry, event = (LADDER, b"\0") if kind == BUNDLE else (KEY, bytes([KEY_EVENTS[kind]]))
        self.ledger.append(entry, self.tick(), {1: event, 13: wire})
        self.records.append((kind, wire))
        return TH(LABELS[kind], body)

    def registrars_of(self, agency):
        return agency.people

    def before_acceptance(self):
        """Nothing, in the honest story."""

    def log_policy(self):
        rules = [rule("export.recalls", 1, 1, [212], 1, [[(2, "TJ-DCA")], [(3, "AF")]], 2, 4, 1 << 20), rule("deny.rest", 1, 2, [], 3, [[], []])]
        wire = record(POLICY, policy_body("TJ-DCA", 1, ZERO, rules), *self.tj.people)
        self.ledger.append(KIND_POLICY, self.tick(), {1: b"\0", 13: wire})
        self.records.append((POLICY, wire))

    def enrol_agency(self, a):
        body = lambda previous: agency_body(a.name, a.k, [s.pk for s in a.roots], a.audit, START - DAY, START + 10 * YEAR, previous)
        a.agency_hash = self.log_record(AGENCY, body(ZERO), self.centre_root)
        if not self.SMALL: a.agency_hash = self.log_record(AGENCY, body(a.agency_hash), self.centre_root, *self.old_roots_of(a))
        people = [(s.pk, f"registrar-{i}") for i, s in enumerate(a.people)]
        a.registrars_hash = self.log_record(REGISTRARS, registrars_body(a.name, 2, people, START - DAY, START + YEAR), *a.quorum())

    def old_roots_of(self, a):
        return a.quorum()

    def enrol(self, p):
        agency = self.tj if p.agency == self.tj.name else self.af
        known = {body for kind, wire in self.records if kind == OFFICE for body in [parse_record(wire)[1]]}
        office = office_body(p.agency, p.office, agency.country, 1, START - DAY, START + YEAR)
        if office not in known: self.log_record(OFFICE, office, *agency.people)
        serial = len(self.records)
        p.certificate = self.log_record(DEVICE, device_body(p.request(), p.signer, START - DAY, START + YEAR, serial), *self.registrars_of(agency))

    def confirm(self, a, peer):
        self.log_record(PEERS, peers_body(a.name, 1, ZERO, [(peer.name, peer.k, [s.pk for s in peer.roots])]), *a.people)

    def suspend_and_reinstate(self, p):
        slip = self.log_record(SUSPEND, suspend_body(p.agency, p.certificate, START, START + YEAR, 41), *self.tj.people)
        self.log_record(REINSTATE, reinstate_body(p.agency, p.certificate, slip), *self.tj.people)

    def publish(self, p, sequence):
        day = START // DAY
        pairs = [v1.key_pair(v1.rnd(f"epoch {p.name} {i}")) for i in range(30)]
        self.log_record(BUNDLE, bundle_body(p.certificate, sequence, ZERO, day, 7, [(pk,) for _, pk in pairs]), p.signer)
        p.key_id, p.epoch = sequence << 32 | day, pairs[0]

    def accept(self):
        v1.HOME, v1.HEAD_SIZE, v1.HEAD_ROOT = self.home, len(self.ledger.leaves), root(self.ledger.leaves)
        message_id, case_id, target = v1.rnd("message", 16), v1.rnd("case", 16), v1.rnd("target", 16)
        self.attachment = bytes((i * 31 + (i >> 9)) & 255 for i in range(300 if self.SMALL else 70_000))
        content = recall_content(message_id, self.author.certificate, case_id, target, "Gro\u00df: \u0430\u0434\u0440\u0435\u0441 wrong",
                                 "line one\nline two", [(len(self.attachment), "image/jpeg", "truck.jpg")], ["AF-SKB-BLO"])
        self.stream0 = v1.rnd("stream 0") + sha(self.attachment) + content
        self.seal(self.make_header(message_id, case_id, target))
        self.item = self.make_item([self.eh, v1.rnd("another envelope"), v1.rnd("a third")])
        self.accepted = self.ledger.append(MSG, self.tick(), self.acceptance())

    def make_header(self, message_id, case_id, target):
        return header(self.home, self.author.certificate, message_id, case_id, 212, self.time, self.time + 7 * DAY,
                      TH("content", self.stream0), supersedes=target)

    def seal(self, h):
        ctx = TH("ctx", h)
        mk = v1.mac(v1.rnd("random32"), b"mk" + v1.rnd("hedge") + sha(self.stream0))
        prk = v1.extract(ctx, mk)
        self.secrets, streams, self.ciphertexts = [], [], []
        for j, plain in enumerate((self.stream0, self.attachment)):
            s, k, c = v1.stream_keys(prk, j)
            parts = self.encrypt(k, plain)
            self.secrets.append(s)
            self.ciphertexts.append(b"".join(parts))
            streams.append((c, root(parts), sum(map(len, parts))))
        commits = [c for c, _, _ in streams]
        label = v1.label(v1.VISIBLE, v1.rnd("blind", 16), self.reader.certificate, self.reader.key_id, 0, 0)
        enc, ct = v1.seal_stanza(prk, ctx, commits, mk, label, {"pk": self.reader.epoch[1]})
        self.stanza = {"label": label, "enc": enc, "ct": ct}
        self.blind = v1.rnd("audience blind", 16)
        aud = v1.audience(self.blind, [self.reader.office])
        approvals = sorted(self.approval(p, ctx, aud) for p in self.approvers)
        self.envelope = v1.encode_E(h, streams, approvals, 1, root([v1.stanza_leaf(self.stanza)]))
        self.eh = TH("envelope", self.envelope)

    def encrypt(self, k, plain):
        return v1.encrypt(k, v1.pad(plain))

    def approval(self, p, ctx, aud):
        return p.certificate, aud, sign(p.signer.seed, "approval", self.home + ctx + aud)

    def make_item(self, ehs):
        b = v1.batch(ehs, seed=self.author.signer.seed)
        return b["B"] + b["sig"] + be(0, 2) + b"".join(path(ehs, 0))

    def acceptance(self):
        lines = b"".join(bytes([d]) + text(a) + text(r) + v1.rnd("policy of " + a)
                         for d, a, r in ((1, "TJ-DCA", "export.recalls"), (2, "AF-CNP", "import.all")))
        stanzas = be(1, 2) + b"\1" + self.stanza["label"] + sha(self.stanza["enc"] + self.stanza["ct"])
        return {1: b"\1", 3: b"TJ-DCA", 4: b"AF-CNP", 5: self.envelope, 6: self.item, 7: self.blind, 8: stanzas,
                9: b"\1\0" + be(2, 2) + lines, 18: self.eh}

    def after(self):
        """The reader says it came; later its device is lost; the ledger goes on."""
        self.statement = be(1, 1) + self.eh + self.reader.certificate + be(self.accepted, 8) + be(self.tick(), 8) + be(0, 2)
        leaf = TH("delivery", self.statement)
        b = v1.batch([leaf], "deliveries", seed=self.reader.signer.seed)
        self.statement_item = b["B"] + b["sig"] + be(0, 2)
        self.ledger.append(MSG, self.tick(), {1: b"\2", 3: b"TJ-DCA", 4: b"AF-CNP", 6: self.statement_item, 10: be(self.accepted, 8),
                                              11: self.statement, 18: self.eh})
        self.size_after = len(self.ledger.leaves)
        self.log_record(REVOKE, revoke_body("AF-CNP", self.reader.certificate, 2, 0), *self.af.people)
        self.ledger.append(TIME, self.tick(), {1: b"\0"})

    def card(self):
        return {"home": self.home, "origin": ORIGIN, "log": self.log_signer.pk, "centre_root": self.centre_root.pk}

    def card_json(self):
        return {"format": "chapar-trust-card/1", "origin": ORIGIN, "home": self.home.hex(), "log_key": self.log.vkey(),
                "centre_root": self.centre_root.pk.hex()}

    def agency_roots(self):
        return text(self.tj.name) + quorum(self.tj.k, sorted(s.pk for s in self.tj.roots))

    def evidence(self, stream=0, sizes=None, **change):
        given = {"accepted": self.accepted, "envelope": self.envelope, "item": self.item, "stream": stream,
                 "secret": self.secrets[stream], "ciphertext": self.ciphertexts[stream], **change}
        sizes = sizes or sorted({self.size_after, len(self.ledger.leaves)})
        return write_evidence(self.manifest, self.ledger, sizes, **given)


def write_vectors(folder):
    """Known answers: packages that chapar-verify must accept, the card and the roots they are judged by."""
    for name, story in (("whole", Story()), ("small", Small())):
        (folder / f"{name}.card.json").write_text(json.dumps(story.card_json(), indent=1) + "\n")
        (folder / f"{name}.roots").write_bytes(story.agency_roots())
        for stream in (0, 1): (folder / f"{name}-{stream}.evidence").write_bytes(story.evidence(stream))
        (folder / f"{name}-0.text").write_bytes(story.stream0)


class Small(Story):
    SMALL = True


if __name__ == "__main__":
    write_vectors(pathlib.Path(__file__).resolve().parents[1] / "evidence")
