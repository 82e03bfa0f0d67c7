"""The day the ledger can not be repaired: closed for ever, followed by a new one, and everybody goes over.

The store is set back to a copy made before more was logged; no export has the lost entries. The centre root and one root of
each of two agencies sign what follows, the directory is carried over, clients go over and send again what was lost."""
import shutil
import unittest

import centre as stage


class Succession(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One centre that has lost entries, with a draft; each test works on copies of it."""
        cls.centre = stage.two_offices()
        cls.addClassCleanup(cls.centre.close)
        centre = cls.centre
        assert centre.send().exit == 0
        centre.inbox()
        centre.outbox()
        assert centre.stop() == 0
        kept = centre.file("kept")
        shutil.copytree(centre.dir / "store", kept)
        centre.start()
        for _ in range(2):
            assert centre.send().exit == 0           # lost
        centre.inbox()
        centre.must("ledger", "head", "--home", centre.home("TJ-NPJ-BLO"))
        assert centre.stop() == 0
        shutil.rmtree(centre.dir / "store")
        shutil.copytree(kept, centre.dir / "store")  # yesterday's copy; the high-water file is today's
        cls.new = centre.file("centre-2")
        cls.draft_file = centre.file("succession.draft")
        cls.drafted = cls.draft(cls.new, cls.draft_file)

    @classmethod
    def draft(cls, new, out, *more):
        return cls.centre.program("chapard", "succession", "--dir", cls.centre.dir, "--new", new, "--agency", "TJ-DCA",
                                  "--agency", "AF-CNP", "--reason", "the disk was lost", "--out", out, *more)

    def signed(self, name, *homes):
        """A copy of the draft, signed by these in this order."""
        file = self.centre.file(name)
        shutil.copy(self.draft_file, file)
        for home in homes:
            self.centre.approve(file, home)
        return file

    def succeed(self, file, old=None, new=None, *more):
        return self.centre.program("chapard", "succeed", "--dir", old or self.centre.dir, "--new", new or self.new,
                                   "--signed", file, *more)

    def refused(self, ran):
        self.assertEqual((ran.exit, ran.code), (5, "succession.invalid"), ran)
        self.assertFalse((self.centre.dir / "closed").exists())
        self.assertTrue((self.centre.dir / "keys" / "log.key").exists())

    # Names order the tests: the last one closes the ledger.

    def test_1_nothing_repairs_what_no_export_has(self):
        self.assertEqual(self.drafted.exit, 0, self.drafted)
        self.assertIn("/ledger/2", self.drafted.out)
        self.centre.start()
        self.assertEqual(self.centre.must("broker", "status", "--dir", self.centre.dir).results[0]["state"], "read-only")
        early = self.centre.file("early.tar")
        self.centre.must("ledger", "export", "--out", early, "--broker", self.centre.dir)
        self.assertEqual(self.centre.stop(), 0)
        ran = self.centre.program("chapard", "repair", "--dir", self.centre.dir, "--from", early)
        self.assertEqual((ran.exit, ran.code), (1, "ledger.rolled-back"), ran)

    def test_2_one_agency_is_not_enough_however_many_of_its_roots_sign(self):
        self.refused(self.succeed(self.signed("one", "centre-root", "TJ-DCA-root-1")))
        self.refused(self.succeed(self.signed("same", "centre-root", "TJ-DCA-root-1", "TJ-DCA-root-2")))
        self.refused(self.succeed(self.signed("none", "centre-root")))
        self.refused(self.succeed(self.signed("no-centre", "TJ-DCA-root-1", "AF-CNP-root-1")))

    def test_3_who_has_no_business_with_it_can_not_sign(self):
        file = self.signed("stranger")
        ran = self.centre.chapar("key", "approve", file, "--yes", "--out", file, "--home",
                                 self.centre.home("TJ-DCA-registrar-1"))
        self.assertEqual(ran.code, "signer.refused", ran)
        twice = self.signed("twice", "AF-CNP-root-1")
        ran = self.centre.chapar("key", "approve", twice, "--yes", "--out", twice, "--home",
                                 self.centre.home("AF-CNP-root-1"))
        self.assertEqual(ran.code, "signed.already", ran)

    def test_4_a_succession_for_another_note_or_another_store_is_refused(self):
        file = self.signed("good-4", "centre-root", "TJ-DCA-root-1", "AF-CNP-root-1")
        other = stage.two_offices()
        self.addCleanup(other.close)
        self.assertEqual(other.stop(), 0)
        for name in ("trust-card.json", "manifest"):
            self.assertTrue((other.dir / name).exists())
        ran = self.succeed(file, old=other.dir)
        self.assertNotEqual(ran.exit, 0)
        self.assertFalse((other.dir / "closed").exists())

    def test_5_the_new_ledger_runs_verifies_and_everybody_goes_over(self):
        centre, sender, receiver = self.centre, self.centre.home("TJ-NPJ-BLO"), self.centre.home("AF-SKB-BLO")
        file = self.signed("good", "centre-root", "TJ-DCA-root-1", "AF-CNP-root-1")
        early = centre.chapar("ledger", "succeed", self.signed("half", "centre-root", "TJ-DCA-root-1"), "--yes", "--home",
                              sender)
        self.assertEqual((early.exit, early.code), (5, "succession.invalid"), early)
        ran = self.succeed(file)
        self.assertEqual(ran.exit, 0, ran)
        self.assertNotIn("not carried", ran.out)
        self.assertFalse((centre.dir / "keys" / "log.key").exists())
        closed = centre.program("chapard", "--dir", centre.dir)
        self.assertEqual((closed.exit, closed.code), (7, "ledger.closed"), closed)
        self.assertEqual(self.succeed(file).exit, 0)        # again: nothing is left to do

        old, new = centre.dir, self.new
        type(centre).dir = property(lambda _: new)
        self.addClassCleanup(setattr, type(centre), "dir", property(lambda self: self.folder / "centre"))
        centre.must("broker", "card", "--dir", new)
        centre.start()
        self.assertEqual(centre.must("broker", "status", "--dir", new).results[0]["state"], "running")

        self.assertNotEqual(centre.send().exit, 0)          # not before the device has gone over
        # Cut short before anything changed: nobody could be asked. What is kept is there, and nothing has moved.
        asked = centre.chapar("ledger", "succeed", new / "succession", "--home", sender)
        self.assertEqual(asked.exit, 2, asked)
        self.assertTrue((sender / "old-ledgers" / "1" / "open-questions.json").exists())
        card = (sender / "trust-card.json").read_bytes()
        told = centre.must("ledger", "succeed", new / "succession", "--yes", "--home", sender).results
        self.assertEqual(int(told[0]["again"]), 3, told)    # two lost, one that the old broker never took
        # Cut short between the store and the card: the same command finishes, and asks nothing.
        moved = (sender / "trust-card.json").read_bytes()
        self.assertNotEqual(card, moved)
        (sender / "trust-card.json").write_bytes(card)
        centre.must("ledger", "succeed", new / "succession", "--home", sender)
        self.assertEqual((sender / "trust-card.json").read_bytes(), moved)
        centre.must("ledger", "succeed", new / "succession", "--yes", "--home", receiver)
        again = centre.chapar("ledger", "succeed", new / "succession", "--yes", "--home", receiver)
        self.assertEqual(again.code, "already.exists", again)
        for name in ("newest.note", "trust-card.json", "succession", "receipts", "open-questions.json"):
            self.assertTrue((sender / "old-ledgers" / "1" / name).exists(), name)

        centre.must("outbox", "retry", "--home", sender)
        self.assertEqual(centre.send().exit, 0)
        received = centre.inbox()
        self.assertEqual(len(received), 1 + 2 + 3 + 1, received)
        self.assertEqual(centre.must("ledger", "alarms", "--home", receiver).results, [])
        self.verified(old, new)

    def verified(self, old, new):
        export = self.centre.file("new.tar")
        self.centre.must("ledger", "export", "--out", export, "--broker", new)
        ran = self.centre.program("chapar-verify", export, "--card", new / "trust-card.json")
        self.assertEqual(ran.exit, 0, ran)
        self.assertIn("succession", ran.out)
        self.assertIn("/ledger/1", ran.out)
        self.assertEqual(self.centre.program("chapar-verify", export, "--card", old / "trust-card.json").exit, 5)
        replayed = self.centre.program("chapar-replay", export, "--key", self.centre.root / "audit.keystore",
                                       "--passphrase-fd", "0", stdin="a passphrase for tests\n")
        self.assertEqual(replayed.exit, 0, replayed)


if __name__ == "__main__":
    unittest.main()
