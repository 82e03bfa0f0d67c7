"""A table of seizures, through the programs: every row has its verdict, nothing goes while one is undecided, and each row arrives
exactly once, however often the import is killed.

CHAPAR_IMPORT_ROWS=10000 for the figures of tests/bench/README.md; without it few enough for every run."""
import json
import os
import signal
import subprocess
import time
import unittest

import centre as stage

# Above one transaction of the import (256 rows), so that a kill finds one committed and another not.
ROWS = int(os.environ.get("CHAPAR_IMPORT_ROWS", "300"))
HEADER = ("Seizure Date;Time;Country/Territory of Seizure;ISO3;Region;City;Drug/Substance;Quantity Seized;Measurement Unit;"
          "Trafficking Mode of Transportation;Physical Seizure Location;Reference;Note;Note Language\r\n")
SUBSTANCES = ["Heroin", "Опий", "Cannabis resin (hashish)", "Methamphetamine", "\"Mephedrone (4-methylmethcathinone, 4-MMC)\""]
MODES = ["Truck/lorry/van", "Автомобильный", "Airplane", "rail", "3"]
OPTIONS = ("--to", "AF-SKB-BLO", "--zone", "+05:00", "--agency", "TJ-DCA")


def row(number):
    day = f"{number % 28 + 1:02}"
    date = f"1404/{number % 6 + 1}/{day}" if number % 4 == 0 else f"{day}.0{number % 9 + 1}.2026"
    return [date, f"{number % 24:02}:{number % 60:02}", "Tajikistan", "TJK", "Asia", f"Пост {number % 17}",
            SUBSTANCES[number % len(SUBSTANCES)], f"{number // 100 + 1},{number % 100:02}", "kg", MODES[number % len(MODES)],
            "Road/ Street/highway", f"TJ-{number:05}", f"найдено {number}", "ru"]


def table(bad=()):
    rows = [row(number) for number in range(ROWS)]
    for number, column, cell in bad:
        rows[number][column] = cell
    # What a spreadsheet saves: a byte order mark, CRLF, decimal commas.
    return "\ufeff" + HEADER + "".join(";".join(cells) + "\r\n" for cells in rows)


