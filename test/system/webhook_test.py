"""Webhooks that are forged, old, repeated or late, and shoppers who come back by odd ways."""

import hashlib
import hmac
import json
import time

from case import PlatformCase, at_once, raw_exchange
from florin import http_get, status_of, wait_until


class Webhooks(PlatformCase):
    def send(self, body, headers=None, path="/webhooks/sandbox/default", method="POST"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = http_get(self.platform.endpoints["api"] + path, headers, method, content)
        return answer, json.loads(answer.body) if answer.body else {}

    def signature(self, body, age_s=0, secret=None):
        """As the provider signs; `body` is bytes."""
        if secret is None:
            secret = (self.platform.data / "sandbox_psp_webhook_secret").read_text().strip()
        seconds = int(time.time()) - age_s
        mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
        return {"sandbox-signature": f"t={seconds},v1={mac}"}

    def assert_not_taken(self, sent, status, reason):
        answer, error = sent
        self.assertEqual((answer.status, error.get("reason")), (status, reason), answer.body)
        self.assertGreater(len(error["message"]), 10)

    def event(self, payment, status="captured"):
        """A well-formed event about a payment, with an id of its own."""
        reference = payment["attempts"][-1]["pspReference"]
        at_psp = self.platform.psp("GET", f"/v1/payments/{reference}")
        at_psp["status"] = status
        return {"id": f"evt_forged_{time.monotonic_ns()}", "type": "payment.updated", "payment": at_psp}

    def test_forged(self):
        payment = self.authorized(1000)
        body = json.dumps(self.event(payment)).encode()
        good = self.signature(body)["sandbox-signature"]
        with self.unchanged():
            for headers in (
                {},
                self.signature(body, secret="guess"),
                self.signature(body, secret=""),
                self.signature(body + b" "),
                {"sandbox-signature": good[:-1] + ("0" if good[-1] != "0" else "1")},
                {"sandbox-signature": good.split(",")[0]},
                {"sandbox-signature": "t=1," + good.split(",")[1]},
                {"sandbox-signature": "nonsense"},
            ):
                with self.subTest(str(headers)[:60]):
                    self.assert_not_taken(self.send(body, headers), 401, "webhook_signature_invalid")
        self.assertEqual(status_of(self.client.payment(payment["id"])), "requires_capture")

    def test_replayed_when_old(self):
        body = json.dumps(self.event(self.authorized(1000))).encode()
        with self.unchanged():
            for age_s in (301, 86_400, -400):
                with self.subTest(age_s):
                    answer, error = self.send(body, self.signature(body, age_s))
                    self.assertGreaterEqual(answer.status, 400)
                    self.assertEqual(error["reason"], "webhook_expired", answer.body)

    def test_signed_nonsense(self):
        with self.unchanged():
            for body in (b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"id":"evt_1"}'):
                with self.subTest(body):
                    answer, error = self.send(body, self.signature(body))
                    self.assertEqual(answer.status, 400, answer.body)
                    self.assertTrue(error["reason"])

    def test_wrong_place_and_verb(self):
        with self.unchanged():
            for path in ("/webhooks/nope/default", "/webhooks/sandbox/nope", "/webhooks/sandbox", "/webhooks/", "/webhooks/a/b/c"):
                with self.subTest(path):
                    self.assert_not_taken(self.send(b"{}", {}, path), 404, "psp_account_not_found")
            answer, _ = self.send(b"", {}, method="GET")
            self.assertEqual(answer.status, 405)

    def test_oversize(self):
        with self.unchanged():
            head = b"POST /webhooks/sandbox/default HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n"
            said = raw_exchange(self.platform.endpoints["api"], head + b"x" * 400_000, end=True)
            self.assertIn(b" 413 ", said[:16])

    def test_oversize_is_refused_before_it_comes(self):
        with self.unchanged():
            head = b"POST /webhooks/sandbox/default HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 300000\r\n\r\n"
            self.assertIn(b" 413 ", raw_exchange(self.platform.endpoints["api"], head)[:16])

    def test_true_signature_alone_moves_no_money(self):
        """A webhook is a hint to read the provider, whatever it claims."""
        payment = self.authorized(1000)
        body = json.dumps(self.event(payment, "captured")).encode()
        self.send(body, self.signature(body))
        wait_until(lambda: self.platform.metric("florin_effects_pending") == 0, "the provider was read")
        now = self.client.payment(payment["id"])
        self.assertEqual(status_of(now), "requires_capture")
        self.assert_money(now, captured=0, capturable=1000)

    def test_the_providers_own_webhooks_once_twice_and_at_once(self):
        payments = []
        for token in ("tok_webhook", "tok_duplicate_webhook", "tok_timeout_after_webhook", "tok_pending"):
            payments.append(self.client.pay(1500, token).payment["id"])
        for payment_id in payments:
            wait_until(lambda: status_of(self.client.payment(payment_id)) == "succeeded", "the payment succeeded")
        for payment_id in payments:
            wait_until(lambda: self.webhooks_of(payment_id), f"{payment_id}: its webhook came")
            payment = self.client.payment(payment_id)
            self.assert_money(payment, captured=1500)
            self.assertEqual(len(payment["attempts"]), 1)
        self.assertEqual(self.platform.tie_out().returncode, 0)

    def webhooks_of(self, payment_id):
        read = self.client.call("payments.GetPayment", {"paymentId": payment_id}).json
        return [entry for entry in read["timeline"] if "webhook" in entry["type"]]

    def test_same_webhook_many_times(self):
        payment = self.paid(1000)
        body = json.dumps(self.event(payment)).encode()
        headers = self.signature(body)
        answers = at_once(10, lambda _: self.send(body, headers)[0].status)
        self.assertEqual(len(set(answers)), 1, answers)
        self.assert_money(self.client.payment(payment["id"]), captured=1000, refunded=0)
        self.assertLessEqual(len(self.webhooks_of(payment["id"])), 1)

    def test_return_of_a_stranger(self):
        with self.unchanged():
            for path in ("/return/nope", "/return/att_0000000zzzzz00000000", "/return/", "/return/../livez"):
                with self.subTest(path):
                    self.assertEqual(http_get(self.platform.endpoints["api"] + path).status, 404)
