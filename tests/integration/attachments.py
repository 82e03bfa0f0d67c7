"""Attachments of 100 MiB through real programs: over a line that is cut, through a killed broker and a killed client,
past a broker whose disk lies; how much memory they take, and how long a FLASH waits meanwhile."""
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from centre import BIN, CHAPAR, Centre, free_port

MIB = 1024 * 1024
SIZE = int(os.environ.get("CHAPAR_ATTACHMENT_MIB", "100")) * MIB
GROWTH = 64 * MIB


class Line:
    """A TCP line between the devices and the broker that counts, slows down and breaks."""

    def __init__(self, listen, target):
        self.target, self.open, self.moved, self.limit, self.rate = target, [], 0, None, None
        self.lock = threading.Lock()
        self.hold, self.held, self.flows = None, threading.Event(), threading.Event()
        self.flows.set()
        self.door = socket.create_server(("127.0.0.1", listen))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            with self.lock:
                self.open += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def pump(self, source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
                with self.lock:
                    self.moved += len(data)
                    due = self.limit is not None and self.moved >= self.limit
                    if due:
                        self.limit = None
                    if self.hold is not None and self.moved >= self.hold:
                        self.hold = None
                        self.flows.clear()
                        self.held.set()
                if self.rate:
                    time.sleep(len(data) / self.rate)
                if due:
                    self.cut()
                self.flows.wait()
        except OSError:
            pass
        for end in (source, sink):
            end.close()

    def cut(self):
        with self.lock:
            ends, self.open = self.open, []
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut_after(self, more):
        with self.lock:
            self.limit = self.moved + more

    def stopped_in_the_middle(self, more, then):
        """`then` is done while the line stands still, after so many more bytes; it breaks, and flows again."""
        with self.lock:
            self.held.clear()
            self.hold = self.moved + more
        assert self.held.wait(120), "the transfer ended before"
        then()
        self.cut()
        self.flows.set()

    def count(self, work):
        """What `work` returns, and the bytes that it moved."""
        before = self.moved
        return work(), self.moved - before


class LinedCentre(Centre):
    """A centre that is reached through a Line only."""

    line = None

    def start(self, clock=None):
        if self.line is None:
            public, self.port = self.port, free_port()
            config = self.dir / "chapard.toml"
            text = config.read_text()
            assert f":{public}" in text, text
            config.write_text(text.replace(f":{public}", f":{self.port}"))
            self.line = Line(public, self.port)
        super().start(clock)


def memory(pid):
    """Resident bytes now and at most, of a process that may be gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        return tuple(int(re.search(name + r":\s+(\d+) kB", text)[1]) * 1024 for name in ("VmRSS", "VmHWM"))
    except (OSError, TypeError):
        return None


def forget_peak(pid):
    """Only the superuser may do that to a process that hides its memory; else the opening of the keystore counts too."""
    try:
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    except PermissionError:
        return False
    return True


class Running:
    """A chapar that is watched while it runs: its progress on stderr, and its memory from its first transfer on."""

    def __init__(self, centre, *arguments):
        self.lines, self.growth, self.base = [], 0, None
        self.process = subprocess.Popen([CHAPAR, *map(str, arguments), "--json"], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=centre.environment())
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        threading.Thread(target=self.watch_memory, daemon=True).start()

    def read(self):
        for line in self.process.stderr:
            entry = json.loads(line)
            self.lines.append((time.monotonic(), entry))
            if entry.get("progress") == "start" and self.base is None:
                # The keystore is open by now: what its opening took does not count.
                if forget_peak(self.process.pid):
                    self.base = memory(self.process.pid)[0]

    def watch_memory(self):
        while self.process.poll() is None:
            seen = memory(self.process.pid)
            if seen and self.base is not None:
                self.growth = max(self.growth, seen[1] - self.base)
            time.sleep(0.01)

    def until(self, wanted, patience=60):
        """Waits until `wanted` holds for a line on stderr; the moment it came."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for at, entry in list(self.lines):
                if wanted(entry):
                    return at
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise AssertionError(f"it never said so: {self.lines}")

    def finish(self, patience=300):
        out = self.process.stdout.read()
        self.process.wait(patience)
        self.reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()
        self.results = [json.loads(line) for line in out.splitlines()]
        self.problem = next((e["problem"] for _, e in self.lines if "problem" in e), "")
        return self.process.returncode


def started(entry):
    return entry.get("progress") == "start" and entry.get("way") != "sealing"


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else \
            hashlib.sha256(file.read()).hexdigest()


class Attachments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = centre = LinedCentre()
        for agency, office, country in (("TJ-DCA", "TJ-NPJ-BLO", "TJ"), ("AF-CNP", "AF-SKB-BLO", "AF"),
                                        ("UZ-NCB", "UZ-TMZ-BLO", "UZ")):
            centre.agency(agency)
            centre.device(agency, office, country)
        cls.line = centre.line
        cls.large = cls.make("large.pdf", SIZE)
        cls.small = cls.make("small.pdf", 12 * MIB)

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def setUp(self):
        self.line.rate = None

    @classmethod
    def make(cls, name, size):
        path = cls.centre.file(name)
        path.write_bytes(b"%PDF-1.7\n" + random.Random(size).randbytes(size - 9))
        return path

    def send_arguments(self, path):
        return ("send", "seizure", self.centre.alert_file(), "--attach", path, "--home", self.centre.home("TJ-NPJ-BLO"))

    def received(self):
        """The newest item of AF, without its attachment."""
        return self.centre.inbox()[-1]["number"]

    def fetch_arguments(self, number, out):
        return ("inbox", "fetch", number, "--out", self.centre.file(out), "--home", self.centre.home("AF-SKB-BLO"))

    def fetch(self, number, out):
        return self.centre.chapar(*self.fetch_arguments(number, out))

    def files_in(self, out):
        folder = self.centre.file(out)
        return sorted(p.name for p in folder.iterdir()) if folder.exists() else []

    def flash_delay(self, listener):
        """Seconds from the moment at which UZ holds the receipt of a FLASH until the listener has it."""
        before = len(listener.lines)
        sent = self.centre.send("UZ-TMZ-BLO", self.centre.alert_file(urgency="flash"))
        at = time.monotonic()
        self.assertEqual(0, sent.exit, sent)
        came = listener.until(lambda e: any(e is late for _, late in listener.lines[before:]) and
                              "meanwhile" in e.get("warning", ""))
        return came - at

    def test_1_a_hundred_mebibytes_arrive_whole_and_take_little_memory(self):
        broker = self.centre.broker.pid
        forget_peak(broker)
        broker_before = memory(broker)[0]
        began = time.monotonic()
        sender = Running(self.centre, *self.send_arguments(self.large))
        self.assertEqual(0, sender.finish(), sender.lines)
        sent = time.monotonic()
        number = self.received()
        fetching = time.monotonic()
        recipient = Running(self.centre, *self.fetch_arguments(number, "whole"))
        self.assertEqual(0, recipient.finish(), recipient.lines)
        fetched = time.monotonic()
        path = recipient.results[0]["path"]
        self.assertEqual(sum_of(self.large), sum_of(path))
        self.assertEqual(recipient.results[0]["sha256"], sum_of(path))
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)
        broker_growth = memory(broker)[1] - broker_before
        print(f"{SIZE // MIB} MiB: sent in {sent - began:.1f} s, fetched in {fetched - fetching:.1f} s; memory growth: sender "
              f"{sender.growth / MIB:.1f} MiB, broker {broker_growth / MIB:.1f} MiB, recipient {recipient.growth / MIB:.1f} MiB",
              file=sys.stderr)
        if os.geteuid() == 0:
            self.assertNotIn(None, (sender.base, recipient.base))
        for grown in (sender.growth, broker_growth, recipient.growth):
            self.assertLess(grown, GROWTH)
        # Again: from what is here, under another name, without the broker.
        again, moved = self.line.count(lambda: self.fetch(number, "whole"))
        self.assertEqual(0, again.exit, again)
        self.assertEqual(["large (2).pdf", "large.pdf"], self.files_in("whole"))
        self.assertEqual(0, moved)

    def test_2_a_line_that_is_cut_costs_little(self):
        self.line.cut_after(SIZE // 3)
        ran, moved = self.line.count(lambda: self.sent(self.large))
        self.assertIn("the line was cut", str(ran.lines))
        self.assertLess(moved, SIZE * 5 // 4)
        number = self.received()
        self.line.cut_after(SIZE // 2)
        def fetch():
            ran = Running(self.centre, *self.fetch_arguments(number, "cut"))
            self.assertEqual(0, ran.finish(), ran.lines)
            return ran
        ran, moved = self.line.count(fetch)
        self.assertIn("the line was cut", str(ran.lines))
        self.assertLess(moved, SIZE * 5 // 4)
        self.assertEqual(sum_of(self.large), sum_of(self.centre.file("cut") / "large.pdf"))

    def sent(self, path):
        ran = Running(self.centre, *self.send_arguments(path))
        self.assertEqual(0, ran.finish(), ran.lines)
        return ran

    def test_3_a_broker_that_is_killed_goes_on_where_it_was(self):
        before = self.line.moved
        sender = Running(self.centre, *self.send_arguments(self.large))

        def fresh_broker():
            self.centre.stop(signal.SIGKILL)
            self.centre.start()

        self.line.stopped_in_the_middle(SIZE // 3, fresh_broker)
        self.assertEqual(0, sender.finish(), sender.lines)
        self.assertLess(self.line.moved - before, SIZE * 5 // 4)
        number = self.received()
        self.assertEqual(0, self.fetch(number, "killed").exit)
        self.assertEqual(sum_of(self.large), sum_of(self.centre.file("killed") / "large.pdf"))

    def test_4_a_client_that_is_killed_goes_on_where_it_was(self):
        sender = Running(self.centre, *self.send_arguments(self.large))
        self.line.stopped_in_the_middle(SIZE // 2, lambda: (sender.process.kill(), sender.finish()))
        again, moved = self.line.count(lambda: self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO")))
        self.assertEqual("logged", again.results[-1]["state"])
        self.assertLess(moved, SIZE * 3 // 4)

        number = self.received()
        recipient = Running(self.centre, *self.fetch_arguments(number, "client"))
        self.line.stopped_in_the_middle(SIZE // 2, lambda: (recipient.process.kill(), recipient.finish()))
        self.assertEqual([], self.files_in("client"))
        again, moved = self.line.count(lambda: self.fetch(number, "client"))
        self.assertEqual(0, again.exit, again)
        self.assertLess(moved, SIZE * 3 // 4)
        self.assertEqual(sum_of(self.large), sum_of(self.centre.file("client") / "large.pdf"))

    def test_5_what_the_disk_of_the_broker_changed_is_never_saved(self):
        before = set((self.centre.dir / "bodies").glob("*"))
        self.sent(self.small)
        (body,) = [p for p in set((self.centre.dir / "bodies").glob("*")) - before if p.is_file() and not p.suffix]
        number = self.received()
        whole = body.read_bytes()

        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        body.write_bytes(flipped)
        ran = self.fetch(number, "bad")
        self.assertEqual((5, "stream.root"), (ran.exit, ran.code), ran)
        body.write_bytes(whole[: len(whole) // 2])
        ran = self.fetch(number, "bad")
        self.assertIn(ran.code, ("stream.root", "stream.missing", "file.failed"), ran)
        self.assertNotEqual(0, ran.exit)
        self.assertEqual([], self.files_in("bad"))

        body.write_bytes(whole)
        self.assertEqual(0, self.fetch(number, "bad").exit)
        self.assertEqual(sum_of(self.small), sum_of(self.centre.file("bad") / "small.pdf"))

    def test_6_a_flash_does_not_wait_for_a_transfer(self):
        self.sent(self.large)
        number = self.received()
        self.line.rate = 8 * MIB
        recipient = Running(self.centre, *self.fetch_arguments(number, "flash"))
        recipient.until(started)
        delays = [self.flash_delay(recipient)]
        while recipient.process.poll() is None and len(delays) < 3:
            try:
                delays.append(self.flash_delay(recipient))
            except AssertionError:
                break  # the transfer ended before this one
        self.assertEqual(0, recipient.finish(), recipient.lines)
        print(f"FLASH to a device that fetches {SIZE // MIB} MiB at 8 MiB/s: "
              + ", ".join(f"{d * 1000:.0f} ms" for d in delays), file=sys.stderr)
        self.assertLess(max(delays), 2)

    def test_7_watch_fetches_what_is_attached_and_saves_nothing(self):
        self.sent(self.small)
        home = self.centre.home("AF-SKB-BLO")
        watched = self.centre.must("inbox", "watch", "--once", "--attachments", "--home", home)
        fetched = [r["number"] for r in watched.results if r.get("fetched")]
        self.assertNotEqual([], fetched)
        number = max(fetched)
        shown = self.centre.must("inbox", "show", number, "--home", home).results[0]
        self.assertEqual("verified", shown["trust"])
        self.assertTrue(shown["attachments"][0]["here"])
        self.centre.stop()
        try:
            self.assertEqual(0, self.fetch(number, "offline").exit)
        finally:
            self.centre.start()
        self.assertEqual(["small.pdf"], self.files_in("offline"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
