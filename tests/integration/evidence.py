"""`case evidence` and `chapar-verify evidence`, as an officer and a court use them. Needs no key of anybody at the court's side."""
import json
import subprocess
import unittest

from centre import BIN, two_offices


def judge(file, card, *more):
    done = subprocess.run([BIN / "chapar-verify", "evidence", file, "--card", card, "--json", *map(str, more)],
                          capture_output=True, text=True, env={}, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, lines


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = two_offices()
        cls.addClassCleanup(centre.close)
        cls.photo = centre.file("photo.jpg")
        cls.photo.write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes((i * 7 + (i >> 8)) & 255 for i in range(200_000)))
        sent = centre.send(file=centre.alert_file(text={"language": "en", "text": "seen at the bridge"}))
        assert sent.exit == 0, sent
        with_photo = centre.chapar("send", "seizure", centre.alert_file(), "--attach", cls.photo, "--home", centre.home("TJ-NPJ-BLO"))
        assert with_photo.exit == 0, with_photo
        cls.message, cls.with_photo = (item["message"] for item in centre.outbox()[:2])
        cls.received = centre.inbox()
        cls.roots = centre.home("TJ-NPJ-BLO") / "agency.roots"

    def evidence(self, home, message, *more):
        out = self.centre.file(f"{home}-{message}-{len(more)}.evidence")
        ran = self.centre.chapar("case", "evidence", message, "--out", out, "--home", self.centre.home(home), *more)
        return ran, out

    def texts(self, lines):
        return {line["field"]: line["text"] for line in lines if "field" in line}

    def test_a_court_reads_the_text_of_either_side_and_who_wrote_it(self):
        for home in ("TJ-NPJ-BLO", "AF-SKB-BLO"):
            ran, out = self.evidence(home, self.message)
            self.assertEqual(ran.exit, 0, ran)
            plain = self.centre.file(home + ".plain")
            code, lines = judge(out, self.centre.card, "--agency-roots", self.roots, "--plaintext", plain)
            self.assertEqual(code, 0, lines)
            self.assertEqual(self.texts(lines)["seizureAlert.remarks.note"], "seen at the bridge")
            self.assertIn(b"seen at the bridge", plain.read_bytes())
            facts = {line["fact"]: line["value"] for line in lines if "fact" in line}
            self.assertIn("TJ-NPJ-BLO (TJ-DCA)", facts["author, found"])
            self.assertRegex(facts["time"], "^claimed .*; accepted between .* and the head of size")
            self.assertTrue(any("not_proven" in line for line in lines))

    def test_an_attachment_is_disclosed_without_its_text(self):
        number = next(item["number"] for item in self.received if item["message"] == self.with_photo)
        ran, out = self.evidence("AF-SKB-BLO", self.with_photo, "--stream", "1")
        self.assertEqual((ran.code, out.exists()), ("not.found", False), ran)
        self.centre.must("inbox", "fetch", number, "--out", self.centre.folder, "--home", self.centre.home("AF-SKB-BLO"))
        ran, out = self.evidence("AF-SKB-BLO", self.with_photo, "--stream", "1")
        self.assertEqual(ran.exit, 0, ran)
        plain = self.centre.file("photo.again")
        code, lines = judge(out, self.centre.card, "--plaintext", plain)
        self.assertEqual(code, 0, lines)
        self.assertEqual(plain.read_bytes(), self.photo.read_bytes())
        self.assertEqual(self.texts(lines), {})

    def test_a_changed_byte_another_centre_and_other_roots_end_with_5_and_no_text(self):
        _, out = self.evidence("TJ-NPJ-BLO", self.message, "--stream", "0")
        plain = self.centre.file("never")
        spoiled = bytearray(out.read_bytes())
        spoiled[len(spoiled) // 2] ^= 1
        self.centre.file("spoiled").write_bytes(bytes(spoiled))
        card = json.loads(self.centre.card.read_text())
        card["home"] = "00" * 32
        self.centre.file("other.card").write_text(json.dumps(card))
        other_roots = self.centre.home("AF-SKB-BLO") / "agency.roots"
        for arguments in ((self.centre.file("spoiled"), self.centre.card), (out, self.centre.file("other.card")),
                          (out, self.centre.card, "--agency-roots", other_roots)):
            code, lines = judge(*arguments, "--plaintext", plain)
            self.assertEqual(code, 5, lines)
            self.assertEqual(self.texts(lines), {})
            self.assertFalse(plain.exists())

    def test_what_was_never_sent_or_is_there_already_writes_nothing(self):
        ran, out = self.evidence("TJ-NPJ-BLO", "0197b2f0-0000-7000-8000-000000000001")
        self.assertEqual((ran.exit, ran.code, out.exists()), (1, "not.found", False), ran)
        taken = self.centre.file("taken")
        taken.write_text("mine")
        ran = self.centre.chapar("case", "evidence", self.message, "--out", taken, "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertNotEqual(ran.exit, 0)
        self.assertEqual(taken.read_text(), "mine")

    def test_a_refused_envelope_gives_no_evidence_of_acceptance(self):
        sent = self.centre.send(file=self.centre.alert_file(classification="secret"))
        self.assertEqual(sent.exit, 4, sent)
        refused = next(item for item in self.centre.outbox() if item["state"] == "refused")
        ran, out = self.evidence("TJ-NPJ-BLO", refused["message"])
        self.assertEqual((ran.code, out.exists()), ("not.found", False), ran)


if __name__ == "__main__":
    unittest.main()
