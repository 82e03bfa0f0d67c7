"""Programs that nobody here wrote read our heads, proofs and exports: Go's golang.org/x/mod/sumdb in every check; npm's
@sigstore/verify in `./run interop`, which installs it into a folder of its own.

Debian: golang-go, golang-golang-x-mod-dev.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from centre import BIN, two_offices

PUBLIC = pathlib.Path(__file__).resolve().parent / "public"
ENTRIES = 66_000
NODE = (20, 17)


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="chapar-public-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.sample = cls.folder / "sample.json"
        with open(cls.sample, "w") as out:
            subprocess.run([BIN / "ledger-sample", str(ENTRIES)], stdout=out, check=True)


class Sumdb(Folder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.go = cls.folder / "sumdb"
        # Debian's library packages are source in GOPATH form; nothing is fetched.
        environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="", GOCACHE=str(cls.folder / "cache"))
        subprocess.run(["/usr/bin/go", "build", "-o", cls.go, PUBLIC / "sumdb.go"], env=environment, check=True)

    def export(self):
        centre = two_offices()
        self.addCleanup(centre.close)
        for _ in range(3):
            self.assertEqual(centre.send().exit, 0)
        out = self.folder / self.id()
        centre.device("TJ-DCA", "TJ-AUD", role="auditor")
        centre.must("ledger", "export", "--out", out, "--directory", "--home", centre.home("TJ-AUD"))
        return out

    def test_go_verifies_heads_proofs_and_the_exported_tiles(self):
        ran = subprocess.run([self.go, self.sample, self.export()], capture_output=True, text=True)
        print(ran.stdout, end="")
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_go_refuses_an_export_with_one_byte_changed(self):
        out = self.export()
        for name in ("tile/entries", "tile/0", "checkpoint"):
            file = next(f for f in sorted(out.glob(name + "*") if name == "checkpoint" else (out / name).rglob("*")) if f.is_file())
            whole = file.read_bytes()
            file.write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
            self.assertEqual(subprocess.run([self.go, self.sample, out], capture_output=True).returncode, 1, name)
            file.write_bytes(whole)
        self.assertEqual(subprocess.run([self.go, self.sample, out], capture_output=True).returncode, 0)


class Sigstore(Folder):
    def test_sigstore_verifies_checkpoints_and_inclusion_proofs(self):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip() if shutil.which("node") else "none"
        if version == "none" or tuple(map(int, version.lstrip("v").split(".")[:2])) < NODE:
            print(f"SKIPPED: @sigstore/verify needs Node 20.17 or newer, found {version}; Debian 12 has 18", file=sys.stderr)
            self.skipTest("node is too old")
        for name in ("package.json", "package-lock.json", "sigstore.cjs"):
            shutil.copy(PUBLIC / name, self.folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=self.folder, check=True, capture_output=True)
        ran = subprocess.run(["node", "sigstore.cjs", self.sample], cwd=self.folder, capture_output=True, text=True)
        print(ran.stdout, end="")
        self.assertEqual(ran.returncode, 0, ran.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
