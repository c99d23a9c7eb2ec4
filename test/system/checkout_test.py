"""Checkout: sessions and payment links as merchants make them, and what the hosted page may do for a shopper."""

import json
import unittest

from case import PlatformCase, at_once
from florin import Client, Platform, Scratch, http_get, wait_until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def terms(minor=2500, currency="EUR", **fields):
    return {"currency": currency, "lineItems": [{"name": "Tea", "quantity": "2", "unitAmountMinor": str(minor // 2)}], **fields}


def word(status):
    return status.removeprefix("CHECKOUT_SESSION_STATUS_").lower()


def paid_as(checkout):
    return checkout.get("payment", {}).get("status", "").removeprefix("PAYMENT_STATUS_").lower()


class Shopper:
    """What the page does: it knows a secret and no key."""

    def __init__(self, platform, url):
        self.secret = url.rpartition("#")[2]
        self.client = Client(platform.endpoints["api"])
        self.client.headers["Origin"] = platform.endpoints["api"]

    def call(self, method, key=None, headers=None, **fields):
        return self.client.call("shopper." + method, {"secret": self.secret, **fields}, key, headers)

    def look(self, **fields):
        answer = self.call("GetCheckout", **fields)
        assert answer.ok, str(answer)
        return answer.json["checkout"]

    def pay(self, token="tok_success", key=None, **fields):
        return self.call("PayCheckout", key, paymentMethod={"token": token}, **fields)


class CheckoutCase(PlatformCase):
    def session(self, **fields):
        answer = self.client.call("checkout.CreateCheckoutSession", {"terms": terms(**fields)})
        self.assertTrue(answer.ok, str(answer))
        return answer.json["session"]

    def link(self, **fields):
        answer = self.client.call("checkout.CreatePaymentLink", {"terms": terms(), **fields})
        self.assertTrue(answer.ok, str(answer))
        return answer.json["paymentLink"]

    def shopper(self, page):
        shopper = Shopper(self.platform, page["url"])
        self.addCleanup(shopper.client.close)
        return shopper

    def read(self, session):
        return self.client.call("checkout.GetCheckoutSession", {"sessionId": session["id"]}).json["session"]

    def charges(self, payment_id):
        held = self.platform.psp("GET", "/v1/payments?reference=" + payment_id)["data"]
        return [charge for charge in held if charge["status"] == "captured"]


class Sessions(CheckoutCase):
    def test_a_shopper_pays_and_the_merchant_sees_it(self):
        session = self.session(description="Order 7", reference="o-7", metadata={"basket": "b1"}, statementDescriptor="TEA SHOP")
        self.assertRegex(session["url"], r"^http://127\.0\.0\.1:\d+/checkout/#s_[0-9a-z]{32}$")
        shopper = self.shopper(session)
        page = shopper.look()
        self.assertEqual(word(page["status"]), "open")
        self.assertEqual(page["amount"], {"currency": "EUR", "minor": "2500"})
        self.assertEqual((page["merchantName"], page["sandbox"], page["reference"]), ("Sandbox", True, "o-7"))
        self.assertEqual(page["methods"][0], {"kind": "PAYMENT_METHOD_KIND_CARD"})
        self.assertEqual(page["cardFormUrl"], self.platform.endpoints["vault"] + "/card-form/v1/")
        answer = shopper.pay()
        self.assertTrue(answer.ok, str(answer))
        self.assertEqual((word(answer.json["checkout"]["status"]), paid_as(answer.json["checkout"])), ("completed", "succeeded"))
        done = self.read(session)
        self.assertEqual(word(done["status"]), "completed")
        payment = self.client.payment(done["paymentId"])
        self.assertEqual((payment["description"], payment["reference"], payment["metadata"]), ("Order 7", "o-7", {"basket": "b1"}))
        self.assertEqual(payment["statementDescriptor"], "TEA SHOP")
        self.assertEqual(len(self.charges(payment["id"])), 1)
        # The receipt stays, and nothing can be paid again.
        self.assertEqual(shopper.look().get("methods", []), [])
        again = shopper.pay()
        self.assertEqual(word(again.json["checkout"]["status"]), "completed", str(again))
        self.assertEqual(len(self.charges(payment["id"])), 1)

    def test_the_journal_names_the_shopper(self):
        session = self.session()
        self.shopper(session).pay()
        timeline = self.client.call("payments.GetPayment", {"paymentId": self.read(session)["paymentId"]}).json["timeline"]
        self.assertEqual(timeline[0]["actor"], "shopper:" + session["id"])

    def test_a_card_of_the_vault_pays(self):
        shopper = self.shopper(self.session())
        vault = self.platform.endpoints["vault"]
        headers = {"Content-Type": "application/json", "Origin": vault}
        card = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        token = json.loads(http_get(vault + "/v1/tokens", headers, "POST", json.dumps(card)).body)["token"]
        page = shopper.pay(token).json["checkout"]
        self.assertEqual(paid_as(page), "succeeded")
        self.assertEqual(page["payment"]["card"], {"brand": "visa", "lastFour": "4242"})

    def test_after_a_decline_another_method_pays_the_same_payment(self):
        shopper = self.shopper(self.session())
        declined = shopper.pay("tok_decline_fraud").json["checkout"]
        self.assertEqual((word(declined["status"]), paid_as(declined)), ("open", "requires_payment_method"))
        # What only the merchant may know stays with the merchant.
        self.assertEqual(declined["payment"]["failure"]["code"], "FAILURE_CODE_DO_NOT_HONOR")
        self.assertNotIn("message", declined["payment"]["failure"])
        self.assertEqual(declined["payment"]["triesLeft"], 9)
        done = shopper.pay().json["checkout"]
        self.assertEqual((word(done["status"]), done["payment"]["paymentId"]), ("completed", declined["payment"]["paymentId"]))

    def test_many_windows_and_lost_answers_pay_once(self):
        session = self.session()
        shoppers = [self.shopper(session) for _ in range(8)]
        pages = at_once(8, lambda i: shoppers[i].pay("tok_timeout_after_once" if i % 2 else "tok_success"))
        self.assertTrue(all(page.ok for page in pages), [str(page) for page in pages])
        wait_until(lambda: paid_as(shoppers[0].look()) == "succeeded", "the payment is decided")
        payment_id = self.read(session)["paymentId"]
        self.assertEqual(len(self.charges(payment_id)), 1)
        self.assertEqual(self.platform.psp("GET", "/v1/duplicate-charges")["data"], [])

    def test_the_same_try_under_its_key_is_done_once(self):
        shopper = self.shopper(self.session())
        first = shopper.pay("tok_decline_do_not_honor", key="try-1")
        again = shopper.pay("tok_decline_do_not_honor", key="try-1")
        self.assertTrue(again.replayed, str(again))
        self.assertEqual(first.json["checkout"]["payment"]["triesLeft"], again.json["checkout"]["payment"]["triesLeft"])
        # Another page's shopper may use the same key.
        other = self.shopper(self.session()).pay(key="try-1")
        self.assertEqual(paid_as(other.json["checkout"]), "succeeded")

    def test_a_page_waits_for_news(self):
        shopper = self.shopper(self.session())
        challenged = shopper.pay("tok_challenge").json["checkout"]
        self.assertEqual(paid_as(challenged), "requires_action")
        action = challenged["payment"]["action"]["redirectUrl"]
        waiting = self.shopper({"url": "#" + shopper.secret})
        looks = at_once(
            2,
            lambda i: waiting.look(knownStatus="PAYMENT_STATUS_REQUIRES_ACTION", wait="30s")
            if i == 0
            else http_get(action, FORM, "POST", "outcome=pass"),
        )
        self.assertNotEqual(paid_as(looks[0]), "requires_action")
        # The provider sends the shopper to us, and we to the page, with the secret where it was.
        back = looks[1].headers["location"]
        forward = http_get(back)
        self.assertEqual(forward.status, 303)
        self.assertRegex(forward.headers["location"], rf"/checkout/\?payment_id=pay_\w+&status=succeeded#{shopper.secret}$")

    def test_a_shopper_leaves_a_challenge_and_pays_otherwise(self):
        session = self.session()
        shopper = self.shopper(session)
        shopper.pay("tok_challenge")
        # Paying again while something is asked starts nothing.
        self.assertEqual(paid_as(shopper.pay().json["checkout"]), "requires_action")
        left = shopper.call("LeaveAction").json["checkout"]
        self.assertEqual((word(left["status"]), paid_as(left)), ("open", "requires_payment_method"))
        self.assertEqual(paid_as(shopper.pay().json["checkout"]), "succeeded")
        self.assertEqual(len(self.charges(self.read(session)["paymentId"])), 1)

    def test_a_merchant_cancels(self):
        session = self.session()
        shopper = self.shopper(session)
        shopper.pay("tok_decline_do_not_honor")
        answer = self.client.call("checkout.CancelCheckoutSession", {"sessionId": session["id"]})
        self.assertEqual(word(answer.json["session"]["status"]), "canceled", str(answer))
        self.assertEqual(word(shopper.look()["status"]), "canceled")
        self.assert_refused(shopper.pay(), "failed_precondition", "checkout_session_not_open", "canceled")
        payment = self.client.payment(self.read(session)["paymentId"])
        self.assertEqual(payment["status"], "PAYMENT_STATUS_CANCELED")
        # A paid one is not to be canceled.
        paid = self.session()
        self.shopper(paid).pay()
        with self.unchanged():
            refused = self.client.call("checkout.CancelCheckoutSession", {"sessionId": paid["id"]})
            self.assert_refused(refused, "failed_precondition", "checkout_session_not_open")

    def test_lists(self):
        made = [self.session(reference=f"list-{i}")["id"] for i in range(3)]
        listed = self.client.call("checkout.ListCheckoutSessions", {"pageSize": 2}).json
        self.assertEqual([session["id"] for session in listed["sessions"]], made[:0:-1])
        rest = self.client.call("checkout.ListCheckoutSessions", {"pageSize": 1, "pageToken": listed["nextPageToken"]}).json
        self.assertEqual(rest["sessions"][0]["id"], made[0])
        only = self.client.call("checkout.ListCheckoutSessions", {"status": "CHECKOUT_SESSION_STATUS_OPEN", "pageSize": 200}).json
        self.assertTrue(all(word(session["status"]) == "open" for session in only["sessions"]))


class OtherMethods(CheckoutCase):
    def offered(self, currency):
        page = self.shopper(self.session(currency=currency)).look()
        return [method["kind"].removeprefix("PAYMENT_METHOD_KIND_").lower() for method in page["methods"]]

    def test_what_is_offered_depends_on_the_currency(self):
        self.assertEqual(self.offered("INR")[0], "card")
        self.assertIn("upi", self.offered("INR"))
        self.assertNotIn("upi", self.offered("EUR"))
        self.assertIn("buy_now_pay_later", self.offered("EUR"))
        shopper = self.shopper(self.session())
        with self.unchanged():
            self.assert_refused(shopper.pay("tok_upi"), "failed_precondition", "payment_method_not_offered")

    def test_each_is_paid_on_the_providers_pages(self):
        for token, currency in {
            "tok_wallet": "EUR",
            "tok_upi": "INR",
            "tok_bank_transfer": "EUR",
            "tok_buy_now_pay_later": "EUR",
        }.items():
            with self.subTest(token):
                shopper = self.shopper(self.session(currency=currency))
                asked = shopper.pay(token).json["checkout"]
                self.assertEqual(paid_as(asked), "requires_action", asked)
                action = asked["payment"]["action"]
                page = action.get("redirectUrl") or action["testUrl"]
                if token == "tok_upi":
                    self.assertRegex(action["appUrl"], r"^upi://pay\?.*am=25\.00&cu=INR|^upi://pay\?.*cu=INR.*am=25\.00")
                    self.assertIn("expireTime", action)
                if token == "tok_bank_transfer":
                    for field in ("accountHolder", "accountNumber", "bankCode", "reference"):
                        self.assertTrue(action["bankTransfer"][field], field)
                shown = http_get(page)
                self.assertEqual(shown.status, 200)
                self.assertNotIn("<script", shown.text)
                http_get(page, FORM, "POST", "outcome=pass")
                done = shopper.look(knownStatus="PAYMENT_STATUS_REQUIRES_ACTION", wait="30s")
                wait_until(lambda: paid_as(shopper.look()) == "succeeded", f"{token} is paid, not {paid_as(done)}")


class Links(CheckoutCase):
    def open(self, link):
        return self.shopper(link).call("OpenPaymentLink")

    def read_link(self, link):
        return self.client.call("checkout.GetPaymentLink", {"paymentLinkId": link["id"]}).json["paymentLink"]

    def test_a_reusable_link_serves_everybody(self):
        link = self.link()
        self.assertRegex(link["url"], r"/checkout/#l_[0-9a-z]{32}$")
        secrets = set()
        for _ in range(2):
            opened = self.open(link)
            self.assertTrue(opened.ok, str(opened))
            secrets.add(opened.json["secret"])
            self.shopper({"url": "#" + opened.json["secret"]}).pay()
        self.assertEqual(len(secrets), 2)
        link = self.read_link(link)
        self.assertEqual((link["openedCount"], link["completedCount"]), ("2", "2"))
        listed = self.client.call("checkout.ListCheckoutSessions", {"paymentLinkId": link["id"]}).json["sessions"]
        self.assertEqual(len(listed), 2)

    def test_a_link_for_single_use_is_paid_once(self):
        link = self.link(use="PAYMENT_LINK_USE_SINGLE")
        secrets = {self.open(link).json["secret"] for _ in range(3)}
        self.assertEqual(len(secrets), 1)
        self.shopper({"url": "#" + secrets.pop()}).pay()
        self.assert_refused(self.open(link), "failed_precondition", "payment_link_not_active", "was made")
        self.assertEqual(self.read_link(link)["status"], "PAYMENT_LINK_STATUS_USED")

    def test_a_link_is_turned_off_and_on(self):
        link = self.link()
        off = self.client.call("checkout.UpdatePaymentLink", {"paymentLinkId": link["id"], "active": False})
        self.assertEqual(off.json["paymentLink"]["status"], "PAYMENT_LINK_STATUS_INACTIVE", str(off))
        self.assert_refused(self.open(link), "failed_precondition", "payment_link_not_active")
        self.client.call("checkout.UpdatePaymentLink", {"paymentLinkId": link["id"], "active": True})
        self.assertTrue(self.open(link).ok)

    def test_the_greeting_has_a_link_that_survives_a_restart(self):
        url = self.platform.endpoints["checkout"]
        self.assertTrue(self.open({"url": url}).ok)
        self.assertIn(url, self.platform.greeting.read_text())
        self.platform.stop()
        self.platform.start()
        self.assertEqual(self.platform.endpoints["checkout"].rpartition("#")[2], url.rpartition("#")[2])
        self.assertTrue(self.open({"url": self.platform.endpoints["checkout"]}).ok)


class WrongInput(CheckoutCase):
    def test_terms(self):
        for wrong, field in {
            "no items": ({"currency": "EUR", "lineItems": []}, "terms.line_items"),
            "no currency": ({"lineItems": terms()["lineItems"]}, "terms.currency"),
            "no such currency": (terms(currency="XXX"), "terms.currency"),
            "nothing to pay": ({"currency": "EUR", "lineItems": [{"name": "Air", "quantity": "1"}]}, "terms.line_items"),
            "too much": (
                {"currency": "EUR", "lineItems": [{"name": "A", "quantity": "1000000", "unitAmountMinor": "1000000000000000"}]},
                "terms.line_items",
            ),
            "no name": ({"currency": "EUR", "lineItems": [{"quantity": "1", "unitAmountMinor": "5"}]}, "terms.line_items[0].name"),
            "no address": (terms(successUrl="javascript:alert(1)"), "terms.success_url"),
            "no language of ours": (terms(locale="xx"), "terms.locale"),
        }.items():
            with self.subTest(wrong), self.unchanged():
                request, place = field
                answer = self.client.call("checkout.CreateCheckoutSession", {"terms": request})
                self.assertEqual(answer.code, "invalid_argument", str(answer))
                self.assertIn(place, [violation["field"] for violation in answer.detail["fieldViolations"]], str(answer))

    def test_lifetimes(self):
        for lifetime in ("0s", "-1s", "299s", "2592001s"):
            with self.subTest(lifetime), self.unchanged():
                answer = self.client.call("checkout.CreateCheckoutSession", {"terms": terms(), "lifetime": lifetime})
                self.assertEqual(answer.code, "invalid_argument", str(answer))

    def test_secrets_that_open_nothing(self):
        session, link = self.session(), self.link()
        stranger = self.shopper({"url": "#s_" + "0" * 32})
        with self.unchanged():
            self.assert_refused(stranger.call("GetCheckout"), "not_found", "checkout_not_found", "address")
            self.assert_refused(stranger.pay(), "not_found", "checkout_not_found")
            self.assert_refused(self.shopper({"url": "#"}).call("GetCheckout"), "invalid_argument", "checkout_secret_missing")
            self.assert_refused(self.shopper(link).pay(), "invalid_argument", "checkout_secret_wrong", "session")
            self.assert_refused(self.shopper(session).call("OpenPaymentLink"), "invalid_argument", "checkout_secret_wrong")

    def test_methods_that_are_none(self):
        shopper = self.shopper(self.session())
        with self.unchanged():
            self.assertEqual(shopper.call("PayCheckout", paymentMethod={}).code, "invalid_argument")
            self.assertEqual(shopper.pay("4242424242424242").code, "invalid_argument")
            self.assertEqual(shopper.pay("tok_card_" + "0" * 32).reason, "payment_method_expired")

    def test_pages_of_others_and_other_tenants_are_kept_out(self):
        session = self.session()
        foreign = self.shopper(session).call("PayCheckout", headers={"Origin": "https://evil.test"}, paymentMethod={"token": "tok_success"})
        self.assert_refused(foreign, "permission_denied", "foreign_origin")
        # A secret in an address would stand in logs.
        self.assertEqual(self.client.get("shopper.GetCheckout", {"secret": "s_x"}).status, 405)
        other = self.platform.platform_client().call(
            "tenants.CreateTenant", {"name": "Other", "environment": "ENVIRONMENT_SANDBOX"}
        )
        stranger = self.platform.client(other.json["secretKey"])
        refused = stranger.call("checkout.GetCheckoutSession", {"sessionId": session["id"]})
        self.assert_refused(refused, "not_found", "checkout_session_not_found")

    def test_no_secret_in_the_log(self):
        session = self.session()
        self.shopper(session).pay()
        self.assertNotIn(session["url"].rpartition("#")[2], self.platform.stderr())


class Restart(unittest.TestCase):
    def test_a_page_goes_on_after_a_crash(self):
        platform = Platform(Scratch.folder("checkout-restart")).start()
        self.addCleanup(platform.kill)
        session = platform.client().call("checkout.CreateCheckoutSession", {"terms": terms()}).json["session"]
        Shopper(platform, session["url"]).pay("tok_challenge")
        platform.kill()
        platform.start()
        shopper = Shopper(platform, session["url"])
        self.assertEqual(paid_as(shopper.look()), "requires_action")
        self.assertEqual(paid_as(shopper.call("LeaveAction").json["checkout"]), "requires_payment_method")
        self.assertEqual(paid_as(shopper.pay().json["checkout"]), "succeeded")
        self.assertEqual(platform.stop(), 0)
        self.assertEqual(platform.verify().returncode, 0)


if __name__ == "__main__":
    unittest.main()
