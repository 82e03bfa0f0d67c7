"""The ceremony through the programs: who signs, what is refused, and what happens to a device over its life."""
import os
import subprocess
import unittest

import centre as stage

WORDS = r"^([bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz] ?){6}$"


class Ceremony(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices()

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def home(self, name):
        return self.centre.home(name)

    def refused(self, ran, code, exit_code):
        self.assertEqual((ran.code, ran.exit), (code, exit_code), ran)
        for part in ("sentence", "unchanged", "next"):
            self.assertTrue(ran.problem[part], ran)

    def revocation(self, name):
        """A draft that one registrar has signed."""
        draft = self.centre.file(name)
        certificate = self.centre.must("key", "ls", "--home", self.home("TJ-NPJ-BLO")).results[0]["certificate"]
        self.centre.must("key", "revoke", certificate[:12], "--out", draft, "--home", self.home("TJ-DCA-registrar-1"))
        return draft

    def test_one_person_does_not_sign_twice_and_one_signature_is_not_logged(self):
        draft = self.revocation("once.revoke")
        before = draft.read_bytes()
        again = self.centre.chapar("key", "approve", draft, "--yes", "--out", draft, "--home", self.home("TJ-DCA-registrar-1"))
        self.refused(again, "signed.already", 7)
        self.assertEqual(draft.read_bytes(), before)
        alone = self.centre.chapar("broker", "admit", "--dir", self.centre.dir, draft)
        self.refused(alone, "certificate.not-signed", 5)

    def test_a_root_does_not_sign_for_a_registrar_and_another_agency_not_at_all(self):
        draft = self.revocation("other.revoke")
        for home in ("TJ-DCA-root-1", "AF-CNP-registrar-1"):
            ran = self.centre.chapar("key", "approve", draft, "--yes", "--out", draft, "--home", self.home(home))
            self.assertIn(ran.code, ("signer.refused", "record.refused"), ran)

    def test_nothing_is_signed_unless_somebody_says_that_the_words_were_compared(self):
        draft = self.revocation("silent.revoke")
        ran = self.centre.chapar("key", "approve", draft, "--out", draft, "--home", self.home("TJ-DCA-registrar-2"),
                                 prefix=("setsid", "--wait"))  # no terminal
        self.refused(ran, "usage", 2)

    def test_a_file_changed_on_the_way_is_refused(self):
        draft = self.revocation("bent.revoke")
        bent = bytearray(draft.read_bytes())
        bent[60] ^= 1
        draft.write_bytes(bent)
        ran = self.centre.chapar("key", "approve", draft, "--yes", "--out", draft, "--home", self.home("TJ-DCA-registrar-2"))
        self.assertIn(ran.exit, (1, 2, 5), ran)
        self.assertTrue(ran.code, ran)

    def test_device_and_registrars_see_the_same_six_words(self):
        home, request = self.home("TJ-KHR-BLO"), self.centre.file("TJ-KHR-BLO.request")
        made = self.centre.must("key", "init", "--home", home, "--card", self.centre.card, "--agency", "TJ-DCA",
                                "--office", "TJ-KHR-BLO").results[0]["check"]
        self.assertRegex(made, WORDS)
        asked = self.centre.must("key", "request", "--home", home, "--out", request).results[0]["check"]
        record = self.centre.file("TJ-KHR-BLO.record")
        first = self.centre.must("key", "approve", request, "--yes", "--out", record, "--new-office", "TJ", "--home",
                                 self.home("TJ-DCA-registrar-1"))
        second = self.centre.approve(record, "TJ-DCA-registrar-2")
        seen = [r["check"] for ran in (first, second) for r in ran.results if r["type"] == "device"]
        self.assertEqual([made, asked, *seen], [made] * 4)

    def test_the_directory_shows_who_is_verified(self):
        rows = self.centre.must("key", "ls", "--home", self.home("AF-SKB-BLO")).results[1:]
        trust = {(r["subject"], r["name"]): r["trust"] for r in rows}
        self.assertEqual(trust[("agency", "TJ-DCA")], "verified")
        self.assertEqual(trust[("agency", "AF-CNP")], "verified")
        agency = next(r for r in rows if r["subject"] == "agency" and r["name"] == "TJ-DCA")
        self.assertEqual(agency["threshold"], "2 of 2")

    def test_a_changed_passphrase_opens_and_the_old_one_does_not(self):
        home = self.home("TJ-DCA-registrar-2")
        new = "another passphrase\n"
        read, write = os.pipe()
        os.write(write, new.encode())
        os.close(write)
        done = subprocess.run([stage.CHAPAR, "key", "passphrase", "--home", home, "--json", "--new-passphrase-fd", str(read)],
                              capture_output=True, text=True, pass_fds=(read,), env=self.centre.environment())
        os.close(read)
        self.assertEqual(done.returncode, 0, done.stderr)
        draft = self.revocation("passphrase.revoke")
        command = ("key", "approve", draft, "--yes", "--out", draft, "--home", home)
        self.refused(self.centre.chapar(*command), "passphrase.wrong", 5)
        self.assertEqual(self.centre.chapar(*command, "--passphrase-fd", "0", stdin=new).exit, 0)
        # Back, for the other tests.
        read, write = os.pipe()
        os.write(write, self.centre.passphrase.read_bytes())
        os.close(write)
        done = subprocess.run([stage.CHAPAR, "key", "passphrase", "--home", home, "--json", "--passphrase-fd", "0",
                               "--new-passphrase-fd", str(read)], input=new, capture_output=True, text=True, pass_fds=(read,),
                              env=self.centre.environment())
        os.close(read)
        self.assertEqual(done.returncode, 0, done.stderr)


class Lives(unittest.TestCase):
    """What happens to a device; each test changes the centre."""

    def setUp(self):
        self.centre = stage.two_offices()

    def tearDown(self):
        self.centre.close()

    def home(self, name):
        return self.centre.home(name)

    def test_a_device_is_renewed_while_mail_waits_and_loses_none(self):
        self.centre.inbox("AF-SKB-BLO")
        self.assertEqual(self.centre.send().exit, 0)
        request = self.centre.file("AF-SKB-BLO.request")
        self.centre.must("key", "renew", "--home", self.home("AF-SKB-BLO"), "--out", request)
        old = self.centre.must("key", "ls", "--home", self.home("AF-SKB-BLO")).results[0]["certificate"]
        record = self.centre.file("AF-SKB-BLO.record")
        # Signed, but not logged: the old keys stay, and nothing was changed.
        self.centre.must("key", "approve", request, "--yes", "--out", record, "--home", self.home("AF-CNP-registrar-1"))
        self.centre.approve(record, "AF-CNP-registrar-2")
        early = self.centre.chapar("key", "install", record, "--yes", "--home", self.home("AF-SKB-BLO"))
        self.assertEqual(early.code, "certificate.unknown", early)
        self.assertEqual(len(self.centre.inbox("AF-SKB-BLO")), 1)
        self.centre.must("broker", "admit", "--dir", self.centre.dir, record)
        self.assertEqual(self.centre.send().exit, 0)
        installed = self.centre.must("key", "install", record, "--yes", "--home", self.home("AF-SKB-BLO")).results[0]
        self.assertTrue(installed["renewed"])
        self.assertNotEqual(installed["certificate"], old)
        self.assertEqual(list((self.home("AF-SKB-BLO") / "retired").glob("*/*.keystore")), [])
        self.assertEqual(self.centre.send().exit, 0)
        items = self.centre.inbox("AF-SKB-BLO")
        self.assertEqual(len({item["message"] for item in items}), 3)
        self.assertFalse([item for item in items if item["state"] == "unopenable"], items)

    def test_a_forgotten_passphrase_costs_the_old_mail_and_nothing_else(self):
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox("AF-SKB-BLO")), 1)
        old = self.centre.must("key", "ls", "--home", self.home("AF-SKB-BLO")).results[0]["certificate"]
        request = self.centre.file("AF-SKB-BLO.request")
        self.centre.must("key", "recover", "--home", self.home("AF-SKB-BLO"), "--out", request)
        self.assertTrue((self.home("AF-SKB-BLO") / "aside" / "1" / "device.keystore").exists())
        record = self.centre.file("AF-SKB-BLO.record")
        self.centre.must("key", "approve", request, "--yes", "--out", record, "--home", self.home("AF-CNP-registrar-1"))
        ran = self.centre.approve(record, "AF-CNP-registrar-2", "--broker", self.centre.dir)
        self.assertEqual([r["type"] for r in ran.results], ["device", "revoke"])
        self.assertTrue(all("entry" in r for r in ran.results), ran)
        self.centre.must("key", "install", record, "--yes", "--home", self.home("AF-SKB-BLO"))
        self.centre.must("inbox", "watch", "--once", "--home", self.home("AF-SKB-BLO"))
        rows = self.centre.must("key", "ls", "--home", self.home("AF-SKB-BLO")).results
        states = {r["certificate"]: r["state"] for r in rows if r.get("subject") == "device"}
        self.assertEqual(states[old], "revoked")
        self.assertEqual(states[rows[0]["certificate"]], "in force")
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox("AF-SKB-BLO")), 1)

    def test_a_slip_suspends_at_once_works_once_and_two_reinstate(self):
        certificate = self.centre.must("key", "ls", "--home", self.home("TJ-NPJ-BLO")).results[0]["certificate"]
        slip = self.centre.file("npj.slip")
        self.centre.must("key", "suspend", certificate[:12], "--out", slip, "--home", self.home("TJ-DCA-registrar-1"))
        half = self.centre.chapar("key", "suspend", "--use", slip, "--broker", self.centre.dir)
        self.assertEqual(half.code, "certificate.not-signed", half)
        self.centre.approve(slip, "TJ-DCA-registrar-2")
        self.assertEqual(self.centre.send().exit, 0)
        # By the duty officer of another office, who holds no registrar's key.
        self.centre.device("TJ-DCA", "TJ-ISH-BLO")
        used = self.centre.must("key", "suspend", "--use", slip, "--device", self.home("TJ-ISH-BLO"))
        self.assertIn("entry", used.results[0])
        ran = self.centre.send()
        self.assertIn(ran.code, ("certificate.suspended", "hello.refused"), ran)
        # Used again while it is in force: the entry that it has.
        again = self.centre.must("key", "suspend", "--use", slip, "--broker", self.centre.dir)
        self.assertEqual(again.results[0]["entry"], used.results[0]["entry"])
        back = self.centre.by_two("TJ-DCA", "key", "reinstate", certificate[:12], "--suspension", slip, name="back")
        self.assertEqual(back.exit, 0, back)
        self.assertEqual(self.centre.send().exit, 0)
        once_more = self.centre.chapar("key", "suspend", "--use", slip, "--broker", self.centre.dir)
        self.assertEqual(once_more.code, "slip.used", once_more)

    def test_a_certificate_that_ends_soon_is_warned_of_by_every_command_that_connects(self):
        self.centre.device("TJ-DCA", "TJ-ISH-BLO", days=20)
        ran = self.centre.send("TJ-ISH-BLO")
        self.assertEqual(ran.exit, 0, ran)
        self.assertIn("ends in 18 days", ran.err)
        self.assertIn("key renew", ran.err)
        listed = self.centre.must("key", "ls", "--home", self.home("TJ-ISH-BLO"))
        self.assertEqual(listed.results[0]["days_left"], 18)

    def test_an_agency_taken_from_the_list_is_not_written_to(self):
        ran = self.centre.by_two("TJ-DCA", "key", "peers", "--yes", "--remove", "AF-CNP", name="peers")
        self.assertEqual(ran.exit, 0, ran)
        ran = self.centre.send()
        self.assertEqual(ran.code, "peer.unconfirmed", ran)
        rows = self.centre.must("key", "ls", "--home", self.home("TJ-NPJ-BLO")).results
        agency = next(r for r in rows if r.get("subject") == "agency" and r["name"] == "AF-CNP")
        self.assertEqual(agency["trust"], "unconfirmed")

    def test_other_roots_than_the_confirmed_ones_stop_the_officer(self):
        # The registrars confirm roots that are not the agency's: as seen from the device, its keys have changed.
        stranger = self.centre.file("stranger.agency")
        persons = [self.centre.key("root", f"stranger-root-{i}") for i in (1, 2)]
        self.centre.must("key", "agency", "--agency", "AF-CNP", "--roots", ",".join(persons), "--threshold", "2",
                         "--audit-key", self.centre.key("audit", "stranger-audit"), "--out", stranger)
        ran = self.centre.by_two("TJ-DCA", "key", "peers", "--yes", "--add", stranger, name="peers")
        self.assertEqual(ran.exit, 0, ran)
        ran = self.centre.send()
        self.assertEqual(ran.code, "peer.key-changed", ran)
        text = self.centre.program(stage.CHAPAR, "key", "ls", "--home", self.home("TJ-NPJ-BLO")).out
        self.assertIn("STOP AND CALL", text)

    def test_roots_are_changed_by_the_old_roots_and_the_centre_together(self):
        persons = [self.centre.key("root", f"TJ-DCA-new-{i}") for i in (1, 2, 3)]
        change = self.centre.file("TJ-DCA.change")
        self.centre.must("key", "agency", "--agency", "TJ-DCA", "--roots", ",".join(persons), "--threshold", "2",
                         "--audit-key", self.centre.file("TJ-DCA-audit.key"), "--replaces",
                         self.centre.file("TJ-DCA.agency"), "--out", change)
        alone = self.centre.chapar("key", "approve", change, "--yes", "--home", self.centre.root, "--broker", self.centre.dir)
        self.assertEqual(alone.code, "certificate.not-signed", alone)
        self.centre.approve(change, "TJ-DCA-root-1")
        self.centre.approve(change, "TJ-DCA-root-2")
        self.centre.must("key", "approve", change, "--yes", "--home", self.centre.root, "--broker", self.centre.dir)
        # The other agency confirmed the roots before: what they signed on is followed.
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox()), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
