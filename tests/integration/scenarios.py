"""Days in the life of border offices, played through the programs: a stolen laptop, a request that needs a prosecutor, a post
without a link, a restored backup, a second desk. The clock is moved, never waited for."""
import datetime
import shutil
import unittest

import centre as stage

APPROVED = """agency = "{agency}"

[[rule]]
id = "export.requests-approved"
direction = "export"
effect = "permit"
kinds = ["info-request"]
class_max = "confidential"
from = ["agency:{agency}"]
to = "any"
approvals = 2
approver_role = "prosecutor"

[[rule]]
id = "export.answers"
direction = "export"
effect = "permit"
kinds = ["info-reply", "correction", "recall-done"]
class_max = "confidential"
from = ["agency:{agency}"]
to = "any"

[[rule]]
id = "export.within"
direction = "export"
effect = "permit"
kinds = ["approval-request", "approval", "seizure-alert"]
class_max = "confidential"
from = ["agency:{agency}"]
to = ["agency:{agency}"]
""" + stage.IMPORT_ALL

REQUEST = {"kind": "info-request", "to": ["UZ-TAS-PCU"], "urgency": "urgent", "classification": "confidential",
           "purpose": "operation", "question": "vehicle", "subject": "parcel RR123456785KZ, Almaty to Tashkent",
           "justification": "controlled delivery by post, 2.0 kg, content replaced; consent asked until Friday"}
REPLY = {"kind": "info-reply", "result": "FOUND", "answer": "Prosecutor ref 14-221: consent for 72 h, sample kept",
         "classification": "confidential"}


def states(items, message):
    """The stages of one sent message, office by office."""
    item = next(i for i in items if i["message"] == message)
    return {office["office"]: office["state"] for office in item["offices"]}


class Scenario(unittest.TestCase):
    def setUp(self):
        self.centre = stage.two_offices()
        self.addCleanup(self.centre.close)

    def home(self, name):
        return self.centre.home(name)

    def watch(self, office, **options):
        return self.centre.must("inbox", "watch", "--once", "--home", self.home(office), **options).results

    def retry(self, office="TJ-NPJ-BLO", **options):
        return self.centre.must("outbox", "retry", "--home", self.home(office), **options).results

    def items(self, office, **options):
        return self.centre.must("inbox", "ls", "--home", self.home(office), **options).results

    def certificate(self, office):
        return self.centre.must("key", "ls", "--home", self.home(office)).results[0]["certificate"]

    def second_device(self, agency, office, home, **options):
        """Another desk of an office that exists."""
        request = self.centre.file(home + ".request")
        self.centre.must("key", "init", "--home", self.home(home), "--card", self.centre.card, "--agency", agency,
                         "--office", office, "--officer", home.lower(), **options)
        self.centre.must("key", "request", "--home", self.home(home), "--out", request, **options)
        self.centre.certify(agency, home)
        self.centre.must("key", "install", self.centre.file(home + ".record"), "--yes", "--home", self.home(home), **options)
        self.watch(home, **options)

    def revoke(self, agency, office, since):
        ran = self.centre.by_two(agency, "key", "revoke", self.certificate(office), "--reason", "stolen", "--since", since,
                                 name="revoke")
        self.assertEqual(ran.exit, 0, ran)


