"""Secrets stay where they belong: searched for in everything the programs leave behind, after crashes too.

Each search has a control that finds the same thing where it must be, so that it can fail: the reader's own screen, the
secret in every form, a program that dumps core.
"""
import base64
import os
import pathlib
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import centre as stage

stage.QUICK_COST = ""  # what it leaves in memory is not the product's


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def forms_of(secret):
    """How a text may look where nobody meant to write it."""
    plain = secret.encode()
    coded = [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, secret.encode("utf-16-le"), plain.hex().encode(), plain.hex().upper().encode(), *coded]


def files_with(folder, secret):
    forms = forms_of(secret)
    found = []
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.is_file() and any(form in path.read_bytes() for form in forms):
            found.append(str(path.relative_to(folder)))
    return found


def cores_in(folder):
    return [path.name for path in pathlib.Path(folder).rglob("core*") if path.is_file()]


class DumpingCentre(stage.Centre):
    """Its broker keeps a tap, may dump core without limit, and would dump it into `cores`."""

    cores = property(lambda self: self.folder / "cores")
    tap = property(lambda self: self.folder / "tap")

    def start(self, clock=None):
        self.cores.mkdir(exist_ok=True)
        self.log = open(self.folder / "chapard.log", "a")
        self.broker = subprocess.Popen([stage.BIN / "chapard", "--dir", self.dir, "--tap", self.tap],
                                       stdout=subprocess.PIPE, text=True, stderr=self.log, env=self.environment(),
                                       cwd=self.cores, preexec_fn=allow_cores)
        line = self.broker.stdout.readline()
        assert line.startswith("ready "), line


def allow_cores():
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def machine_dumps_core(folder):
    """A program that is not hardened leaves a core file here."""
    folder.mkdir()
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    try:
        subprocess.run([sys.executable, "-c", crash], cwd=folder, preexec_fn=allow_cores, timeout=60)
    except subprocess.SubprocessError:
        return False
    return bool(cores_in(folder))


