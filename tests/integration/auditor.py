"""Two agencies, an auditor each: every one sees exactly its own, is told what is kept from it, searches and proves."""
import base64
import hashlib
import json
import pathlib
import shutil
import struct
import unittest

from centre import ALERT, two_offices

CASES = ["11" * 16, "22" * 16]


class Auditors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = two_offices()
        centre.device("TJ-DCA", "TJ-AUD", role="auditor")
        centre.device("AF-CNP", "AF-AUD", "AF", role="auditor")
        # Two accepted in two cases, one refused: the policy of TJ-DCA lets nothing CONFIDENTIAL out.
        for case, more in [(CASES[0], {}), (CASES[1], {}), (CASES[0], {"classification": "confidential"})]:
            centre.send(file=centre.alert_file(case=case, **more))
        centre.inbox()  # AF-SKB-BLO takes both
        # What one agency has with itself is nobody else's.
        centre.device("TJ-DCA", "TJ-KHJ-BLO")
        for _ in range(3):
            centre.send(file=centre.alert_file(case=CASES[1], to=["TJ-KHJ-BLO"]))
        for name in ("TJ", "AF"):
            cls.auditor(name, "sync")

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    @classmethod
    def key(cls, name):
        agency = {"TJ": "TJ-DCA", "AF": "AF-CNP"}[name]
        return cls.centre.home(agency + "-audit") / "audit.keystore"

    @classmethod
    def auditor(cls, name, command, *arguments, key=True, mirror=None, home=True):
        options = ["--home", cls.centre.home(name + "-AUD")] if home else []
        options += ["--key", cls.key(name)] if key else []
        options += ["--mirror", mirror] if mirror else []
        return cls.centre.chapar("ledger", command, *arguments, *options)

    def found(self, name, *arguments):
        ran = self.auditor(name, "search", *arguments, key=False)
        self.assertEqual(ran.exit, 0, ran)
        return [r for r in ran.results if "entry" in r]

    def messages(self, name, *arguments):
        return [r for r in self.found(name, "--limit", 1000, *arguments) if "envelope" in r]

    def test_each_sees_exactly_its_own_and_none_is_missing(self):
        views = {}
        for name, agency in [("TJ", "TJ-DCA"), ("AF", "AF-CNP")]:
            ran = self.auditor(name, "view")
            self.assertEqual(ran.exit, 0, ran)
            views[name] = ran.results[-1]
            self.assertTrue(views[name]["complete"])
            self.assertEqual(views[name]["reader"], agency)
            self.assertEqual(views[name]["opened"], views[name]["own"])
        self.assertGreater(views["TJ"]["own"], views["AF"]["own"])
        tj, af = self.messages("TJ"), self.messages("AF")
        self.assertTrue({m["entry"] for m in af} < {m["entry"] for m in tj})
        self.assertTrue(all("AF-CNP" in (m["sender_agency"], m["recipient_agency"]) for m in af))
        # The refusal is its sender's agency's alone.
        self.assertEqual([m["code"] for m in self.messages("TJ", "--refused")], ["policy.refused"])
        self.assertEqual(self.messages("AF", "--refused"), [])

    def test_an_entry_of_others_is_not_opened_and_that_is_said(self):
        refused = self.messages("TJ", "--refused")[0]["entry"]
        own = self.auditor("TJ", "show", refused)
        self.assertEqual(own.exit, 0, own)
        self.assertEqual(own.results[0]["decision"]["effect"], "deny")
        self.assertEqual(self.auditor("AF", "show", refused).code, "not.permitted")

    def test_search_by_office_case_kind_and_time(self):
        first = self.messages("TJ", "--case", CASES[0])
        self.assertTrue(first and all(m["case"] == CASES[0] for m in first))
        events = [m["event"] for m in first]
        self.assertEqual((events.count("accepted"), events.count("refused")), (1, 1))
        self.assertIn("delivered", events)  # events stand under the case of their envelope
        office = self.messages("AF", "--office", "AF-SKB-BLO", "--kind", "seizure-alert")
        self.assertTrue(office and all("AF-SKB-BLO" in m["offices"] for m in office))
        self.assertEqual(self.messages("AF", "--office", "TJ-KHJ-BLO"), [])
        self.assertEqual(self.messages("TJ", "--kind", "recall"), [])
        self.assertEqual(self.found("TJ", "--to", "2020-01-01T00:00:00Z"), [])
        everything = self.found("TJ", "--limit", 1000)
        self.assertEqual(self.found("TJ", "--from", "2020-01-01T00:00:00Z", "--limit", 1000), everything)
        self.assertEqual(self.found("TJ", "--from", "9000-01-01T00:00:00Z"), [])

    def test_pages_follow_each_other_without_gap_or_overlap(self):
        whole = [r["entry"] for r in self.found("TJ", "--limit", 1000)]
        paged, after = [], None
        while True:
            ran = self.auditor("TJ", "search", "--limit", 7, *(["--after", after] if after is not None else []), key=False)
            paged += [r["entry"] for r in ran.results if "entry" in r]
            more = [r for r in ran.results if "more" in r]
            if not more:
                break
            after = more[0]["after"]
        self.assertEqual(paged, whole)
        self.assertGreater(len(whole), 20)

    def test_a_proof_is_checked_by_a_reader_of_its_own(self):
        entry = self.messages("AF")[0]["entry"]
        file = self.centre.file("one.tlog-proof")
        ran = self.auditor("AF", "prove", entry, "--out", file, key=False)
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual(check_proof(file.read_text(), vkey_of(self.centre)), entry)
        broken = file.read_text().replace(f"index {entry}\n", f"index {entry + 1}\n")
        with self.assertRaises(AssertionError):
            check_proof(broken, vkey_of(self.centre))

    def test_a_view_file_holds_the_keys_of_this_agency_only(self):
        file = self.centre.file("af.view")
        self.assertEqual(self.auditor("AF", "view", "--out", file).exit, 0)
        head, *lines = file.read_text().splitlines()
        self.assertEqual(head, "chapar-view/1 chapar.test/ledger/1 AF-CNP")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        for line in lines:
            index, scope, secret = line.split(" ")
            self.assertEqual(len(bytes.fromhex(secret)), 32)
            self.assertIn(b"AF-CNP", bytes.fromhex(scope))
        self.assertGreater(len(lines), 1)

    def exported(self, name):
        folder = self.centre.file(name)
        shutil.rmtree(folder, ignore_errors=True)
        ran = self.centre.chapar("ledger", "export", "--directory", "--out", folder, "--home", self.centre.home("AF-AUD"))
        self.assertEqual(ran.exit, 0, ran)
        return folder

    def fed(self, folder, mirror, key=True):
        return self.auditor("AF", "sync", "--export", folder, "--card", self.centre.card, mirror=mirror, key=key,
                            home=False)

    def test_a_withheld_body_is_named_and_comes_with_the_next_honest_answer(self):
        folder, mirror = self.exported("withheld"), self.centre.file("withheld.mirror")
        victim = [m for m in self.messages("AF") if m["event"] == "accepted"][0]["entry"]
        change(folder, "body", victim, lambda body: b"", "I")
        ran = self.fed(folder, mirror)
        self.assertEqual(ran.exit, 5, ran)
        view = ran.results[-1]
        self.assertFalse(view["complete"])
        self.assertEqual([m["entry"] for m in view["missing"]], [victim])
        self.assertEqual(self.auditor("AF", "show", victim, mirror=mirror).code, "leaf.invalid")
        again = self.auditor("AF", "sync", mirror=mirror)
        self.assertEqual(again.exit, 0, again)
        self.assertEqual(again.results[0]["bodies"], 1)
        self.assertTrue(again.results[-1]["complete"])

    def test_another_body_than_the_one_logged_is_named(self):
        folder, mirror = self.exported("changed"), self.centre.file("changed.mirror")
        victim = [m for m in self.messages("AF") if m["event"] == "delivered"][0]["entry"]
        change(folder, "body", victim, lambda body: body[:-1] + bytes([body[-1] ^ 1]), "I")
        ran = self.fed(folder, mirror)
        self.assertEqual((ran.exit, [m["entry"] for m in ran.results[-1]["missing"]]), (5, [victim]))

    def test_a_changed_leaf_leads_nowhere_and_nothing_of_it_is_kept(self):
        for name, alter in [("leaf", lambda leaf: leaf[:40] + bytes([leaf[40] ^ 1]) + leaf[41:]),
                            ("hidden", lambda leaf: b"\0" + hashlib.sha256(b"\0" + leaf + b"x").digest())]:
            folder, mirror = self.exported(name), self.centre.file(name + ".mirror")
            victim = [m for m in self.messages("AF") if m["event"] == "accepted"][0]["entry"]
            change(folder, "tile/entries", victim, alter, "H")
            if name == "hidden":
                change(folder, "body", victim, lambda body: b"", "I")
            ran = self.fed(folder, mirror)
            self.assertEqual((ran.exit, ran.code), (5, "head.mismatch"), ran)
            self.assertEqual(self.auditor("AF", "view", mirror=mirror).exit, 1)
            honest = self.auditor("AF", "sync", mirror=mirror)
            self.assertEqual(honest.exit, 0, honest)

    def test_a_tombstone_without_a_prune_entry_is_no_complete_view(self):
        folder, mirror = self.exported("tombstone"), self.centre.file("tombstone.mirror")
        victim = [m for m in self.messages("AF") if m["event"] == "accepted"][0]["entry"]
        change(folder, "tile/entries", victim, lambda leaf: b"\0" + hashlib.sha256(b"\0" + leaf).digest(), "H")
        change(folder, "body", victim, lambda body: b"", "I")
        ran = self.fed(folder, mirror)
        self.assertEqual(ran.exit, 5, ran)
        self.assertEqual((ran.results[-1]["pruned"], ran.results[-1]["complete"]), (1, False))

    def test_replay_with_an_agencys_key_and_until_a_moment(self):
        folder = self.exported("replayed")
        for name, agency in [("TJ", "TJ-DCA"), ("AF", "AF-CNP")]:
            ran = self.centre.program("chapar-replay", folder, "--key", self.key(name), "--json")
            self.assertEqual(ran.exit, 0, ran)
            self.assertEqual((ran.results[0]["key"], ran.results[0]["differences"]), (agency, []))
            self.assertGreater(ran.results[0]["facts"], 3)
        first = [m for m in self.messages("AF") if m["event"] == "accepted"][0]["entry"]
        ran = self.centre.program("chapar-replay", folder, "--key", self.centre.root / "audit.keystore", "--until", first, "--json")
        self.assertEqual(ran.exit, 0, ran)
        waiting = [r for r in ran.results if r.get("standing") == "envelope"]
        self.assertEqual([(r["to"], r["state"]) for r in waiting], [("AF-SKB-BLO", "waiting, may be handed out")])
        public = self.centre.program("chapar-replay", folder, "--json")
        self.assertEqual((public.exit, public.results[0]["key"]), (0, "none"), public)

    def test_the_centres_auditor_sees_everything_over_the_socket(self):
        mirror = self.centre.file("centre.mirror")
        ran = self.centre.chapar("ledger", "sync", "--broker", self.centre.dir, "--key", self.centre.root / "audit.keystore", "--mirror", mirror)
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual((ran.results[-1]["reader"], ran.results[-1]["others"]), ("*", 0))
        other = self.centre.chapar("ledger", "view", "--key", self.key("AF"), "--mirror", mirror)
        self.assertEqual(other.code, "conflict")


