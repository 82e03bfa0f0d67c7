"""A founded centre with a running broker and a few offices, made through the programs as a user would."""
import glob
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

BIN = pathlib.Path(os.environ["CHAPAR_BIN"])
CHAPAR = BIN / "chapar"
# What the programs load first: a passphrase costs nothing (quick_cost.cpp); a founding tries it dozens of times.
QUICK_COST = os.environ.get("CHAPAR_QUICK_COST", "")
GIVEN_OUT = set()

# The import half of every policy here; what an agency lets out is each test's own.
IMPORT_ALL = """
[[rule]]
id = "import.all"
direction = "import"
effect = "permit"
kinds = "any"
class_max = "secret"
from = "any"
to = "any"
"""

POLICY = """agency = "{agency}"

[[rule]]
id = "export.alerts"
direction = "export"
effect = "permit"
kinds = ["seizure-alert", "recall"]
class_max = "restricted"
from = ["agency:{agency}"]
to = "any"
""" + IMPORT_ALL

# For tests of what is said, not of who may say it.
ANY_KIND = """agency = "{agency}"

[[rule]]
id = "export.all"
direction = "export"
effect = "permit"
kinds = "any"
class_max = "confidential"
from = ["agency:{agency}"]
to = "any"
""" + IMPORT_ALL

ALERT = {
    "kind": "seizure-alert",
    "to": ["AF-SKB-BLO"],
    "place": {"country": "TJ", "subdivision": "TJ-KT"},
    "time": "2026-11-20T05:40:00Z",
    "substance": {"name": "heroin"},
    "quantity": {"value": "12.450", "unit": "KGM"},
    "mode": "road",
    "agency": "Drug Control Agency",
}


def at_another_time(clock):
    """The environment of a program that lives at another time, such as "+400d"."""
    return {"LD_PRELOAD": glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0], "FAKETIME": clock}


class Ran:
    """What a program printed and how it ended."""

    def __init__(self, done):
        self.exit, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        problems = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        self.problem = next((p for p in problems if "problem" in p), {})
        self.code = self.problem.get("problem", "")

    def __repr__(self):
        return f"exit {self.exit}\n{self.out}{self.err}"


def free_port():
    """Below the ports that the kernel gives to outgoing connections: it stays free between two runs of a broker."""
    for turn in range(20000):
        port = 10000 + (os.getpid() * 31 + turn) % 20000
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            if port not in GIVEN_OUT:
                GIVEN_OUT.add(port)
                return port
    raise AssertionError("no free port")


def until(condition, what, seconds=120):
    """What `condition` gives once it holds; it asks a program, which takes its time."""
    deadline = time.monotonic() + seconds
    while not (holds := condition()):
        assert time.monotonic() < deadline, f"did not come: {what}"
    return holds


def as_lines(result):
    """A result for people: one line for each of its fields."""
    return "\n".join(f"{name.replace('_', ' '):20} {value}" for name, value in result.items() if name != "type")


def first_line(process, seconds=60):
    """What a program says first; empty if it ends without a word, or says none in that time."""
    readable, _, _ = select.select([process.stdout], [], [], seconds)
    return process.stdout.readline() if readable else ""


