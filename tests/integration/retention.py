"""Shredding, holds and pruning through the programs: what is gone, what is left, and who may do it."""
import datetime
import pathlib
import unittest

import centre as stage

MONTH = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m")
BUCKET = ("--from", "TJ-DCA", "--to", "AF-CNP", "--month", MONTH, "--class", "366-days")


def scope_digits():
    """The beginning of the bucket's line in ledger.keys."""
    def counted(text):
        return bytes([len(text)]) + text.encode()
    return (b"\x01\x01" + counted("TJ-DCA") + counted("AF-CNP") + b"\x02" + int(MONTH.replace("-", "")).to_bytes(4, "big")).hex()


def everything_in(folder):
    return b"".join(path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file())


def stamp(seconds):
    """That long from now."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


class Retention(unittest.TestCase):
    def setUp(self):
        self.centre = stage.two_offices()
        self.addCleanup(self.centre.close)

    kek = property(lambda self: self.centre.dir / "kek" / "ledger.kek")
    keys = property(lambda self: self.centre.dir / "ledger.keys")

    def restart(self, clock):
        self.assertEqual(self.centre.stop(), 0)
        self.centre.start(clock)

    def shred(self, name, basis="Retention act, article 12"):
        return self.centre.by_two("TJ-DCA", "ledger", "shred", *BUCKET, "--basis", basis, name=name)

    def hold(self, *command, name):
        return self.centre.by_two("AF-CNP", "ledger", *command, "--reason", "Case 7", name=name)

    def due(self, *options):
        """What the centre's auditor is told to shred."""
        place = ("--mirror", self.centre.file("mirror"), "--key", self.audit_key)
        self.centre.must("ledger", "sync", "--broker", self.centre.dir, *place)
        return self.centre.must("ledger", "due", *place, *options).results

    def refused(self, ran, code):
        self.assertEqual(ran.code, code, ran)

    # Fails if the KEK is kept, if its old bytes stay on the disk, or if a start does not finish what a crash cut short.
    def test_a_bucket_is_shredded_for_good_and_not_before_its_time(self):
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox()), 1)
        early = self.shred("early")
        self.refused(early, "shred.early")
        self.assertEqual(self.due(), [])
        self.assertEqual(self.hold("hold", *BUCKET, name="hold").exit, 0)
        self.restart("+100d")
        self.refused(self.shred("held"), "hold.forbids")
        year = 400 * 86400
        [bucket] = [row for row in self.due("--at", stamp(year)) if row["to"] == "AF-CNP"]
        self.assertEqual((bucket["from"], bucket["class"], bucket["shredded"]), ("TJ-DCA", "366-days", None))
        self.assertEqual(bucket["holds"], [{"agency": "AF-CNP", "number": 1}])
        self.assertGreaterEqual(bucket["entries"], 2)
        self.assertEqual(self.hold("release", "1", name="release").exit, 0)

        old_kek, old_keys = self.kek.read_bytes(), self.keys.read_bytes()
        self.assertIn(scope_digits().encode(), old_keys)
        shown = self.centre.chapar("ledger", "shred", *BUCKET, "--basis", "x\u202ey", "--out", self.centre.file("bad"),
                                   "--home", self.centre.home("TJ-DCA-registrar-1"))
        self.refused(shown, "input.field-invalid")
        done = self.shred("now")
        self.assertEqual(done.exit, 0, done)
        self.assertIn("cannot be undone", done.results[-1]["says"])
        self.gone(old_kek)

        # The files of the moment between the SHRED entry and the end of the secret.
        self.centre.stop(9)
        self.kek.write_bytes(old_kek)
        self.keys.write_bytes(old_keys)
        self.centre.start("+100d")
        self.gone(old_kek)
        self.refused(self.shred("again", "another article"), "already.exists")

        # The copies in the KEY entry still open to audit keys: nothing is lost to them.
        archive = self.export()
        self.verified(archive, "--agency", self.audit_key)
        self.assertEqual(self.replayed(archive, "--key", self.audit_key)["shredded"], 0)
        self.replayed(archive)

    def gone(self, old_kek):
        self.assertNotIn(scope_digits().encode(), self.keys.read_bytes())
        self.assertNotEqual(self.kek.read_bytes(), old_kek)
        secret = old_kek.split()[2]
        held = everything_in(self.centre.dir)
        self.assertNotIn(secret, held)
        self.assertNotIn(bytes.fromhex(secret.decode()), held)
        for left in (self.kek, self.keys):
            self.assertFalse(pathlib.Path(str(left) + ".new").exists())

    audit_key = property(lambda self: self.centre.root / "audit.keystore")

    def export(self):
        """What is left; it passes every rule."""
        archive = self.centre.file("ledger.tar")
        archive.unlink(missing_ok=True)
        self.centre.must("ledger", "export", "--broker", self.centre.dir, "--out", archive)
        self.verified(archive)
        return archive

    def verified(self, archive, *more):
        ran = self.centre.program("chapar-verify", archive, "--card", self.centre.card, *more, "--json")
        self.assertEqual(ran.exit, 0, ran)
        return ran

    def replayed(self, archive, *key):
        """Every decision that can be taken again is taken again, and none differs."""
        ran = self.centre.program("chapar-replay", archive, *key, "--json")
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual(ran.results[0]["differences"], [], ran)
        return ran.results[0]["not_retakeable"]

    # Fails if prune_some() is never called, or a pruned ledger does not open again.
    def test_old_messages_are_pruned_by_the_centre_root_and_the_ledger_still_proves(self):
        alerts = self.centre.alert_file(*[dict(stage.ALERT) for _ in range(250)])
        self.assertEqual(self.centre.send(file=alerts).exit, 0)
        self.assertGreater(self.centre.figure("size"), 256)
        archive = self.centre.file("old.tar")
        self.centre.must("ledger", "export", "--broker", self.centre.dir, "--out", archive)
        before = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
        prune = ("ledger", "prune", "--end", "256", "--before", before.strftime("%Y-%m-%dT%H:%M:%SZ"), "--archive",
                 archive, "--policy", "One year, then the archive", "--home", self.centre.root, "--broker", self.centre.dir)
        self.refused(self.centre.chapar(*prune), "prune.refused")
        self.restart("+400d")
        stage.until(lambda: self.centre.figure("waiting") == 0, "the expiry of all, some at a time")
        done = self.centre.chapar(*prune)
        self.assertEqual(done.exit, 0, done)
        self.restart("+400d")
        tombstone = b"\x00\x21\x00"  # u16 33, then 00 and the leaf hash
        before = archive.read_bytes().count(tombstone)

        def all_gone():  # rows go in slices, a second after a start
            export = self.export()
            return export if export.read_bytes().count(tombstone) - before > 100 else None

        pruned = stage.until(all_gone, "the tombstones")
        retaken = self.replayed(pruned, "--key", self.audit_key)
        self.assertGreater(retaken["pruned"], 100)
        self.assertEqual(self.replayed(pruned)["pruned"], retaken["pruned"])
        self.verified(pruned, "--agency", self.audit_key)  # ends come late where the broker was away
        self.assertIn("was not given (--archive)", self.verified(pruned).out)
        with_archive = self.verified(pruned, "--archive", archive)
        self.assertIn("prune.archive", with_archive.out)
        self.assertNotIn("was not given (--archive)", with_archive.out)
        wrong = self.centre.program("chapar-verify", pruned, "--card", self.centre.card, "--archive", pruned)
        self.assertEqual(wrong.exit, 5, wrong)


if __name__ == "__main__":
    unittest.main()
