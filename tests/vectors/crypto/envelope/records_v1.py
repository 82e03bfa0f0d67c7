#!/usr/bin/python3
"""A centre written from crypto/README.md, records.md, ledger.md, keystore.md and evidence.md alone: records, certificates, bundles
here, then ledger_v1.py, evidence_v1.py and story_v1.py. With generate_v1.py (envelope.md) they are the independent implementation that
tests/integration/interop.py holds against the C++ code, in both directions. Nothing here is read from, or shared with, that code.

Debian: python3-cryptography, python3-nacl.
"""
import generate_v1 as v1
from generate_v1 import TH, be, demand, sign, verify

LABELS = {1: "manifest", 2: "agency", 3: "office", 4: "device", 5: "bundle", 6: "revoke", 7: "policy", 8: "registrars", 9: "peers",
          10: "suspend", 11: "reinstate"}
MANIFEST, AGENCY, OFFICE, DEVICE, BUNDLE, REVOKE, POLICY, REGISTRARS, PEERS, SUSPEND, REINSTATE = range(1, 12)
KEY_EVENTS = {AGENCY: 1, OFFICE: 2, DEVICE: 3, REVOKE: 4, REGISTRARS: 6, PEERS: 7, SUSPEND: 8, REINSTATE: 9}
MSG, KEY, KIND_POLICY, ADMIN, TIME, EPOCH, LADDER = 1, 2, 3, 4, 5, 8, 11
DAY = 86_400_000
ZERO = bytes(32)


# ---- layouts ---------------------------------------------------------------------------------------------------------------------
def counted(width, data):
    return be(len(data), width) + data


def text(value):
    return counted(1, value.encode())


class Reader:
    """Big-endian fields; Refused for a byte too few, or too many at the end."""

    def __init__(self, data, check="parse"):
        self.data, self.at, self.check = data, 0, check

    def raw(self, size):
        demand(self.at + size <= len(self.data), self.check)
        self.at += size
        return self.data[self.at - size:self.at]

    def num(self, width):
        return int.from_bytes(self.raw(width), "big")

    def counted(self, width):
        return self.raw(self.num(width))

    def text(self):
        return self.counted(1).decode()

    def rest(self):
        return len(self.data) - self.at

    def end(self):
        demand(self.at == len(self.data), self.check)


class Signer:
    def __init__(self, name):
        self.seed = v1.rnd("seed of " + name)
        self.pk = v1.sodium.crypto_sign_seed_keypair(self.seed)[0]


# ---- records: what is signed, and by whom ------------------------------------------------------------------------------------------
def record(kind, body, *signers):
    signed = sorted((s.pk, sign(s.seed, LABELS[kind], body)) for s in signers)
    return be(kind, 1) + counted(4, body) + be(len(signed), 1) + b"".join(pk + sig for pk, sig in signed)


def record_hash(wire):
    kind, body, _ = parse_record(wire)
    return TH(LABELS[kind], body)


def parse_record(wire):
    demand(len(wire) <= 16384, "record")
    r = Reader(wire, "record")
    kind, body = r.num(1), r.counted(4)
    signers = [(r.raw(32), r.raw(64)) for _ in range(r.num(1))]
    r.end()
    keys = [pk for pk, _ in signers]
    demand(kind in LABELS and body[:1] == b"\1" and len(keys) <= 17 and keys == sorted(set(keys)), "record")
    demand(all(verify(pk, LABELS[kind], body, sig) for pk, sig in signers), "record.signature")
    return kind, body, keys


def quorum(k, keys):
    return be(k, 1) + be(len(keys), 1) + b"".join(keys)


def manifest_body(origin, number, log, curve, centre_root, auditor, endpoints):
    return (b"\1" + text(origin) + be(number, 4) + log + curve + centre_root + auditor + be(len(endpoints), 1)
            + b"".join(map(text, endpoints)))


def agency_body(name, k, roots, audit, begin, end, previous=ZERO):
    return b"\1" + text(name) + quorum(k, roots) + audit + be(begin, 8) + be(end, 8) + previous


def registrars_body(name, k, people, begin, end, previous=ZERO):
    return (b"\1" + text(name) + be(k, 1) + be(len(people), 1) + b"".join(pk + text(who) for pk, who in people)
            + be(begin, 8) + be(end, 8) + previous)


def office_body(agency, office, country, roles, begin, end, previous=ZERO):
    return b"\1" + text(agency) + text(office) + country.encode() + be(roles, 2) + be(begin, 8) + be(end, 8) + previous


