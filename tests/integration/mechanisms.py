"""The mechanisms that the region has, each as one exchange between offices: tests/scenarios/mechanisms/*.scenario, played through
the programs. Its README has the words of these files.

Offices of one setting share a broker; settings are played beside each other. When all scenarios of a setting have been played, every
office takes its mail once more: each message must have come to those that it was sent to, and to nobody else.
"""
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import sys
import time
import traceback

import centre as stage

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "scenarios" / "mechanisms"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
PICTURE = b"\x89PNG\r\n\x1a\n"
FILES = {"application/pdf": ("letter.pdf", b"%PDF-1.7\n%%EOF\n"), "image/png": ("picture.png", PICTURE + bytes(64))}


class Wrong(Exception):
    """What a line of a scenario asked for is not so."""


def span(text):
    number, unit = re.fullmatch(r"(\d+)([mhd])", text).groups()
    return datetime.timedelta(**{UNITS[unit]: int(number)})


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def lines_of(path):
    """(number, line, indented lines after it) of everything that is no comment."""
    out = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            out[-1][2].append(line)
        else:
            out.append((number, line.split(), []))
    return out


def option(words, name, many=False):
    """What follows `name`; the words without both."""
    if name not in words:
        return [] if many else None
    at = words.index(name)
    value = words[at + 1]
    del words[at:at + 2]
    return value.split(",") if many else value


def parties(text):
    return json.dumps(text if text == "any" else text.split(","))


class Setting:
    """Agencies, offices and rules, founded when the first scenario needs them."""

    def __init__(self, path):
        self.offices, self.agencies = {}, {}
        for number, words, _ in lines_of(path):
            if words[0] == "agency":
                self.agencies[words[1]] = []
            elif words[0] == "office":  # office O of A country C [roles R]
                roles = words[7] if len(words) > 6 else "liaison"
                self.offices[words[1]] = {"agency": words[3], "country": words[5], "role": roles}
            elif words[0] == "rule":
                self.agencies[words[1]].append(self.rule(words[1:]))
            else:
                raise Wrong(f"{path.name}:{number}: {words[0]}?")
        self.centre = stage.Centre()
        for agency in self.agencies:
            self.centre.agencies = []  # all confirm each other below, at once
            self.centre.agency(agency, policy=None)
        for agency, rules in self.agencies.items():
            self.centre.peers(agency, *(other for other in self.agencies if other != agency))
            ran = self.centre.policy(agency, 'agency = "{agency}"\n' + "".join(rules))
            assert ran.exit == 0, (agency, ran)
        for name, office in self.offices.items():
            self.centre.device(office["agency"], name, office["country"], office["role"])
        self.messages = {}  # message id -> its Message

    @staticmethod
    def rule(words):
        """AGENCY ID permit|deny export|import KINDS up to CLASS [from P] [to P] [approvals N of ROLE]"""
        agency, name, effect, direction, kinds = words[:5]
        assert words[5:7] == ["up", "to"], words
        highest, rest = words[7], words[8:]
        own = f"agency:{agency}"
        fields = {"id": name, "direction": direction, "effect": effect}
        text = "\n[[rule]]\n" + "".join(f'{key} = "{value}"\n' for key, value in fields.items())
        text += f'class_max = "{highest}"\n' + f"kinds = {parties(kinds)}\n"
        default = {"export": (own, "any"), "import": ("any", "any")}[direction]
        text += f"from = {parties(option(rest, 'from') or default[0])}\nto = {parties(option(rest, 'to') or default[1])}\n"
        if "approvals" in rest:
            at = rest.index("approvals")
            text += f'approvals = {rest[at + 1]}\napprover_role = "{rest[at + 3]}"\n'
        return text

    def watch(self, office):
        """Takes what waits; notes under which number each message stands."""
        ran = self.centre.chapar("inbox", "watch", "--once", "--home", self.centre.home(office))
        for result in ran.results:
            message = self.messages.get(result.get("message"))
            if message:
                message.numbers[office] = result["number"]
        return ran

    def check_holders(self):
        """Nobody else got anything, and whoever should, did."""
        for office in self.offices:
            self.watch(office)
        for message in self.messages.values():
            expected = set() if message.refused else set(message.to)
            if set(message.numbers) != expected:
                yield f"{message.place}: {message.label} is with {sorted(message.numbers)}, not with {sorted(expected)}"


class Message:
    def __init__(self, label, place, sender, to):
        self.label, self.place, self.sender, self.to = label, place, sender, to
        self.id = self.case = None
        self.refused = False
        self.numbers = {}  # office -> inbox number there
        self.proposed = None