def change(folder, tree, index, alter, length):
    """Alters one entry of a bundle of 256 in a directory export. Other digests are not put right: nobody here asks them."""
    bundle = index // 256
    base = pathlib.Path(folder, tree)
    path = next(p for p in [base / f"{bundle:03}", *base.glob(f"{bundle:03}.p/*")] if p.is_file())
    data, entries, at = path.read_bytes(), [], 0
    size = struct.calcsize(">" + length)
    while at < len(data):
        (count,) = struct.unpack_from(">" + length, data, at)
        entries.append(data[at + size:at + size + count])
        at += size + count
    entries[index % 256] = alter(entries[index % 256])
    path.write_bytes(b"".join(struct.pack(">" + length, len(e)) + e for e in entries))


def vkey_of(centre):
    return json.loads(centre.card.read_text())["log_key"]


def check_proof(text, vkey):
    """C2SP tlog-proof, signed note and RFC 9162, from their texts alone. Returns the index."""
    head, note = text.split("\n\n", 1)
    magic, extra, index, *path = head.split("\n")
    assert magic == "c2sp.org/tlog-proof@v1"
    leaf = base64.b64decode(extra.removeprefix("extra "))
    index = int(index.removeprefix("index "))
    body, signatures = note.rsplit("\n\n", 1)
    origin, size, root = body.split("\n")[:3]
    check_note(body + "\n", signatures, vkey)
    node, last = hashlib.sha256(b"\0" + leaf).digest(), int(size) - 1
    at = index
    assert at <= last
    for sibling in map(base64.b64decode, path):
        assert last > 0, "too long"
        if at & 1 or at == last:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        at, last = at >> 1, last >> 1
    assert last == 0 and node == base64.b64decode(root), "another root"
    assert struct.unpack_from(">Q", leaf, 8)[0] == index, "another leaf"
    return index


def check_note(text, signatures, vkey):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    name, _, key = vkey.split("+", 2)
    line = next(s for s in signatures.splitlines() if s.startswith(f"\u2014 {name} "))
    signature = base64.b64decode(line.split(" ")[2])[4:]
    Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).verify(signature, text.encode())


if __name__ == "__main__":
    unittest.main()
