"""Every kind of message that an officer may write, from the example that `chapar kinds show` prints to what the recipient reads."""
import datetime
import json
import re
import unittest

import centre as stage

WRITTEN = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc)  # about when the examples play
AROUND = ("kind", "to", "urgency", "purpose", "classification", "handling", "personal_data", "reply_by", "expires", "retain",
          "in_reply_to", "supersedes", "case", "visible")
BY_COMMAND = ("approval-request", "approval")


def today(text):
    """The same example as if it played today: a lookout that ended long ago is refused."""
    shift = datetime.timedelta(days=(datetime.datetime.now(datetime.timezone.utc) - WRITTEN).days)

    def moved(found):
        then = datetime.datetime.fromisoformat(found[0].replace("Z", "+00:00")) + shift
        return then.strftime("%Y-%m-%dT%H:%M:%SZ")
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moved, text)


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices(policy=stage.ANY_KIND)

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def example(self, kind):
        shown = self.centre.must("kinds", "show", kind, "--example").results[0]
        return dict(json.loads(today(json.dumps(shown))), to=["AF-SKB-BLO"])

    def send(self, messages, *arguments):
        file = self.centre.file("message.json")
        file.write_text(json.dumps(messages))  # ASCII with escapes, as scripts write it
        return self.centre.chapar("send", "message", file, *arguments, "--home", self.centre.home("TJ-NPJ-BLO"))

    # Would fail if a kind has no row at the broker, no member in the content, or no JSON; or if one of its fields is lost on the way.
    def test_a_message_of_every_kind_is_sent_and_the_recipient_reads_what_was_written(self):
        kinds = [row["kind"] for row in self.centre.must("kinds", "ls").results]
        self.assertEqual(len(kinds), 43)
        self.assertEqual(self.centre.must("kinds", "ls").results[0]["code"], 100)
        messages = {kind: self.example(kind) for kind in kinds if kind not in BY_COMMAND}
        scan = self.centre.file("spectrum.pdf")
        scan.write_bytes(b"%PDF-1.7\n")
        ran = self.send(messages["nps-notice"], "--attach", scan)
        self.assertEqual(ran.exit, 0, ran)
        ran = self.send([message for kind, message in messages.items() if kind != "nps-notice"])
        self.assertEqual(ran.exit, 0, ran)

        home = self.centre.home("AF-SKB-BLO")
        self.centre.must("inbox", "watch", "--once", "--home", home)
        inbox = self.centre.must("inbox", "ls", "--home", home).results
        came = {item["kind"]: item["number"] for item in inbox}
        self.assertEqual(sorted(came), sorted(messages))
        for kind, number in came.items():
            shown = self.centre.must("inbox", "show", number, "--home", home).results[0]
            self.assertEqual(shown["payload"], {k: v for k, v in messages[kind].items() if k not in AROUND}, kind)
        print(f"{len(came)} kinds sent, opened and shown")
        self.check_evidence(home, next(item["message"] for item in inbox if item["kind"] == "op-call"), messages["op-call"])

    # Would fail if the verifier's own tables lack a kind, or its lists of numbers.
    def check_evidence(self, home, message, written):
        file, roots = self.centre.file("op-call.evidence"), self.centre.home("TJ-NPJ-BLO") / "agency.roots"
        self.centre.must("case", "evidence", message, "--out", file, "--home", home)
        ran = self.centre.program("chapar-verify", "evidence", file, "--card", self.centre.card, "--agency-roots", roots, "--json")
        self.assertEqual(ran.exit, 0, ran)
        read = [(line["field"], line["text"]) for line in ran.results if "field" in line]
        self.assertIn(("opCall.operation", written["operation"]), read)
        self.assertEqual(len([field for field, _ in read if field == "opCall.modes"]), len(written["modes"]), read)

    def test_what_only_commands_make_is_not_sent_by_hand(self):
        for kind in BY_COMMAND:
            ran = self.send(self.example(kind))
            self.assertEqual((ran.exit, ran.code), (2, "usage"), ran)

    def test_an_error_names_the_field_what_was_found_and_what_is_allowed(self):
        consent = self.example("cd-consent")
        ran = self.send(dict(consent, valid=dict(consent["valid"], until="tomorrow")))
        self.assertEqual(ran.code, "input.field-invalid", ran)
        self.assertEqual(ran.problem["context"],
                         "/valid/until: found 'tomorrow'; allowed: RFC 3339 in UTC, like \"2026-11-20T05:40:00Z\"")
        ran = self.send(dict(consent, authority=dict(consent["authority"], country="KZ")))
        self.assertTrue(ran.problem["context"].startswith("/authority/country: found 'KZ'; allowed: "), ran)
        ran = self.send({k: v for k, v in consent.items() if k != "kind"}, "--kind", "cd-consent", "--dry-run")
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual(self.send(consent, "--kind", "parking-ticket").code, "not.found")

    def test_a_kind_says_its_fields_its_rules_and_its_schema(self):
        shown = self.centre.must("kinds", "show", "handover-accept").results[0]
        self.assertIn("weight.unit", [field["path"] for field in shown["fields"] if field["must"]])
        self.assertIn("custody.seals", [rule["name"] for rule in shown["rules"]])
        schema = self.centre.must("kinds", "show", "cd-consent", "--json-schema").results[0]
        self.assertIn("authority", schema["required"])
        self.assertEqual(schema["properties"]["legs"]["items"]["type"], "integer")
        self.assertEqual(self.centre.chapar("kinds", "show", "parking-ticket").code, "not.found")


if __name__ == "__main__":
    unittest.main()
