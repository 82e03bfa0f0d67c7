"""What an officer sends, through the programs: files, drafts that others must approve, and what the policies ask."""
import json
import unittest

import centre as stage

POLICY = """agency = "{agency}"

[[rule]]
id = "export.alerts-approved"
direction = "export"
effect = "permit"
kinds = ["seizure-alert"]
class_max = "restricted"
from = ["agency:{agency}"]
to = ["agency:AF-CNP"]
approvals = 1
approver_role = "supervisor"
size_max = 200000

[[rule]]
id = "export.within"
direction = "export"
effect = "permit"
kinds = "any"
class_max = "restricted"
from = ["agency:{agency}"]
to = ["agency:{agency}"]
""" + stage.IMPORT_ALL


class Sending(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.Centre()
        cls.centre.agency("TJ-DCA", POLICY)
        cls.centre.agency("AF-CNP")
        cls.centre.device("TJ-DCA", "TJ-NPJ-BLO")
        cls.centre.device("TJ-DCA", "TJ-DSB-HQ", role="supervisor,liaison")
        cls.centre.device("AF-CNP", "AF-SKB-BLO", country="AF")

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def file(self, name, content):
        path = self.centre.file(name)
        path.write_bytes(content)
        return path

    def alert(self, *arguments, home="TJ-NPJ-BLO"):
        return self.centre.chapar("send", "seizure", self.centre.alert_file(), *arguments, "--home",
                                  self.centre.home(home))

    def ask(self, *arguments):
        ran = self.alert("--needs-approval", "TJ-DSB-HQ", *arguments)
        self.assertEqual((ran.exit, ran.code), (3, "approvals.awaited"), ran)
        self.centre.must("inbox", "watch", "--once", "--home", self.centre.home("TJ-DSB-HQ"))
        return ran.problem["context"]

    def answer(self, message, *arguments):
        self.centre.must("approve", message, *arguments, "--home", self.centre.home("TJ-DSB-HQ"))
        self.centre.must("inbox", "watch", "--once", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.centre.chapar("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        return next(item for item in self.centre.outbox() if item["message"] == message)

    def test_a_file_that_may_not_be_attached_is_refused_before_anything_is_stored(self):
        before = len(self.centre.outbox())
        sham = self.file("plan.pdf", b"\x7fELF" + bytes(60))
        unknown = self.file("plan.zip", b"PK\x03\x04")
        large = self.file("scan.pdf", b"%PDF-1.7")
        with open(large, "r+b") as file:
            file.truncate(100 * 1024 * 1024 + 1)
        for path, code in ((sham, "attachment.type"), (unknown, "attachment.type"), (large, "attachment.too-large"),
                           (self.centre.file("missing.pdf"), "file.failed")):
            ran = self.alert("--attach", path)
            self.assertEqual(ran.code, code, ran)
        self.assertEqual(len(self.centre.outbox()), before)

    def test_a_dry_run_says_what_the_policies_ask(self):
        ran = self.alert("--dry-run", "--attach", self.file("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(300000)))
        self.assertEqual(ran.exit, 0, ran)
        shown = ran.results[0]
        self.assertEqual(shown["policy"]["effect"], "permit", ran)
        self.assertEqual(shown["policy"]["approvals_needed"], 1)
        line = next(line for line in shown["policy"]["lines"] if line["agency"] == "TJ-DCA")
        self.assertEqual(line["size_max"], 200000)
        self.assertTrue(line["too_large"])
        self.assertEqual(shown["attachments"][0]["name"], "photo.png")

    # Fails if a dry run says "ready" of what sending refuses.
    def test_a_dry_run_refuses_whom_sending_refuses_and_stores_nothing(self):
        before = len(self.centre.outbox())
        for change, code, context in (({"to": ["QQ-NOBODY"]}, "office.unknown", "QQ-NOBODY"), ({"to": []}, "input.field-missing", "/to")):
            alert = self.file("dry.json", json.dumps(dict(stage.ALERT, **change)).encode())
            for more in ((), ("--dry-run",)):
                ran = self.centre.chapar("send", "seizure", alert, *more, "--home", self.centre.home("TJ-NPJ-BLO"))
                self.assertEqual((ran.exit, ran.code), (2, code), ran)
                self.assertIn(context, ran.problem["context"])
        self.assertEqual(len(self.centre.outbox()), before)

    def test_without_the_approval_that_a_rule_asks_for_it_is_refused_by_that_rule(self):
        ran = self.alert()
        self.assertEqual((ran.exit, ran.code), (4, "approval.missing"), ran)
        self.assertIn("export.alerts-approved", ran.problem["context"])

    def test_an_approved_draft_is_sent_by_the_next_command_and_shows_who_approved(self):
        photo = self.file("small.png", b"\x89PNG\r\n\x1a\n" + bytes(3000))
        message = self.ask("--attach", photo)
        home = self.centre.home("TJ-DSB-HQ")
        number = self.centre.must("inbox", "ls", "--home", home).results[-1]["number"]
        shown = self.centre.must("inbox", "show", number, "--home", home).results[0]
        self.assertEqual(shown["drafted"]["to"], ["AF-SKB-BLO"])
        self.assertEqual(shown["drafted"]["payload"]["goods"][0]["substance"]["name"], "heroin")
        self.assertEqual(shown["drafted"]["attachments"][0]["name"], "small.png")
        item = self.answer(message, "--yes")
        self.assertEqual(item["state"], "logged", item)
        got = self.centre.inbox()[-1]
        self.assertEqual(got["message"], message)
        received = self.centre.must("inbox", "show", got["number"], "--home", self.centre.home("AF-SKB-BLO")).results[0]
        self.assertEqual([one["office"] for one in received["approvals"]], ["TJ-DSB-HQ"])

    # Fails if a draft that is sealed later keeps to itself why it cannot be.
    def test_an_approved_draft_whose_file_is_gone_says_so_once_and_goes_when_it_is_back(self):
        photo = self.file("stick.png", b"\x89PNG\r\n\x1a\n" + bytes(3000))
        message = self.ask("--attach", photo)
        away = photo.rename(self.centre.file("unplugged.png"))
        item = self.answer(message, "--yes")
        self.assertEqual((item["state"], item["problem"]["code"]), ("drafted", "not.found"), item)
        self.assertIn("stick.png", item["problem"]["context"])
        retry = ("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertNotIn("cannot be sealed", self.centre.chapar(*retry).err, "it was told")
        away.rename(photo)
        self.centre.chapar(*retry)
        item = next(item for item in self.centre.outbox() if item["message"] == message)
        self.assertEqual(item["state"], "logged", item)
        self.assertNotIn("problem", item)

    def test_a_refused_draft_keeps_waiting_and_is_never_sent(self):
        message = self.ask()
        item = self.answer(message, "--refuse", "too vague")
        self.assertEqual(item["state"], "awaiting approvals", item)

    def test_nobody_approves_what_was_not_read_without_a_yes(self):
        message = self.ask()
        ran = self.centre.chapar("approve", message, "--home", self.centre.home("TJ-DSB-HQ"), prefix=("setsid", "-w"))
        self.assertEqual(ran.exit, 2, ran)

    def test_with_nothing_to_seal_again_the_list_is_empty_and_a_number_is_an_error(self):
        home = self.centre.home("TJ-NPJ-BLO")
        self.assertEqual(self.centre.must("outbox", "reseal", "--home", home).results, [])
        self.assertEqual(self.centre.chapar("outbox", "reseal", 1, "--yes", "--home", home).code, "conflict")


class Auditing(unittest.TestCase):
    """A text for an auditor besides its recipients: sealed twice for his device, and opened by it."""

    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices()
        cls.auditor = cls.centre.device("AF-CNP", "AF-AUD-KBL", "AF", role="auditor")

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def watch(self, office):
        return self.centre.must("inbox", "watch", "--once", "--home", self.centre.home(office))

    def shown(self, office):
        home = self.centre.home(office)
        number = self.centre.must("inbox", "ls", "--home", home).results[-1]["number"]
        return self.centre.must("inbox", "show", number, "--home", home).results[0]

    # Would fail if find_recipients() leaves the header's auditors out (stanza.auditors), if the auditor's bundle has one key a
    # day (bundle.stale), or if opening_keys() takes the keys of an AUDIT copy in the order of another.
    def test_an_auditor_reads_the_copy_sealed_to_him_and_the_recipient_sees_that_he_can(self):
        ran = self.centre.send(file=self.centre.alert_file(auditors=[self.auditor]))
        self.assertEqual(ran.exit, 0, ran)
        message = ran.results[0]["message"]
        self.watch("AF-AUD-KBL")
        read = self.shown("AF-AUD-KBL")
        self.assertEqual(read["header"]["message"], message)
        self.assertEqual(read["payload"]["goods"][0]["substance"]["name"], "heroin")
        self.watch("AF-SKB-BLO")
        received = self.shown("AF-SKB-BLO")
        self.assertEqual(received["header"]["message"], message)
        self.assertEqual(received["header"]["auditors"], [self.auditor])
        for office in ("AF-AUD-KBL", "AF-SKB-BLO"):
            self.watch(office)  # that they were read is signed and handed over
        retried = self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertNotIn("problem", retried.err, "what the auditor signs disturbs nobody")
        sent = next(item for item in self.centre.outbox() if item["message"] == message)
        self.assertEqual([(o["office"], o["state"]) for o in sent["offices"]], [("AF-SKB-BLO", "opened")])

    def test_mail_that_names_no_auditor_never_comes_to_one(self):
        message = self.centre.send().results[0]["message"]
        got = self.watch("AF-AUD-KBL").results
        self.assertNotIn(message, [item.get("message") for item in got])

    def test_an_office_that_is_no_auditor_is_not_sealed_to_as_one(self):
        other = self.centre.must("key", "ls", "--home", self.centre.home("AF-SKB-BLO")).results[0]["certificate"]
        ran = self.centre.send(file=self.centre.alert_file(auditors=[other]))
        self.assertEqual(ran.code, "bundle.stale", ran)


if __name__ == "__main__":
    unittest.main(verbosity=2)
