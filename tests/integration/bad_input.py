"""Bad input and bad luck, through the programs: each ends in a clear error and loses nothing."""
import json
import signal
import socket
import subprocess
import unittest

import centre as stage


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices()

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def refused(self, ran, code, exit_code):
        self.assertEqual((ran.code, ran.exit), (code, exit_code), ran)
        for part in ("sentence", "unchanged", "next"):
            self.assertTrue(ran.problem[part], ran)

    def send_text(self, text):
        return self.centre.chapar("send", "seizure", "-", "--home", self.centre.home("TJ-NPJ-BLO"), stdin=text)

    def test_malformed_json_is_refused_and_nothing_is_stored(self):
        before = len(self.centre.outbox())
        self.refused(self.send_text('{"kind": "seizure-alert", '), "input.json", 2)
        self.assertEqual(len(self.centre.outbox()), before)

    def test_an_unknown_field_is_named(self):
        ran = self.send_text(json.dumps(dict(stage.ALERT, colour="brown")))
        self.refused(ran, "input.field-unknown", 2)
        self.assertIn("/colour", ran.problem["context"])

    def test_a_missing_field_is_named(self):
        alert = {k: v for k, v in stage.ALERT.items() if k != "quantity"}
        ran = self.send_text(json.dumps(alert))
        self.refused(ran, "input.field-missing", 2)
        self.assertIn("quantity", ran.problem["context"])

    def test_an_unknown_office_is_refused_before_anything_leaves(self):
        before = len(self.centre.outbox())
        ran = self.centre.send(file=self.centre.alert_file(to=["XX-NOWHERE"]))
        self.refused(ran, "office.unknown", 2)
        waiting = [item for item in self.centre.outbox()[before:] if item["state"] == "on this computer"]
        self.assertEqual(waiting, [])

    def test_what_no_rule_permits_is_refused_and_the_refusal_is_logged(self):
        rejected = self.centre.figure("rejected")
        ran = self.centre.send(file=self.centre.alert_file(classification="CONFIDENTIAL"))
        self.refused(ran, "policy.refused", 4)
        self.assertEqual(self.centre.figure("rejected"), rejected + 1)

    def test_a_wrong_passphrase_opens_nothing(self):
        other = self.centre.folder / "other-passphrase"
        other.write_text("not the passphrase\n")
        other.chmod(0o600)
        ran = self.centre.chapar("inbox", "ls", "--home", self.centre.home("AF-SKB-BLO"),
                                 "--passphrase-fd", "0", stdin="not the passphrase\n")
        self.refused(ran, "passphrase.wrong", 5)

    def test_a_keystore_that_others_can_read_is_refused(self):
        keystore = self.centre.home("AF-SKB-BLO") / "device.keystore"
        keystore.chmod(0o640)
        try:
            ran = self.centre.chapar("inbox", "ls", "--home", self.centre.home("AF-SKB-BLO"))
        finally:
            keystore.chmod(0o600)
        self.assertEqual(ran.code, "keystore.exposed", ran)

    def test_a_second_broker_on_the_same_directory_stops_at_once(self):
        done = subprocess.run([stage.BIN / "chapard", "--dir", self.centre.dir], capture_output=True, text=True,
                              timeout=30, env=self.centre.environment())
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertIn("store.in-use", done.stderr)
        self.assertGreater(self.centre.figure("size"), 0)

    def test_a_second_program_on_the_same_home_stops_at_once(self):
        home = self.centre.home("AF-SKB-BLO")
        watching = []

        def refused():
            if not watching or watching[-1].poll() is not None:  # `ls` may have come first
                watching.append(subprocess.Popen([stage.CHAPAR, "inbox", "watch", "--json", "--home", home],
                                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                                 env=self.centre.environment()))
            ran = self.centre.chapar("inbox", "ls", "--home", home)
            return ran if ran.exit else None

        try:
            ran = stage.until(refused, "the watcher's lock")
        finally:
            watching[-1].send_signal(signal.SIGTERM)
            watching[-1].wait(30)
        self.refused(ran, "store.in-use", 7)

    def test_garbage_on_the_port_does_not_disturb_the_broker(self):
        for payload in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" + bytes(7) + b"\x01\x7f" + bytes(500), bytes(70000)):
            with socket.create_connection(("127.0.0.1", self.centre.port)) as link:
                try:
                    link.sendall(payload)
                    link.shutdown(socket.SHUT_WR)
                except OSError:
                    pass  # cut off already
        self.assertEqual(self.centre.send().exit, 0)

    def test_a_usage_error_is_a_problem_object_too(self):
        self.refused(self.centre.chapar("send", "pigeon"), "usage", 2)

    # Fails if the endpoint is looked at after the keys were made: they would stay behind.
    def test_a_centre_is_not_founded_at_an_endpoint_that_no_manifest_can_name(self):
        for endpoint in ("udp://127.0.0.1:7400", "tcp://127.0.0.1:74 00", "tcp://" + "h" * 250):
            root = self.centre.folder / "no-root"
            ran = self.centre.chapar("broker", "init", "--dir", self.centre.folder / "no-centre", "--root-dir", root,
                                     "--name", "test", "--listen", endpoint)
            self.refused(ran, "input.field-invalid", 2)
            self.assertFalse(root.exists(), endpoint)

    # Fails if a file that is not there is told as an item of the inbox that is not.
    def test_a_file_that_is_not_there_is_told_so(self):
        home, missing = self.centre.home("TJ-NPJ-BLO"), self.centre.file("nowhere.pdf")
        for command in (("send", "seizure", missing), ("send", "seizure", "--csv", missing, "--to", "AF-SKB-BLO"),
                        ("send", "seizure", self.centre.alert_file(), "--attach", missing),
                        ("policy", "push", missing, "--out", self.centre.file("policy"))):
            whose = self.centre.home("TJ-DCA-registrar-1") if command[0] == "policy" else home
            ran = self.centre.chapar(*command, "--home", whose)
            self.refused(ran, "file.failed", 1)
            self.assertTrue(ran.problem["context"].endswith("nowhere.pdf: there is no such file"), ran)

    def test_help_is_given_of_the_program_and_of_each_command(self):
        for asked, words in ((("help",), ("send", "inbox", "help")), (("help", "send"), ("seizure", "message")),
                             (("help", "send", "seizure"), ("--dry-run", "example:"))):
            ran = self.centre.program(stage.CHAPAR, *asked)
            self.assertEqual(ran.exit, 0, ran)
            for word in words:
                self.assertIn(word, ran.out)
            self.assertEqual(ran.out, self.centre.program(stage.CHAPAR, *asked[1:], "--help").out)
        self.refused(self.centre.chapar("help", "send", "pigeon"), "usage", 2)

    def test_a_policy_with_an_error_names_line_and_column(self):
        ran = self.centre.policy("TJ-DCA", 'agency = "{agency}"\ncolour = 1\n')
        self.refused(ran, "config.invalid", 2)
        self.assertIn("line 2", ran.problem["context"])

    def test_a_dry_run_sends_nothing(self):
        before = self.centre.figure("size"), len(self.centre.outbox())
        self.assertEqual(self.centre.send(file=self.centre.alert_file()).exit, 0)
        after = self.centre.figure("size"), len(self.centre.outbox())
        self.assertGreater(after, before)
        ran = self.centre.chapar("send", "seizure", self.centre.alert_file(), "--dry-run", "--home",
                                 self.centre.home("TJ-NPJ-BLO"))
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual((self.centre.figure("size"), len(self.centre.outbox())), after)


class BadClocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.centre = stage.two_offices()

    @classmethod
    def tearDownClass(cls):
        cls.centre.close()

    def at(self, offset):
        return {"prefix": ("faketime", "-f", offset), "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def test_a_device_a_day_ahead_is_told_so(self):
        ran = self.centre.send(**self.at("+1d"))
        self.assertEqual(ran.code, "clock.ahead", ran)
        self.assertEqual(self.centre.send().exit, 0)

    def test_a_device_a_day_behind_is_served_and_told(self):
        ran = self.centre.send(**self.at("-1d"))
        self.assertEqual(ran.exit, 0, ran)
        self.assertIn("minutes behind", ran.err)

    def test_a_revoked_device_is_refused_from_then_on(self):
        certificate = self.centre.device("TJ-DCA", "TJ-ISH-BLO")
        self.assertEqual(self.centre.send("TJ-ISH-BLO").exit, 0)
        ran = self.centre.by_two("TJ-DCA", "key", "revoke", certificate[:16], "--reason", "stolen", name="revoke")
        self.assertEqual(ran.exit, 0, ran)
        ran = self.centre.send("TJ-ISH-BLO")
        self.assertIn(ran.code, ("certificate.revoked", "hello.refused"), ran)
        self.assertEqual(len(self.centre.outbox("TJ-ISH-BLO")), 2)


class BadLuck(unittest.TestCase):
    def setUp(self):
        self.centre = None

    def tearDown(self):
        if self.centre:
            self.centre.close()

    def test_an_expired_certificate_opens_no_session(self):
        self.centre = stage.two_offices()
        self.centre.stop()
        self.centre.start(clock="+400d")
        ran = self.centre.send()
        self.assertIn(ran.code, ("certificate.expired", "hello.refused"), ran)
        self.assertEqual(len(self.centre.outbox()), 1)

    def test_with_the_broker_down_the_alert_waits_and_arrives_once_it_is_back(self):
        self.centre = stage.two_offices()
        self.centre.inbox("TJ-NPJ-BLO")
        self.assertEqual(self.centre.stop(signal.SIGTERM), 0)
        ran = self.centre.send()
        self.assertEqual((ran.exit, ran.code), (3, "queued"), ran)
        self.assertEqual(self.centre.outbox()[-1]["state"], "on this computer")
        self.centre.start()
        self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertEqual(self.centre.outbox()[-1]["state"], "logged")
        self.assertEqual(len(self.centre.inbox()), 1)
        self.assertEqual(len(self.centre.inbox()), 1)

    def test_offline_with_an_old_directory_the_alert_waits_as_a_draft(self):
        self.centre = stage.two_offices()  # the sender's last sync was before the other office came
        self.centre.stop()
        ran = self.centre.send()
        self.assertEqual((ran.exit, ran.code), (3, "queued"), ran)
        self.assertEqual(self.centre.outbox()[-1]["state"], "drafted")
        self.centre.start()
        self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertEqual(len(self.centre.inbox()), 1)

    def test_kill_9_again_and_again_loses_and_doubles_nothing(self):
        self.centre = stage.two_offices()
        sent = 0
        for _ in range(4):
            ran = self.centre.send()
            self.assertIn(ran.exit, (0, 3), ran)
            sent += 1
            self.centre.stop(signal.SIGKILL)
            self.centre.start()
        self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        items = self.centre.inbox()
        self.assertEqual(len({item["message"] for item in items}), sent)
        self.assertEqual(len(items), sent)

    def test_a_full_store_takes_nothing_new_and_goes_on_when_enlarged(self):
        self.centre = stage.two_offices()
        self.centre.stop()
        config = self.centre.dir / "chapard.toml"
        text = config.read_text()
        config.write_text(text + f"\nmap_size = {1 << 20}\n")
        self.centre.start()
        filler = dict(stage.ALERT, text={"language": "en", "text": "filler " * 2000})
        for _ in range(30):
            ran = self.centre.send(file=self.centre.alert_file(*[filler] * 4))
            if ran.exit:
                break
        self.assertEqual(ran.exit, 3, ran)
        sent = len(self.centre.outbox())
        self.centre.stop()
        config.write_text(text + f"\nmap_size = {1 << 26}\n")
        self.centre.start()
        self.centre.must("outbox", "retry", "--home", self.centre.home("TJ-NPJ-BLO"))
        self.assertEqual({item["state"] for item in self.centre.outbox()}, {"logged"})
        self.assertEqual(len(self.centre.inbox()), sent)

    def test_an_export_cut_short_is_not_verified(self):
        self.centre = stage.two_offices()
        self.centre.device("TJ-DCA", "TJ-DCA-AUD", role="auditor")
        self.centre.send()
        export = self.centre.folder / "export.chapar"
        self.centre.must("ledger", "export", "--out", export, "--home", self.centre.home("TJ-DCA-AUD"))
        judge = lambda: self.centre.program("chapar-verify", export, "--card", self.centre.card, "--json")
        self.assertEqual(judge().exit, 0)
        whole = export.read_bytes()
        for size in (0, 511, len(whole) // 2, len(whole) - 1024):
            export.write_bytes(whole[:size])
            ran = judge()
            self.assertEqual(ran.exit, 5, ran)
            self.assertIn("archive.complete", [r["rule"] for r in ran.results if r.get("ok") is False])
        replay = self.centre.program("chapar-replay", export, "--key", self.centre.root / "audit.keystore", "--json")
        self.assertEqual((replay.exit, replay.code), (5, "export.incomplete"), replay)


if __name__ == "__main__":
    unittest.main(verbosity=2)
