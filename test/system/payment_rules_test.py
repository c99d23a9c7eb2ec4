"""Payment requests that must not be done: wrong amounts, too much, in the wrong state; also when many come at once."""

from case import PlatformCase, at_once
from florin import amount, money, status_of


class Amounts(PlatformCase):
    def test_create(self):
        for value, field in (
            (money(0), "amount.minor"),
            (money(-1), "amount.minor"),
            (money(-(2**63)), "amount.minor"),
            (money(10**15 + 1), "amount.minor"),
            (money(2**63 - 1), "amount.minor"),
            (money(100, "usd"), "amount.currency"),
            (money(100, "XXX"), "amount.currency"),
            (money(100, "BTC"), "amount.currency"),
            (money(100, ""), "amount.currency"),
        ):
            with self.subTest(str(value)), self.unchanged():
                request = {"amount": value, "paymentMethod": {"token": "tok_success"}, "confirm": True}
                answer = self.client.call("payments.CreatePayment", request, key=f"amount-{value}".replace(" ", ""))
                self.assert_refused(answer, "invalid_argument", "field_invalid", field)
        with self.unchanged():
            answer = self.client.call("payments.CreatePayment", {"confirm": True})
            self.assert_refused(answer, "invalid_argument", "field_invalid", "amount is required")

    def test_no_text_holds_a_zero_byte(self):
        with self.unchanged():
            for method, request in (
                ("payments.CreatePayment", {"amount": money(100), "reference": "a\0b"}),
                ("payments.CreatePayment", {"amount": money(100), "metadata": {"k": "a\0b"}}),
                ("payments.ListPayments", {"reference": "a\0b"}),
                ("checkout.CreateCheckoutSession", {"terms": {"currency": "EUR", "reference": "\0", "lineItems": [{"name": "a", "quantity": "1", "unitAmountMinor": "5"}]}}),
                ("events.ListEvents", {"subject": "\0"}),
                ("ledger.GetAccount", {"path": "a\0b", "ledger": "USD/2"}),
            ):
                with self.subTest(method):
                    self.assertEqual(self.client.call(method, request).code, "invalid_argument")

    def test_a_return_address_may_have_a_fragment(self):
        payment = self.paid(returnUrl="https://shop.test/#/thanks")
        self.assertEqual(payment["returnUrl"], "https://shop.test/#/thanks")

    def test_the_largest_amount_is_taken(self):
        payment = self.paid(10**15)
        self.assert_money(payment, captured=10**15)

    def test_wrong_currency(self):
        payment = self.authorized(1000)
        with self.unchanged():
            request = {"paymentId": payment["id"], "amount": money(100, "EUR")}
            answer = self.client.call("payments.CapturePayment", request)
            self.assert_refused(answer, "invalid_argument", "currency_mismatch", "USD")
        captured = self.client.call("payments.CapturePayment", {"paymentId": payment["id"]})
        self.assertTrue(captured.ok, str(captured))
        with self.unchanged():
            answer = self.client.call("payments.RefundPayment", request)
            self.assert_refused(answer, "invalid_argument", "currency_mismatch", "USD")

    def test_capture_and_refund_of_nothing_or_less(self):
        payment = self.authorized(1000)
        paid = self.paid(1000)
        for minor in (0, -1, 10**15 + 1):
            with self.subTest(minor), self.unchanged():
                for method, of in (("Capture", payment), ("Refund", paid)):
                    request = {"paymentId": of["id"], "amount": money(minor)}
                    answer = self.client.call(f"payments.{method}Payment", request)
                    self.assert_refused(answer, "invalid_argument", "field_invalid", "amount.minor")

    def test_over_capture(self):
        payment = self.authorized(1000)
        with self.unchanged():
            request = {"paymentId": payment["id"], "amount": money(1001)}
            answer = self.client.call("payments.CapturePayment", request)
            self.assert_refused(answer, "failed_precondition", "amount_exceeds_capturable", "10.00 USD")
        self.client.call("payments.CapturePayment", {"paymentId": payment["id"], "amount": money(600)})
        with self.unchanged():
            request = {"paymentId": payment["id"], "amount": money(401)}
            answer = self.client.call("payments.CapturePayment", request)
            self.assert_refused(answer, "failed_precondition", "amount_exceeds_capturable", "4.00 USD")

    def test_over_refund(self):
        payment = self.paid(1000)
        with self.unchanged():
            answer = self.client.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": money(1001)})
            self.assert_refused(answer, "failed_precondition", "amount_exceeds_refundable", "10.00 USD")
        self.client.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": money(700)})
        with self.unchanged():
            answer = self.client.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": money(301)})
            self.assert_refused(answer, "failed_precondition", "amount_exceeds_refundable", "3.00 USD")

    def test_twenty_refunds_of_a_tenth_at_once(self):
        payment = self.paid(1000)
        request = {"paymentId": payment["id"], "amount": money(100)}
        answers = at_once(20, lambda i: self.platform.client().call("payments.RefundPayment", request, key=f"tenth-{i}"))
        done = [answer for answer in answers if answer.ok]
        self.assertEqual(len(done), 10, [str(answer) for answer in answers])
        self.assertEqual(len({answer.json["operation"]["id"] for answer in done}), 10)
        for answer in answers:
            if not answer.ok:
                self.assertEqual(answer.code, "failed_precondition")
                self.assertIn(answer.reason, ("amount_exceeds_refundable", "payment_not_refundable"))
        self.assert_money(self.client.payment(payment["id"]), refunded=1000, refundable=0)

    def test_twenty_captures_of_a_tenth_at_once(self):
        payment = self.authorized(1000)
        request = {"paymentId": payment["id"], "amount": money(100)}
        answers = at_once(20, lambda _: self.platform.client().call("payments.CapturePayment", request))
        self.assertEqual(sum(answer.ok for answer in answers), 10, [str(answer) for answer in answers])
        self.assert_money(self.client.payment(payment["id"]), captured=1000, capturable=0)

    def test_capture_against_cancel(self):
        """Whoever comes first wins; never both."""
        for round_number in range(8):
            payment = self.authorized(1000)
            request = {"paymentId": payment["id"]}
            methods = ("payments.CapturePayment", "payments.CancelPayment")
            at_once(2, lambda i: self.platform.client().call(methods[(i + round_number) % 2], request))
            ended = self.client.payment(payment["id"])
            self.assertIn(status_of(ended), ("succeeded", "canceled"))
            self.assertEqual(amount(ended, "captured"), 1000 if status_of(ended) == "succeeded" else 0)