class StolenLaptop(Scenario):
    """Scenario 8: what the thief can still do, what he cannot, and what the others see."""

    def test_the_open_session_ends_at_once_and_nothing_later_counts(self):
        alert = self.centre.send().results[0]["message"]
        self.assertEqual([i["message"] for i in self.watch("AF-SKB-BLO") if "message" in i], [alert])
        stage.until(lambda: self.centre.figure("sessions") == 0, "the end of those before")
        watching = stage.subprocess.Popen([stage.CHAPAR, "inbox", "watch", "--json", "--home",
                                           self.home("TJ-NPJ-BLO")], stdout=stage.subprocess.PIPE,
                                          stderr=stage.subprocess.PIPE, text=True, env=self.centre.environment())
        self.addCleanup(watching.kill)
        stage.until(lambda: self.centre.figure("sessions"), "an open session")
        since = (datetime.datetime.utcnow() - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.revoke("TJ-DCA", "TJ-NPJ-BLO", since)
        out, err = watching.communicate(timeout=30)
        self.assertIn("certificate.revoked", err)
        self.assertNotEqual(watching.returncode, 0)

        forged = self.centre.send()
        self.assertNotEqual(forged.exit, 0)
        self.assertEqual(self.centre.figure("sessions"), 0)
        self.assertEqual(self.watch("AF-SKB-BLO"), [])
        kept = self.items("AF-SKB-BLO")
        self.assertEqual(len(kept), 1)
        self.assertTrue(kept[0]["disputed"], "signed after the time from which the key is called compromised")
        shown = self.centre.must("inbox", "show", kept[0]["number"], "--home", self.home("AF-SKB-BLO"))
        self.assertIn("disputed", str(shown.results[0]))
        self.assertEqual(shown.results[0]["payload"]["goods"][0]["substance"]["name"], "heroin", "shown, never erased")

    def test_mail_that_waits_for_it_is_withheld_and_sealed_again_for_the_next_laptop(self):
        alert = self.centre.send().results[0]["message"]
        self.assertEqual(self.centre.figure("waiting"), 1)
        self.revoke("AF-CNP", "AF-SKB-BLO", "2026-01-01T00:00:00Z")
        self.assertEqual(self.centre.figure("waiting"), 0)
        self.assertNotEqual(self.centre.chapar("inbox", "watch", "--once", "--home", self.home("AF-SKB-BLO")).exit, 0)
        self.second_device("AF-CNP", "AF-SKB-BLO", "AF-SKB-2")
        self.retry()
        self.watch("AF-SKB-2")
        self.assertEqual([i["kind"] for i in self.items("AF-SKB-2")], ["seizure-alert"])
        self.retry()
        self.assertEqual(states(self.centre.outbox(), alert), {"AF-SKB-BLO": "withheld"})


class PostalDelivery(Scenario):
    """Scenario 2, its messages: two prosecutors approve a request to another State before it may leave."""

    def test_a_request_leaves_only_with_two_approvals_of_the_right_role(self):
        c = self.centre
        for agency, country in (("KZ-KNB", "KZ"), ("UZ-NCB", "UZ")):
            c.agency(agency, APPROVED)
        c.device("KZ-KNB", "KZ-ALM-OPS", "KZ")
        c.device("UZ-NCB", "UZ-TAS-PCU", "UZ")
        c.device("KZ-KNB", "KZ-PRO-ONE", "KZ", "prosecutor,liaison")
        c.device("KZ-KNB", "KZ-PRO-TWO", "KZ", "prosecutor,liaison")
        bare = c.chapar("send", "request", c.alert_file(REQUEST), "--home", self.home("KZ-ALM-OPS"))
        self.assertEqual((bare.exit, bare.code), (4, "approval.missing"), bare)

        asked = c.chapar("send", "request", c.alert_file(REQUEST), "--needs-approval", "KZ-PRO-ONE,KZ-PRO-TWO",
                         "--approvals", "2", "--home", self.home("KZ-ALM-OPS"))
        self.assertIn(asked.exit, (0, 3), asked)
        message = next(r["message"] for r in asked.results if r["kind"] == "info-request")
        self.assertEqual(self.watch("UZ-TAS-PCU"), [], "nothing leaves before it is approved")
        for number, office in enumerate(("KZ-PRO-ONE", "KZ-PRO-TWO")):
            self.watch(office)
            request = self.items(office)[-1]
            shown = str(c.must("inbox", "show", request["number"], "--home", self.home(office)).results[0])
            self.assertIn("RR123456785KZ", shown, "who approves reads what will be sent")
            c.must("approve", message, "--home", self.home(office))
            self.watch("KZ-ALM-OPS")
            self.retry("KZ-ALM-OPS")
            self.assertEqual(len(self.watch("UZ-TAS-PCU")), number, "the second approval lets it go")
        received = self.items("UZ-TAS-PCU")[-1]
        shown = c.must("inbox", "show", received["number"], "--home", self.home("UZ-TAS-PCU")).results[0]
        self.assertEqual({a["office"] for a in shown["approvals"]}, {"KZ-PRO-ONE", "KZ-PRO-TWO"})

        c.must("send", "reply", c.alert_file(REPLY), "--re", received["number"], "--home", self.home("UZ-TAS-PCU"))
        c.must("inbox", "ack", received["number"], "--home", self.home("UZ-TAS-PCU"))
        self.watch("KZ-ALM-OPS")
        reply = self.items("KZ-ALM-OPS")[-1]
        self.assertEqual(reply["kind"], "info-reply")
        self.retry("KZ-ALM-OPS")
        self.assertEqual(states(c.outbox("KZ-ALM-OPS"), message), {"UZ-TAS-PCU": "acknowledged"})


class LongAway(Scenario):
    def move(self, days):
        """The broker, and from now on every command, live so many days later."""
        self.centre.stop()
        self.centre.start(clock=f"+{days}d")
        return stage.at_another_time(f"+{days}d")

    def alert_for_a_month(self, **options):
        return self.centre.send(file=self.centre.alert_file(
            expires=(datetime.datetime.utcnow() + datetime.timedelta(days=29)).strftime("%Y-%m-%dT%H:%M:%SZ")), **options)

    def test_an_office_offline_for_ten_days_reads_everything_that_came_meanwhile(self):
        first = self.alert_for_a_month().results[0]["message"]
        clock = self.move(5)
        second = self.alert_for_a_month(**clock).results[0]["message"]
        clock = self.move(10)
        got = self.watch("AF-SKB-BLO", **clock)
        self.assertEqual([i["message"] for i in got if "message" in i], [first, second])
        self.assertEqual({i["state"] for i in self.items("AF-SKB-BLO", **clock)}, {"received"})
        self.retry(**clock)
        self.assertEqual(states(self.centre.must("outbox", "ls", "--home", self.home("TJ-NPJ-BLO"), **clock).results, first),
                         {"AF-SKB-BLO": "delivered"})

    def test_a_device_restored_from_last_weeks_backup_shows_nothing_twice_and_gets_what_it_lost_again(self):
        home, backup = self.home("AF-SKB-BLO"), self.centre.file("backup")
        before = self.alert_for_a_month().results[0]["message"]
        self.watch("AF-SKB-BLO")
        shutil.copytree(home, backup)
        (backup / "epochs.keystore").unlink()  # never in a backup
        clock = self.move(7)
        waiting = self.alert_for_a_month(**clock).results[0]["message"]
        shutil.rmtree(home)
        shutil.copytree(backup, home)
        self.watch("AF-SKB-BLO", **clock)  # its keys are gone: it says so, and publishes new ones
        self.retry(**clock)
        self.watch("AF-SKB-BLO", **clock)
        items = self.items("AF-SKB-BLO", **clock)
        readable = [i for i in items if i["state"] == "received"]
        self.assertEqual(len(readable), 2, items)
        self.assertEqual([i["message"] for i in readable].count(before), 1)
        self.assertIn("unopenable", {i["state"] for i in items}, "the one it could not open is not hidden")
        self.assertIn(waiting, [i["message"] for i in items])

    def test_a_second_desk_gets_the_mail_that_waited_before_it_was_there(self):
        alert = self.centre.send().results[0]["message"]
        self.second_device("AF-CNP", "AF-SKB-BLO", "AF-SKB-2")
        self.retry()
        self.watch("AF-SKB-2")
        items = self.items("AF-SKB-2")
        self.assertEqual([i["kind"] for i in items], ["seizure-alert"])
        self.watch("AF-SKB-BLO")
        self.assertEqual([i["message"] for i in self.items("AF-SKB-BLO")], [alert], "the first desk has it once")


class Upkeep(Scenario):
    """What a device tells until somebody has looked, and what must not stop it."""

    # Would fail if confirm_alarms() is not called, or if a sync tells only what it found itself.
    def test_an_alarm_is_told_by_every_command_until_a_person_has_confirmed_it(self):
        sentence = "A new device was certified for your office"
        watch = ("inbox", "watch", "--once", "--home", self.home("AF-SKB-BLO"))
        self.second_device("AF-CNP", "AF-SKB-BLO", "AF-SKB-2")
        for _ in range(2):
            self.assertEqual(self.centre.must(*watch).err.count(sentence), 1)
        ls = ("key", "ls", "--home", self.home("AF-SKB-BLO"))
        self.assertIn(sentence, self.centre.must(*ls).err)
        self.assertIn(sentence, self.centre.must(*ls, "--confirm-alarms").err, "what is confirmed is shown")
        self.assertNotIn(sentence, self.centre.must(*watch).err)
        self.assertNotIn(sentence, self.centre.must(*ls).err)
        self.second_device("AF-CNP", "AF-SKB-BLO", "AF-SKB-3")
        told = self.centre.must(*watch).err
        self.assertEqual(told.count(sentence), 1, "the next one, and not the first again")
        self.assertIn("af-skb-3", told)

    # Would fail if warn_of_directory() is not called without a line, or asks for less or more than a day.
    def test_a_directory_older_than_a_day_is_told_before_it_stops_anything(self):
        self.centre.stop()
        for hours, told in ((23, False), (25, True)):
            ran = self.centre.send(**stage.at_another_time(f"+{hours}h"))
            self.assertEqual((ran.exit, ran.code), (3, "queued"), ran)
            self.assertEqual(f"{hours} hours old" in ran.err, told, ran)

    # Would fail if fetch_missing() gives up at the first item that cannot be read.
    def test_an_item_that_cannot_be_read_holds_up_no_other_attachment(self):
        photo = self.centre.file("photo.png")
        photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2_000_000))
        home = self.home("AF-SKB-BLO")
        keys = (home / "record.keys").read_bytes()

        def alert():
            ran = self.centre.chapar("send", "seizure", self.centre.alert_file(), "--attach", photo, "--home",
                                     self.home("TJ-NPJ-BLO"))
            self.assertEqual(ran.exit, 0, ran)

        alert()
        first = [i["number"] for i in self.watch("AF-SKB-BLO") if "message" in i]
        (home / "record.keys").write_bytes(keys)  # the key of what came since is gone
        self.assertNotEqual(self.centre.chapar("inbox", "show", first[0], "--home", home).exit, 0)
        alert()
        ran = self.centre.must("inbox", "watch", "--once", "--attachments", "--home", home)
        second = [i["number"] for i in ran.results if "message" in i]
        self.assertEqual([i["number"] for i in ran.results if i.get("fetched")], second, ran)
        self.assertIn(f"#{first[0]}: ", ran.err)


