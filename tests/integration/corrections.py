"""A lab result after an alert: how a correction is written, what it takes from the alert, and what both ends see of it."""
import unittest

import centre as stage


class Corrections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices(policy=stage.ANY_KIND)
        cls.centre.device("AF-CNP", "AF-KBL-HQ", "AF")

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    sender = property(lambda self: self.centre.home("TJ-NPJ-BLO"))
    reader = property(lambda self: self.centre.home("AF-SKB-BLO"))

    def alert(self, **fields):
        """The alert as its sender's outbox has it."""
        ran = self.centre.send(file=self.centre.alert_file(**fields))
        self.assertEqual(ran.exit, 0, ran)
        return ran.results[-1]

    def correct(self, *arguments):
        return self.centre.chapar("send", "correction", *arguments, "--home", self.sender)

    def came(self, message):
        """The number of a message in the reader's inbox."""
        return next(item["number"] for item in self.centre.inbox() if item["message"] == message)

    def show(self, number):
        return self.centre.must("inbox", "show", number, "--home", self.reader).results[0]

    # Would fail if one of the marks, the case or a recipient is not taken from the alert, or taken though another was given.
    def test_a_correction_goes_where_its_alert_went_and_is_marked_as_it_is(self):
        alert = self.alert(to=["AF-SKB-BLO", "AF-KBL-HQ"], handling="H2", classification="confidential")
        ran = self.correct("--of", alert["number"], "--set", "goods[0].quantity.value=11.5", "--reason", "weighed again")
        self.assertEqual(ran.exit, 0, ran)
        correction = ran.results[-1]
        self.assertEqual(sorted(office["office"] for office in correction["offices"]), ["AF-KBL-HQ", "AF-SKB-BLO"])
        shown = self.show(self.came(correction["message"]))
        header = shown["header"]
        self.assertEqual((header["case"], header["handling"], header["classification"], header["supersedes"]),
                         (alert["case"], "H2", "CONFIDENTIAL", alert["message"]))
        self.assertEqual(shown["payload"]["changes"], [{"field": "goods[0].quantity.value", "before": "12.450", "after": "11.5"}])
        self.assertEqual(shown["payload"]["reason"], "weighed again")
        ran = self.correct("--of", alert["message"], "--set", "arrests=2", "--to", "AF-SKB-BLO")
        self.assertEqual([office["office"] for office in ran.results[-1]["offices"]], ["AF-SKB-BLO"], ran)
        file = self.centre.file("lab.json")
        file.write_text('{"target": "%s", "handling": "H3", "changes": [{"field": "arrests", "after": "3"}]}' % alert["message"])
        ran = self.correct(file)
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual(self.show(self.came(ran.results[-1]["message"]))["header"]["handling"], "H3")

    # Would fail if a correction that does not apply is sent: nobody's table would ever show it.
    def test_a_correction_that_would_not_apply_is_not_sent(self):
        alert = self.alert()
        waiting = len(self.centre.outbox())
        for change, said in (("goods[0].quantity.unit=stone", "goods[0].quantity.unit: found 'stone'; allowed: a code of units: "),
                             ("goods[0].colour=white", "goods[0].colour: allowed: "),
                             ("goods[7].quantity.value=1", "goods[7].quantity.value: allowed: "),
                             ("route[0]=QZ", "route[0]: found 'QZ'; allowed: a country or a subdivision"),
                             ("agency=", "agency: ")):
            for dry in ((), ("--dry-run",)):
                ran = self.correct("--of", alert["number"], "--set", change, *dry)
                self.assertEqual(ran.code, "input.field-invalid", ran)
                self.assertTrue(ran.problem["context"].startswith(said), ran)
                self.assertIn("(correction.applies)", ran.problem["context"])
        self.assertEqual(self.correct("--of", 999, "--set", "arrests=2").code, "not.found")
        self.assertEqual(self.correct("--of", alert["number"]).code, "usage")
        self.assertEqual(self.correct("--set", "arrests=2").code, "usage")
        self.assertEqual(self.correct("--of", alert["number"], "--set", "arrests").code, "usage")
        self.assertEqual(self.correct("--of", alert["number"], "--set", "arrests=2", "--dry-run").exit, 0)
        self.assertEqual(len(self.centre.outbox()), waiting)
        self.centre.must("recall", alert["number"], "--reason", "wrong office", "--home", self.sender)
        self.assertEqual(self.correct("--of", alert["number"], "--set", "arrests=2").code, "conflict")
        # The reader's office may not correct what it received.
        theirs = self.alert()
        file = self.centre.file("not-mine.json")
        file.write_text('{"to": ["TJ-NPJ-BLO"], "supersedes": "%s", "target": "%s", "changes": [{"field": "arrests", "after": "3"}]}'
                        % (theirs["message"], theirs["message"]))
        self.came(theirs["message"])
        ran = self.centre.chapar("send", "correction", file, "--home", self.reader)
        self.assertEqual(ran.code, "input.field-invalid", ran)
        self.assertIn("(correction.target)", ran.problem["context"])

    # Would fail if a reader of the alert is not told that it was corrected, or of the correction, what it corrects.
    def test_who_reads_an_alert_learns_what_was_corrected_and_by_which_message(self):
        alert = self.alert()
        first = self.correct("--of", alert["number"], "--set", "goods[0].quantity.value=11", "--set", "arrests=2").results[-1]
        second = self.correct("--of", alert["number"], "--set", "goods[0].quantity.value=11.125").results[-1]
        wrong = self.correct("--of", alert["number"], "--set", "goods[0].quantity.value=99").results[-1]
        self.centre.must("recall", wrong["number"], "--reason", "misread", "--home", self.sender)
        number, numbers = self.came(alert["message"]), [self.came(one["message"]) for one in (first, second)]
        shown = self.show(number)
        self.assertEqual([one["number"] for one in shown["corrected_by"]], numbers)
        self.assertEqual(shown["corrected_by"][0]["changes"],
                         [{"field": "goods[0].quantity.value", "before": "12.450", "after": "11"}, {"field": "arrests", "after": "2"}])
        self.assertEqual(shown["corrected_by"][1]["changes"][0]["before"], "11.000")
        self.assertEqual(shown["payload"]["goods"][0]["quantity"]["value"], "12.450")  # what was signed
        self.assertEqual(self.show(numbers[0])["corrects"],
                         {"message": alert["message"], "number": number, "way": "received", "kind": "seizure-alert", "counts": True})
        read = self.centre.program("chapar", "inbox", "show", number, "--home", self.reader).out
        self.assertIn(f"corrected by #{numbers[0]}, 20", read)
        self.assertIn("12.450 -> 11\n", read)
        self.assertIn("nothing -> 2\n", read)
        self.assertIn(f"corrects #{number} (seizure-alert)",
                      self.centre.program("chapar", "inbox", "show", numbers[1], "--home", self.reader).out)
        self.assertNotIn("corrected_by", self.show(self.came(self.alert()["message"])))

    # Would fail if what was given a higher urgency, and so comes first, is taken for a sign that mail was kept back.
    def test_a_correction_that_overtakes_other_mail_raises_no_alarm(self):
        alert = self.alert(urgency="routine")
        for urgency in ("routine", "routine"):
            self.alert(urgency=urgency)
        self.correct("--of", alert["number"], "--set", "arrests=1")
        ran = self.centre.must("inbox", "watch", "--once", "--home", self.reader)
        self.assertEqual([item["urgency"] for item in ran.results], ["PRIORITY", "ROUTINE", "ROUTINE", "ROUTINE"])
        self.assertNotIn("have not arrived", ran.err)


if __name__ == "__main__":
    unittest.main()
