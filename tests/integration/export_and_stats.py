"""What an officer takes out of an inbox: pages of it, tables, maps, sums; compared with Python's csv, decimal and datetime."""
import collections
import csv
import datetime
import decimal
import io
import json
import random
import stat
import unittest

import centre as stage

ALERTS = 120
NAMES = ["heroin", "opium", "metamfetamine", "acetic anhydride", "=1+1 tablets"]
UNITS = ["KGM", "GRM", "LTR", "TAB"]


def drawn_alerts():
    """The same on every run; what is drawn is what the sums are made of."""
    draw = random.Random(6)

    def goods():
        name = draw.choice(NAMES)
        value = decimal.Decimal(draw.randrange(1, 10**draw.randrange(1, 9))) / 1000
        return {"substance": {"name": name, "list": "T1" if name.startswith("acetic") else "ND61"},
                "quantity": {"value": f"{value:.3f}", "unit": draw.choice(UNITS)}}

    for number in range(ALERTS):
        when = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(minutes=draw.randrange(300 * 1440))
        yield {"kind": "seizure-alert", "to": ["AF-SKB-BLO"], "urgency": draw.choice(["FLASH", "ROUTINE"]),
               "handling": draw.choice(["H0", "H1", "H1", "H2"]),
               "place": {"country": draw.choice(["TJ", "AF", "UZ"]), "latitude": round(draw.uniform(36, 40), 5),
                         "longitude": round(draw.uniform(60, 72), 5), "accuracy_m": 20},
               "time": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "agency": "TJ-DCA", "conveyance": {"mode": draw.choice(["road", "rail"])},
               "goods": [goods() for _ in range(draw.choice([1, 1, 2]))], "route": ["AF", "TJ", "RU"],
               "text": {"text": f"note {number}; \"quoted\"\nsecond line", "language": "en"}}


def cell(text):
    """As our own reader takes the guard away: one apostrophe before what a spreadsheet would run."""
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text


