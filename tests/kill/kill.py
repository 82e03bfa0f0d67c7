#!/usr/bin/env python3
"""chapard is killed at random moments while four devices send and four receive; then everything must be there, once.

kill.py [--cycles N] [--seed S] [--json]. CHAPAR_BIN names the programs (as in tests/integration). One result with counts;
exit 0 if nothing that was acknowledged is lost or doubled, all that was sent has arrived, no two heads of one size were signed,
and enough was acknowledged between the kills to say so; else 1.

The clients are the programs that officers use, as processes: those that still talk to a dead broker are killed too, and
their own journals (outbox, inbox) are the truth at the end. After each command the device's newest head is noted. The ledger is
verified by chapar-verify, with every one of those heads as a note that it must contain.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import statistics
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
PATIENCE = 120  # seconds until what neither ends nor speaks counts as hanging
DRAINED = 600  # seconds, of the end, until nothing waits any more
ACKED_A_CYCLE = 0.5  # at least: else too little was said to lose any of it


class Heads:
    """Every signed head that any device came to hold: size, root, note."""

    def __init__(self):
        self.seen, self.lock = {}, threading.Lock()

    def take(self, ran):
        for item in ran.results:
            if "root" in item:
                with self.lock:
                    self.seen.setdefault(item["size"], {})[item["root"]] = item["note"]

    def forked(self):
        return [size for size, roots in self.seen.items() if len(roots) > 1]

    def files(self, centre):
        notes = [note for roots in self.seen.values() for note in roots.values()]
        for number, note in enumerate(notes):
            centre.file(f"head.{number}.note").write_text(note)
        return [centre.file(f"head.{number}.note") for number in range(len(notes))]


class Client(threading.Thread):
    """One device that runs one command after the other, until it is told to stop. Its dice are its own: a seed gives each
    writer the same recipients, whatever the others do."""

    def __init__(self, centre, home, command, heads, seed):
        super().__init__(daemon=True)
        self.centre, self.home, self.command, self.heads = centre, home, command, heads
        self.dice = random.Random(f"{seed}/{home}")
        self.running, self.started = None, 0.0
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.runs = self.killed = self.hung = 0
        self.took = []  # seconds of each run that ended by itself
        self.told = {}  # message: entry, as the device was told

    def run(self):
        while not self.stopping.is_set():
            command = [stage.CHAPAR, *map(str, self.command(self)), "--home", str(self.centre.home(self.home)), "--json"]
            with self.lock:
                self.running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                                env=self.centre.environment())
                self.started = time.monotonic()
            try:
                out, _ = self.running.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self.hung += 1
                self.running.kill()
                out, _ = self.running.communicate()
            self.runs += 1
            self.killed += self.running.returncode == -signal.SIGKILL
            if self.running.returncode == 0:
                self.took.append(time.monotonic() - self.started)
            self.learn(out)
            self.heads.take(self.centre.chapar("ledger", "head", "--home", self.centre.home(self.home)))

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


def send(client):
    file = client.centre.file(f"{client.home}.alert.json")
    file.write_text(json.dumps(dict(stage.ALERT, to=[client.dice.choice(READERS)])))
    return ("send", "seizure", file)


def watch(_):
    return ("inbox", "watch", "--once")


class Broker:
    """chapard, born and killed again; every life has a log of its own while it lasts."""

    def __init__(self, centre):
        self.centre, self.failed_starts, self.process = centre, [], None
        self.log = centre.file("chapard.killed.log")

    def start(self):
        self.errors = open(self.log, "w")
        self.process = subprocess.Popen([stage.BIN / "chapard", "--dir", self.centre.dir], stdout=subprocess.PIPE,
                                        stderr=self.errors, env=self.centre.environment())

    def ready(self):
        line = stage.first_line(self.process, PATIENCE)
        if not line:
            self.failed_starts.append(self.log.read_text()[-500:])
        return bool(line)

    def kill(self):
        self.process.kill()
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.errors.close()
        self.process = None
        if code != -signal.SIGKILL:
            self.failed_starts.append(f"exit {code}: {self.log.read_text()[-500:]}")


def pace_of(broker, clients):
    """Seconds that a command takes here while all devices talk and nothing is killed: so long a broker must live for anything
    to be said."""
    broker.start()
    assert broker.ready(), broker.failed_starts
    for client in clients:
        client.start()
    stage.until(lambda: all(len(client.took) >= 3 for client in clients), "three commands of each device", DRAINED)
    broker.kill()
    return max(0.6, statistics.median(took for client in clients for took in client.took))


def run_cycles(broker, clients, cycles, dice, pace):
    """A client that hangs on a dead broker for two paces dies too, every second one; the others give up by themselves."""
    before_ready = 0
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
    return before_ready


def drain(centre, clients):
    """The broker lives; nothing is sent any more. Until all that was sent is logged and no inbox grows."""
    for client in clients:
        client.stopping.set()
        client.kill_if_older(time.monotonic())
    for client in clients:
        client.join(PATIENCE)
        assert not client.is_alive(), f"{client.home} does not end"
    centre.start()
    boxes, before = {}, None

    def quiet():
        nonlocal before
        for office in WRITERS:
            centre.chapar("outbox", "retry", "--home", centre.home(office))
        boxes["in"] = {office: centre.inbox(office) for office in READERS}
        boxes["out"] = {office: centre.outbox(office) for office in WRITERS}
        waiting = sum(item["state"] == "on this computer" for box in boxes["out"].values() for item in box)
        last, before = before, (waiting, sum(map(len, boxes["in"].values())))
        return waiting == 0 and before == last

    stage.until(quiet, "an empty outbox of each writer", DRAINED)
    return boxes["out"], boxes["in"]


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
    return {"sent": len(sent), "arrived": sum(map(len, arrived.values())), "acked_lost": len(lost),
            "doubled": len(doubled), "not_arrived": len(missing)}


def judge_heads(centre, heads):
    """No head beside another; the ledger contains all of them; no device has seen another history."""
    for office in WRITERS + READERS:
        heads.take(centre.must("ledger", "head", "--home", centre.home(office)))
    alarms = sum(item["stops_sending"] for office in WRITERS + READERS
                 for item in centre.must("ledger", "alarms", "--home", centre.home(office)).results)
    out = centre.file("ledger.tar")
    exported = centre.chapar("ledger", "export", "--out", out, "--broker", centre.dir)
    notes = [word for note in heads.files(centre) for word in ("--note", note)]
    verified = exported.exit == 0 and centre.program("chapar-verify", out, "--card", centre.card, *notes).exit == 0
    return {"heads": len(heads.seen), "forked_heads": len(heads.forked()), "alarms": alarms, "ledger_verified": verified}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    begun, heads, centre = time.monotonic(), Heads(), found()
    broker = Broker(centre)
    try:
        centre.stop()
        clients = [Client(centre, office, send, heads, options.seed) for office in WRITERS]
        clients += [Client(centre, office, watch, heads, options.seed) for office in READERS]
        pace = pace_of(broker, clients)
        acked = sum(len(client.told) for client in clients)
        before_ready = run_cycles(broker, clients, options.cycles, random.Random(options.seed), pace)
        acked = sum(len(client.told) for client in clients) - acked
        figures = judge(clients, *drain(centre, clients))
        ledger = judge_heads(centre, heads)
        wanted = int(options.cycles * ACKED_A_CYCLE)
        result = {"type": "kill", "cycles": options.cycles, "seed": options.seed, "pace": round(pace, 2), "killed_at_start": before_ready,
                  "client_runs": sum(c.runs for c in clients), "clients_killed": sum(c.killed for c in clients),
                  "clients_hung": sum(c.hung for c in clients), "acked": acked, "acked_wanted": wanted, **figures,
                  "failed_starts": len(broker.failed_starts), **ledger, "seconds": round(time.monotonic() - begun, 1)}
        print(json.dumps(result) if options.json else stage.as_lines(result))
        for text in broker.failed_starts[:3]:
            print(text, file=sys.stderr)
        bad = sum(result[name] for name in ("clients_hung", "acked_lost", "doubled", "not_arrived", "failed_starts",
                                            "forked_heads", "alarms"))
        return 0 if bad == 0 and ledger["ledger_verified"] and acked >= wanted else 1
    finally:
        if broker.process:
            broker.kill()
        centre.close()


if __name__ == "__main__":
    sys.exit(main())
