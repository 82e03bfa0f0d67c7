"""The day the disk is gone: a backup made while envelopes are sent, restored, and repaired from an auditor's export.

The high-water file lies on "another volume", a folder of its own, as the operator's page asks for. The restored broker
listens on the port of the lost one, because clients know no other."""
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

import centre as stage


class Backup(unittest.TestCase):
    def setUp(self):
        self.volume = pathlib.Path(tempfile.mkdtemp(prefix="chapar-volume-"))
        self.addCleanup(shutil.rmtree, self.volume, True)
        self.centre = stage.two_offices(f'\n[ledger]\nhigh_water = "{self.volume}/high-water"\n')
        self.addCleanup(self.centre.close)
        self.holder = self.centre.home("holder")
        self.centre.must("broker", "backup-key", "--home", self.holder, "--card", self.centre.card, "--out",
                         self.centre.file("backup.key"))
        self.first = self.centre.dir

    def back_up(self, name="a"):
        return self.centre.must("broker", "backup", "--dir", self.first, "--out", self.centre.file(name + ".store"),
                                "--keys-out", self.centre.file(name + ".keys"), "--to",
                                self.centre.file("backup.key")).results[0]

    def restore(self, name="a", to="restored", kek=True):
        told = self.centre.must("broker", "restore", self.centre.file(name + ".store"), "--keys",
                                self.centre.file(name + ".keys"), "--home", self.holder, "--dir", self.centre.file(to),
                                *(["--kek", self.first / "kek" / "ledger.kek"] if kek else []))
        return self.centre.file(to), told.results[0]

    def run_in(self, directory):
        """From here on the centre's broker is the one in `directory`; the old one must not run."""
        type(self.centre).dir = property(lambda _, directory=directory: directory)
        self.addCleanup(setattr, type(self.centre), "dir", property(lambda self: self.folder / "centre"))
        self.centre.start()

    def status(self):
        return self.centre.must("broker", "status", "--dir", self.centre.dir).results[0]

    def export(self, name="all.tar"):
        self.centre.must("ledger", "export", "--out", self.centre.file(name), "--broker", self.centre.dir)
        return self.centre.file(name)

    def repair(self, directory, export, *arguments):
        return self.centre.program("chapard", "repair", "--dir", directory, "--from", export, *arguments)

    def verified(self, export):
        return self.centre.program("chapar-verify", export, "--card", self.first / "trust-card.json")

    def lose_the_disk(self, first_send="before", at_the_end=lambda: None):
        """A backup while envelopes are sent, more of them after it, an export, and the end: the export, its size, and how
        far the backup reaches. The first envelope opens the ledger's keys of the two agencies."""
        if first_send == "before":
            self.assertEqual(self.centre.send().exit, 0)
        told = self.back_up() if first_send == "after" else None
        sending = threading.Thread(target=lambda: [self.centre.send() for _ in range(3)])
        sending.start()
        told = told or self.back_up()
        sending.join()
        self.assertEqual(self.centre.send().exit, 0)
        self.centre.inbox()                                # these are delivered, and proven so
        self.centre.outbox()
        for _ in range(2):
            self.assertEqual(self.centre.send().exit, 0)   # these two wait when the disk is lost
        self.assertGreater(self.centre.figure("size"), told["size"])
        export = self.export()
        at_the_end()
        size = self.centre.figure("size")
        self.assertEqual(self.centre.stop(), 0)
        return export, size, told["size"]

    def test_a_lost_broker_goes_on_under_its_origin_after_restore_and_repair(self):
        before = self.centre.file("before.tar")
        shutil.copy(self.export("early.tar"), before)
        export, size, backed_up = self.lose_the_disk()
        directory, told = self.restore()
        self.assertEqual((told["size"], told["kek_restored"]), (backed_up, True))

        self.run_in(directory)
        self.assertEqual(self.status()["state"], "read-only")
        self.assertIn("high-water", self.status()["not_signing"])
        self.assertEqual(self.centre.figure("size"), backed_up)  # not even an EPOCH
        self.assertNotEqual(self.centre.send().exit, 0)
        self.assertEqual(self.centre.stop(), 0)

        too_old = self.repair(directory, before)
        self.assertEqual((too_old.exit, too_old.code), (1, "ledger.rolled-back"), too_old)
        repaired = self.repair(directory, export)
        self.assertEqual(repaired.exit, 0, repaired)
        again = self.repair(directory, export)
        self.assertEqual(again.exit, 0, again)

        self.centre.start()
        status = self.status()
        self.assertEqual((status["state"], status["not_signing"]), ("running", ""))
        self.assertGreaterEqual(int(status["size"]), size + 1)  # all of it, and this start's EPOCH
        self.old_proofs_hold(export, size)
        self.what_waited_comes_after_all()

    def old_proofs_hold(self, export, size):
        """Every client's head, and the old export, are prefixes of what the repaired broker signs."""
        for home in ("TJ-NPJ-BLO", "AF-SKB-BLO"):
            self.centre.must("inbox", "watch", "--once", "--home", self.centre.home(home))
        newer = self.export("newer.tar")
        for archive in (export, newer):
            ran = self.verified(archive)
            self.assertEqual(ran.exit, 0, ran)
        ran = self.centre.program("chapar-verify", newer, "--card", self.first / "trust-card.json", "--between",
                                  str(size), str(self.status()["size"]))
        self.assertEqual(ran.exit, 0, ran)

    def what_waited_comes_after_all(self):
        """The two envelopes that were never delivered: withheld for lost ciphertext, sealed again by their sender."""
        for _ in range(3):
            self.centre.must("inbox", "watch", "--once", "--home", self.centre.home("TJ-NPJ-BLO"))
            self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
            received = self.centre.inbox()
        # Five from before, the one that was queued while the broker only read, and two made anew.
        self.assertEqual(len(received), 8, received)
        self.assertEqual(int(self.status()["waiting"]), 0)

    def test_an_export_that_was_changed_repairs_nothing(self):
        export, _, backed_up = self.lose_the_disk()
        directory, _ = self.restore()
        tree = self.centre.file("tree")
        subprocess.run(["mkdir", tree], check=True)
        subprocess.run(["tar", "-xf", export, "-C", tree], check=True)
        bundle = sorted((tree / "tile" / "entries").rglob("*"))[-1]
        content = bytearray(bundle.read_bytes())
        content[-1] ^= 1
        bundle.write_bytes(content)
        ran = self.repair(directory, tree)
        self.assertEqual((ran.exit, ran.code), (5, "leaf.invalid"), ran)
        self.run_in(directory)
        self.assertEqual(self.centre.figure("size"), backed_up)
        self.assertEqual(self.status()["state"], "read-only")

    def test_keys_that_are_younger_than_the_backup_come_from_the_centres_auditor(self):
        self.centre.device("TJ-DCA", "TJ-AUD", role="auditor")
        home, view = ("--home", self.centre.home("TJ-AUD")), self.centre.file("centre.view")

        def look():
            self.centre.must("ledger", "sync", *home)
            self.centre.must("ledger", "view", "--key", self.centre.root / "audit.keystore", "--out", view, *home)

        export, size, backed_up = self.lose_the_disk("after", look)
        directory, _ = self.restore()
        without = self.repair(directory, export)
        self.assertEqual((without.exit, without.code), (1, "ledger.key-missing"), without)
        self.a_view_that_is_wrong_changes_nothing(directory, export, view)
        # What the broker has lost comes back from an auditor's own mirror, no broker asked.
        mirror = self.centre.file("mirror.tar")
        self.centre.must("ledger", "export", "--mirror", self.centre.home("TJ-AUD") / "ledger", "--out", mirror)
        # Keys that no lost entry was made with: a view cannot show them, their own KEY entries can.
        untried = self.repair(directory, mirror, "--view", view)
        self.assertEqual((untried.exit, untried.code), (1, "ledger.key-missing"), untried)
        self.assertIn("--leave-untried", untried.problem["context"])
        ran = self.repair(directory, mirror, "--from", export, "--audit-key", self.centre.root / "audit.keystore")
        self.assertEqual(ran.exit, 0, ran)
        self.run_in(directory)
        self.assertEqual(self.status()["state"], "running")
        self.assertGreater(self.centre.figure("size"), size)
        self.assertEqual(self.centre.send().exit, 0)

    def a_view_that_is_wrong_changes_nothing(self, directory, export, view):
        """Fails if a secret of a view is written before an entry has shown that it is right."""
        before = (directory / "ledger.keys").read_bytes()
        title, *lines = view.read_text().splitlines()
        keys = [line.split() for line in lines]
        other = self.centre.file("other.view")
        other.write_text("\n".join([title, *(f"{index} {scope} {secret[::-1]}" for index, scope, secret in keys)]) + "\n")
        other.chmod(0o600)
        ran = self.repair(directory, export, "--view", other)
        self.assertEqual((ran.exit, ran.code), (1, "ledger.key-missing"), ran)
        self.assertIn("other.view", ran.problem["context"])
        self.assertEqual((directory / "ledger.keys").read_bytes(), before)

    def test_what_two_devices_hold_repairs_what_no_export_has(self):
        self.assertEqual(self.centre.send().exit, 0)   # opens the ledger's keys
        self.centre.inbox()
        told = self.back_up()
        for _ in range(2):
            self.assertEqual(self.centre.send().exit, 0)
        self.centre.inbox()                            # delivered, and proven so
        self.centre.outbox()
        self.assertEqual(self.centre.send().exit, 0)   # this one waits when the disk is lost
        size = self.centre.figure("size")
        self.assertGreater(size, told["size"] + 4)
        self.assertEqual(self.centre.stop(), 0)
        directory, _ = self.restore()

        sender, recipient = (self.contribution(office, told["size"]) for office in ("TJ-NPJ-BLO", "AF-SKB-BLO"))
        note = self.centre.file("head.note")
        head = self.centre.must("ledger", "head", "--home", self.centre.home("TJ-NPJ-BLO")).results[0]
        note.write_text(head["note"])
        self.assertEqual(int(head["size"]), size)
        alone = self.centre.program("chapard", "repair", "--dir", directory, "--receipts", recipient, "--note", note)
        self.assertEqual((alone.exit, alone.code), (1, "ledger.rolled-back"), alone)
        self.assertIn(f"entry {size - 1}: ", alone.problem["context"])  # which its sender alone has seen
        both = self.centre.program("chapard", "repair", "--dir", directory, "--receipts", recipient, "--receipts", sender)
        self.assertEqual(both.exit, 0, both)

        self.run_in(directory)
        status = self.status()
        self.assertEqual((status["state"], status["not_signing"]), ("running", ""))
        self.assertGreaterEqual(int(status["size"]), size + 1)
        self.assertEqual(len(self.centre.inbox()), 4)  # with the one that waited, as it was sealed
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox()), 5)
        self.assertEqual(int(self.status()["waiting"]), 0)
        export = self.export()
        self.assertEqual(self.verified(export).exit, 0)
        replayed = self.centre.program("chapar-replay", export, "--key", self.centre.root / "audit.keystore")
        self.assertEqual(replayed.exit, 0, replayed)

    def contribution(self, office, above):
        """What the device of an office hands over; nothing in it can be read on the way."""
        file = self.centre.file(office + ".contribution")
        self.centre.must("ledger", "contribute", "--above", above, "--out", file, "--home", self.centre.home(office))
        content = file.read_bytes()
        for word in (b"TJ-NPJ-BLO", b"AF-CNP", b"heroin"):
            self.assertNotIn(word, content)
        return file

    def test_without_its_high_water_file_a_repaired_broker_waits_for_two_persons(self):
        export, size, _ = self.lose_the_disk()
        (self.volume / "high-water").unlink()
        directory, _ = self.restore()
        ran = self.repair(directory, export)
        self.assertEqual(ran.exit, 0, ran)
        self.assertIn("two persons", ran.out)
        self.run_in(directory)
        self.assertEqual(self.status()["state"], "read-only")
        self.assertEqual(self.centre.figure("size"), size)

    def test_a_restore_is_rehearsed_beside_the_running_broker(self):
        self.assertEqual(self.centre.send().exit, 0)
        told = self.back_up()
        directory, _ = self.restore()
        self.assertEqual(self.centre.send().exit, 0)
        self.centre.inbox()
        self.rehearse(directory, told["size"])

    # Fails if a restored directory has no mark: it would sign on, take the shared high-water file, and end the other.
    def test_a_rehearsal_right_after_the_backup_disturbs_nothing_either(self):
        self.assertEqual(self.centre.send().exit, 0)
        self.centre.inbox()
        told = self.back_up()
        directory, _ = self.restore()
        self.rehearse(directory, told["size"], "restored from a backup")

    def rehearse(self, directory, size, why=""):
        config = (directory / "chapard.toml").read_text()
        (directory / "chapard.toml").write_text(config.replace(str(self.centre.port), "0"))
        rehearsal = subprocess.Popen([stage.BIN / "chapard", "--dir", directory], stdout=subprocess.PIPE,
                                     stderr=subprocess.DEVNULL, text=True, env=self.centre.environment())
        try:
            self.assertTrue(rehearsal.stdout.readline().startswith("ready tcp://"))
            figures = self.centre.must("broker", "status", "--dir", directory).results[0]
            self.assertEqual((figures["state"], int(figures["size"])), ("read-only", size))
            self.assertIn(why, figures["not_signing"])
            self.assertEqual(figures["not_signing_code"], "ledger.restored" if why else "ledger.rolled-back")
            looked = self.centre.figure("uptime_seconds") + 2  # the running broker looks at its file each second
            while self.centre.figure("uptime_seconds") < looked:
                pass
        finally:
            rehearsal.terminate()
            rehearsal.wait(30)
            rehearsal.stdout.close()
        self.assertEqual(self.status()["state"], "running")
        self.assertEqual(self.centre.send().exit, 0)

    def test_secrets_are_in_neither_file_in_the_clear_and_the_kek_is_in_none(self):
        self.assertEqual(self.centre.send().exit, 0)
        self.back_up()
        kek = (self.first / "kek" / "ledger.kek").read_text().split()[-1]
        secrets = [kek, *((self.first / "keys" / f"{name}.key").read_text().strip() for name in ("log", "curve"))]
        for name in ("a.store", "a.keys"):
            content = self.centre.file(name).read_bytes()
            for secret in secrets:
                self.assertNotIn(secret.encode(), content)
                self.assertNotIn(bytes.fromhex(secret), content)
        directory, told = self.restore(kek=False)
        self.assertEqual(told["kek_restored"], False)
        for file in directory.rglob("*"):
            if file.is_file():
                self.assertNotIn(kek.encode(), file.read_bytes(), file)


if __name__ == "__main__":
    unittest.main()