class Scenario:
    def __init__(self, path):
        self.path, self.lines = path, lines_of(path)
        if self.lines[0][1][0] != "use":
            raise Wrong(f"{path.name}: a scenario begins with `use SETTING`")
        self.setting_name = self.lines[0][1][1]
        self.known, self.last, self.asserted, self.kinds = {}, None, 0, set()

    def play(self, setting):
        self.setting, self.centre = setting, setting.centre
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.ran = ended = None  # the last send: it must have succeeded unless the next line expects otherwise
        for number, words, below in self.lines[1:]:
            self.place = f"{self.path.name}:{number}"
            try:
                if words[0] != "expect" and ended is not None:
                    self.must_be_sent(ended)
                ended = getattr(self, "word_" + words[0])(words[1:], below)
                self.ran = ended or self.ran
            except Wrong as wrong:
                return [f"{self.place}: {wrong}"]
            except Exception:  # a scenario that is written wrong must not hide the others
                return [f"{self.place}: {traceback.format_exc()}"]
        try:
            if ended is not None:
                self.must_be_sent(ended)
        except Wrong as wrong:
            return [f"{self.place}: {wrong}"]
        return []

    # -- what stands in bodies

    def filled(self, text):
        def when(found):
            kind, sign, amount = found.groups()
            moment = self.now + (span(amount) if sign == "+" else -span(amount)) if amount else self.now
            return moment.strftime("%Y-%m-%d" if kind == "day" else "%Y-%m-%dT%H:%M:%SZ")
        text = re.sub(r"@(now|day)(?:([+-])(\d+[mhd]))?", when, text)
        return re.sub(r"\$([a-z][a-z0-9-]*)", lambda found: self.known[found[1]].id, text)

    def fetch(self, label, office):
        message = self.known[label]
        if office not in message.numbers:
            self.setting.watch(office)
        if office not in message.numbers:
            raise Wrong(f"{office} did not get {label}")
        return message

    # -- sending

    def word_send(self, words, below):
        """send LABEL KIND from O to O,.. [re LABEL] [in LABEL] [proposed LABEL] [approved O,..] [attach TYPE,..]"""
        label, kind = words[:2]
        rest = words[2:]
        sender, to = option(rest, "from"), option(rest, "to", many=True)
        body = json.loads(self.filled("{" + " ".join(below) + "}"))
        proposed = option(rest, "proposed")
        if proposed:
            body = dict(self.known[proposed].proposed, **body)
        body.update({"kind": kind, "to": to})
        arguments = []
        answered = option(rest, "re")
        if answered:
            arguments += ["--re", self.fetch(answered, sender).numbers[sender]]
        case = option(rest, "in")
        if case:
            arguments += ["--case", self.known[case].case]
        for media_type in option(rest, "attach", many=True):
            name, content = FILES[media_type]
            self.centre.file(name).write_bytes(content)
            arguments += ["--attach", self.centre.file(name)]
        approvers = option(rest, "approved", many=True)
        if approvers:
            arguments += ["--needs-approval", ",".join(approvers), "--approvals", len(approvers)]
        file = self.centre.file("message.json")
        file.write_text(json.dumps(body))
        ran = self.centre.chapar("send", "message", file, *arguments, "--home", self.centre.home(sender))
        message = self.known[label] = self.last = Message(label, self.place, sender, to)
        self.kinds.add(kind)
        for result in ran.results:
            if "proposed" in result:
                message.proposed = result["message"]
            elif result.get("kind") == kind:
                message.id, message.case = result["message"], result["case"]
                self.setting.messages[message.id] = message
        if approvers and ran.code == "approvals.awaited":
            ran = self.approve(message, approvers)
        return ran

    def approve(self, message, approvers):
        for office in approvers:
            home = self.centre.home(office)
            came = [item for item in self.setting.watch(office).results if item.get("kind") == "approval-request"]
            self.centre.must("inbox", "show", came[-1]["number"], "--home", home)  # who approves reads what will be sent
            self.centre.must("approve", message.id, "--home", home)
        self.setting.watch(message.sender)
        return self.centre.chapar("outbox", "retry", "--home", self.centre.home(message.sender))

    def must_be_sent(self, ran):
        item = next((r for r in ran.results if r.get("message") == self.last.id), {})
        if ran.exit != 0 or item.get("state") not in ("logged", "witnessed"):
            raise Wrong(f"{self.last.label} was not sent: {ran}")

    def word_expect(self, words, below):
        """expect refused CODE [rule ID] [about WORDS ..] | expect proposed KIND"""
        self.asserted += 1
        ran = self.ran
        if words[0] == "proposed":
            if not self.last.proposed or self.last.proposed["kind"] != words[1]:
                raise Wrong(f"nothing of the kind was proposed: {ran}")
            self.must_be_sent(ran)
            return
        item = next((r for r in ran.results if r.get("message") == self.last.id), {})
        problem = item.get("problem", {})  # of one that waited for approvals, and was sent by a later command
        code = ran.code or problem.get("code", "")
        said = ran.problem.get("context", "") + problem.get("rule", "")
        rest = words[2:]
        rule = option(rest, "rule") or ""
        if code != words[1] or rule not in said or " ".join(rest[1:]) not in said:
            raise Wrong(f"{' '.join(words)} was expected: {ran}")
        self.last.refused = True

    # -- receiving

    def word_read(self, words, below):
        """read LABEL at OFFICE, then assertions: PATH = JSON | PATH contains TEXT | PATH absent | PATH = created + 8h"""
        label, _, office = words
        message = self.fetch(label, office)
        shown = self.centre.must("inbox", "show", message.numbers[office], "--home", self.centre.home(office)).results[0]
        if not below:
            raise Wrong("nothing is asserted")
        for line in below:
            self.asserted += 1
            self.assertion(shown, line.strip())

    def assertion(self, shown, line):
        path, relation, wanted = re.fullmatch(r"(\S+) (=|contains|absent)\s*(.*)", line).groups()
        found = shown
        for name, place in re.findall(r"([a-z_0-9]+)|\[(\d+)\]", path):
            try:
                found = found[name] if name else found[int(place)]
            except (KeyError, IndexError, TypeError):
                if relation == "absent":
                    return
                raise Wrong(f"{path} is not there: {json.dumps(shown, ensure_ascii=False)}") from None
        if relation == "absent":
            raise Wrong(f"{path} is there: {found!r}")
        later = re.fullmatch(r"created \+ (\d+[mhd])", wanted)
        if later:
            if instant(found) - instant(shown["header"]["created"]) != span(later[1]):
                raise Wrong(f"{path}: {found}, created {shown['header']['created']}")
        elif relation == "contains":
            if wanted not in found:
                raise Wrong(f"{path}: {found!r}")
        elif found != json.loads(self.filled(wanted)):
            raise Wrong(f"{path}: {found!r}")

    def word_acknowledge(self, words, below):
        """acknowledge LABEL at OFFICE: who sent it learns it."""
        label, _, office = words
        message = self.fetch(label, office)
        self.centre.must("inbox", "ack", message.numbers[office], "--home", self.centre.home(office))
        items = self.centre.must("outbox", "retry", "--home", self.centre.home(message.sender)).results
        item = next(item for item in items if item.get("message") == message.id)
        state = next(one["state"] for one in item["offices"] if one["office"] == office)
        self.asserted += 1
        if state != "acknowledged":
            raise Wrong(f"{label} is {state} at {office}")

    def word_missing(self, words, below):
        """missing LABEL at OFFICE,..: its mail is taken, and this is not in it."""
        self.asserted += 1
        for office in words[2].split(","):
            self.setting.watch(office)
            if office in self.known[words[0]].numbers:
                raise Wrong(f"{words[0]} came to {office}")

    def word_recall(self, words, below):
        """recall LABEL because WORDS ..: its text is gone at every recipient that takes its mail."""
        message = self.known[words[0]]
        ran = self.centre.must("recall", message.id, "--reason", " ".join(words[2:]), "--home",
                               self.centre.home(message.sender))
        self.kinds.add("recall")
        recall = Message("recall of " + words[0], self.place, message.sender, message.to)
        recall.id = next(r["message"] for r in ran.results if r.get("kind") == "recall")
        self.setting.messages[recall.id] = recall
        for office in message.to:
            self.fetch(words[0], office)
            self.setting.watch(office)
            self.asserted += 1
            if self.centre.chapar("inbox", "show", message.numbers[office], "--home", self.centre.home(office)).exit == 0:
                raise Wrong(f"{office} still reads {words[0]}")


