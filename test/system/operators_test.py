"""Operators of the console: the one-time link, signing in and out, what keeps foreign pages out, roles, and the audit."""

import json
import os
import re
import unittest
from http.cookies import SimpleCookie

from case import PlatformCase, at_once
from florin import Client, Platform, Scratch, http_get, run, wait_until

PASSWORD = "correct horse battery"
OWNER = "owner@example.com"


class Browser(Client):
    """A client that keeps the session's cookie and says what a page of the console says."""

    def __init__(self, base_url, tenant=None):
        super().__init__(base_url)
        self.headers.update({"Origin": base_url, "florin-console": "1", "User-Agent": "Test/1.0"})
        if tenant:
            self.headers["florin-tenant"] = tenant

    def exchange(self, verb, target, content, headers):
        answer = super().exchange(verb, target, content, headers)
        for name, value in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.headers.pop("Cookie", None)
            if value.value:
                self.headers["Cookie"] = f"{name}={value.value}"
        return answer

    def sign_in(self, email=OWNER, password=PASSWORD):
        return self.call("operators.SignIn", {"email": email, "password": password})

    def redeem(self, link, password=PASSWORD, **fields):
        secret = link.rsplit("/", 1)[1]
        return self.call("operators.RedeemInvitation", {"secret": secret, "password": password, **fields})