class Secrets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.planted = "PLANTED-" + secrets.token_hex(16)
        cls.centre = DumpingCentre()
        for agency, office, country in (("TJ-DCA", "TJ-NPJ-BLO", "TJ"), ("AF-CNP", "AF-SKB-BLO", "AF")):
            cls.centre.agency(agency)
            cls.centre.device(agency, office, country)

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def alert(self, **fields):
        note = {"language": "en", "text": "seen at " + self.planted}
        return self.centre.alert_file(dict(stage.ALERT, text=note, agency="Agency " + self.planted, **fields))

    def delivered(self):
        """Sends an alert with the secret in it; its number at the recipient."""
        self.assertEqual(self.centre.send(file=self.alert()).exit, 0)
        return self.centre.inbox()[-1]["number"]

    def shown(self, number):
        return self.centre.chapar("inbox", "show", number, "--home", self.centre.home("AF-SKB-BLO"))

    def forget_input(self):
        """The file that the sender typed is the sender's own; all else must not hold what is in it."""
        (self.centre.folder / "alert.json").unlink(missing_ok=True)

    def nowhere(self):
        self.forget_input()
        self.assertEqual(files_with(self.centre.folder, self.planted), [])

    def test_a_secret_in_a_payload_is_in_no_log_store_home_or_tap(self):
        number = self.delivered()
        self.assertIn(self.planted, self.shown(number).out)
        refused = self.centre.send(file=self.alert(classification="CONFIDENTIAL"))
        self.assertEqual(refused.code, "policy.refused", refused)
        self.assertNotIn(self.planted, refused.out + refused.err)
        self.assertGreater(self.centre.tap.stat().st_size, 0)
        self.nowhere()

    def test_the_search_finds_the_secret_in_every_form_and_place(self):
        """The control of the search itself; that of its places is the unsealed client, in demo.py."""
        with tempfile.TemporaryDirectory() as folder:
            deep = pathlib.Path(folder) / "a" / "b"
            deep.mkdir(parents=True)
            for number, form in enumerate(forms_of(self.planted)):
                (deep / str(number)).write_bytes(b"\0before " + form + b" after\xff")
            for shift in range(3):
                (deep / f"base64-{shift}").write_bytes(base64.b64encode(b"x" * shift + self.planted.encode() + b"yz"))
            self.assertEqual(len(files_with(folder, self.planted)), len(forms_of(self.planted)) + 3)
            self.assertEqual(files_with(folder, "another"), [])

    def test_a_broker_that_crashes_leaves_no_core_file(self):
        """Fails if chapard does not call harden_process()."""
        if not machine_dumps_core(self.centre.folder / "control-broker"):
            self.skipTest("this machine writes no core files here")
        shutil.rmtree(self.centre.folder / "control-broker")
        self.delivered()
        self.assertEqual(self.centre.stop(signal.SIGSEGV), -signal.SIGSEGV)
        try:
            self.assertEqual(cores_in(self.centre.cores), [])
            self.nowhere()
        finally:
            self.centre.start()

    def test_a_client_that_crashes_with_its_home_open_leaves_no_core_file(self):
        """Fails if chapar does not call harden_process()."""
        if not machine_dumps_core(self.centre.folder / "control-client"):
            self.skipTest("this machine writes no core files here")
        folder, out = self.centre.folder / "cores-client", self.centre.folder / "watch.out"
        folder.mkdir()
        with open(out, "w") as screen:
            watch = subprocess.Popen([stage.BIN / "chapar", "inbox", "watch", "--json", "--home",
                                      self.centre.home("AF-SKB-BLO")], cwd=folder, stdout=screen,
                                     env=self.centre.environment(), preexec_fn=allow_cores)
        self.centre.send(file=self.alert())
        wait_until(lambda: out.stat().st_size > 0)
        watch.send_signal(signal.SIGSEGV)
        self.assertEqual(watch.wait(30), -signal.SIGSEGV)
        self.assertEqual(cores_in(folder), [])

    def test_no_program_runs_where_memory_cannot_be_locked(self):
        """Fails if start() does not ask for locked memory."""
        prefix = ["prlimit", "--memlock=0"]
        if os.geteuid() == 0:
            prefix += ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"]
        listing = ("chapar", "inbox", "ls", "--json", "--home", self.centre.home("AF-SKB-BLO"))
        client = self.centre.program(*listing, prefix=prefix)
        self.assertEqual((client.code, client.exit), ("memory.unlocked", 1), client)
        broker = self.centre.program("chapard", "--dir", self.centre.dir, prefix=prefix)
        self.assertEqual(broker.code, "memory.unlocked", broker)
        self.assertEqual(self.centre.program(*listing).exit, 0)

    def test_a_recalled_text_is_gone_from_an_older_copy_of_the_store_too_with_the_passphrase(self):
        """Fails if a recall erases the row and leaves its key."""
        number = self.delivered()
        home = self.centre.home("AF-SKB-BLO")
        self.assertIn(self.planted, self.shown(number).out)
        copy = self.centre.folder / "store-as-it-was"
        shutil.copytree(home / "store", copy)
        keys = (home / "record.keys").read_bytes()
        sent = self.centre.outbox()[-1]["number"]
        self.centre.must("recall", sent, "--reason", "wrong audience", "--home", self.centre.home("TJ-NPJ-BLO"))
        state = next(item["state"] for item in self.centre.inbox() if item["number"] == number)
        self.assertEqual(state, "recalled")

        destroyed = self.slots_zeroed(keys, (home / "record.keys").read_bytes())
        self.assertEqual(len(destroyed), 2)  # the text's, and that of what the index said of it
        after = (home / "record.keys").read_bytes()
        # Nonce and wrapped key; the tags before them also stand on the key under which the rest of the index is sealed anew.
        self.assertTrue(all(slot[at:at + 8] not in after for slot in destroyed for at in range(25, 90)))
        newer = self.centre.folder / "store-as-it-is"
        shutil.move(home / "store", newer)
        try:
            shutil.copytree(copy, home / "store")
            ran = self.shown(number)
            self.assertEqual(ran.code, "record.key-gone", ran)
            self.assertNotIn(self.planted, ran.out + ran.err)
        finally:
            shutil.rmtree(home / "store")
            shutil.move(newer, home / "store")
        shutil.rmtree(copy)

    @staticmethod
    def slots_zeroed(before, after, size=128):
        numbers = range(0, len(before), size)
        return [before[at:at + size] for at in numbers
                if any(before[at:at + size]) and not any(after[at:at + size])]


if __name__ == "__main__":
    unittest.main()