def request_body(agency, office, officer, device, pk, curve, created):
    return b"\1" + text(agency) + text(office) + text(officer) + text(device) + pk + curve + be(created, 8)


def device_body(request, owner, begin, end, serial, previous=ZERO):
    proof = sign(owner.seed, "request", request)
    return b"\1" + counted(2, request) + proof + be(begin, 8) + be(end, 8) + be(serial, 8) + previous


def bundle_body(certificate, sequence, previous, first, keep, keys):
    """keys[day] = (pk,) or, for an auditor, (pk_A, pk_B)."""
    return (b"\1" + certificate + be(sequence, 4) + previous + be(first, 4) + be(len(keys), 2) + be(keep, 2) + be(len(keys[0]), 1)
            + b"".join(b"".join(day) for day in keys))


def revoke_body(agency, certificate, reason, since):
    return b"\1" + text(agency) + certificate + be(reason, 2) + be(since, 8)


def peers_body(agency, version, previous, peers):
    return (b"\1" + text(agency) + be(version, 4) + previous + be(len(peers), 2)
            + b"".join(text(name) + quorum(k, sorted(roots)) for name, k, roots in sorted(peers)))


def suspend_body(agency, certificate, begin, end, slip):
    return b"\1" + text(agency) + certificate + be(begin, 8) + be(end, 8) + be(slip, 8)


def reinstate_body(agency, certificate, suspension):
    return b"\1" + text(agency) + certificate + suspension


def rule(name, direction, effect, kinds, class_max, sides, approvals=0, role=0, size_max=0):
    party = lambda p: be(p[0], 1) + text(p[1])
    return (text(name) + be(direction, 1) + be(effect, 1) + be(len(kinds), 2) + b"".join(be(k, 2) for k in kinds) + be(class_max, 1)
            + b"".join(be(len(side), 2) + b"".join(map(party, side)) for side in sides) + be(approvals, 1) + be(role, 2)
            + be(size_max, 8))


def policy_body(agency, version, previous, rules):
    return b"\1" + text(agency) + be(version, 4) + previous + be(len(rules), 2) + b"".join(rules)


