#!/usr/bin/python3
"""Two implementations of one page, both ways, with fresh randomness each time.

The C++ code makes envelopes, statements, certificates, bundles, records, ledger entries and evidence packages: the independent
implementation (tests/vectors/crypto/envelope/*.py, written from the pages of crypto/) opens and checks them. It makes the same: the C++ code
opens them, and chapar-verify judges its packages. Then the forgeries: packages that someone with keys could make, which both readers must
refuse by the same rule.

Debian: python3-cryptography, python3-nacl. Prints the seed; `interop.py SEED` repeats a run.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import nacl  # noqa: F401
except ImportError:  # another interpreter than Debian's: its packages are not there
    if sys.executable == "/usr/bin/python3": raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests/vectors/crypto"
BIN = pathlib.Path(os.environ["CHAPAR_BIN"])
sys.path.insert(0, str(VECTORS / "envelope"))
sys.dont_write_bytecode = True
import evidence_v1 as evidence  # noqa: E402
import generate_v1 as v1  # noqa: E402
import ledger_v1 as ledger  # noqa: E402
import records_v1 as records  # noqa: E402
import story_v1 as story  # noqa: E402
import interop_forgeries as forgeries  # noqa: E402

h = bytes.fromhex


def run(*command, **environment):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def must(*command, **environment):
    code, out, err = run(*command, **environment)
    assert code == 0, f"{command[0]} ended with {code}\n{out}{err}"
    return out


# ---- the C++ code makes, this opens ----------------------------------------------------------------------------------------------
def cast(doc):
    """Gives generate_v1's judges the people of the C++ side."""
    v1.HOME, v1.SENDER = h(doc["home"]), {"pk": h(doc["sender_pk"])}
    v1.APPROVERS = {h(doc["approver"]["cert"]): h(doc["approver"]["pk"])}
    v1.KEYS, v1.OFFICE = {}, {}
    for name, d in doc["devices"].items():
        keys = {k: h(d[k]) for k in ("cert", "sk", "pk", "sk_a", "pk_a")}
        v1.KEYS[keys["cert"] + v1.be(d["key_id"], 8)] = keys
        v1.OFFICE[keys["cert"]] = doc["offices"][name]


def view(envelope, stanza, psk):
    item = envelope["item"]
    plain = lambda s: {**{k: h(s[k]) for k in ("label", "enc", "ct")}, "index": s["index"], "path": [h(p) for p in s["path"]]}
    own = plain(stanza)
    return {"E": h(envelope["E"]), "item": {"B": h(item["B"]), "sig": h(item["sig"]), "index": item["index"], "path": [h(p) for p in item["path"]]},
            "stanza": own, "audit": [plain(s) for s in envelope["stanzas"] if h(s["label"])[0] == v1.AUDIT],
            "ciphertexts": [h(c) for c in envelope["ciphertexts"]], "psk": psk if any(own["label"][61:]) else b"",
            "stanzas": [plain(s) for s in envelope["stanzas"]]}


def open_envelopes(doc):
    cast(doc)
    opened = 0
    psk = h(doc["psk"])
    assert v1.expand(v1.extract(b"", psk), b"chapar/1 psk\0" + v1.be(doc["psk_id"], 8)).hex() == doc["psk_next"]
    for envelope in doc["envelopes"]:
        auditors = [h(s["label"])[17:49] for s in envelope["stanzas"] if h(s["label"])[0] == v1.AUDIT]
        for stanza in envelope["stanzas"]:
            handed = view(envelope, stanza, psk)
            verdict = v1.judge(v1.receive, handed)
            assert verdict == "ok", (stanza["to"], verdict)
            opened += 1
        handed.update(aud_blind=h(doc["blind"]), auditors=auditors)
        assert v1.judge(v1.fold, handed) == "ok"
        assert v1.TH("envelope", handed["E"]).hex() == envelope["eh"]
        streams = v1.decode_E(handed["E"])[1]
        for secret, (commitment, _, _) in zip(envelope["secrets"], streams):
            assert v1.expand(h(secret), b"chapar/1 commit") == commitment
        # And it would notice: one byte of the sealed text, of the signature, of the own stanza.
        for spoil in (lambda v: v["ciphertexts"].__setitem__(0, b"\0" + v["ciphertexts"][0][1:]),
                      lambda v: v["item"].update(sig=bytes(64)), lambda v: v["stanza"].update(enc=bytes([9]) + bytes(31))):
            spoiled = view(envelope, stanza, psk)
            spoil(spoiled)
            assert v1.judge(v1.receive, spoiled) != "ok"
    return opened


