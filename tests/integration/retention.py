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

    def refused(self, ran, code):
        self.assertEqual(ran.code, code, ran)

    # Fails if the KEK is kept, if its old bytes stay on the disk, or if a start does not finish what a crash cut short.
    def test_a_bucket_is_shredded_for_good_and_not_before_its_time(self):
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox()), 1)
        self.refused(self.shred("early"), "shred.early")
        self.assertEqual(self.hold("hold", *BUCKET, name="hold").exit, 0)
        self.restart("+100d")
        self.refused(self.shred("held"), "hold.forbids")
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
        self.proves()

    def gone(self, old_kek):
        self.assertNotIn(scope_digits().encode(), self.keys.read_bytes())
        self.assertNotEqual(self.kek.read_bytes(), old_kek)
        secret = old_kek.split()[2]
        held = everything_in(self.centre.dir)
        self.assertNotIn(secret, held)
        self.assertNotIn(bytes.fromhex(secret.decode()), held)
        for left in (self.kek, self.keys):
            self.assertFalse(pathlib.Path(str(left) + ".new").exists())

    def proves(self):
        """An export of what is left passes every rule."""
        archive = self.centre.file("ledger.tar")
        archive.unlink(missing_ok=True)
        self.centre.must("ledger", "export", "--broker", self.centre.dir, "--out", archive)
        verified = self.centre.program("chapar-verify", archive, "--card", self.centre.card)
        self.assertEqual(verified.exit, 0, verified)
        return archive.read_bytes()

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
        for _ in range(200):  # they expire first, some at a time
            if self.centre.figure("waiting") == 0:
                break
        done = self.centre.chapar(*prune)
        self.assertEqual(done.exit, 0, done)
        self.restart("+400d")
        tombstone = b"\x00\x21\x00"  # u16 33, then 00 and the leaf hash
        before = archive.read_bytes().count(tombstone)
        for _ in range(60):  # rows go in slices, a second after a start
            gone = self.proves().count(tombstone) - before
            if gone > 100:
                break
        self.assertGreater(gone, 100)


if __name__ == "__main__":
    unittest.main()