class Centre:
    def __init__(self, config=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chapar-test-"))
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("a passphrase for tests\n")
        self.passphrase.chmod(0o600)
        self.broker = None
        self.agencies = []
        self.port = free_port()
        self.must("broker", "init", "--dir", self.dir, "--root-dir", self.root, "--name", "test",
                  "--listen", f"tcp://127.0.0.1:{self.port}")
        if config:
            with open(self.dir / "chapard.toml", "a") as file:
                file.write(config)
        self.start()

    dir = property(lambda self: self.folder / "centre")
    root = property(lambda self: self.folder / "centre-root")
    card = property(lambda self: self.dir / "trust-card.json")

    def home(self, name):
        return self.folder / name

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
        preloads = [library for library in (more.pop("LD_PRELOAD", ""), QUICK_COST) if library]
        return dict(kept, CHAPAR_PASSPHRASE_FILE=str(self.passphrase), LD_PRELOAD=":".join(preloads), **more)

    def program(self, name, *arguments, prefix=(), stdin=None, timeout=120, **environment):
        done = subprocess.run([*prefix, BIN / name, *map(str, arguments)], capture_output=True, text=True,
                              input=stdin, env=self.environment(**environment), timeout=timeout)
        return Ran(done)

    def chapar(self, *arguments, **options):
        return self.program(CHAPAR, *arguments, "--json", **options)

    def must(self, *arguments, **options):
        ran = self.chapar(*arguments, **options)
        assert ran.exit == 0, f"chapar {arguments}: {ran}"
        return ran

    def start(self, clock=None, environment=None):
        """With `clock`, such as "+400d", the broker lives at another time; as itself, so that its pid is ours to stop."""
        shifted = environment or (at_another_time(clock) if clock else {})
        self.log = open(self.folder / "chapard.log", "a")
        self.broker = subprocess.Popen([BIN / "chapard", "--dir", self.dir], stdout=subprocess.PIPE, text=True,
                                       stderr=self.log, env=self.environment(**shifted))
        line = first_line(self.broker)
        assert line == f"ready tcp://127.0.0.1:{self.port}\n", line

    def stop(self, how=signal.SIGTERM):
        self.broker.send_signal(how)
        self.broker.wait(30)
        self.broker.stdout.close()
        self.log.close()
        return self.broker.returncode

    def file(self, name):
        return self.folder / name

    def key(self, role, home):
        """A person's home with a key; returns the file that names it."""
        self.must("key", role, "--home", self.home(home), "--name", home, "--card", self.card, "--out",
                  self.file(home + ".key"))
        return str(self.file(home + ".key"))

    def approve(self, file, home, *arguments):
        """This person signs, in the same file; with --broker in `arguments` it is logged."""
        return self.must("key", "approve", file, "--yes", "--out", file, "--home", self.home(home), *arguments)

    def agency(self, name, policy=POLICY, roots=2, threshold=2):
        """Roots, registrars, and all agencies founded so far confirm each other. Not the default 3 roots: fewer homes."""
        persons = [self.key("root", f"{name}-root-{i + 1}") for i in range(roots)]
        audit = self.key("audit", name + "-audit")
        self.must("key", "agency", "--agency", name, "--roots", ",".join(persons), "--threshold", threshold,
                  "--audit-key", audit, "--out", self.file(name + ".agency"))
        self.must("key", "approve", self.file(name + ".agency"), "--yes", "--home", self.root, "--broker", self.dir)
        persons = [self.key("registrar", f"{name}-registrar-{i + 1}") for i in range(2)]
        record = self.file(name + ".registrars")
        self.must("key", "registrars", "--roots", self.file(name + ".agency"), "--keys", ",".join(persons), "--out", record)
        for i in range(threshold - 1):
            self.approve(record, f"{name}-root-{i + 1}")
        self.approve(record, f"{name}-root-{threshold}", "--broker", self.dir)
        for i in (1, 2):
            self.must("key", "install", record, "--yes", "--home", self.home(f"{name}-registrar-{i}"))
        self.must("key", "peers", "--give", self.file(name + ".roots"), "--home", self.home(name + "-registrar-1"))
        for other in self.agencies:
            self.peers(other, name)
        if self.agencies:
            self.peers(name, *self.agencies)
        self.agencies.append(name)
        if policy:
            self.policy(name, policy)

    def by_two(self, agency, *command, name="draft"):
        """Registrar 1 drafts and signs, registrar 2 approves and it is logged; the results of both, or the first failure."""
        draft = self.file(f"{agency}.{name}")
        first = self.chapar(*command, "--out", draft, "--home", self.home(agency + "-registrar-1"))
        if first.exit:
            return first
        return self.chapar("key", "approve", draft, "--yes", "--out", draft, "--broker", self.dir, "--home",
                           self.home(agency + "-registrar-2"))

    def peers(self, agency, *others):
        added = [argument for other in others for argument in ("--add", self.file(other + ".roots"))]
        ran = self.by_two(agency, "key", "peers", "--yes", *added, name="peers")
        assert ran.exit == 0, ran

    def policy(self, agency, text=POLICY):
        file = self.folder / "policy.toml"
        file.write_text(text.format(agency=agency))
        return self.by_two(agency, "policy", "push", file, name="policy")

    def device(self, agency, office, country="TJ", role="liaison", days=366):
        """Enrols an office's device and lets it publish its first keys. Returns its certificate's hash."""
        home, request = self.home(office), self.file(office + ".request")
        self.must("key", "init", "--home", home, "--card", self.card, "--agency", agency, "--office", office,
                  "--officer", "officer of " + office)  # approvals count persons: not all the default one
        self.must("key", "request", "--home", home, "--out", request)
        certificate = self.certify(agency, office, "--new-office", country, "--role", role, "--days", days)
        self.must("key", "install", self.file(office + ".record"), "--yes", "--home", home)
        self.must("inbox", "watch", "--once", "--home", home)
        return certificate

    def certify(self, agency, office, *arguments):
        """Two registrars grant the request in OFFICE.request: OFFICE.record, logged. Returns the certificate's hash."""
        record = self.file(office + ".record")
        self.must("key", "approve", self.file(office + ".request"), "--yes", "--out", record, "--home",
                  self.home(agency + "-registrar-1"), *arguments)
        ran = self.approve(record, agency + "-registrar-2", "--broker", self.dir)
        return next(r["record"] for r in ran.results if r["type"] == "device")

    def alert_file(self, *alerts, **fields):
        file = self.folder / "alert.json"
        file.write_text(json.dumps([dict(a) for a in alerts] or dict(ALERT, **fields)))
        return file

    def send(self, home="TJ-NPJ-BLO", file=None, **options):
        return self.chapar("send", "seizure", file or self.alert_file(), "--home", self.home(home), **options)

    def outbox(self, home="TJ-NPJ-BLO"):
        return self.must("outbox", "ls", "--home", self.home(home)).results

    def inbox(self, home="AF-SKB-BLO"):
        self.must("inbox", "watch", "--once", "--home", self.home(home))
        return self.must("inbox", "ls", "--home", self.home(home)).results

    def figure(self, name):
        return int(self.must("broker", "status", "--dir", self.dir).results[0][name])

    def close(self):
        if not self.broker.stdout.closed:
            self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def two_offices(config="", policy=POLICY):
    centre = Centre(config)
    centre.agency("TJ-DCA", policy)
    centre.agency("AF-CNP", policy)
    centre.device("TJ-DCA", "TJ-NPJ-BLO")
    centre.device("AF-CNP", "AF-SKB-BLO", "AF")
    return centre