class LongWatch(Scenario):
    """A watch that nobody ends; its clock and the broker's are one file, and only the time of day moves."""

    def setUp(self):
        super().setUp()
        self.clock = self.centre.file("clock")
        self.set_clock(0)
        self.moved = {"LD_PRELOAD": stage.at_another_time("+0")["LD_PRELOAD"], "FAKETIME_TIMESTAMP_FILE": str(self.clock),
                      "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.centre.stop()
        self.centre.start(environment=self.moved)

    def set_clock(self, hours):
        draft = self.centre.file("clock.new")
        draft.write_text(f"+{hours}h")
        draft.rename(self.clock)

    def start_watch(self, office):
        watching = stage.subprocess.Popen([stage.CHAPAR, "inbox", "watch", "--json", "--home", self.home(office)],
                                          stdout=stage.subprocess.DEVNULL, stderr=stage.subprocess.PIPE, text=True,
                                          env=self.centre.environment(**self.moved))
        self.addCleanup(watching.communicate)
        self.addCleanup(watching.kill)
        return watching

    def line_of(self, process):
        """The local end of its connection to the broker: another one is another session."""
        sockets = set()
        for link in stage.pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                sockets.add(stage.os.readlink(link))
            except FileNotFoundError:
                continue
        for line in stage.pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            field = line.split()
            there = int(field[2].split(":")[1], 16)
            if field[3] == "01" and there == self.centre.port and f"socket:[{field[9]}]" in sockets:
                return field[1]
        return None

    def soon(self, condition, what):
        """Each round asks the broker, which takes its time."""
        return stage.until(lambda: self.centre.figure("size") and condition(), what)

    # Would fail if keep_current() never connects anew: a device knows the broker's time from its greeting only, and would not
    # see that its keys are due.
    def test_it_greets_anew_when_a_day_has_passed_and_renews_the_keys_of_the_week(self):
        watching = self.start_watch("AF-SKB-BLO")
        self.soon(lambda: self.line_of(watching), "an open session")
        first, entries = self.line_of(watching), self.centre.figure("size")
        epochs = self.home("AF-SKB-BLO") / "epochs.keystore"
        written = epochs.stat().st_mtime_ns
        self.set_clock(23)
        message = self.centre.send(**self.moved).results[0]["message"]
        received = lambda: states(self.centre.must("outbox", "retry", "--home", self.home("TJ-NPJ-BLO"), **self.moved) and
                                  self.centre.outbox(), message)
        self.soon(lambda: received() == {"AF-SKB-BLO": "delivered"}, "the delivery")
        self.assertEqual(self.line_of(watching), first, "not before the day is over")
        self.set_clock(24 * 8)
        self.soon(lambda: self.line_of(watching) not in (None, first), "another session")
        self.soon(lambda: epochs.stat().st_mtime_ns != written, "the keys of the week")
        self.assertGreater(self.centre.figure("size"), entries)
        self.assertIsNone(watching.poll(), "it goes on")


if __name__ == "__main__":
    unittest.main(verbosity=2)
