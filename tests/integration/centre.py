"""A founded centre with a running broker and a few offices, made through the programs as a user would."""
import glob
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

BIN = pathlib.Path(os.environ["CHAPAR_BIN"])

POLICY = """agency = "{agency}"

[[rule]]
id = "export.alerts"
direction = "export"
effect = "permit"
kinds = ["seizure-alert", "recall"]
class_max = "restricted"
from = ["agency:{agency}"]
to = "any"

[[rule]]
id = "import.all"
direction = "import"
effect = "permit"
kinds = "any"
class_max = "secret"
from = "any"
to = "any"
"""

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


class Centre:
    def __init__(self, config=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chapar-test-"))
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("a passphrase for tests\n")
        self.passphrase.chmod(0o600)
        self.broker = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
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
        return dict(kept, CHAPAR_PASSPHRASE_FILE=str(self.passphrase), **more)

    def program(self, name, *arguments, prefix=(), stdin=None, **environment):
        done = subprocess.run([*prefix, BIN / name, *map(str, arguments)], capture_output=True, text=True,
                              input=stdin, env=self.environment(**environment), timeout=120)
        return Ran(done)

    def chapar(self, *arguments, **options):
        return self.program("chapar", *arguments, "--json", **options)

    def must(self, *arguments, **options):
        ran = self.chapar(*arguments, **options)
        assert ran.exit == 0, f"chapar {arguments}: {ran}"
        return ran

    def start(self, clock=None):
        """With `clock`, such as "+400d", the broker lives at another time; as itself, so that its pid is ours to stop."""
        shifted = {"LD_PRELOAD": glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0], "FAKETIME": clock} if clock else {}
        self.log = open(self.folder / "chapard.log", "a")
        self.broker = subprocess.Popen([BIN / "chapard", "--dir", self.dir], stdout=subprocess.PIPE, text=True,
                                       stderr=self.log, env=self.environment(**shifted))
        line = self.broker.stdout.readline()
        assert line == f"ready tcp://127.0.0.1:{self.port}\n", line

    def stop(self, how=signal.SIGTERM):
        self.broker.send_signal(how)
        self.broker.wait(30)
        self.broker.stdout.close()
        self.log.close()
        return self.broker.returncode

    def agency(self, name, policy=POLICY):
        root = self.home("root-" + name)
        self.must("key", "init", "--home", root, "--card", self.card, "--agency", name)
        self.must("key", "approve", root / "agency.request", "--home", self.root, "--broker", self.dir)
        if policy:
            self.policy(name, policy)
        return root

    def policy(self, agency, text=POLICY):
        file = self.folder / "policy.toml"
        file.write_text(text.format(agency=agency))
        return self.chapar("policy", "push", file, "--home", self.home("root-" + agency), "--broker", self.dir)

    def device(self, agency, office, country="TJ", role="liaison"):
        """Enrols an office's device and lets it publish its first keys. Returns its certificate's hash."""
        home, request, record = self.home(office), self.folder / "request", self.folder / (office + ".record")
        self.must("key", "init", "--home", home, "--card", self.card, "--agency", agency, "--office", office)
        self.must("key", "request", "--home", home, "--out", request)
        approved = self.must("key", "approve", request, "--home", self.home("root-" + agency), "--out", record,
                             "--new-office", country, "--role", role)
        self.must("broker", "admit", "--dir", self.dir, str(record) + ".office", record)
        self.must("key", "request", "--home", home, "--accept", record)
        self.must("inbox", "watch", "--once", "--home", home)
        return approved.results[-1]["record"]

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


def two_offices(config=""):
    centre = Centre(config)
    centre.agency("TJ-DCA")
    centre.agency("AF-CNP")
    centre.device("TJ-DCA", "TJ-NPJ-BLO")
    centre.device("AF-CNP", "AF-SKB-BLO", "AF")
    return centre
