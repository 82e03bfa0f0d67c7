"""A newer set of code lists, lookouts from their first word to the last, and what came of an alert: through the programs, as offices do it."""
import datetime
import json
import pathlib
import shutil
import unittest

import centre as stage

CODES = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "codes"
NOW = datetime.datetime.now(datetime.timezone.utc)
TOMORROW = (NOW + datetime.timedelta(days=1)).strftime("%Y-%m-%d")
TJ, AF = "TJ-NPJ-BLO", "AF-SKB-BLO"


def at(days):
    return (NOW + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def container(number):
    return {"kind": "CONTAINER", "conveyance": {"mode": "sea", "container": number}}


CONTACT = {"name": "B. Karimov", "phone": "+992 37 000 00 00"}


def lookout(number, **more):
    return dict({"kind": "lookout-inform", "to": [AF], "purpose": "OPERATION", "target": container(number), "action": "DISCREET",
                 "ground": "Declared weight does not fit.", "valid": {"from": at(-1), "until": at(14)}, "contact": CONTACT}, **more)


class Lookouts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices(policy=stage.ANY_KIND)

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def run_at(self, office, *arguments):
        return self.centre.chapar(*arguments, "--home", self.centre.home(office))

    def rows(self, office, *arguments):
        ran = self.run_at(office, *arguments)
        self.assertEqual(ran.exit, 0, ran)
        return ran.results

    def send(self, office, message):
        file = self.centre.file("message.json")
        file.write_text(json.dumps(message))
        return self.rows(office, "send", "message", file)[0]

    def take(self, office):
        self.rows(office, "inbox", "watch", "--once")
        return self.rows(office, "inbox", "ls")

    def lookout_of(self, office, message):
        return next(row for row in self.rows(office, "lookout", "ls") if row["message"] == message)

    # Fails if a cancel has no effect, has one from the wrong agency, or only on what came before it.
    def test_a_lookout_is_active_then_hit_then_cancelled_and_only_its_author_ends_it(self):
        sent = self.send(TJ, lookout("CSQU3054383"))["message"]
        self.take(AF)
        here = self.lookout_of(AF, sent)
        self.assertEqual((here["state"], here["action"], here["target"]), ("ACTIVE", "DISCREET", "CONTAINER CSQU3054383"))
        seen = self.rows(AF, "lookout", "check", "--container", "csqu 305438-8")
        self.assertEqual([(row["match"], row["message"]) for row in seen], [("near", sent)])
        self.assertEqual(self.rows(AF, "lookout", "check", "--container", "MSCU1111111")[0]["match"], "none")
        self.assertEqual(self.run_at(AF, "lookout", "check").code, "usage")

        self.send(AF, {"kind": "lookout-hit", "to": [TJ], "purpose": "OPERATION", "in_reply_to": sent, "time": at(0),
                       "place": {"country": "AF", "name": "Hairatan"}, "found": container("CSQU3054388"), "certain": "PROBABLE",
                       "action": "STOPPED", "contact": CONTACT})
        self.send(AF, {"kind": "lookout-cancel", "to": [TJ], "purpose": "OPERATION", "supersedes": sent, "target": sent, "reason": "FOUND"})
        self.take(TJ)
        here = self.lookout_of(TJ, sent)
        self.assertEqual((here["state"], len(here["hits"]), len(here["disputed_cancels"])), ("HIT", 1, 1))
        self.assertEqual(here["hits"][0]["target"], "CONTAINER CSQU3054388")
        self.assertEqual(self.lookout_of(AF, sent)["state"], "HIT")

        cancel = {"kind": "lookout-cancel", "to": [AF], "purpose": "OPERATION", "supersedes": sent, "target": sent, "reason": "FOUND"}
        self.send(TJ, cancel)
        self.take(AF)
        for office in (TJ, AF):
            self.assertEqual(self.lookout_of(office, sent)["state"], "CANCELLED")
            self.assertNotIn(sent, [row["message"] for row in self.rows(office, "lookout", "ls", "--active")])
        self.assertEqual(self.rows(AF, "lookout", "check", "--container", "CSQU3054383")[0]["match"], "none")

        # Taken back: no longer looked out for at either end.
        mistake = self.send(TJ, lookout("TGHU2222222"))["message"]
        self.run_at(TJ, "recall", mistake, "--reason", "another box")
        self.take(AF)
        for office in (TJ, AF):
            self.assertEqual(self.lookout_of(office, mistake)["state"], "CANCELLED")

        # The cancel comes first, and then the lookout; and another one that repeats it.
        first = "0197b2f0-0000-7000-8000-00000000ab01"
        self.send(TJ, dict(cancel, supersedes=first, target=first))
        self.take(AF)
        self.assertIn(True, [row.get("lookout_not_here") for row in self.rows(AF, "lookout", "ls")])
        self.send(TJ, lookout("TGHU7777777", message=first))
        again = self.send(TJ, lookout("TGHU7777777", derived_from=[first]))["message"]
        self.take(AF)
        here = self.lookout_of(AF, first)
        self.assertEqual((here["state"], [copy["message"] for copy in here["copies"]]), ("CANCELLED", [again]))

        later = self.send(TJ, lookout("TGHU1234567", valid={"from": at(1), "until": at(2)}))["message"]
        self.take(AF)
        self.assertEqual(self.lookout_of(AF, later)["state"], "NOT_YET")

    # Fails if a lookout is searched for as it was first said.
    def test_a_corrected_lookout_is_found_by_its_corrected_number_at_both_ends(self):
        sent = self.send(TJ, lookout("TCLU1111115"))["message"]
        ran = self.run_at(TJ, "send", "correction", "--of", sent, "--set", "target.conveyance.container=TCLU9876543")
        self.assertEqual(ran.exit, 0, ran)
        self.take(AF)
        for office in (TJ, AF):
            found = self.rows(office, "lookout", "check", "--container", "TCLU9876543")
            self.assertEqual([(row["match"], row["message"]) for row in found], [("same", sent)])
            self.assertEqual(self.rows(office, "lookout", "check", "--container", "TCLU1111115")[0]["match"], "none")

    # Fails if feedback is not sealed to the sender, not counted, or an earlier word counts beside the newest.
    def test_what_came_of_an_alert_reaches_its_sender_and_is_counted(self):
        self.centre.send()
        number = [row for row in self.take(AF) if row["kind"] == "seizure-alert"][-1]["number"]
        self.rows(AF, "feedback", "give", number, "useful")
        self.rows(AF, "feedback", "give", number, "led-to-arrests", "--arrests", 2, "--text", "Two couriers.")
        self.assertEqual(self.run_at(AF, "feedback", "give", number, "splendid").code, "input.field-invalid")
        self.assertEqual(self.run_at(AF, "feedback", "give", number, "duplicate", "--arrests", 1).code, "input.field-invalid")
        self.take(TJ)
        for office in (TJ, AF):
            words = self.rows(office, "feedback", "ls")
            self.assertEqual([(word["sender"], word["from"], word["outcome"], word["arrests"], word["text"]) for word in words],
                             [(TJ, AF, "LED_TO_ARRESTS", 2, "Two couriers.")])
        sums = {row["sender"]: row for row in self.rows(TJ, "feedback", "stats")}
        self.assertEqual((sums[TJ]["answered"], sums[TJ]["arrests"], sums[TJ]["outcomes"]), (1, 2, {"LED_TO_ARRESTS": 1}))
        self.assertEqual({row["sender"]: row for row in self.rows(AF, "feedback", "stats")}[TJ]["answered"], 1)

    def lose_text(self, office, number, before):
        """Destroys the key of one text; gives back what puts it there again. `before`: the file of keys before the text came."""
        file = self.centre.home(office) / "record.keys"
        whole = file.read_bytes()
        for place in range(0, len(whole), 128):
            if whole[place:place + 128] == before[place:place + 128]:
                continue
            file.write_bytes(whole[:place] + bytes(128) + whole[place + 128:])
            if self.run_at(office, "inbox", "show", number).code == "record.key-gone":
                return lambda: file.write_bytes(whole)
            file.write_bytes(whole)
        self.fail("no key is the text's")

    # Fails if one text that cannot be read ends a command that looks through all of them.
    def test_a_text_whose_key_is_gone_is_passed_over_and_the_others_are_shown(self):
        kept = self.send(TJ, lookout("TEMU1234561"))["message"]
        self.take(AF)
        before = (self.centre.home(AF) / "record.keys").read_bytes()
        self.send(TJ, lookout("TEMU7654321"))
        lost = self.take(AF)[-1]["number"]
        restore = self.lose_text(AF, lost, before)
        try:
            for command in (("lookout", "ls"), ("lookout", "check", "--container", "TEMU1234561")):
                ran = self.run_at(AF, *command)
                self.assertEqual(ran.exit, 0, ran)
                self.assertIn(kept, [row["message"] for row in ran.results])
                self.assertIn(f"inbox {lost} is passed over", ran.err)
        finally:
            restore()

    # The same of what came of messages; after the test that counts them.
    def test_words_whose_key_is_gone_are_passed_over_too(self):
        self.centre.send()
        about = [row for row in self.take(AF) if row["kind"] == "seizure-alert"][-1]["number"]
        before = (self.centre.home(TJ) / "record.keys").read_bytes()
        self.rows(AF, "feedback", "give", about, "useful")
        answer = [row for row in self.take(TJ) if row["kind"] == "info-reply"][-1]["number"]
        restore = self.lose_text(TJ, answer, before)
        try:
            for command in ("ls", "stats"):
                ran = self.run_at(TJ, "feedback", command)
                self.assertEqual(ran.exit, 0, ran)
                self.assertIn(f"inbox {answer} is passed over", ran.err)
        finally:
            restore()

    def new_lists(self):
        folder = self.centre.file("lists")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for file in CODES.glob("*.csv"):
            shutil.copy(file, folder)
        file = folder / "concealment.csv"
        lines = file.read_text().splitlines()
        last = int(lines[-1].split(",")[0])
        lines = [f"# dated: {TOMORROW}" if line.startswith("# dated: ") else line for line in lines]
        file.write_text("\n".join(lines + [f"{last + 1},SAMOVAR,In a samovar,В самоваре,,,P,false", ""]))
        return folder, f"#{last + 1}"

    # Fails if a set is taken that the centre did not sign, or lookups go on with the one before.
    def test_a_newer_set_of_lists_is_signed_taken_used_and_logged(self):
        lists = self.rows(TJ, "codes", "ls")
        self.assertEqual(lists[0]["from"], "built in")
        folder, number = self.new_lists()
        archive = self.centre.file("codes.tar")
        ran = self.centre.chapar("codes", "update", folder, "--home", self.centre.home(TJ))
        self.assertEqual((ran.exit != 0, ran.code), (True, "not.found"), ran)  # no MANIFEST
        self.centre.must("codes", "sign", folder, "--out", archive, "--home", self.centre.root)

        whole = archive.read_bytes()
        place = whole.index(b"SAMOVAR")
        for bad, code in ((whole[:-1024], "malformed.layout"), (whole[:9000], "malformed.layout"), (b"", "malformed.layout"),
                          (whole[:place] + b"T" + whole[place + 1:], "signature.invalid")):
            archive.write_bytes(bad)
            ran = self.run_at(TJ, "codes", "update", archive)
            self.assertEqual(ran.code, code, ran)
        self.assertEqual(self.rows(TJ, "codes", "log"), [])
        self.assertEqual(self.rows(TJ, "codes", "ls")[0]["from"], "built in")
        forged = self.centre.chapar("codes", "sign", folder, "--home", self.centre.home("TJ-DCA-root-1"))
        self.assertEqual(forged.code, "signer.refused", forged)

        archive.write_bytes(whole)
        taken = self.rows(TJ, "codes", "update", archive)[0]
        self.assertEqual((taken["set"], taken["installed"]), (TOMORROW, True))
        self.assertEqual([change["list"] for change in taken["changes"]], ["concealment"])
        self.assertFalse(self.rows(TJ, "codes", "update", archive)[0]["installed"])
        self.assertEqual([line["set"] for line in self.rows(TJ, "codes", "log")], [TOMORROW])
        self.assertEqual(self.rows(TJ, "codes", "ls")[0]["set"], TOMORROW)
        shown = self.rows(TJ, "codes", "show", "concealment", "--lang", "ru")[-1]
        self.assertEqual((shown["code"], shown["label"], shown["verified"]), ("SAMOVAR", "В самоваре", False))

        # Used by what is said from now on; who has the older set sees the number until it has taken it too.
        alert = dict(stage.ALERT, concealment="SAMOVAR")
        file = self.centre.alert_file(alert)
        self.rows(TJ, "send", "seizure", file)
        self.assertEqual(self.run_at(AF, "send", "seizure", self.centre.alert_file(dict(alert, to=[TJ]))).code, "input.field-invalid")
        number_there = self.take(AF)[-1]["number"]
        self.assertEqual(self.rows(AF, "inbox", "show", number_there)[0]["payload"]["concealment"], number)
        self.rows(AF, "codes", "update", archive)
        self.assertEqual(self.rows(AF, "inbox", "show", number_there)[0]["payload"]["concealment"], "SAMOVAR")

        # A set that was changed on the disk is told and not used.
        held = self.centre.home(AF) / "codes.set"
        held.write_bytes(held.read_bytes().replace(b"SAMOVAR", b"TEAPOTS"))
        ran = self.run_at(AF, "codes", "ls")
        self.assertEqual(ran.results[0]["from"], "built in")
        self.assertIn("are not used", ran.err)

    # Fails if a list is changed in the repository and MANIFEST is not.
    def test_manifest_names_every_list_with_its_hash(self):
        import hashlib
        named = dict(reversed(line.split("  ")) for line in (CODES / "MANIFEST").read_text().splitlines())
        self.assertEqual(named, {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in CODES.glob("*.csv")})


if __name__ == "__main__":
    unittest.main()
