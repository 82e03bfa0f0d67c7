#!/usr/bin/env python3
"""chapard is killed at random moments while four devices send and four receive; then everything must be there, once.

kill.py [--cycles N] [--seed S] [--json]. CHAPAR_BIN names the programs (as in tests/integration). One JSON object with counts;
exit 0 if nothing that was acknowledged is lost or doubled and all that was sent has arrived, else 1.

The clients are the programs that officers use, as processes: those that still talk to a dead broker are killed too, and
their own journals (outbox, inbox) are the truth at the end. Their ledger is verified by chapar-verify.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

if os.path.isdir("/dev/shm"):
    os.environ.setdefault("TMPDIR", "/dev/shm")  # about processes that die, not about disks
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "integration"))
import centre as stage  # noqa: E402

WRITERS = [f"TJ-W{i}-BLO" for i in range(4)]
READERS = [f"AF-R{i}-BLO" for i in range(4)]
QUIET_ROUNDS = 20  # of the end, until nothing waits any more


class Client(threading.Thread):
    """One device that runs one command after the other, until it is told to stop."""

    def __init__(self, centre, home, command):
        super().__init__(daemon=True)
        self.centre, self.home, self.command = centre, home, command
        self.running, self.started = None, 0.0
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.runs = self.killed = 0
        self.told = {}  # message: entry, as the device was told

    def run(self):
        while not self.stopping.is_set():
            with self.lock:
                self.running = subprocess.Popen(
                    [stage.QUICK, *map(str, self.command(self)), "--home", str(self.centre.home(self.home)), "--json"],
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.centre.environment())
                self.started = time.monotonic()
            out, _ = self.running.communicate()
            self.runs += 1
            self.killed += self.running.returncode == -signal.SIGKILL
            self.learn(out)

    def learn(self, out):
        for line in out.splitlines():
            try:
                item = json.loads(line)
            except ValueError:
                continue  # cut short with its writer
            if item.get("state") == "logged" and "message" in item:
                self.told[item["message"]] = item["entry"]

    def kill_if_older(self, moment):
        with self.lock:
            if self.running and self.running.poll() is None and self.started < moment:
                self.running.kill()


def found():
    centre = stage.Centre()
    centre.agency("TJ-DCA")
    centre.agency("AF-CNP")
    for office in WRITERS:
        centre.device("TJ-DCA", office)
    for office in READERS:
        centre.device("AF-CNP", office, "AF")
    return centre


def alert_of(centre, office, dice):
    file = centre.file(f"{office}.alert.json")
    file.write_text(json.dumps(dict(stage.ALERT, to=[dice.choice(READERS)])))
    return file


class Broker:
    """chapard, born and killed again; every life has a log of its own while it lasts."""

    def __init__(self, centre):
        self.centre, self.failed_starts = centre, []
        self.log = centre.file("chapard.killed.log")

    def start(self):
        self.errors = open(self.log, "w")
        self.process = subprocess.Popen([stage.BIN / "chapard", "--dir", self.centre.dir], stdout=subprocess.PIPE,
                                        stderr=self.errors, env=self.centre.environment())

    def ready(self):
        line = self.process.stdout.readline()
        if not line:
            self.failed_starts.append(self.log.read_text()[-500:])
        return bool(line)

    def kill(self):
        self.process.kill()
        code = self.process.wait()
        self.process.stdout.close()
        self.errors.close()
        if code != -signal.SIGKILL:
            self.failed_starts.append(f"exit {code}: {self.log.read_text()[-500:]}")


def pace_of(centre):
    """Seconds that a command takes here, while nothing is killed: a broker must live so long for anything to be said."""
    begun = time.monotonic()
    centre.must("send", "seizure", alert_of(centre, WRITERS[0], random.Random(1)), "--home", centre.home(WRITERS[0]))
    return max(0.3, time.monotonic() - begun)


def run_cycles(centre, clients, cycles, dice, pace):
    """A client that hangs on a dead broker for two paces dies too, every second one; the others give up by themselves."""
    broker, before_ready = Broker(centre), 0
    for _ in range(cycles):
        broker.start()
        if dice.random() < 0.2:
            time.sleep(dice.uniform(0, 0.08))  # perhaps before it is ready
            before_ready += 1
        else:
            if not broker.ready():
                broker.kill()
                break
            time.sleep(dice.uniform(0, 2 * pace))
        broker.kill()
        moment = time.monotonic()
        for client in dice.sample(clients, len(clients) // 2):
            client.kill_if_older(moment - 2 * pace)
    return broker, before_ready


def drain(centre, clients):
    """The broker lives; nothing is sent any more. Rounds until all that was sent is logged and no inbox grows."""
    for client in clients:
        client.stopping.set()
        client.kill_if_older(time.monotonic())
    for client in clients:
        client.join()
    centre.start()
    counts = None
    for _ in range(QUIET_ROUNDS):
        for office in WRITERS:
            centre.chapar("outbox", "retry", "--home", centre.home(office))
        inboxes = {office: centre.inbox(office) for office in READERS}
        outboxes = {office: centre.outbox(office) for office in WRITERS}
        waiting = sum(item["state"] == "on this computer" for box in outboxes.values() for item in box)
        now = (waiting, sum(map(len, inboxes.values())))
        if waiting == 0 and now == counts:
            break
        counts = now
    return outboxes, inboxes


def judge(clients, outboxes, inboxes):
    arrived = {}
    for office, box in inboxes.items():
        for item in box:
            arrived.setdefault(item["message"], []).append((office, item["entry"]))
    sent = {item["message"]: item for box in outboxes.values() for item in box}
    told = {message: entry for client in clients for message, entry in client.told.items()}
    wanted = {message: [o["office"] for o in item["offices"]] for message, item in sent.items()}
    lost = [m for m, entry in told.items() if m not in sent or sent[m].get("entry") != entry or m not in arrived]
    doubled = [m for m, places in arrived.items() if len(places) > 1]
    missing = [m for m in sent if m not in arrived or arrived[m][0][0] not in wanted[m]]
    return {"acked": len(told), "sent": len(sent), "arrived": sum(map(len, arrived.values())), "acked_lost": len(lost),
            "doubled": len(doubled), "not_arrived": len(missing)}


def verified(centre):
    out = centre.file("ledger.tar")
    if centre.chapar("ledger", "export", "--out", out, "--broker", centre.dir).exit != 0:
        return False
    return centre.program("chapar-verify", out, "--card", centre.card).exit == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    dice, begun = random.Random(options.seed), time.monotonic()
    centre = found()
    try:
        pace = pace_of(centre)
        centre.stop()
        clients = [Client(centre, office, lambda self: ("send", "seizure", alert_of(centre, self.home, dice)))
                   for office in WRITERS]
        clients += [Client(centre, office, lambda self: ("inbox", "watch", "--once")) for office in READERS]
        for client in clients:
            client.start()
        broker, before_ready = run_cycles(centre, clients, options.cycles, dice, pace)
        outboxes, inboxes = drain(centre, clients)
        figures = judge(clients, outboxes, inboxes)
        ledger = verified(centre)
        result = {"type": "kill", "cycles": options.cycles, "seed": options.seed, "pace": round(pace, 2), "killed_at_start": before_ready,
                  "client_runs": sum(c.runs for c in clients), "clients_killed": sum(c.killed for c in clients), **figures,
                  "failed_starts": len(broker.failed_starts), "ledger_verified": ledger,
                  "seconds": round(time.monotonic() - begun, 1)}
        print(json.dumps(result))
        for text in broker.failed_starts[:3]:
            print(text, file=sys.stderr)
        bad = figures["acked_lost"] + figures["doubled"] + figures["not_arrived"] + len(broker.failed_starts)
        return 0 if bad == 0 and ledger and figures["acked"] > 0 else 1
    finally:
        if not centre.broker.stdout.closed:
            centre.close()


if __name__ == "__main__":
    sys.exit(main())
