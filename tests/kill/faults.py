#!/usr/bin/env python3
"""The N-th call of a kind fails in chapard, or in an export, for N = 1, 2, 3 .. until a run meets no such call.

faults.py [--dense D] [--kinds K,..] [--scenarios S,..] [--json]. Up to D (all) every N; behind it each is a fifth larger.
CHAPAR_BIN names the programs, with call-faults.so (call_faults.cpp) among them. Good is: the program goes on, or ends
with an exit code and a problem in words; memory that runs out may end it by std::terminate or an LMDB assertion, randomness
that runs out by SIGABRT, both with a line that says so. Then it starts as if nothing had been, and all that was told to anybody
is there. A run in which nothing failed must go well. Exit 0 if every case was good, and every kind was met at all.
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

if os.path.isdir("/dev/shm"):
    os.environ.setdefault("TMPDIR", "/dev/shm")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import centre as stage  # noqa: E402

KINDS = ("sync", "write", "open", "getrandom", "malloc")
SCENARIOS = ("start", "submit", "deliver", "export")
SENDER, READER = "TJ-NPJ-BLO", "AF-SKB-BLO"
PATIENCE = 60  # seconds until what neither ends nor speaks counts as hanging
MOST_BAD = 20


class Faults:
    def __init__(self):
        self.centre = stage.two_offices()
        self.centre.stop()
        self.told, self.bad, self.ends = {}, [], {}
        self.armed, self.fired = self.centre.file("armed"), self.centre.file("fired")

    def environment(self, kind, number, armed_at_start):
        self.armed.unlink(missing_ok=True)
        self.fired.unlink(missing_ok=True)
        more = {"CHAPAR_FAIL_CALL": kind, "CHAPAR_FAIL_AT": str(number), "CHAPAR_FAIL_ROOT": str(self.centre.folder),
                "CHAPAR_FAIL_FIRED": str(self.fired), "LD_PRELOAD": os.environ.get("CHAPAR_CALL_FAULTS", str(stage.BIN / "call-faults.so"))}
        if not armed_at_start:
            more["CHAPAR_FAIL_ARMED"] = str(self.armed)
        return self.centre.environment(**more)

    def start(self, environment=None):
        """True if it came to be ready."""
        self.log = self.centre.file("fault.log")
        # What is preloaded asks things that the sandbox does not know.
        with open(self.log, "w") as errors:
            self.broker = subprocess.Popen([stage.BIN / "chapard", "--dir", self.centre.dir, "--no-sandbox"], text=True,
                                           stdout=subprocess.PIPE, stderr=errors,
                                           env=environment or self.centre.environment())
        return stage.first_line(self.broker, PATIENCE).startswith("ready ")

    def end(self):
        """Stops it, if it lives; how it ended, and whether that was with a sentence."""
        deadline = time.monotonic() + PATIENCE
        # An answer from behind the call that failed: it went on. Else it is ending, and not to be disturbed.
        while self.broker.poll() is None and time.monotonic() < deadline:
            if self.centre.chapar("broker", "status", "--dir", self.centre.dir).exit == 0:
                self.broker.send_signal(signal.SIGTERM)
                break
        try:
            code = self.broker.wait(max(1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.broker.kill()
            self.broker.wait()
            code = "hangs"
        self.broker.stdout.close()
        return code, self.log.read_text(errors="replace")

    @staticmethod
    def judge(kind, fired, code, text):
        if code == 0:
            return "went on"
        if not fired:
            return None
        if code in range(1, 8) and '"problem"' in text:
            return "ended in words"
        if kind == "malloc" and code == -signal.SIGABRT and text.strip():
            return "out of memory"
        if kind == "getrandom" and code == -signal.SIGABRT and "no random bytes" in text:
            return "out of randomness"
        return None

    def learn(self, ran):
        for item in ran.results:
            if item.get("state") == "logged" and "message" in item:
                self.told[item["message"]] = item["entry"]

    def scenario_start(self, kind, number):
        self.start(self.environment(kind, number, True))
        return self.end()

    def scenario_submit(self, kind, number):
        self.start(self.environment(kind, number, False))
        self.armed.touch()
        self.learn(self.centre.send(SENDER))
        return self.end()

    def scenario_deliver(self, kind, number):
        self.start(self.environment(kind, number, False))
        self.learn(self.centre.send(SENDER))
        self.armed.touch()
        self.centre.chapar("inbox", "watch", "--once", "--home", self.centre.home(READER))
        return self.end()

    def scenario_export(self, kind, number):
        self.start()
        out = self.centre.file("fault.tar")
        out.unlink(missing_ok=True)
        done = subprocess.run([stage.CHAPAR, "ledger", "export", "--out", out, "--broker", self.centre.dir, "--json"],
                              capture_output=True, text=True, env=self.environment(kind, number, True))
        if done.returncode == 0 or out.exists():  # renamed is whole, though its folder may not have been synced
            verified = self.centre.program("chapar-verify", out, "--card", self.centre.card)
            if verified.exit != 0:
                self.bad.append(f"export {kind} {number}: what stands there does not verify: {verified}")
        code, text = self.end()
        return (code, text) if code != 0 else (done.returncode, done.stderr)

    def afterwards(self, what):
        """A start without faults, and all that was told."""
        if not self.start():
            self.bad.append(f"{what}: it does not start any more: {self.end()}")
            return
        self.learn(self.centre.chapar("outbox", "retry", "--home", self.centre.home(SENDER)))
        state = self.centre.must("broker", "status", "--dir", self.centre.dir).results[0]["state"]
        arrived = [item["message"] for item in self.centre.inbox(READER)]
        logged = {item["message"]: item.get("entry") for item in self.centre.outbox(SENDER)}
        lost = [m for m, entry in self.told.items() if m not in arrived or logged.get(m) != entry]
        if state != "running" or lost or len(arrived) != len(set(arrived)):
            self.bad.append(f"{what}: state {state}, lost {lost}, {len(arrived)} arrived of {len(set(arrived))}")
        self.end()

    def case(self, scenario, kind, number):
        """Whether the fault fired."""
        what = f"{scenario}, {kind} {number}"
        code, text = getattr(self, "scenario_" + scenario)(kind, number)
        fired = self.fired.exists()
        how = self.judge(kind, fired, code, text)
        if how is None:
            self.bad.append(f"{what}{'' if fired else ' (did not fire)'}: ended with {code}: {text[-400:]}")
        self.ends[how or "bad"] = self.ends.get(how or "bad", 0) + fired
        if fired or how is None:
            self.afterwards(what)
        return fired

    def sweep(self, scenario, kind, dense):
        """How many cases there were, from the first call to one that no run meets."""
        for count, number in enumerate(numbers(dense)):
            if len(self.bad) > MOST_BAD or not self.case(scenario, kind, number):
                return count


def numbers(dense):
    number = 1
    while True:
        yield number
        number += 1 if number < dense else max(1, number // 5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dense", type=int, default=1000000)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--scenarios", default=",".join(SCENARIOS))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    begun, faults, cases = time.monotonic(), Faults(), {}
    kinds = options.kinds.split(",")
    try:
        for scenario in options.scenarios.split(","):
            for kind in kinds:
                cases[f"{scenario}.{kind}"] = faults.sweep(scenario, kind, options.dense)
        unmet = [kind for kind in kinds if not sum(count for name, count in cases.items() if name.endswith(kind))]
        result = {"type": "faults", "cases": sum(cases.values()), "bad": len(faults.bad), "ends": faults.ends, "unmet": unmet,
                  "told": len(faults.told), "by_scenario": cases, "seconds": round(time.monotonic() - begun, 1)}
        print(json.dumps(result) if options.json else stage.as_lines(result))
        for text in faults.bad[:10]:
            print(text, file=sys.stderr)
        return 1 if faults.bad or unmet else 0
    finally:
        if faults.broker.poll() is None:
            faults.broker.kill()
        faults.centre.close()


if __name__ == "__main__":
    sys.exit(main())
