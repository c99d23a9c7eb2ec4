"""Ends of every kind: asked to stop, killed, the provider killed. What was acknowledged stays, what was under way ends by itself."""

import os
import signal
import threading
import unittest

from case import at_once
from florin import Lost, Platform, Scratch, amount, http_get, money, status_of, wait_until


class RestartCase(unittest.TestCase):
    def setUp(self):
        self.platform = Platform(Scratch.folder(self._testMethodName[:30])).start()
        self.addCleanup(self.platform.kill)

    def ended(self, payment_id):
        def look():
            payment = self.platform.client().payment(payment_id)
            busy = any(each["status"] != "OPERATION_STATUS_SUCCEEDED" for each in payment.get("operations", []))
            return None if status_of(payment) == "processing" or busy else payment

        return wait_until(look, f"{payment_id} has an outcome")

    def assert_books(self):
        """No double charge, the books tie out, and the data verifies."""
        self.assertEqual(self.platform.psp("GET", "/v1/duplicate-charges")["data"], [])
        tied = self.platform.tie_out()
        self.assertEqual(tied.returncode, 0, tied.stdout + tied.stderr)
        self.assertEqual(self.platform.stop(), 0, self.platform.stderr())
        verified = self.platform.verify()
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def restart_by_kill(self):
        self.platform.kill()
        self.platform.start()

    def in_background(self, work):
        """Runs `work` on a thread; the list gets its result, or the Lost it raised."""
        results = []

        def body():
            try:
                results.append(work())
            except Lost as lost:
                results.append(lost)

        thread = threading.Thread(target=body)
        thread.start()
        self.addCleanup(thread.join)
        return thread, results


class Stop(RestartCase):
    def test_a_running_request_is_answered_first(self):
        thread, results = self.in_background(lambda: self.platform.client().pay(700, "tok_slow", key="drained"))
        wait_until(lambda: self.platform.metric("florin_effects_pending") > 0, "the payment is at the provider")
        api = self.platform.endpoints["api"]
        self.platform.terminate()
        thread.join()
        self.assertNotIsInstance(results[0], Lost)
        self.assertEqual(status_of(results[0].payment), "succeeded", str(results[0]))
        self.assertEqual(self.platform.wait(), 0)
        self.assertEqual(http_get(api + "/livez").status, 0, "the port is free")
        self.platform.start()
        again = self.platform.client().pay(700, "tok_slow", key="drained")
        self.assertEqual(again.payment["id"], results[0].payment["id"])
        self.assert_books()

    def test_idle_connections_do_not_hold_it_up(self):
        clients = [self.platform.client() for _ in range(5)]
        for client in clients:
            client.call("payments.ListPayments")
        self.assertEqual(self.platform.stop(timeout_s=10), 0)

    def test_interrupt_stops_too_and_takes_the_provider_along(self):
        psp = self.platform.psp_pid()
        self.platform.process.send_signal(signal.SIGINT)
        self.assertEqual(self.platform.wait(), 0)
        wait_until(lambda: not os.path.exists(f"/proc/{psp}"), "the sandbox PSP ended too")

    def test_everything_is_there_after_a_restart(self):
        client = self.platform.client()
        for i in range(10):
            client.pay(100 + i)
        created = client.call("payments.CreatePayment", {"amount": money(55), "paymentMethod": {"token": "tok_success"}})
        before = client.all_payments(), client.trial_balance()
        self.assertEqual(self.platform.stop(), 0)
        self.platform.start()
        client = self.platform.client()
        self.assertEqual((client.all_payments(), client.trial_balance()), before)
        confirmed = client.call("payments.ConfirmPayment", {"paymentId": created.payment["id"]})
        self.assertEqual(status_of(confirmed.payment), "succeeded")
        self.assert_books()


