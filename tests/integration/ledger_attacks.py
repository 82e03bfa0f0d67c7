"""What an operator may try with an export, and what an auditor sees: the real programs, the real ledger of a centre.

Each case takes a true export apart, changes it as an attacker would (digests fit again), and demands the rule that
must say so. Forks of segments and hostile archives: tests/unit/verify."""
import base64
import hashlib
import io
import json
import struct
import tarfile
import unittest

import centre as stage


def members_of(file):
    with tarfile.open(file) as archive:
        return {m.name: bytearray(archive.extractfile(m).read()) for m in archive.getmembers()}


def write(file, members, sums=True):
    if sums:
        lines = [f"{hashlib.sha256(bytes(b)).hexdigest()}  {n}\n" for n, b in members.items() if n != "SHA256SUMS"]
        members["SHA256SUMS"] = bytearray("".join(lines).encode())
    with tarfile.open(file, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            archive.addfile(head, io.BytesIO(bytes(content)))
    return file


def split(bundle, width):
    """The parts of a bundle, each with its length before it."""
    parts, at, form = [], 0, ">H" if width == 2 else ">I"
    while at < len(bundle):
        size, = struct.unpack_from(form, bundle, at)
        parts.append(bytes(bundle[at:at + width + size]))
        at += width + size
    return parts


class LedgerAttacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = stage.two_offices()
        cls.addClassCleanup(centre.close)
        cls.old = centre.file("old.tar")
        assert centre.send().exit == 0
        centre.inbox()
        cls.export(cls.old)
        for _ in range(2):
            assert centre.send().exit == 0
        refused = centre.send(file=centre.alert_file(classification="secret"))
        assert refused.exit == 4, refused
        centre.inbox()
        centre.outbox()
        cls.new = centre.file("new.tar")
        cls.entries = cls.export(cls.new)["entries"]

    @classmethod
    def export(cls, out, *more):
        return cls.centre.must("ledger", "export", "--out", out, "--broker", cls.centre.dir, *more).results[0]

    def verify(self, file, *more, trust=None):
        ran = self.centre.program("chapar-verify", file, "--card", trust or self.centre.card, "--json", *more)
        ran.failed = {r["rule"] for r in ran.results if not r.get("ok", True)} - {"verdict"}
        ran.facts = {}
        for r in ran.results:
            if "fact" in r:
                ran.facts.setdefault(r["fact"], []).append(r["value"])
        ran.not_proven = [r["not_proven"] for r in ran.results if "not_proven" in r]
        return ran

    def attacked(self, change, *more, sums=True):
        members = members_of(self.new)
        change(members)
        return self.verify(write(self.centre.file("attacked.tar"), members, sums), *more)

    def caught(self, ran, *rules):
        self.assertEqual(ran.exit, 5, ran)
        self.assertLessEqual(set(rules), ran.failed, ran)

    def key_of(self, agency):
        return self.centre.home(agency + "-audit") / "audit.keystore"

    def name(self, members, prefix):
        return next(n for n in members if n.startswith(prefix))

    # What is true

    def test_an_export_verifies_and_says_what_it_does_not_prove(self):
        ran = self.verify(self.new)
        self.assertEqual((ran.exit, ran.failed), (0, set()), ran)
        self.assertEqual(ran.facts["entries"], [f"0 to {self.entries}"])
        self.assertTrue(any("sealed bodies" in s for s in ran.not_proven), ran)
        signature = next(r for r in ran.results if r.get("rule") == "checkpoint.signature")
        self.assertEqual(signature["expected"], signature["found"])

    def test_a_directory_holds_the_same_tree_and_the_auditors_device_hands_out_the_same(self):
        tree = self.centre.file("tree")
        self.export(tree, "--directory")
        ran = self.verify(tree)
        self.assertEqual(ran.exit, 0, ran)
        self.centre.device("TJ-DCA", "TJ-AUD-DSH", role="auditor")
        device = self.centre.file("device.tar")
        self.centre.must("ledger", "export", "--out", device, "--home", self.centre.home("TJ-AUD-DSH"))
        again = self.verify(device, "--note", tree / "checkpoint")
        self.assertEqual(again.exit, 0, again)
        taken = self.centre.chapar("ledger", "export", "--out", device, "--broker", self.centre.dir)
        self.assertEqual(taken.exit != 0, True, taken)

    def test_a_rewritten_archive_without_a_change_verifies(self):
        self.assertEqual(self.attacked(lambda members: None).exit, 0)

    def test_a_moment_shows_who_was_certified(self):
        late = self.verify(self.new, "--at", str(self.entries))
        self.assertEqual(len(late.facts["at.certified"]), 2, late)
        early = self.verify(self.new, "--at", "2")
        self.assertEqual((early.exit, early.facts.get("at.certified")), (0, None), early)
        self.caught(self.verify(self.new, "--at", str(self.entries + 1)), "at")

    def test_a_later_tree_only_appends_to_an_earlier_one(self):
        sizes = [int(bytes(members_of(f)["checkpoint"]).split(b"\n")[1]) for f in (self.old, self.new)]
        ran = self.verify(self.new, "--between", *map(str, sizes))
        self.assertEqual(ran.exit, 0, ran)
        root = base64.b64decode(bytes(members_of(self.old)["checkpoint"]).split(b"\n")[2]).hex()
        self.assertEqual(ran.facts["between.older"], [f"{sizes[0]} {root}"])

    # What an agency proves

    def test_each_agency_proves_its_own_entries_and_none_of_the_others(self):
        own = {}
        for agency in ("TJ-DCA", "AF-CNP"):
            ran = self.verify(self.new, "--agency", self.key_of(agency))
            self.assertEqual((ran.exit, ran.failed), (0, set()), ran)
            self.assertEqual(ran.facts["agency"], [agency])
            self.assertEqual(ran.facts["agency.accepted"], ["3"], ran)
            self.assertEqual(ran.facts["agency.delivered"], ["3"], ran)
            [heads] = [r["sentence"] for r in ran.results if r.get("rule") == "agency.heads"]
            self.assertRegex(heads, r"^[1-9][0-9]* heads that authors signed are of this tree$")
            own[agency] = ran.facts
        self.assertEqual(own["TJ-DCA"]["agency.rejected"], ["1"])
        self.assertNotIn("agency.rejected", own["AF-CNP"])  # a refusal is the sender's agency's alone
        everything = self.verify(self.new, "--agency", self.centre.root / "audit.keystore")
        self.assertEqual((everything.exit, everything.facts["agency"]), (0, ["*"]), everything)
        self.assertEqual(everything.facts["agency.rejected"], ["1"])

    def test_keys_that_are_nobodys_audit_key_prove_nothing(self):
        self.centre.must("key", "audit", "--home", self.centre.home("stray"), "--name", "stray", "--card",
                         self.centre.card, "--out", self.centre.file("stray.key"))
        self.caught(self.verify(self.new, "--agency", self.centre.home("stray") / "audit.keystore"), "agency.keys")
        registrar = self.centre.home("TJ-DCA-registrar-1") / "registrar.keystore"
        self.caught(self.verify(self.new, "--agency", registrar), "agency.keys")

    def test_a_body_of_its_own_that_is_held_back_is_missed(self):
        def hold_back(members):
            name = self.name(members, "body/")
            bodies = split(members[name], 4)
            leaves = split(members[self.name(members, "tile/entries/")], 2)
            sealed = [i for i, leaf in enumerate(leaves) if leaf[3] == 1]  # MSG
            bodies[sealed[-1]] = struct.pack(">I", 0)
            members[name] = bytearray(b"".join(bodies))
        self.assertEqual(self.attacked(hold_back).exit, 0)  # without a key nobody can tell
        self.caught(self.attacked(hold_back, "--agency", self.key_of("TJ-DCA")), "agency.bodies")

    def test_a_sealed_body_in_anothers_place_does_not_open(self):
        def exchange(members):
            name = self.name(members, "body/")
            bodies = split(members[name], 4)
            leaves = split(members[self.name(members, "tile/entries/")], 2)
            a, b = [i for i, leaf in enumerate(leaves) if leaf[3] == 1][-2:]
            bodies[a], bodies[b] = bodies[b], bodies[a]
            members[name] = bytearray(b"".join(bodies))
        self.caught(self.attacked(exchange, "--agency", self.key_of("TJ-DCA")), "agency.bodies")

    # What an operator may try

    def flip(self, prefix, at):
        def change(members):
            members[self.name(members, prefix)][at] ^= 1
        return change

    def test_edited_leaf(self):
        self.caught(self.attacked(self.flip("tile/entries/", -1)), "entries.root")

    def test_edited_body(self):
        self.caught(self.attacked(self.flip("body/", 60)), "body.commit")
        self.caught(self.attacked(self.flip("body/", 60), sums=False), "body.digest")

    def test_edited_tile(self):
        ran = self.attacked(self.flip("tile/0/", 45))
        self.caught(ran, "tiles.match")
        self.assertNotIn("entries.root", ran.failed)

    def test_edited_head(self):
        note = bytes(members_of(self.new)["checkpoint"])
        self.caught(self.attacked(self.flip("checkpoint", note.index(b"\n") + 1)), "checkpoint.signature")
        self.caught(self.attacked(self.flip("checkpoint", len(note) - 20)), "checkpoint.signature")

    def test_two_entries_reordered(self):
        def swap(members):
            for prefix, width in (("tile/entries/", 2), ("body/", 4)):
                name = self.name(members, prefix)
                parts = split(members[name], width)
                parts[-1], parts[-2] = parts[-2], parts[-1]
                members[name] = bytearray(b"".join(parts))
        self.caught(self.attacked(swap), "entries.root", "entry.index")

    def test_truncated_to_an_older_valid_root(self):
        self.assertEqual(self.verify(self.old).exit, 0)  # by itself it is true
        note = self.centre.file("later.note")
        note.write_bytes(bytes(members_of(self.new)["checkpoint"]))
        self.caught(self.verify(self.old, "--note", note), "note.held")
        earlier = self.centre.file("earlier.note")
        earlier.write_bytes(bytes(members_of(self.old)["checkpoint"]))
        self.assertEqual(self.verify(self.new, "--note", earlier).exit, 0)

    def test_an_older_head_over_the_newer_entries(self):
        def older(members):
            members["checkpoint"] = members_of(self.old)["checkpoint"]
        self.caught(self.attacked(older), "archive.complete")

    def test_a_record_that_its_signers_did_not_sign(self):
        def forge(members):
            name = self.name(members, "body/")
            bodies = split(members[name], 4)
            bodies[2] = bodies[2][:-1] + bytes([bodies[2][-1] ^ 1])  # the end of a signature
            members[name] = bytearray(b"".join(bodies))
        self.caught(self.attacked(forge), "directory.signatures", "body.commit")

    def test_another_centres_card(self):
        card = json.loads(self.centre.card.read_text())
        card["home"] = "00" * 32
        other = self.centre.file("other.card")
        other.write_text(json.dumps(card))
        self.caught(self.verify(self.new, trust=other), "trust.manifest")

    def test_a_missing_member_and_a_cut_archive(self):
        def drop(members):
            del members[self.name(members, "body/")]
        self.caught(self.attacked(drop), "archive.complete")
        cut = self.centre.file("cut.tar")
        cut.write_bytes(self.new.read_bytes()[:-3000])
        self.caught(self.verify(cut), "archive.complete")


if __name__ == "__main__":
    unittest.main()
