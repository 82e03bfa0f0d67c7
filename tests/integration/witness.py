"""A centre and two agencies' witnesses, one over CURVE and one over HTTP, as their operators run them."""
import hashlib
import json
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import centre as stage

PATIENCE = 60


class Witness:
    """One witness: its home, its card, and the process while it runs."""

    def __init__(self, centre, name, *doors):
        self.centre, self.name, self.doors, self.process = centre, name, doors, None
        self.home = centre.home(name)
        centre.must("ledger", "witness-key", "--home", self.home, "--name", name + ".example", "--out",
                    centre.file(name + ".card"))
        self.card = json.loads(centre.file(name + ".card").read_text())

    def start(self, *doors):
        self.errors = open(self.centre.file(self.name + ".log"), "a")
        command = [stage.CHAPAR, "ledger", "witness", "--home", self.home, "--name", self.name + ".example",
                   "--card", self.centre.card, *(doors or self.doors), "--json"]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env=self.centre.environment())
        self.ready = json.loads(self.process.stdout.readline())
        return self.ready

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(30)
        self.process.stdout.close()
        self.errors.close()
        return self.process.returncode

    def close(self):
        if self.process and self.process.returncode is None:
            self.stop(signal.SIGKILL)

    def door(self):
        """As chapard.toml names it."""
        if "http" in self.ready:
            return f'[[witness]]\nname = "{self.name}"\nurl = "{self.ready["http"]}"\n'
        return (f'[[witness]]\nname = "{self.name}"\nendpoint = "{self.ready["listen"]}"\n'
                f'curve = "{self.card["curve_key"]}"\n')


class Witnesses(unittest.TestCase):
    def setUp(self):
        self.centre = stage.Centre()
        self.addCleanup(self.centre.close)
        self.curve = self.witness("tj-dca", "--listen", "tcp://127.0.0.1:*")
        self.http = self.witness("af-cnp", "--http", "127.0.0.1:0/w")

    def witness(self, *arguments):
        witness = Witness(self.centre, *arguments)
        self.addCleanup(witness.close)
        return witness

    def run_with_policy(self):
        """Both witnesses run, and the broker needs both."""
        for witness in (self.curve, self.http):
            witness.start()
        names = ("tj-dca", "af-cnp")
        lines = [f'witness {w.name} {w.card["vkey"]}' for w in (self.curve, self.http)]
        (self.centre.dir / "witness.policy").write_text(
            "\n".join([*lines, f"group agencies all {' '.join(names)}", "quorum agencies"]) + "\n")
        self.assertEqual(self.centre.stop(), 0)
        config = self.centre.dir / "chapard.toml"
        doors = self.curve.door() + self.http.door()
        config.write_text(config.read_text() + '\n[ledger]\nwitness_policy = "witness.policy"\n' + doors)
        self.centre.start()

    def figures(self):
        return self.centre.must("broker", "status", "--dir", self.centre.dir).results[0]

    def until_witnessed(self):
        """The size of the newest head with a quorum, once it is the whole ledger."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            figures = self.figures()
            size = int(figures["size"])
            if int(figures.get("witnessed_size") or 0) == size:
                return size
        self.fail(f"no quorum: {figures}")

    def test_the_keys_and_the_doors_are_said_as_they_are(self):
        ready = self.curve.start()
        self.assertEqual((ready["vkey"], ready["curve_key"]), (self.curve.card["vkey"], self.curve.card["curve_key"]))
        self.assertRegex(ready["listen"], r"^tcp://127\.0\.0\.1:[1-9][0-9]*$")
        self.assertEqual(len(ready["logs"]), 1)
        other = self.centre.chapar("ledger", "witness", "--home", self.curve.home, "--name", "tj-dca.example", "--card",
                                   self.centre.card, "--http", "127.0.0.1:0")
        self.assertEqual((other.exit, other.code), (7, "store.in-use"), other)
        self.assertEqual(self.curve.stop(), 0)
        for arguments, code in ((("--name", "tj-dca.example"), "usage"),
                                (("--name", "other.example", "--http", "127.0.0.1:0"), "field.invalid"),
                                (("--name", "tj-dca.example", "--http", "nowhere"), "field.invalid")):
            ran = self.centre.chapar("ledger", "witness", "--home", self.curve.home, "--card", self.centre.card, *arguments)
            self.assertEqual(ran.exit, 2, ran)
            self.assertIn(code.replace("field.invalid", "field"), ran.code)
        again = self.centre.chapar("ledger", "witness-key", "--home", self.curve.home, "--name", "x")
        self.assertEqual(again.code, "already.exists", again)

    def test_heads_get_their_quorum_over_both_doors_and_after_a_witness_was_killed(self):
        self.run_with_policy()
        before = self.until_witnessed()
        self.centre.agency("TJ-DCA")
        grown = self.until_witnessed()
        self.assertGreater(grown, before)

        port = self.curve.ready["listen"]
        self.curve.stop(signal.SIGKILL)
        self.curve.start("--listen", port)
        self.centre.agency("AF-CNP")
        self.assertGreater(self.until_witnessed(), grown)
        for witness in (self.curve, self.http):
            self.assertEqual(witness.stop(), 0)

    def test_the_kept_note_is_served_and_strangers_are_refused(self):
        self.run_with_policy()
        size = self.until_witnessed()
        origin = self.http.ready["logs"][0]
        path = self.http.ready["http"] + "/note/" + hashlib.sha256(origin.encode()).hexdigest()
        with urllib.request.urlopen(path, timeout=PATIENCE) as answer:
            lines = answer.read().decode().split("\n")
        self.assertEqual(lines[0], origin)
        self.assertGreaterEqual(int(lines[1]), size)
        self.assertTrue(any(line.startswith("\u2014 af-cnp.example ") for line in lines))
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(self.http.ready["http"] + "/add-checkpoint", data=b"old 0\n\nnothing", timeout=PATIENCE)
        self.assertEqual(refused.exception.code, 400)
        refused.exception.close()


class Alarms(unittest.TestCase):
    """What a device tells its officer when the ledger does not keep its word."""

    def test_a_receipt_that_no_quorum_signs_is_told_until_it_was_looked_into(self):
        """Fails if a late receipt is not told, or is told again once a person has confirmed it."""
        centre = stage.two_offices()
        self.addCleanup(centre.close)
        witness = Witness(centre, "tj-dca")  # it never runs
        policy = centre.file("witness.policy")
        log = json.loads(centre.card.read_text())["log_key"]
        policy.write_text(f'log {log}\nwitness tj-dca {witness.card["vkey"]}\nquorum tj-dca\n')
        home = centre.home("TJ-NPJ-BLO")
        centre.must("ledger", "policy", policy, "--home", home)
        self.assertEqual(centre.send().exit, 0)

        def alarms(*arguments, clock=None):
            centre.must("inbox", "watch", "--once", "--home", home, **(stage.at_another_time(clock) if clock else {}))
            return centre.must("ledger", "alarms", "--home", home, *arguments).results

        self.assertEqual(alarms(), [])
        told = alarms("--confirm", clock="+90s")
        self.assertEqual([one["alarm"] for one in told], ["receipt-late"], told)
        self.assertFalse(told[0]["stops_sending"])
        self.assertIn("entry", told[0]["sentence"])
        self.assertEqual(alarms(clock="+95s"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