def check_statements(doc):
    v1.SIGNER_A1 = {"pk": h(doc["pk"])}
    for each in doc["list"]:
        item = each["item"]
        v = {"D": h(each["D"]), "item": {"B": h(item["B"]), "sig": h(item["sig"]), "index": item["index"], "path": [h(p) for p in item["path"]]}}
        assert v1.judge(v1.statement, v) == "ok"
        v["D"] = v["D"][:-1] + b"\7"
        assert v1.judge(v1.statement, v) == "batch.path"
    return len(doc["list"])


def check_records(doc):
    directory = records.Directory(h(doc["centre_root"]))
    for i, each in enumerate(doc["list"]):
        wire = h(each["wire"])
        kind, _, signers = records.parse_record(wire)
        assert kind == each["type"] and records.record_hash(wire).hex() == each["hash"]
        if kind == records.MANIFEST:
            assert signers == [h(doc["centre_root"])]
        elif kind == records.POLICY:
            assert set(signers) == set(directory.agencies["TJ-DCA"]["people"])
        else:
            directory.take(wire, i, doc["time"] + 1)
        spoiled = bytearray(wire)
        spoiled[-1] ^= 1
        assert v1.judge(records.parse_record, bytes(spoiled)) == "record.signature"
    device = directory.devices[h(doc["certificate"])]
    assert device["revoked"] is not None and device["suspended"] is None
    return len(doc["list"])


def check_ledger(doc):
    leaves, last_dir = [h(e["leaf"]) for e in doc["leaves"]], 0
    name, _, key = doc["vkey"].partition("+")
    pk = ledger.base64.b64decode(key.partition("+")[2])[1:]
    assert doc["vkey"] == f"{name}+{v1.sha(name.encode() + bytes([10, 1]) + pk)[:4].hex()}+{key.partition('+')[2]}"
    for i, (leaf, entry) in enumerate(zip(map(ledger.parse_leaf, leaves), doc["leaves"])):
        body = h(entry["body"])
        assert leaf["index"] == i and leaf["last_dir"] == last_dir and ledger.body_commit(records.ZERO, body) == leaf["commit"]
        assert int.from_bytes(ledger.parse_body(body)[2], "big") // 1000 * 1000 == leaf["time"]
        last_dir = i
    heads = [ledger.open_note(doc[side]["note"].encode(), name, pk) for side in ("old", "new")]
    for (size, head), side in zip(heads, ("old", "new")):
        assert size == doc[side]["size"] and head == v1.root(leaves[:size])
    nodes = [h(n) for n in doc["consistency"]]
    assert nodes == ledger.consistency(leaves, heads[0][0]) and ledger.check_consistency(*heads[0], *heads[1], nodes)
    assert [h(n) for n in doc["path_of_7"]] == v1.path(leaves, 7)
    return len(leaves)


def check_evidence(folder):
    """Packages that the product's own code wrote (test_evidence)."""
    names = sorted(p.stem for p in folder.glob("*.evidence"))
    assert names == ["recipient", "sender"], names
    for name in names:
        card = json.loads((folder / f"{name}.card.json").read_text())
        key = ledger.base64.b64decode(card["log_key"].partition("+")[2].partition("+")[2])[1:]
        trusted = {"home": h(card["home"]), "origin": card["origin"], "log": key, "centre_root": h(card["centre_root"])}
        text, author = evidence.read_evidence((folder / f"{name}.evidence").read_bytes(), trusted)
        assert len(text) > 64 and author["agency"]
        assert verify(folder / f"{name}.evidence", folder / f"{name}.card.json") == (0, "")
    return len(names)


# ---- this makes, the C++ code opens ------------------------------------------------------------------------------------------------
def fresh_vectors(seed, folder):
    """v1.json of generate_v1.py with other random inputs, judged by the known-answer tests of the C++ code."""
    root = folder / "vectors"
    shutil.copytree(VECTORS, root, ignore=shutil.ignore_patterns("__pycache__"))
    source = (VECTORS / "envelope/generate_v1.py").read_text()
    changed = source.replace('b"chapar vectors v1"', repr(b"interop " + seed))
    assert changed != source
    (root / "envelope/generate_v1.py").write_text(changed)
    before = (root / "envelope/v1.json").read_bytes()
    must("/usr/bin/python3", "-B", root / "envelope/generate_v1.py")
    assert (root / "envelope/v1.json").read_bytes() != before
    out = must(BIN / "test_crypto_vectors", CHAPAR_CRYPTO_VECTORS=str(root))
    return next(line for line in out.splitlines() if line.endswith("envelope/v1.json")).split()[0]