class Kill(RestartCase):
    TOKENS = ("tok_timeout_after", "tok_timeout_before", "tok_error_500_after", "tok_pending", "tok_slow", "tok_success")

    def test_payments_under_way_end_by_themselves(self):
        client = self.platform.client()
        payments = [client.pay(1000 + i, token, wait="0s").payment["id"] for i, token in enumerate(self.TOKENS)]
        self.restart_by_kill()
        for i, payment_id in enumerate(payments):
            payment = self.ended(payment_id)
            charged = self.TOKENS[i] != "tok_timeout_before"
            self.assertEqual(amount(payment, "captured"), 1000 + i if charged else 0, self.TOKENS[i])
        self.assert_books()

    def test_operations_under_way_end_by_themselves(self):
        client = self.platform.client()
        capture = client.pay(500, "tok_capture_timeout_after", captureMethod="CAPTURE_METHOD_MANUAL").payment["id"]
        refund = client.pay(600, "tok_refund_timeout_after").payment["id"]
        client.call("payments.CapturePayment", {"paymentId": capture, "wait": "0s"})
        client.call("payments.RefundPayment", {"paymentId": refund, "amount": money(200), "wait": "0s"})
        self.restart_by_kill()
        self.assertEqual(amount(self.ended(capture), "captured"), 500)
        self.assertEqual(amount(self.ended(refund), "refunded"), 200)
        self.assert_books()

    def test_same_key_after_a_kill_finds_its_payment(self):
        threads = [
            self.in_background(lambda i=i: self.platform.client().pay(2000 + i, "tok_slow", key=f"cut-{i}")) for i in range(6)
        ]
        wait_until(lambda: self.platform.metric("florin_effects_pending") > 2, "payments are at the provider")
        self.platform.kill()
        for thread, _ in threads:
            thread.join()
        self.platform.start()
        client = self.platform.client()
        for i in range(6):
            answer = client.pay(2000 + i, "tok_slow", key=f"cut-{i}")
            self.assertTrue(answer.ok, str(answer))
            self.assertEqual(amount(self.ended(answer.payment["id"]), "captured"), 2000 + i)
        self.assertEqual(len(client.all_payments()), 6)
        self.assert_books()

    def test_many_kills_in_a_row(self):
        payment = self.platform.client().pay(900, "tok_timeout_after", wait="0s").payment["id"]
        for _ in range(5):
            self.restart_by_kill()
        self.assertEqual(amount(self.ended(payment), "captured"), 900)
        self.assert_books()

    def test_killed_before_it_is_ready(self):
        payment = self.platform.client().pay(900).payment["id"]
        for _ in range(5):
            self.platform.kill()
            self.platform.launch()
            wait_until(lambda: self.platform.psp_pid() is not None, "its sandbox PSP starts")
        self.restart_by_kill()
        self.assertEqual(amount(self.ended(payment), "captured"), 900)
        self.assert_books()

    def test_the_provider_ends_with_a_killed_platform(self):
        psp = self.platform.psp_pid()
        self.platform.process.send_signal(signal.SIGKILL)
        self.platform.process.wait()
        wait_until(lambda: not os.path.exists(f"/proc/{psp}"), "the sandbox PSP ended too")


class ProviderKilled(RestartCase):
    def test_it_is_started_again_and_payments_finish(self):
        first = self.platform.psp_pid()

        def pay(index):
            answer = self.platform.client().pay(300 + index, "tok_slow" if index % 2 else "tok_success", wait="0s")
            self.assertTrue(answer.ok, str(answer))
            return answer.payment["id"]

        before = at_once(8, pay)
        os.kill(first, signal.SIGKILL)
        during = at_once(8, pay)
        wait_until(lambda: self.platform.psp_pid() not in (None, first), "another sandbox PSP runs")
        for payment_id in before + during:
            payment = self.ended(payment_id)
            # A request that provably never left may be confirmed again.
            self.assertIn(status_of(payment), ("succeeded", "requires_confirmation", "requires_payment_method"))
        after = wait_until(lambda: self.paid_payment(), "payments succeed again")
        self.assertEqual(amount(after, "captured"), 999)
        self.assert_books()

    def paid_payment(self):
        payment = self.platform.client().pay(999).payment
        return payment if status_of(payment) == "succeeded" else None

    def test_down_provider_fails_no_payment_and_charges_none_twice(self):
        self.platform.psp("POST", "/control/faults", {"drop_after_permille": 500, "seed": 3})
        payments = at_once(12, lambda i: self.platform.client().pay(400 + i, key=f"shaky-{i}").payment["id"])
        self.platform.psp("POST", "/control/reset-faults", {})
        for i, payment_id in enumerate(payments):
            self.assertEqual(amount(self.ended(payment_id), "captured"), 400 + i)
        self.assert_books()