class States(PlatformCase):
    def refused(self, method, payment, reason, **fields):
        with self.unchanged():
            answer = self.client.call(f"payments.{method}Payment", {"paymentId": payment["id"], **fields})
            self.assert_refused(answer, "failed_precondition", reason)

    def test_unknown_payment(self):
        with self.unchanged():
            for method in ("Get", "Confirm", "Capture", "Cancel", "Refund"):
                answer = self.client.call(f"payments.{method}Payment", {"paymentId": "pay_0000000zzzzz00000000"})
                self.assert_refused(answer, "not_found", "payment_not_found")
                answer = self.client.call(f"payments.{method}Payment", {"paymentId": "ten_00000000000000000000"})
                self.assert_refused(answer, "invalid_argument", "field_invalid", "pay_")

    def test_paid(self):
        payment = self.paid()
        self.refused("Capture", payment, "payment_not_capturable")
        self.refused("Cancel", payment, "payment_not_cancelable")
        with self.unchanged():
            answer = self.client.call("payments.ConfirmPayment", {"paymentId": payment["id"]})
            self.assertEqual(answer.code, "failed_precondition", str(answer))

    def test_not_captured(self):
        self.refused("Refund", self.authorized(), "payment_not_refundable")

    def test_canceled(self):
        payment = self.authorized()
        self.client.call("payments.CancelPayment", {"paymentId": payment["id"]})
        self.refused("Capture", payment, "payment_not_capturable")
        self.refused("Refund", payment, "payment_not_refundable")

    def test_no_method(self):
        created = self.client.call("payments.CreatePayment", {"amount": money(100)}).payment
        with self.unchanged():
            answer = self.client.call("payments.ConfirmPayment", {"paymentId": created["id"]})
            self.assert_refused(answer, "invalid_argument", "payment_method_required")
            answer = self.client.call("payments.CreatePayment", {"amount": money(100), "confirm": True})
            self.assert_refused(answer, "invalid_argument", "payment_method_required")

    def test_card_number_instead_of_a_token(self):
        with self.unchanged():
            answer = self.client.pay(100, "4242424242424242")
            self.assert_refused(answer, "invalid_argument", "card_number_refused", "token")

    def test_two_confirms_at_once_charge_once(self):
        request = {"amount": money(900), "paymentMethod": {"token": "tok_slow"}}
        created = self.client.call("payments.CreatePayment", request).payment
        confirm = {"paymentId": created["id"]}
        answers = at_once(8, lambda _: self.platform.client().call("payments.ConfirmPayment", confirm))
        self.assertGreaterEqual(sum(answer.ok for answer in answers), 1)
        ended = self.client.payment(created["id"])
        self.assertEqual((status_of(ended), len(ended["attempts"])), ("succeeded", 1))
        self.assertEqual(self.platform.psp("GET", "/v1/duplicate-charges")["data"], [])