def written_story(folder, told):
    log = told.ledger
    half = told.accepted
    doc = {"centre_root": told.centre_root.pk.hex(), "home": told.home.hex(), "envelope": told.envelope.hex(),
           "records": [{"wire": w.hex(), "hash": records.record_hash(w).hex()} for _, w in told.records],
           "entries": [{"leaf": log.leaves[i].hex(), "body": log.bodies[i].hex(), "salt": log.salts[i].hex()} for i in range(len(log.leaves))],
           "vkey": told.log.vkey(), "old_note": log.head(half).decode(), "new_note": log.head().decode(),
           "consistency": [n.hex() for n in ledger.consistency(log.leaves, half)],
           "statement": {"D": told.statement.hex(), "item": told.statement_item.hex(), "pk": told.reader.signer.pk.hex()},
           "approvers": {p.certificate.hex(): p.signer.pk.hex() for p in told.approvers}}
    path = folder / "story.json"
    path.write_text(json.dumps(doc))
    return must(BIN / "interop-tool", "check", path).strip()


def verify(file, card, *more):
    """Exit code of chapar-verify, and the first rule that failed."""
    code, out, _ = run(BIN / "chapar-verify", "evidence", file, "--card", card, "--json", *more)
    lines = [json.loads(line) for line in out.splitlines()]
    return code, next((v["rule"] for v in lines if v.get("ok") is False and v["rule"] != "verdict"), "")


def judge_packages(folder, told):
    card, roots, file = folder / "card.json", folder / "agency.roots", folder / "package"
    card.write_text(json.dumps(told.card_json()))
    roots.write_bytes(told.agency_roots())
    for stream, text in ((0, told.stream0), (1, told.attachment)):
        file.write_bytes(told.evidence(stream))
        plain = folder / f"plain-{stream}"
        assert verify(file, card, "--agency-roots", roots, "--plaintext", plain) == (0, "")
        assert plain.read_bytes() == text
        # What is there already is never written over.
        assert run(BIN / "chapar-verify", "evidence", file, "--card", card, "--plaintext", plain)[0] == 1
    return 2


def judge_forgeries(folder):
    file, card_file, wrong = folder / "forged", folder / "forged.card.json", []
    for name, rule, package, card, card_json in forgeries.all_of():
        file.write_bytes(package)
        card_file.write_text(json.dumps(card_json))
        plain = folder / "never"
        code, failed = verify(file, card_file, "--plaintext", plain)
        verdict = v1.judge(lambda p: evidence.read_evidence(p, card), package)
        if (code, failed) != (5, rule): wrong.append(f"chapar-verify says {code} {failed!r} of {name}, not {rule}")
        if plain.exists(): wrong.append(f"{name}: a text was handed out")
        if verdict != rule: wrong.append(f"the independent reader says {verdict!r} of {name}, not {rule}")
    assert not wrong, "\n".join(wrong)
    return len(forgeries.FORGED)


def main():
    seed = sys.argv[1].encode() if len(sys.argv) > 1 else os.urandom(8).hex().encode()
    print("seed", seed.decode(), flush=True)
    v1.rnd = lambda name, size=32: v1.expand(v1.sha(seed), name.encode(), size)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="chapar-interop-"))
    try:
        made = json.loads(must(BIN / "interop-tool", "emit", int.from_bytes(v1.sha(seed)[:8], "big")))
        print(f"made by C++, opened here: {open_envelopes(made)} stanzas of {len(made['envelopes'])} envelopes, "
              f"{check_statements(made['statements'])} statements, {check_records(made['records'])} records, "
              f"{check_ledger(made['ledger'])} ledger entries", flush=True)
        must(BIN / "test_evidence", CHAPAR_EVIDENCE_OUT=str(folder))
        print(f"evidence written by the client, read here: {check_evidence(folder)} packages", flush=True)
        print(f"made here, opened by C++: {fresh_vectors(seed, folder)} envelope cases", flush=True)
        told = story.Story()
        print(f"made here, read by C++: {written_story(folder, told)}; {judge_packages(folder, told)} evidence packages", flush=True)
        print(f"forged packages, refused by both by the same rule: {judge_forgeries(folder)}", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