class Directory:
    """Who may sign what, entry by entry in ledger order. Raises Refused(name of the record type)."""

    def __init__(self, centre_root):
        self.centre_root, self.agencies, self.offices, self.devices, self.keys, self.slips = centre_root, {}, {}, {}, set(), set()

    def take(self, wire, index, time):
        kind, body, signers = parse_record(wire)
        demand(kind in KEY_EVENTS or kind == BUNDLE, LABELS[kind])
        getattr(self, LABELS[kind])(body, set(signers), TH(LABELS[kind], body), index, time, LABELS[kind])
        return kind

    @staticmethod
    def signed(signers, k, keys, check):
        demand(signers <= set(keys) and len(signers) >= k, check)

    def by_registrars(self, name, signers, time, check):
        agency = self.agencies.get(name)
        demand(agency and agency.get("people"), check)
        self.signed(signers, agency["people_k"], agency["people"], check)
        demand(agency["from"] <= time < agency["to"] and agency["people_from"] <= time < agency["people_to"], check)

    @staticmethod
    def read_quorum(r, check):
        k, keys = r.num(1), [r.raw(32) for _ in range(r.num(1))]
        demand(1 <= k <= len(keys) <= 16 and len(set(keys)) == len(keys), check)
        return k, keys

    def agency(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        name, (k, roots), _ = r.text(), self.read_quorum(r, check), r.raw(32)
        begin, end, previous = r.num(8), r.num(8), r.raw(32)
        r.end()
        old = self.agencies.get(name)
        demand(self.centre_root in signers and signers <= {self.centre_root, *(old["roots"] if old else ())}, check)
        demand(not old or len(signers & set(old["roots"])) >= old["k"], check)
        demand(previous == (old["hash"] if old else ZERO) and begin < end and self.centre_root not in roots, check)
        self.agencies[name] = {**(old or {"versions": [], "people": None, "people_hash": ZERO, "peers": (0, ZERO)}), "k": k,
                               "roots": roots, "from": begin, "to": end, "hash": this}
        self.agencies[name]["versions"].append((k, set(roots)))

    def registrars(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        name, k = r.text(), r.num(1)
        people = [(r.raw(32), r.text()) for _ in range(r.num(1))]
        begin, end, previous = r.num(8), r.num(8), r.raw(32)
        r.end()
        agency = self.agencies.get(name)
        demand(agency and agency["from"] <= time < agency["to"] and previous == agency["people_hash"], check)
        self.signed(signers, agency["k"], agency["roots"], check)
        demand(2 <= k <= len(people) <= 16 and begin <= time < end <= begin + 732 * DAY, check)
        demand(len({pk for pk, _ in people}) == len({who for _, who in people}) == len(people), check)
        agency.update(people_k=k, people=[pk for pk, _ in people], people_from=begin, people_to=end, people_hash=this)

    def office(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        agency, name, _ = r.text(), r.text(), r.raw(4)
        begin, end, previous = r.num(8), r.num(8), r.raw(32)
        r.end()
        self.by_registrars(agency, signers, time, check)
        old = self.offices.get(name, {"agency": agency, "hash": ZERO})
        demand(old["agency"] == agency and old["hash"] == previous, check)
        self.offices[name] = {"agency": agency, "from": begin, "to": end, "hash": this}

    def device(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        request, proof = r.counted(2), r.raw(64)
        begin, end, _, previous = r.num(8), r.num(8), r.num(8), r.raw(32)
        r.end()
        q = Reader(request, check)
        demand(q.num(1) == 1, check)
        agency, office, officer, name, pk, curve, _ = q.text(), q.text(), q.text(), q.text(), q.raw(32), q.raw(32), q.num(8)
        q.end()
        demand(verify(pk, "request", request, proof), check)
        self.by_registrars(agency, signers, time, check)
        demand(self.offices.get(office, {}).get("agency") == agency and not {pk, curve} & self.keys and pk != curve, check)
        demand(begin < end <= begin + 366 * DAY and time < end, check)
        demand(previous == ZERO or self.devices.get(previous, {}).get("office") == office, check)
        self.keys |= {pk, curve}
        self.devices[this] = {"agency": agency, "office": office, "officer": officer, "name": name, "pk": pk, "from": begin, "to": end,
                              "index": index, "revoked": None, "suspended": None}

    def own(self, r, agency, check):
        device = self.devices.get(r.raw(32))
        demand(device and device["agency"] == agency, check)
        return device

    def revoke(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        agency = r.text()
        device, reason, _ = self.own(r, agency, check), r.num(2), r.num(8)
        r.end()
        self.by_registrars(agency, signers, time, check)
        demand(device["revoked"] is None and 1 <= reason <= 5, check)
        device["revoked"] = index

    def peers(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        agency, version, previous = r.text(), r.num(4), r.raw(32)
        names = [(r.text(), self.read_quorum(r, check))[0] for _ in range(r.num(2))]
        r.end()
        self.by_registrars(agency, signers, time, check)
        demand(names == sorted(set(names)) and agency not in names and len(names) <= 64, check)
        demand((version - 1, previous) == self.agencies[agency]["peers"], check)
        self.agencies[agency]["peers"] = (version, this)

    def suspend(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        agency = r.text()
        device, begin, end, _ = self.own(r, agency, check), r.num(8), r.num(8), r.num(8)
        r.end()
        if signers != {device["pk"]}:
            self.by_registrars(agency, signers, time, check)
        demand(begin <= time < end and this not in self.slips and device["revoked"] is None and not device["suspended"], check)
        self.slips.add(this)
        device["suspended"] = this

    def reinstate(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        agency = r.text()
        device, suspension = self.own(r, agency, check), r.raw(32)
        r.end()
        self.by_registrars(agency, signers, time, check)
        demand(device["suspended"] == suspension and device["revoked"] is None, check)
        device["suspended"] = None

    def bundle(self, body, signers, this, index, time, check):
        r = Reader(body[1:], check)
        device, _, _, _ = self.devices.get(r.raw(32)), r.num(4), r.raw(32), r.num(4)
        days, keep, keys = r.num(2), r.num(2), r.num(1)
        r.raw(32 * days * keys)
        r.end()
        demand(device and signers == {device["pk"]} and 1 <= days <= 60 and 2 <= keep <= 30 and keys in (1, 2), check)

    def objection(self, certificate, index, time):
        """Why a signature at this place does not count; empty if it does. Ask while the directory stands as it stood there."""
        device = self.devices.get(certificate)
        if not device: return "unknown"
        if not device["from"] <= time < device["to"]: return "expired"
        if device["index"] >= index: return "later"
        return "revoked" if device["revoked"] is not None else "suspended" if device["suspended"] else ""