# Row of the file (the header is 1), column, cell, and what is said of it.
BAD = [(10, 8, "barrels", "Measurement Unit", "a code of units"),
       (ROWS // 2, 7, "0", "Quantity Seized", "above 0"),
       (ROWS - 3, 0, "31.02.2026", "Seizure Date", "no such day")]


class Import(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices()
        cls.home = cls.centre.home("TJ-NPJ-BLO")

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def file(self, text):
        path = self.centre.file("day.csv")
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def command(self, file, *arguments):
        return ["send", "seizure", "--csv", file, *OPTIONS, *arguments, "--home", self.home]

    def killed(self, file, verb, rows):
        """Kills the import when its progress says that `rows` rows are past `verb`; the rows that it said then."""
        environment = self.centre.environment()
        process = subprocess.Popen([stage.CHAPAR, *map(str, self.command(file, "--yes")), "--json"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, env=environment)
        said = None
        for line in process.stderr:
            step = json.loads(line) if line.startswith("{") else {}
            if step.get("progress") == verb and step["rows"] >= rows:
                said = step["rows"]
                break
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stderr.close()
        self.assertIsNotNone(said, f"no progress of {verb}")
        return said

    def test_each_row_is_judged_and_arrives_once(self):
        began = time.monotonic()
        file = self.file(table([(number, column, cell) for number, column, cell, _, _ in BAD]))
        ran = self.centre.chapar(*self.command(file, "--dry-run"), timeout=600)
        judged = time.monotonic() - began
        self.assertEqual(ran.exit, 2, ran.err)
        rows = [result for result in ran.results if "row" in result]
        self.assertEqual(len(rows), ROWS)
        wrong = [result for result in rows if result["state"] in ("wrong", "choice")]
        # Would fail if a bad row passed, or a good one did not.
        self.assertEqual([result["row"] for result in wrong], [number + 2 for number, *_ in BAD])
        for result, (_, _, cell, column, said) in zip(wrong, BAD):
            note = result["notes"][-1]  # before it may stand how a date of the other calendar was read
            self.assertEqual((note["column"], note["found"]), (column, cell))
            self.assertIn(said, note["said"])
        self.assertEqual(ran.results[-1]["undecided"], [number + 2 for number, *_ in BAD])
        # Would fail if the others were sent, or kept, without a word of the person.
        ran = self.centre.chapar(*self.command(file, "--yes"), timeout=600)
        self.assertEqual(ran.exit, 2, ran.err)
        self.assertEqual(self.centre.outbox(), [])

        file = self.file(table())
        kept = self.killed(file, "keeping", 256)
        after_first = len(self.centre.outbox())
        # Would fail if a row were kept without the note that it is, or the other way round.
        self.assertIn(after_first, (kept, ROWS))
        self.killed(file, "sending", 1)
        # Would fail if rows that were kept for one office were handed over to it though another is named now.
        ran = self.centre.chapar("send", "seizure", "--csv", file, "--to", "TJ-DST-BLO", *OPTIONS[2:], "--yes", "--home", self.home, timeout=600)
        self.assertEqual(ran.exit, 2, ran.err)
        self.assertIn("was kept for AF-SKB-BLO and is not sent yet", ran.err)
        self.assertEqual(len(self.centre.outbox()), ROWS)

        began = time.monotonic()
        ran = self.centre.chapar(*self.command(file, "--yes"), timeout=3600)
        handed = time.monotonic() - began
        self.assertEqual(ran.exit, 0, ran.err[-2000:])
        ran = self.centre.chapar(*self.command(file, "--yes"), timeout=600)  # once more: nothing is left to do
        self.assertEqual(ran.exit, 0, ran.err)
        rows = [result for result in ran.results if "row" in result]
        self.assertEqual({result["state"] for result in rows}, {"known"})
        messages = [result["message"] for result in rows]
        self.assertEqual(len(set(messages)), ROWS)

        began = time.monotonic()
        inbox = self.received()
        fetched = time.monotonic() - began
        # Would fail if a row were sent twice, or not at all.
        self.assertEqual(sorted(item["message"] for item in inbox), sorted(messages))
        print(f"{ROWS} rows: judged in {judged:.1f} s, the rest handed over in {handed:.1f} s, fetched in {fetched:.1f} s")
        self.changed_row(file)

    def received(self):
        while True:
            watched = self.centre.chapar("inbox", "watch", "--once", "--home", self.centre.home("AF-SKB-BLO"), timeout=3600)
            self.assertEqual(watched.exit, 0, watched.err)
            inbox = self.centre.must("inbox", "ls", "--home", self.centre.home("AF-SKB-BLO"), timeout=600).results
            if len(inbox) >= ROWS:
                return inbox

    def changed_row(self, file):
        """A row whose reference was sent with other words is not sent again, nor quietly passed over."""
        file = self.file(table([(5, 7, "999,5")]))
        ran = self.centre.chapar(*self.command(file, "--yes"), timeout=600)
        self.assertEqual(ran.exit, 2, ran.err)
        changed = [result for result in ran.results if result.get("state") == "changed"]
        self.assertEqual([result["row"] for result in changed], [7])
        self.assertIn("send a correction", changed[0]["notes"][-1]["said"])


class Speed(unittest.TestCase):
    @unittest.skipIf("CHAPAR_IMPORT_ROWS" not in os.environ, "a figure, not a test")
    def test_the_import_step_in_seconds(self):
        """Read, judge and keep all rows, without a broker: what the officer waits for before the table may be closed."""
        centre = stage.two_offices()
        try:
            centre.stop()
            file = centre.file("day.csv")
            file.write_text(table(), encoding="utf-8", newline="")
            began = time.monotonic()
            ran = centre.chapar("send", "seizure", "--csv", file, *OPTIONS, "--yes", "--home", centre.home("TJ-NPJ-BLO"),
                                timeout=3600)
            took = time.monotonic() - began
            self.assertEqual(ran.exit, 3, ran.err[-2000:])
            print(f"{ROWS} rows imported in {took:.1f} s: {'OK' if took < 60 else 'over'} (60 s wanted)")
        finally:
            centre.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
