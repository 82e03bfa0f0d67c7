"""The demo judges itself; these tests judge the demo: its form, and that it can fail."""
import json
import os
import pathlib
import subprocess
import unittest

BIN = pathlib.Path(os.environ["CHAPAR_BIN"])
STEPS = ["broker_up", "enrolled", "alerts_delivered", "request_answered", "policy_refused", "recalled",
         "attachment_resumed", "broker_killed_and_resumed", "device_revoked", "evidence_verified", "witnessed",
         "ledger_verified", "replayed", "agency_view_complete", "tamper_detected", "fork_detected", "rollback_detected",
         "blind_broker", "summary"]


def play(*arguments, program=BIN / "chapar", **environment):
    done = subprocess.run([program, "demo", *arguments], capture_output=True, text=True, timeout=280,
                          env=dict(os.environ, **environment))
    return done, {step["step"]: step for step in map(json.loads, done.stdout.splitlines())}


class Demo(unittest.TestCase):
    def test_every_step_holds_and_says_what_it_judged(self):
        done, steps = play("--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(list(steps), STEPS)
        self.assertTrue(all(step["ok"] for step in steps.values()))
        kill = steps["broker_killed_and_resumed"]
        self.assertNotEqual(kill["killed_pid"], kill["resumed_pid"])
        self.assertGreater(kill["accepted_at_kill"], 0)
        self.assertGreater(kill["waiting_at_kill"], 0)
        alerts = steps["alerts_delivered"]
        self.assertLess(alerts["fsyncs"], alerts["alerts"])
        self.assertGreaterEqual(alerts["alerts"], 12)
        photograph = steps["attachment_resumed"]
        self.assertGreater(photograph["bytes_kept_at_the_broker"], 0)
        self.assertGreater(photograph["bytes_kept_at_the_recipient"], 0)
        self.assertEqual(steps["device_revoked"]["thief_was_told"], "certificate.revoked")
        self.assertGreaterEqual(steps["evidence_verified"]["rules"], 16)
        self.assertGreater(steps["witnessed"]["witnessed_size"], 0)
        self.assertEqual(steps["agency_view_complete"]["agency"], "TJ-DCA")
        self.assertTrue(steps["fork_detected"]["proven"])
        self.assertIn("high-water", steps["rollback_detected"]["by_high_water"])
        self.assertIn("witness", steps["rollback_detected"]["by_witnesses"])
        self.assertEqual(steps["policy_refused"]["rule"], "export.no-requests-to-the-gulf")

    def test_a_client_that_does_not_seal_is_caught(self):
        done, steps = play("--json", program=os.environ["CHAPAR_UNSEALED"],
                           CHAPAR_DEMO_CLIENT=os.environ["CHAPAR_UNSEALED"],
                           LD_PRELOAD=os.environ["CHAPAR_QUICK_COST"])
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        blind = steps["blind_broker"]
        self.assertFalse(blind["ok"])
        self.assertGreater(blind["texts_in_store"], 0)
        self.assertGreater(blind["texts_in_tap"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
