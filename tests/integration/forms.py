"""Forms on standard input, drafts that survive what stops them, and reading in the reader's language."""
import signal
import subprocess
import time
import unittest

import centre as stage

PLACE = "TJ-KT, Нижний Пяндж"
ALERT = [PLACE, "2026-11-20 05:40 +05:00", "героин", "24,6 кг брутто", "автомобильный", "", "AF-SKB-BLO"]


class Forms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices(policy=stage.ANY_KIND)

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def home(self):
        return self.centre.home("TJ-NPJ-BLO")

    def typed(self, lines, *arguments):
        """What a person types, then the end of the input."""
        return self.centre.chapar(*arguments, "--home", self.home(), stdin="".join(line + "\n" for line in lines))

    def text(self, *arguments, **options):
        ran = self.centre.program(stage.CHAPAR, *arguments, **options)
        self.assertEqual(ran.exit, 0, ran)
        return ran

    def received(self):
        """The newest item at the other end, by its number."""
        home = self.centre.home("AF-SKB-BLO")
        self.centre.must("inbox", "watch", "--once", "--home", home)
        return max(item["number"] for item in self.centre.must("inbox", "ls", "--home", home).results if "number" in item)

    # Fails if codes are sent as the words that were typed, or shown in the writer's language.
    def test_an_alert_written_in_russian_is_read_in_english_by_an_english_reader(self):
        note = ["text.text", "Обнаружено в топливном баке.", "", ":send"]
        sent = self.typed(ALERT + note, "send", "seizure", "--lang", "ru")
        self.assertEqual(sent.exit, 0, sent)
        self.assertIn("Вид транспорта", sent.err)
        self.assertEqual(sent.results[-1]["kind"], "seizure-alert")
        home, number = self.centre.home("AF-SKB-BLO"), self.received()
        payload = self.centre.must("inbox", "show", number, "--home", home).results[0]["payload"]
        self.assertEqual(payload["goods"][0]["quantity"], {"value": "24.600", "unit": "KGM", "weight": "gross"})
        self.assertEqual(payload["goods"][0]["substance"], {"list": "ND61", "name": "heroin"})
        self.assertEqual((payload["time"], payload["agency"]), ("2026-11-20T00:40:00Z", "TJ-DCA"))
        english = self.text("inbox", "show", number, "--home", home).out
        for line in ("Seizure alert (seizure-alert)", "Mode of transport", "Road\n", "kilogram (KGM)", "Heroin\n",
                     "Note [ru]", "Обнаружено в топливном баке.", "Нижний Пяндж"):
            self.assertIn(line, english)
        self.assertNotIn("Автомобильный", english)
        russian = self.text("inbox", "show", number, "--home", home, CHAPAR_LANG="ru").out
        for line in ("Оповещение об изъятии", "Вид транспорта", "Автомобильный (road)", "килограмм (KGM)", "Героин (heroin)"):
            self.assertIn(line, russian)
        self.assertEqual(self.centre.chapar("drafts", "ls", "--home", self.home()).results, [])
        self.assertEqual(self.centre.chapar("inbox", "ls", "--lang", "tlh", "--home", home).code, "usage")

    # Fails if an answer is kept after the next question, or not at all.
    def test_a_form_that_is_killed_after_an_answer_goes_on_with_the_next_question(self):
        asked = subprocess.Popen([stage.CHAPAR, "send", "seizure", "--home", self.home()], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.centre.environment())
        said = ""
        for answer, question in zip(ALERT[:3], ("[2/7]", "[3/7]", "[4/7]")):
            asked.stdin.write(answer + "\n")
            asked.stdin.flush()
            while question not in said:
                more = asked.stderr.read(1)
                self.assertTrue(more, said)
                said += more
        asked.send_signal(signal.SIGKILL)
        asked.communicate()
        draft, = self.centre.must("drafts", "ls", "--home", self.home()).results
        self.assertEqual((draft["kind"], draft["missing"]), ("seizure-alert", 4))
        number = draft["draft"]
        self.assertIn("heroin", self.text("drafts", "show", number, "--home", self.home()).out.lower())
        for file in self.home().rglob("*"):
            if file.is_file():
                self.assertNotIn("Нижний Пяндж".encode(), file.read_bytes(), file)
        left = self.typed(ALERT[3:5], "drafts", "continue", number)
        self.assertEqual((left.exit, left.code, left.results[-1]["missing"]), (2, "input.field-missing", 2), left)
        sent = self.typed(ALERT[5:] + [":send"], "drafts", "continue", number)
        self.assertEqual(sent.exit, 0, sent)
        self.assertEqual(self.centre.must("drafts", "ls", "--home", self.home()).results, [])
        self.assertEqual(self.typed([":send"], "drafts", "continue", number).code, "not.found")
        number = self.received()
        payload = self.centre.must("inbox", "show", number, "--home", self.centre.home("AF-SKB-BLO")).results[0]["payload"]
        self.assertEqual(payload["place"]["name"], "Нижний Пяндж")

    # Fails if a script takes a form that was not sent for one that was.
    def test_answers_that_end_before_send_are_an_error_that_names_the_kept_draft(self):
        for lines, missing in ((ALERT[:3], 4), (ALERT, 0)):
            ran = self.typed(lines, "send", "seizure")
            draft, = self.centre.must("drafts", "ls", "--home", self.home()).results
            self.assertEqual((ran.exit, ran.code, draft["missing"]), (2, "input.field-missing", missing), ran)
            self.assertIn(f"draft {draft['draft']}", ran.problem["context"])
            stopped = self.typed([":stop"], "drafts", "continue", draft["draft"])
            self.assertEqual((stopped.exit, stopped.results[-1]["draft"]), (0, draft["draft"]), stopped)
            self.centre.must("drafts", "drop", draft["draft"], "--home", self.home())

    def test_a_message_that_cannot_be_sent_stays_a_draft_until_it_is_dropped(self):
        lines = ALERT[:6] + ["QQ-NOBODY", ":send"]
        ran = self.typed(lines, "send", "seizure")
        self.assertNotEqual(ran.exit, 0, ran)
        draft, = self.centre.must("drafts", "ls", "--home", self.home()).results
        ran = self.typed(["to", "AF-SKB-BLO", ":send"], "drafts", "continue", draft["draft"])
        self.assertEqual(ran.exit, 0, ran)
        self.typed([PLACE], "send", "seizure")
        draft, = self.centre.must("drafts", "ls", "--home", self.home()).results
        self.centre.must("drafts", "drop", draft["draft"], "--home", self.home())
        self.assertEqual(self.centre.must("drafts", "ls", "--home", self.home()).results, [])
        nothing = self.typed([], "send", "seizure")
        self.assertEqual((nothing.exit, nothing.code), (2, "usage"), nothing)
        self.assertEqual(self.centre.must("drafts", "ls", "--home", self.home()).results, [])

    # Fails if the list ends at the first draft that cannot be read.
    def test_a_draft_whose_key_is_gone_is_passed_over_and_the_others_are_listed(self):
        keys = self.home() / "record.keys"
        self.typed(ALERT[:3], "send", "seizure")
        before = keys.read_bytes()
        self.typed(ALERT[:3], "send", "seizure")
        whole = keys.read_bytes()
        kept, lost = self.centre.must("drafts", "ls", "--home", self.home()).results
        slots = [(before[at:at + 128], whole[at:at + 128]) for at in range(0, len(whole), 128)]
        keys.write_bytes(b"".join(now if now == then else bytes(128) for then, now in slots))
        try:
            ran = self.centre.chapar("drafts", "ls", "--home", self.home())
        finally:
            keys.write_bytes(whole)
        self.assertEqual((ran.exit, ran.results), (0, [kept]), ran)
        self.assertIn(f"draft {lost['draft']} is passed over", ran.err)
        for draft in (kept, lost):
            self.centre.must("drafts", "drop", draft["draft"], "--home", self.home())

    def test_the_other_forms_send_what_was_said(self):
        self.received()
        end = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 20 * 86400))
        person = [":target.person", "Раҳимов Ҷамшед", "", "۱۳۶۷", "", "", "driver", "arrested", ":contact.phone", "+992 37 000"]
        scripts = {
            "info-request": ["vehicle", "01 A 777 BC", "Seizure at Nizhny Pyanj.\\", "The owner?", "AF-SKB-BLO"],
            "precursor-incident": ["SEIZURE", "PK, Torkham", "now", "acetic anhydride", "900 l", "AF-SKB-BLO"],
            "lookout-inform": ["PERSON", "REPORT", "Courier.", "now", end + " 00:00Z", "B. Karimov", "AF-SKB-BLO"] + person,
            "lookout-coerce": ["VEHICLE", "STOP", "Precursors.", "now", end + " 00:00Z", "B. Karimov", "AF-SKB-BLO",
                               ":target.conveyance.mode", "road", ":target.conveyance.plate", "01 A 777",
                               ":contact.radio", "channel 4"]}
        for kind, lines in scripts.items():
            ran = self.typed(lines + [":send"], "send", kind)
            self.assertEqual(ran.exit, 0, (kind, ran))
            self.assertEqual(ran.results[-1]["kind"], kind)
            number = self.received()
            shown = self.centre.must("inbox", "show", number, "--home", self.centre.home("AF-SKB-BLO")).results[0]
            self.assertEqual(shown["kind"], kind)
            if kind == "lookout-inform":
                self.assertEqual(shown["payload"]["target"]["person"]["names"][0],
                                 {"text": "Раҳимов Ҷамшед", "script": "Cyrl", "transliteration": "Rahimov Jamshed"})
                self.assertTrue(shown["header"]["personal_data"])
        self.assertEqual(self.centre.chapar("send", "message", "--home", self.home()).code, "usage")

    def test_tables_are_found_by_a_search_and_json_does_not_know_columns(self):
        out = self.text("outbox", "ls", "--home", self.home()).out
        for line in out.splitlines():
            self.assertRegex(line, r"^#\d+ +[a-z-]+ +[a-z-]+ +AF-SKB-BLO:")
        self.assertTrue(all("number" in item for item in self.centre.must("outbox", "ls", "--home", self.home()).results))


if __name__ == "__main__":
    unittest.main()
