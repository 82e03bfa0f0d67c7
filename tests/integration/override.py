"""A broker that stopped itself, and the two persons who let it go on: through the programs, as the status page says."""
import json
import shlex
import shutil
import unittest

import centre as stage


class Override(unittest.TestCase):
    def setUp(self):
        self.centre = stage.two_offices()
        self.addCleanup(self.centre.close)
        self.assertEqual(self.centre.send().exit, 0)

    high_water = property(lambda self: self.centre.dir / "high-water")

    def status(self):
        return self.centre.must("broker", "status", "--dir", self.centre.dir).results[0]

    def wait_until_stopped(self):
        """It looks at the file each second."""
        until = self.centre.figure("uptime_seconds") + 10
        while self.status()["state"] == "running":
            self.assertLess(self.centre.figure("uptime_seconds"), until)
        return self.status()

    def draft(self, name, *named):
        return self.centre.chapar("ledger", "override", "high-water", *named, "--reason", "Disk exchanged", "--home",
                                  self.centre.root, "--out", self.centre.file(name))

    def publish(self, name):
        """The registrar signs, and the record goes to the broker."""
        signed = self.centre.file(name + ".signed")
        return self.centre.chapar("key", "approve", self.centre.file(name), "--yes", "--out", signed, "--home",
                                  self.centre.home("AF-CNP-registrar-1"), "--broker", self.centre.dir)

    # Fails if the guard does not compare the stop: the first record would do for the second one.
    def test_a_record_serves_for_one_stop_and_for_no_other(self):
        self.high_water.unlink()
        stopped = self.wait_until_stopped()
        self.assertEqual(stopped["state"], "read-only")
        self.assertIn("high-water", stopped["not_signing"])
        self.assertNotEqual(self.centre.send().exit, 0)

        status = self.centre.file("stop.json")
        status.write_text(json.dumps(stopped))
        self.assertEqual(self.draft("first", "--status", status).exit, 0)
        self.assertEqual(self.centre.stop(), 0)
        shutil.copytree(self.centre.dir / "store", self.centre.file("store.then"))
        self.centre.start()
        again = self.status()
        self.assertEqual(again["size"], stopped["size"])
        self.assertNotEqual(again["stop"], stopped["stop"])
        other = self.publish("first")
        self.assertEqual(other.code, "override.other", other)
        self.assertEqual(self.status()["state"], "read-only")

        self.assertEqual(self.draft("second", "--status", "-").exit, 2)  # nothing on standard input
        ran = self.run_what_the_status_prints()
        self.assertEqual(ran.exit, 0, ran)
        running = self.status()
        self.assertEqual((running["state"], running["not_signing"], running["stop"]), ("running", "", ""))
        self.assertEqual(self.centre.send().exit, 0)
        self.assertEqual(len(self.centre.inbox()), 3)  # one had waited in the outbox
        self.replayed_on_a_restored_copy()

    def run_what_the_status_prints(self):
        page = self.centre.program(stage.CHAPAR, "broker", "status", "--dir", self.centre.dir).out
        command = page[page.index("chapar ledger override"):page.index("chapar key approve")].replace("\\\n", " ")
        words = [str({"WHY": "Disk exchanged", "ROOT": self.centre.root,
                      "go-on.override": self.centre.file("go-on")}.get(word, word)) for word in shlex.split(command)]
        drafted = self.centre.chapar(*words[1:])
        self.assertEqual(drafted.exit, 0, drafted)
        says = json.dumps(drafted.results)
        self.assertIn(self.status()["stop"], says)
        return self.publish("go-on")

    def replayed_on_a_restored_copy(self):
        """The same store as when the record was used, and the record as it stands in every export."""
        self.assertEqual(self.centre.stop(), 0)
        shutil.rmtree(self.centre.dir / "store")
        shutil.copytree(self.centre.file("store.then"), self.centre.dir / "store")
        self.high_water.unlink()
        self.centre.start()
        ran = self.centre.chapar("broker", "admit", "--dir", self.centre.dir, self.centre.file("go-on.signed"))
        self.assertEqual(ran.code, "override.other", ran)
        self.assertEqual(self.status()["state"], "read-only")


if __name__ == "__main__":
    unittest.main()