class ExportAndStats(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices(policy=stage.ANY_KIND)
        cls.centre.device("TJ-DCA", "TJ-DSB-HQ")
        cls.alerts = list(drawn_alerts())
        home = cls.centre.home("TJ-NPJ-BLO")
        sent = cls.send(cls.alerts)
        cls.messages = [result["message"] for result in sent.results]
        cls.send([{"kind": "correction", "to": ["AF-SKB-BLO"], "supersedes": cls.messages[0], "target": cls.messages[0],
                   "changes": [{"field": "goods[0].quantity.value", "after": "7.125"}], "reason": "weighed again"}])
        cls.alerts[0]["goods"][0]["quantity"]["value"] = "7.125"
        cls.centre.must("recall", cls.messages[1], "--reason", "wrong office", "--home", home)
        cls.centre.must("inbox", "watch", "--once", "--home", cls.centre.home("AF-SKB-BLO"))
        cls.kept = [alert for number, alert in enumerate(cls.alerts) if number != 1]

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    home = property(lambda self: self.centre.home("AF-SKB-BLO"))

    @classmethod
    def send(cls, messages):
        file = cls.centre.file("messages.json")
        file.write_text(json.dumps(messages))
        return cls.centre.must("send", "message", file, "--home", cls.centre.home("TJ-NPJ-BLO"))

    def export(self, name, *arguments):
        out = self.centre.file(name)
        ran = self.centre.must("export", "seizures", "--out", out, *arguments, "--home", self.home)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600)
        return ran.results[0], out.read_text(encoding="utf-8-sig")

    def rows(self, name, *arguments, separator=","):
        told, text = self.export(name, "--csv", *arguments)
        rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
        return told, [{header: cell(value) for header, value in row.items()} for row in rows]

    # Would fail if an alert or one of its goods is left out, doubled, or changed on the way; or a recalled one is exported.
    def test_a_table_has_every_seizure_that_may_leave_and_says_what_it_leaves_out(self):
        told, rows = self.rows("all.csv", "--handling", "H3")
        self.assertEqual((told["seizures"], told["left_out_recalled"], told["left_out_by_handling"]), (ALERTS - 1, 1, 0))
        expected = collections.Counter((alert["time"], goods["substance"]["name"], goods["quantity"]["value"], goods["quantity"]["unit"])
                                       for alert in self.kept for goods in alert["goods"])
        found = collections.Counter((f"{row['Seizure Date']}T{row['Time']}Z", row["Drug/Substance"], row["Quantity Seized"],
                                     row["Measurement Unit"]) for row in rows)
        self.assertEqual(found, expected)
        self.assertEqual(len([row for row in rows if row["Corrected By"]]), len(self.alerts[0]["goods"]))
        for row in rows:
            factor = {"KGM": 1, "GRM": decimal.Decimal("0.001")}.get(row["Measurement Unit"])
            kilograms = "" if factor is None else decimal.Decimal(row["Quantity Seized"]) * factor
            self.assertEqual(decimal.Decimal(row["Kilograms"]) if row["Kilograms"] else "", kilograms)

        quiet = len([alert for alert in self.kept if alert["handling"] == "H2"])
        told, rows = self.rows("quiet.csv")
        self.assertEqual((told["seizures"], told["left_out_by_handling"]), (ALERTS - 1 - quiet, quiet))
        self.assertNotIn("H2", {row["Handling"] for row in rows})
        _, commas = self.rows("commas.csv", "--locale", "commas", separator=";")
        self.assertEqual([row["Quantity Seized"].replace(",", ".") for row in commas], [row["Quantity Seized"] for row in rows])
        raw = self.centre.file("commas.csv").read_text(encoding="utf-8-sig")
        self.assertIn("'=1+1 tablets", raw)
        self.assertEqual(raw.count("=1+1 tablets"), raw.count("'=1+1 tablets"))

        ran = self.centre.chapar("export", "seizures", "--csv", "--out", self.centre.file("quiet.csv"), "--home", self.home)
        self.assertEqual(ran.code, "already.exists", ran)
        told, rows = self.rows("march.csv", "--handling", "H3", "--since", "2026-03", "--until", "2026-03")
        self.assertEqual({row["Seizure Date"][:7] for row in rows}, {"2026-03"})
        self.assertEqual(told["seizures"], len([alert for alert in self.kept if alert["time"].startswith("2026-03")]))

    # Would fail if positions are exported as they were measured, or the order of the degrees is turned round.
    def test_a_map_has_positions_as_coarse_as_their_handling_says(self):
        told, text = self.export("map.json", "--geojson", "--handling", "H2")
        by_message = collections.defaultdict(list)
        for feature in json.loads(text)["features"]:
            by_message[feature["properties"]["message"]].append(feature)
        self.assertEqual(len(by_message), told["seizures"])
        for message, alert in zip(self.messages, self.alerts):
            for feature in by_message.get(message, []):
                step = {"H0": None, "H1": decimal.Decimal("0.1"), "H2": decimal.Decimal(1)}[alert["handling"]]
                for found, name in zip(feature["geometry"]["coordinates"], ("longitude", "latitude")):
                    exact = decimal.Decimal(str(alert["place"][name]))
                    wanted = exact if step is None else exact // step * step + step / 2
                    self.assertEqual(decimal.Decimal(str(found)), wanted)
                self.assertGreaterEqual(feature["properties"]["accuracy_m"], {"H0": 20, "H1": 8000, "H2": 80000}[alert["handling"]])
        told, text = self.export("lines.json", "--jsonl")
        lines = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(len(lines), told["seizures"])
        self.assertEqual({line["way"] for line in lines}, {"received"})

    # Differential. Would fail if units are added together, a week is counted from another day, or a sum is rounded.
    def test_sums_are_those_that_python_makes_of_an_export(self):
        _, rows = self.rows("sums.csv", "--handling", "H3")
        totals, seizures = collections.Counter(), collections.defaultdict(set)
        for row in rows:
            year, week, _ = datetime.date.fromisoformat(row["Seizure Date"]).isocalendar()
            key = (f"{year}-W{week:02}", row["ISO3"][:2], row["Drug/Substance"], row["Measurement Unit"])
            totals[key] += decimal.Decimal(row["Quantity Seized"])
            seizures[key].add(row["Message"])
        ran = self.centre.must("stats", "seizures", "--by", "substance,country,week", "--home", self.home)
        found = {(row["period"], row["country"], row["substance"], row["total"]["unit"]):
                 (decimal.Decimal(row["total"]["value"]), row["seizures"]) for row in ran.results if "total" in row}
        self.assertEqual(found, {key: (total, len(seizures[key])) for key, total in totals.items()})
        self.assertEqual(ran.results[-1], {"counted": ALERTS - 1})
        print(f"{len(found)} sums of {len(rows)} rows are equal")

    def report_at(self, office):
        home = self.centre.home(office)
        self.centre.must("inbox", "watch", "--once", "--home", home)
        item = self.centre.must("inbox", "ls", "--kind", "stat-report", "--limit", 1, "--home", home).results[0]
        return self.centre.must("inbox", "show", item["number"], "--home", home).results[0]["payload"]

    # Would fail if a cell of one or two seizures leaves the agency.
    def test_a_report_of_one_country_goes_out_with_its_small_cells_suppressed(self):
        wish = ("stats", "report", "--country", "TJ", "--period", "2026-01/2026-12", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertEqual(self.centre.chapar(*wish).code, "usage")
        dry = self.centre.must(*wish, "--dry-run")
        self.assertIn("suppressed", json.dumps(dry.results))
        self.assertIn("suppressed", json.dumps(self.centre.must(*wish, "--to", "AF-SKB-BLO", "--dry-run").results))
        nothing = self.centre.chapar("stats", "report", "--country", "KZ", "--period", "2026", "--dry-run", "--home", self.home)
        self.assertEqual(nothing.code, "not.found", nothing)
        self.centre.must(*wish, "--to", "AF-SKB-BLO")
        self.centre.must(*wish, "--to", "TJ-DSB-HQ")
        outside, inside = self.report_at("AF-SKB-BLO"), self.report_at("TJ-DSB-HQ")
        for row in outside["rows"]:
            self.assertEqual("suppressed" in row, "total" not in row, row)
            self.assertGreaterEqual(row.get("seizures", 3), 3)
        self.assertEqual(len([row for row in outside["rows"] if "total" not in row]),
                         len([row for row in inside["rows"] if row["seizures"] < 3]))
        expected = collections.Counter()
        for alert in self.kept:
            if alert["place"]["country"] != "TJ" or alert["handling"] == "H2":
                continue
            for goods in alert["goods"]:
                expected[goods["substance"]["name"], goods["quantity"]["unit"]] += decimal.Decimal(goods["quantity"]["value"])
        found = {(row["substance"], row["total"]["unit"]): decimal.Decimal(row["total"]["value"]) for row in inside["rows"]}
        self.assertEqual(found, dict(expected))

    # Would fail if a page leaves one out or shows it twice, or a filter lets through what it should not.
    def test_an_inbox_is_read_by_pages_and_by_what_it_is_about(self):
        everything = self.centre.must("inbox", "ls", "--home", self.home).results
        numbers, after = [], ()
        while True:
            page = self.centre.must("inbox", "ls", "--limit", 50, *after, "--home", self.home).results
            numbers += [item["number"] for item in page if "number" in item]
            if "next" not in page[-1]:
                break
            after = ("--after", page[-1]["next"])
        self.assertEqual(numbers, [item["number"] for item in reversed(everything)])
        by_message = {item["message"]: item for item in everything}

        def listed(*filters):
            return {item["message"] for item in self.centre.must("inbox", "ls", *filters, "--home", self.home).results if "number" in item}
        kept = [(message, alert) for number, (message, alert) in enumerate(zip(self.messages, self.alerts)) if number != 1]

        def named(alert, name):
            return name in [goods["substance"]["name"] for goods in alert["goods"]]
        self.assertEqual(listed("--kind", "seizure-alert", "--substance", "Опий"), {message for message, alert in kept if named(alert, "opium")})
        self.assertEqual(listed("--kind", "seizure-alert", "--substance", "heroin", "--urgency", "flash"),
                         {message for message, alert in kept if named(alert, "heroin") and alert["urgency"] == "FLASH"})
        one = by_message[self.messages[5]]
        self.assertIn(self.messages[5], listed("--case", one["case"], "--kind", "seizure-alert"))
        self.assertEqual(listed("--kind", "recall", "--substance", "heroin"), set())
        self.assertEqual(self.centre.chapar("inbox", "ls", "--urgency", "soon", "--home", self.home).code, "usage")


if __name__ == "__main__":
    unittest.main()