def play_setting(name, scenarios):
    began = time.monotonic()
    setting = Setting(FOLDER / (name + ".setting"))
    try:
        problems = [problem for scenario in scenarios for problem in scenario.play(setting)]
        if not problems:
            problems = list(setting.check_holders())
        messages = len(setting.messages)
    finally:
        setting.centre.close()
    offices = len(setting.offices)
    return name, problems, f"{len(scenarios)} mechanisms, {offices} offices, {messages} messages, {time.monotonic() - began:.0f} s"


def main():
    wanted = sys.argv[1:]
    scenarios = [Scenario(path) for path in sorted(FOLDER.glob("*.scenario")) if not wanted or path.stem in wanted]
    settings = {}
    for scenario in scenarios:
        settings.setdefault(scenario.setting_name, []).append(scenario)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for done in concurrent.futures.as_completed(pool.submit(play_setting, *row) for row in settings.items()):
            name, problems, figures = done.result()
            print(f"{name}: {figures}")
            for problem in problems:
                failed += 1
                print(f"FAILED {problem}")
    kinds = set().union(*(scenario.kinds for scenario in scenarios))
    print(f"{len(scenarios)} mechanisms, {len(kinds)} kinds, {sum(s.asserted for s in scenarios)} assertions, {failed} failed")
    return 1 if failed or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main())