class Idempotency(PlatformCase):
    def test_replay_gives_the_same_answer_and_does_nothing(self):
        first = self.client.pay(1000, key="replay")
        with self.unchanged():
            again = self.client.pay(1000, key="replay")
        self.assertFalse(first.replayed)
        self.assertTrue(again.replayed)
        self.assertEqual(again.json, first.json)

    def test_replay_of_each_operation(self):
        payment = self.authorized(1000)
        request = {"paymentId": payment["id"], "amount": money(500)}
        captured = self.client.call("payments.CapturePayment", request, key="operation")
        refunded = self.client.call("payments.RefundPayment", request, key="operation")
        self.assertTrue(captured.ok and refunded.ok, "a key belongs to one method")
        with self.unchanged():
            for method, first in (("Capture", captured), ("Refund", refunded)):
                again = self.client.call(f"payments.{method}Payment", request, key="operation")
                self.assertTrue(again.replayed, str(again))
                self.assertEqual(again.json["operation"]["id"], first.json["operation"]["id"])

    def test_reused_with_another_body(self):
        self.client.pay(1000, key="reused")
        with self.unchanged():
            for fields, difference in (
                ({"minor": 1001}, "amount.minor"),
                ({"token": "tok_slow"}, "token"),
                ({"description": "other"}, "description"),
                ({"metadata": {"a": "b"}}, "metadata"),
            ):
                with self.subTest(difference):
                    answer = self.client.pay(**{"minor": 1000, **fields}, key="reused")
                    self.assert_refused(answer, "invalid_argument", "idempotency_key_reused", difference, "new key")

    def test_keys_that_are_none(self):
        with self.unchanged():
            for key in ("", "a" * 256, "with space", "tab\there"):
                with self.subTest(key[:20]):
                    answer = self.client.pay(1000, key=key)
                    self.assert_refused(answer, "invalid_argument", "idempotency_key_invalid")

    def test_refusals_do_not_use_a_key_up(self):
        refused = self.client.pay(-5, key="second-chance")
        self.assertFalse(refused.ok)
        answer = self.client.pay(5, key="second-chance")
        self.assertTrue(answer.ok, str(answer))
        self.assertFalse(answer.replayed)

    def test_twenty_at_once_make_one_payment(self):
        answers = at_once(20, lambda _: self.platform.client().pay(4321, "tok_slow", key="at-once"))
        self.assertTrue(all(answer.ok for answer in answers), [str(answer) for answer in answers if not answer.ok])
        self.assertEqual(len({answer.payment["id"] for answer in answers}), 1)
        self.assertEqual(sum(not answer.replayed for answer in answers), 1)
        made = [payment for payment in self.client.all_payments() if payment["amount"]["minor"] == "4321"]
        self.assertEqual(len(made), 1)
        self.assertEqual(len(made[0]["attempts"]), 1)

    def test_twenty_refunds_under_one_key_refund_once(self):
        payment = self.paid(2000)
        request = {"paymentId": payment["id"], "amount": money(100)}
        answers = at_once(20, lambda _: self.platform.client().call("payments.RefundPayment", request, key="one"))
        self.assertTrue(all(answer.ok for answer in answers), [str(answer) for answer in answers if not answer.ok])
        self.assert_money(self.client.payment(payment["id"]), refunded=100)