class OperatorCase(PlatformCase):
    """A platform with its first owner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first_link = cls.platform.endpoints["console_sign_in"]
        cls.tenant = cls.platform.endpoints["tenant_id"]
        browser = Browser(cls.platform.endpoints["api"])
        redeemed = browser.redeem(cls.first_link, email=OWNER, name="Olive Owner")
        assert redeemed.ok, str(redeemed)
        browser.close()

    def browser(self, tenant=None):
        browser = Browser(self.platform.endpoints["api"], tenant)
        self.addCleanup(browser.close)
        return browser

    def signed_in(self, email=OWNER, tenant=None):
        browser = self.browser(tenant)
        answer = browser.sign_in(email)
        self.assertTrue(answer.ok, str(answer))
        return browser

    def person(self, email, role):
        """Somebody with a role at the sandbox tenant, signed in there."""
        invited = self.signed_in(tenant=self.tenant).call(
            "operators.InviteOperator", {"email": email, "role": "OPERATOR_ROLE_" + role}
        )
        self.assertTrue(invited.ok, str(invited))
        browser = self.browser(self.tenant)
        redeemed = browser.redeem(invited.json["invitationUrl"], name=email)
        self.assertTrue(redeemed.ok, str(redeemed))
        return browser


class Invitations(OperatorCase):
    def test_the_first_link_works_once(self):
        self.assertRegex(self.first_link, r"^http://127\.0\.0\.1:\d+/console/#/welcome/[A-Za-z0-9_-]{43}$")
        again = self.browser().redeem(self.first_link, email="eve@example.com", name="Eve")
        self.assert_refused(again, "not_found", "invitation_invalid", "used")
        self.assertNotIn("set-cookie", again.headers)

    def test_the_greeting_shows_it_and_the_file_forgets_it(self):
        self.assertIn(self.first_link, self.platform.greeting.read_text())
        endpoints = json.loads((self.platform.data / "endpoints.json").read_text())
        self.assertEqual(endpoints["console_sign_in"], "")

    def test_it_stands_in_no_log(self):
        secret = self.first_link.rsplit("/", 1)[1]
        self.assertNotIn(secret, self.platform.stderr())

    def test_an_invited_person_signs_in(self):
        browser = self.person("vic@example.com", "VIEWER")
        me = browser.get("operators.GetCurrentOperator").json
        self.assertEqual(me["operator"]["email"], "vic@example.com")
        self.assertEqual([access["tenantId"] for access in me["access"]], [self.tenant])

    def test_the_command_line_makes_a_link_for_one_who_lost_the_password(self):
        self.person("lost@example.com", "VIEWER")
        made = run("operators", "invite", "--email", "lost@example.com", "--data", self.platform.data)
        self.assertNotEqual(made.returncode, 0, "no role at the platform, and none was given")
        made = run("operators", "invite", "--email", "lost@example.com", "--role", "viewer", "--data", self.platform.data)
        self.assertEqual(made.returncode, 0, made.stderr)
        link = re.search(r"http://\S+", made.stdout)[0]
        answer = self.browser().redeem(link, password="a whole new secret")
        self.assertTrue(answer.ok, str(answer))
        self.assert_refused(self.browser().sign_in("lost@example.com"), "unauthenticated", "sign_in_refused")
        self.assertTrue(self.browser().sign_in("lost@example.com", "a whole new secret").ok)

    def test_a_short_password_is_refused(self):
        invited = self.signed_in().call("operators.InviteOperator", {"email": "s@example.com", "role": "OPERATOR_ROLE_VIEWER"})
        answer = self.browser().redeem(invited.json["invitationUrl"], password="short", name="S")
        self.assert_refused(answer, "invalid_argument", "field_invalid", "password")


class Sessions(OperatorCase):
    def test_the_cookie_is_out_of_reach(self):
        answer = self.browser().sign_in()
        cookie = answer.headers["set-cookie"]
        self.assertRegex(cookie, r"^florin_session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200$")
        self.assertNotIn("florin_session", answer.body.decode())

    def test_wrong_and_unknown_look_the_same(self):
        wrong = self.browser().sign_in(password="not the password")
        unknown = self.browser().sign_in("nobody@example.com", "not the password")
        self.assert_refused(wrong, "unauthenticated", "sign_in_refused")
        self.assertEqual((wrong.code, wrong.message, wrong.reason), (unknown.code, unknown.message, unknown.reason))

    def test_many_failures_must_wait_known_or_not(self):
        self.person("slow@example.com", "VIEWER")
        for email in ("slow@example.com", "unheard@example.com"):
            browser = self.browser()
            answers = [browser.sign_in(email, "wrong wrong wrong") for _ in range(6)]
            self.assertEqual([a.reason for a in answers], ["sign_in_refused"] * 5 + ["sign_in_too_often"], email)
            self.assertEqual(answers[5].code, "resource_exhausted")
            self.assertEqual(answers[5].headers["retry-after"], "1")
        wait_until(lambda: self.browser().sign_in("slow@example.com").ok, "the wait is over")

    def test_signing_out(self):
        browser, other = self.signed_in(), self.signed_in()
        cookie = browser.headers["Cookie"]
        answer = browser.call("operators.SignOut")
        self.assertTrue(answer.ok, str(answer))
        self.assertIn("Max-Age=0", answer.headers["set-cookie"])
        again = browser.get("operators.GetCurrentOperator", headers={"Cookie": cookie})
        self.assert_refused(again, "unauthenticated", "session_ended")
        self.assertTrue(other.get("operators.GetCurrentOperator").ok)

    def test_signing_out_everywhere(self):
        one, two, three = self.signed_in(), self.signed_in(), self.signed_in()
        self.assertGreaterEqual(len(one.get("operators.ListSessions").json["sessions"]), 3)
        kept = one.call("operators.SignOutEverywhere", {"keepCurrent": True})
        self.assertGreaterEqual(kept.json["sessionsEnded"], 2)
        self.assertTrue(one.get("operators.GetCurrentOperator").ok)
        for browser in (two, three):
            self.assert_refused(browser.get("operators.GetCurrentOperator"), "unauthenticated", "session_ended")
        self.assertTrue(one.call("operators.SignOutEverywhere").ok)
        self.assert_refused(one.get("operators.GetCurrentOperator"), "unauthenticated", "sign_in_required")

    def test_changing_the_password(self):
        browser = self.person("change@example.com", "VIEWER")
        other = self.signed_in("change@example.com")
        request = {"currentPassword": "something else", "newPassword": "a whole new secret"}
        self.assert_refused(browser.call("operators.ChangePassword", request), "invalid_argument", "password_wrong")
        request["currentPassword"] = PASSWORD
        self.assertEqual(browser.call("operators.ChangePassword", request).json, {"sessionsEnded": 1})
        self.assert_refused(other.get("operators.GetCurrentOperator"), "unauthenticated", "session_ended")
        self.assertTrue(browser.get("operators.GetCurrentOperator").ok)

    def test_a_restart_keeps_sessions(self):
        with Platform(Scratch.folder("SessionsRestart")) as platform:
            browser = Browser(platform.endpoints["api"])
            self.assertTrue(browser.redeem(platform.endpoints["console_sign_in"], email=OWNER, name="O").ok)
            platform.kill()
            platform.start()
            self.assertEqual(platform.endpoints["console_sign_in"], "")
            again = Browser(platform.endpoints["api"])
            again.headers["Cookie"] = browser.headers["Cookie"]
            self.assertTrue(again.get("operators.GetCurrentOperator").ok)
            again.close()


class ForeignPages(OperatorCase):
    def test_a_changing_call_proves_where_it_comes_from(self):
        browser = self.signed_in(tenant=self.tenant)
        own = self.platform.endpoints["api"]
        cases = (
            ({"Origin": "http://evil.test"}, "foreign_origin"),
            ({"Origin": "null"}, "foreign_origin"),
            ({"Origin": own.rsplit(":", 1)[0] + ":1"}, "foreign_origin"),
            ({"Origin": own.replace("http", "https")}, "foreign_origin"),
            ({"Origin": ""}, "foreign_origin"),
            ({"florin-console": "0"}, "console_header_missing"),
            ({"florin-console": ""}, "console_header_missing"),
        )
        for headers, reason in cases:
            with self.subTest(headers), self.unchanged():
                answer = browser.call("tenants.CreateApiKey", {"name": "x"}, headers=headers)
                self.assert_refused(answer, "permission_denied", reason)
        self.assertTrue(browser.call("tenants.CreateApiKey", {"name": "x"}).ok)

    def test_a_foreign_page_signs_nobody_in(self):
        browser = self.browser()
        browser.headers["Origin"] = "http://evil.test"
        self.assert_refused(browser.sign_in(), "permission_denied", "foreign_origin")

    def test_a_program_without_a_page_may_sign_in(self):
        client = Client(self.platform.endpoints["api"])
        self.addCleanup(client.close)
        self.assertTrue(client.call("operators.SignIn", {"email": OWNER, "password": PASSWORD}).ok)


class Roles(OperatorCase):
    def refund(self, browser, payment, minor):
        return browser.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": {"currency": "USD", "minor": str(minor)}})

    def test_what_each_role_may(self):
        payment = self.paid(1000)
        viewer = self.person("viewer@example.com", "VIEWER")
        self.assertTrue(viewer.get("payments.ListPayments").ok)
        self.assertTrue(viewer.get("tenants.ListApiKeys").ok)
        with self.unchanged():
            self.assert_refused(self.refund(viewer, payment, 10), "permission_denied", "permission_missing", "refunds.write")
        support = self.person("support@example.com", "SUPPORT")
        self.assertTrue(self.refund(support, payment, 10).ok)
        self.assert_refused(support.get("ledger.GetTrialBalance"), "permission_denied", "permission_missing")
        finance = self.person("finance@example.com", "FINANCE")
        self.assertTrue(finance.get("ledger.GetTrialBalance").ok)
        self.assert_refused(finance.call("tenants.CreateApiKey", {"name": "x"}), "permission_denied", "permission_missing")
        self.assert_refused(finance.get("tenants.ListTenants"), "permission_denied", "platform_role_required")
        self.assert_refused(finance.get("system.GetHealth"), "permission_denied", "platform_role_required")

    def test_only_tenants_of_ones_own(self):
        made = self.platform.platform_client().call("tenants.CreateTenant", {"name": "Other"}).json["tenant"]["id"]
        browser = self.person("own@example.com", "ADMIN")
        browser.headers["florin-tenant"] = made
        self.assert_refused(browser.get("payments.ListPayments"), "permission_denied", "tenant_refused")
        browser.headers["florin-tenant"] = "shop"
        self.assert_refused(browser.get("payments.ListPayments"), "invalid_argument", "tenant_invalid")
        owner = self.signed_in(tenant=made)
        self.assertTrue(owner.get("payments.ListPayments").ok)
        del owner.headers["florin-tenant"]
        self.assert_refused(owner.get("payments.ListPayments"), "invalid_argument", "tenant_missing")
        self.assertTrue(owner.get("tenants.ListTenants").ok)

    def test_a_key_is_no_operator(self):
        self.assert_refused(self.client.call("operators.SignOut"), "permission_denied", "operator_required")
        self.assert_refused(
            self.client.call("operators.InviteOperator", {"email": "x@example.com", "role": "OPERATOR_ROLE_OWNER"}),
            "permission_denied", "permission_missing",
        )

    def test_a_disabled_operator_is_out(self):
        browser = self.person("out@example.com", "ADMIN")
        me = browser.get("operators.GetCurrentOperator").json["operator"]["id"]
        self.assert_refused(
            browser.call("operators.UpdateOperator", {"operatorId": me, "disabled": True}), "permission_denied", "platform_required"
        )
        self.assertTrue(self.signed_in().call("operators.UpdateOperator", {"operatorId": me, "disabled": True}).ok)
        self.assert_refused(browser.get("payments.ListPayments"), "unauthenticated", "session_ended")
        self.assert_refused(self.browser().sign_in("out@example.com"), "unauthenticated", "sign_in_refused")


class AuditLog(OperatorCase):
    def test_before_and_after_of_a_refund(self):
        payment = self.paid(1000)
        browser = self.signed_in(tenant=self.tenant)
        request = {"paymentId": payment["id"], "amount": {"currency": "USD", "minor": "250"}}
        refunded = browser.call("payments.RefundPayment", request, key="refund-1")
        self.assertTrue(refunded.ok, str(refunded))
        self.assertTrue(browser.call("payments.RefundPayment", request, key="refund-1").replayed)
        actions = browser.get("operators.ListOperatorActions", {"resourceId": payment["id"]}).json["actions"]
        self.assertEqual(len(actions), 1, "a replay is no second action")
        action = actions[0]
        self.assertEqual(action["method"], "florin.payments.v1.PaymentService/RefundPayment")
        self.assertEqual(action["operatorName"], "Olive Owner")
        self.assertEqual(json.loads(action["requestJson"]), request)
        before, after = json.loads(action["beforeJson"]), json.loads(action["afterJson"])
        self.assertEqual(before["id"], payment["id"])
        self.assertEqual(len(before.get("operations", [])) + 1, len(after["operations"]))
        self.assertRegex(action["traceId"], "^[0-9a-f]{32}$")

        events = self.client.call("events.ListEvents", {"subject": payment["id"]}).json["events"]
        recorded = [event for event in events if event["type"] == "operators.action_recorded"]
        self.assertEqual(len(recorded), 1)
        self.assertTrue(recorded[0]["actor"].startswith("operator:usr_"))
        entry = recorded[0]["position"].split(".")[1]
        same = [event["type"] for event in events if event["position"].split(".")[1] == entry]
        self.assertIn("payments.operation_reserved", same, "in the same commit")

    def test_a_refused_action_leaves_no_entry(self):
        payment = self.paid(1000)
        browser = self.signed_in(tenant=self.tenant)
        request = {"paymentId": payment["id"], "amount": {"currency": "USD", "minor": "99999"}}
        self.assertFalse(browser.call("payments.RefundPayment", request).ok)
        self.assertNotIn("actions", browser.get("operators.ListOperatorActions", {"resourceId": payment["id"]}).json)

    def test_secrets_are_left_out(self):
        browser = self.signed_in(tenant=self.tenant)
        made = browser.call("tenants.CreateApiKey", {"name": "Audited"}).json
        actions = browser.get("operators.ListOperatorActions", {"resourceId": made["apiKey"]["id"]})
        self.assertEqual(len(actions.json["actions"]), 1)
        self.assertIn("Audited", actions.json["actions"][0]["afterJson"])
        self.assertNotIn(made["secret"], actions.body.decode())

    def test_passwords_and_sessions_stand_nowhere(self):
        browser = self.signed_in()
        session = browser.headers["Cookie"].split("=", 1)[1]
        for word in (PASSWORD, session):
            for folder, _, names in os.walk(self.platform.data):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        self.assertNotIn(word.encode(), file.read(), name)
        self.assertNotIn(PASSWORD, self.platform.stderr())

    def test_two_operators_refund_the_same_payment_at_once(self):
        payment = self.paid(1000)
        browsers = [self.signed_in(tenant=self.tenant) for _ in range(2)]
        request = {"paymentId": payment["id"], "amount": {"currency": "USD", "minor": "600"}}
        answers = at_once(2, lambda i: browsers[i].call("payments.RefundPayment", request, key=f"both-{i}"))
        self.assertEqual(sorted(answer.ok for answer in answers), [False, True], [str(a) for a in answers])
        actions = browsers[0].get("operators.ListOperatorActions", {"resourceId": payment["id"]}).json["actions"]
        self.assertEqual(len(actions), 1)


class SystemAndWebhooks(OperatorCase):
    def test_health(self):
        health = self.signed_in(tenant=self.tenant).get("system.GetHealth").json
        self.assertEqual(health["state"], "HEALTH_STATE_OK", health)
        self.assertGreater(int(health["journal"]["sequence"]), 0)
        self.assertTrue(health["version"].startswith("florin "))
        self.assertIn("sandbox_psp", [process["name"] for process in health["processes"]])
        self.paid(500)
        providers = self.signed_in().get("system.GetHealth").json["providers"]
        self.assertEqual(providers[0]["provider"], "sandbox/default")
        self.assertEqual(providers[0]["breaker"], "BREAKER_STATE_CLOSED")

    def test_webhooks_received(self):
        payment = self.paid(700, token="tok_webhook")
        browser = self.signed_in(tenant=self.tenant)

        def listed():
            return browser.get("webhooks.ListReceivedWebhooks", {"paymentId": payment["id"]}).json.get("receivedWebhooks")

        webhook = wait_until(listed, "the provider tells of the payment")[0]
        self.assertEqual((webhook["connector"], webhook["paymentId"]), ("sandbox", payment["id"]))
        whole = browser.get("webhooks.GetReceivedWebhook", {"receivedWebhookId": webhook["id"]}).json["receivedWebhook"]
        self.assertGreater(len(whole["body"]), 0)
        other = self.platform.platform_client().call("webhooks.GetReceivedWebhook", {"receivedWebhookId": webhook["id"]})
        self.assert_refused(other, "not_found", "received_webhook_not_found")


class ConsoleFiles(PlatformCase):
    @classmethod
    def setUpClass(cls):
        web = Scratch.folder("web")
        (web / "console/assets").mkdir(parents=True)
        (web / "console/index.html").write_text("<!doctype html><title>Console</title>")
        (web / "console/assets/app-3fa4b2c1.js").write_text("export {};")
        (web / "console/assets/app-3fa4b2c1.js.gz").write_bytes(b"zipped")
        config = web / "config.yaml"
        config.write_text(f"web:\n  directory: {web}\n")
        cls.options = ("--config", config)
        super().setUpClass()

    def get(self, path, **headers):
        return http_get(self.platform.endpoints["api"] + path, headers)

    def test_the_page_has_a_strict_policy_and_is_asked_for_again(self):
        page = self.get("/console/")
        self.assertEqual((page.status, page.text), (200, "<!doctype html><title>Console</title>"))
        policy = page.headers["content-security-policy"]
        self.assertIn("script-src 'self'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.headers["cache-control"], "no-cache")
        self.assertEqual(self.get("/console/", **{"If-None-Match": page.headers["etag"]}).status, 304)

    def test_hashed_files_stay_and_come_compressed(self):
        asset = self.get("/console/assets/app-3fa4b2c1.js")
        self.assertIn("immutable", asset.headers["cache-control"])
        zipped = self.get("/console/assets/app-3fa4b2c1.js", **{"Accept-Encoding": "gzip, br"})
        self.assertEqual((zipped.headers["content-encoding"], zipped.body), ("gzip", b"zipped"))

    def test_without_its_slash_it_is_found(self):
        self.assertEqual(self.get("/console").headers["location"], "/console/")

    def test_nothing_else_is_served(self):
        for path in ("/console/../config.yaml", "/console/%2e%2e/config.yaml", "/console/nothing.js", "/consoles"):
            self.assertIn(self.get(path).status, (400, 404), path)


class ConsoleMissing(unittest.TestCase):
    def test_a_page_says_so_until_it_is_there(self):
        web, config = Scratch.folder("later"), Scratch.folder("later.yaml")
        config.write_text(f"web:\n  directory: {web}\n")
        with Platform(Scratch.folder("NoConsole"), "--config", config) as platform:
            page = platform.endpoints["api"] + "/console/"
            answer = http_get(page)
            self.assertEqual(answer.status, 404)
            self.assertIn("not installed", answer.text)
            self.assertIn("the console is not installed", platform.stderr())
            (web / "console").mkdir(parents=True)
            (web / "console/index.html").write_text("here")
            self.assertEqual(http_get(page).text, "here")


class SecureCookies(unittest.TestCase):
    def test_over_tls_the_cookie_is_bound_to_the_host(self):
        with Platform(Scratch.folder("SecureCookies"), "--config", self.config()) as platform:
            browser = Browser(platform.endpoints["api"])
            answer = browser.redeem(platform.endpoints["console_sign_in"], email=OWNER, name="O")
            self.assertRegex(answer.headers["set-cookie"], "^__Host-florin_session=.*; Secure$")
            browser.close()

    def config(self):
        path = Scratch.folder("public.yaml")
        path.write_text("server:\n  public_base_url: https://pay.example.com\n")
        return path
