"""Requests that are wrong before they reach a domain: their JSON, protobuf, type, method, key or deadline."""

import json

from case import PlatformCase, at_once
from florin import http_get, money, status_of, wait_until

GOOD = {"amount": money(500)}


class Messages(PlatformCase):
    def refused(self, raw, reason, *words, code="invalid_argument", method="payments.CreatePayment", headers=None):
        with self.unchanged():
            answer = self.client.call(method, raw=raw, headers=headers)
            self.assert_refused(answer, code, reason, *words)
        return answer

    def test_json_that_is_not_json(self):
        for text, words in (
            ("{'amount':{}}", ("line 1, column 2", "double quotes")),
            ('{"amount":{"currency":"USD","minor":"5"},}', ("column",)),
            ('{"amount":{"currency":"USD","minor":"5","minor":"6"}}', ("twice",)),
            ('{amount:{"currency":"USD"}}', ("double quotes",)),
            ('{"amount":', ()),
            ('{"amount":{}} x', ()),
            ("", ("{}",)),
            ('{"description":"\x01"}', ()),
            ('{"description":"\\ud800"}', ()),
            ("[" * 5000, ()),
            ('{"amount":{"currency":"USD","minor":NaN}}', ()),
            ('{"amount":{"currency":"USD","minor":05}}', ()),
        ):
            with self.subTest(text[:40]):
                self.refused(text, "invalid_json", *words)
        self.refused(b'{"description":"\xff\xfe"}', "invalid_json")

    def test_json_that_does_not_fit(self):
        for body, words in (
            ([], ()),
            ("text", ()),
            ({**GOOD, "amout": 1}, ("amout",)),
            ({"amount": {**money(5), "scale": 2}}, ("scale",)),
            ({"amount": {"currency": "USD", "minor": 1.5}}, ("amount.minor", "int64")),
            ({"amount": {"currency": "USD", "minor": "9" * 20}}, ("amount.minor", "int64")),
            ({"amount": {"currency": "USD", "minor": True}}, ("amount.minor",)),
            ({"amount": "5 USD"}, ("amount",)),
            ({**GOOD, "captureMethod": "CAPTURE_METHOD_SOMEHOW"}, ("capture_method",)),
            ({**GOOD, "wait": "ten seconds"}, ("wait",)),
            ({**GOOD, "confirm": 5}, ("confirm",)),
        ):
            with self.subTest(str(body)):
                self.refused(json.dumps(body), "invalid_json", *words)

    def test_invalid_protobuf(self):
        proto = {"Content-Type": "application/proto"}
        for body in (b"\xff\xff\xff\xff", b"\x0a\x7f", b"\x0a", b"\x0b"):
            with self.subTest(body):
                with self.unchanged():
                    answer = self.client.call("payments.CreatePayment", raw=body, headers=proto)
                    self.assert_refused(answer, "invalid_argument", "invalid_protobuf")

    def test_empty_protobuf_breaks_the_rules_of_its_fields(self):
        self.refused(b"", "field_invalid", "amount", headers={"Content-Type": "application/proto"})

    def test_broken_rules_name_every_field(self):
        body = {"amount": money(-5, "XXQ"), "returnUrl": "not a url", "statementDescriptor": "x" * 40}
        answer = self.refused(json.dumps(body), "field_invalid")
        fields = {violation["field"] for violation in answer.detail["fieldViolations"]}
        self.assertEqual(fields, {"amount.minor", "amount.currency", "return_url", "statement_descriptor"})

    def test_wrong_content_type(self):
        for name in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "application/grpc"):
            with self.subTest(name), self.unchanged():
                answer = self.client.call("payments.CreatePayment", GOOD, headers={"Content-Type": name})
                self.assertEqual(answer.status, 415)
                self.assertIn("application/json", answer.headers["accept-post"])
                if not name.startswith("application/grpc"):
                    self.assert_refused(answer, "unknown", "unsupported_content_type", "application/json")

    def test_unknown_method_service_and_path(self):
        for path in ("/florin.payments.v1.PaymentService/Nope", "/florin.nope.v1.Nope/Nope", "/nope", "/"):
            with self.subTest(path), self.unchanged():
                answer = self.client.call(path, {})
                self.assertEqual(answer.status, 404)
                self.assert_refused(answer, "unimplemented", "unknown_procedure", path)
                self.assertTrue(answer.detail["traceId"])

    def test_wrong_verb(self):
        url = self.platform.endpoints["api"] + "/florin.payments.v1.PaymentService/CreatePayment"
        for verb in ("GET", "PUT", "DELETE", "PATCH"):
            with self.subTest(verb), self.unchanged():
                answer = http_get(url, self.client.headers, verb, json.dumps(GOOD) if verb != "GET" else None)
                self.assertIn(answer.status, (405, 415))

    def test_protocol_version(self):
        self.refused(json.dumps(GOOD), "unsupported_protocol_version", headers={"Connect-Protocol-Version": "2"})

    def test_timeout_that_is_no_number(self):
        for value in ("soon", "-1", "1.5", "99999999999"):
            with self.subTest(value):
                self.refused(json.dumps(GOOD), "invalid_timeout", headers={"Connect-Timeout-Ms": value})

    def test_position_that_is_none(self):
        self.refused("{}", "position_invalid", method="payments.ListPayments", headers={"florin-position": "later"})

    def test_page_tokens(self):
        for method in ("payments.ListPayments", "ledger.ListAccounts", "tenants.ListApiKeys"):
            with self.subTest(method):
                self.refused(json.dumps({"pageToken": "nonsense"}), "page_token_invalid", method=method)
                self.refused(json.dumps({"pageSize": -1}), "field_invalid", method=method)
                self.refused(json.dumps({"pageSize": 100000}), "field_invalid", method=method)


class Keys(PlatformCase):
    def refused_for(self, key, code, reason, *words, method="payments.CreatePayment", body=None):
        client = self.platform.client(key)
        self.addCleanup(client.close)
        with self.unchanged():
            answer = client.call(method, GOOD if body is None else body)
            self.assert_refused(answer, code, reason, *words)
        return answer

    def test_missing(self):
        answer = self.refused_for("", "unauthenticated", "api_key_missing", "authorization")
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.headers["www-authenticate"], "Bearer")

    def test_unknown(self):
        secret = self.platform.endpoints["secret_key"]
        for key in ("fl_test_nonsense", secret[:-1], secret + "x", secret.upper(), "x" * 5000):
            with self.subTest(key[:30]):
                self.refused_for(key, "unauthenticated", "api_key_unknown")

    def test_a_secret_is_never_repeated(self):
        answer = self.refused_for("fl_test_" + "Q" * 43, "unauthenticated", "api_key_unknown")
        self.assertNotIn(b"Q" * 20, answer.body)
        self.assertNotIn("Q" * 20, self.platform.stderr())

    def test_publishable(self):
        key = self.platform.endpoints["publishable_key"]
        self.refused_for(key, "permission_denied", "publishable_key_refused")

    def test_tenant_on_a_platform_method(self):
        key = self.platform.endpoints["secret_key"]
        self.refused_for(key, "permission_denied", "platform_key_required", method="tenants.CreateTenant", body={"name": "x"})
        self.refused_for(key, "permission_denied", "platform_key_required", method="tenants.ListTenants", body={})

    def test_without_the_permission(self):
        request = {"name": "reader", "permissions": ["payments.read"]}
        key = self.client.call("tenants.CreateApiKey", request).json["secret"]
        self.refused_for(key, "permission_denied", "permission_missing", "payments.write")
        self.assertTrue(self.platform.client(key).call("payments.ListPayments").ok)

    def test_cannot_give_what_it_does_not_have(self):
        request = {"name": "maker", "permissions": ["api_keys.write", "api_keys.read"]}
        key = self.client.call("tenants.CreateApiKey", request).json["secret"]
        wish = {"name": "more", "permissions": ["payments.write"]}
        self.refused_for(key, "permission_denied", "permission_not_held", method="tenants.CreateApiKey", body=wish)
        wish = {"name": "odd", "permissions": ["payments.steal"]}
        with self.unchanged():
            answer = self.client.call("tenants.CreateApiKey", wish)
            self.assertEqual(answer.code, "invalid_argument", str(answer))

    def test_revoked(self):
        made = self.client.call("tenants.CreateApiKey", {"name": "short-lived"}).json
        self.assertTrue(self.platform.client(made["secret"]).call("payments.ListPayments").ok)
        self.assertTrue(self.client.call("tenants.RevokeApiKey", {"apiKeyId": made["apiKey"]["id"]}).ok)
        self.refused_for(made["secret"], "unauthenticated", "api_key_revoked")

    def test_secrets_are_not_stored(self):
        secret = self.client.call("tenants.CreateApiKey", {"name": "hidden"}).json["secret"].encode()
        self.client.pay(100)
        for path in self.platform.data.rglob("*"):
            if path.is_file() and "sandbox_psp" not in str(path):
                self.assertNotIn(secret, path.read_bytes(), path)


class OtherTenants(PlatformCase):
    def setUp(self):
        super().setUp()
        made = self.platform.platform_client().call("tenants.CreateTenant", {"name": "Other"})
        self.assertTrue(made.ok, str(made))
        self.other = self.platform.client(made.json["secretKey"])
        self.addCleanup(self.other.close)

    def test_payment_of_another_is_not_there(self):
        payment = self.authorized(900)
        request = {"paymentId": payment["id"]}
        with self.unchanged():
            for method in ("Get", "Confirm", "Capture", "Cancel", "Refund"):
                with self.subTest(method):
                    answer = self.other.call(f"payments.{method}Payment", request)
                    self.assert_refused(answer, "not_found", "payment_not_found")
            self.assertEqual(self.other.all_payments(), [])
            self.assertEqual(self.other.trial_balance(), [])

    def test_accounts_and_transfers_of_another_are_not_there(self):
        self.paid(400)
        account = self.client.trial_balance()[0]["accounts"][0]["id"]
        with self.unchanged():
            self.assert_refused(self.other.call("ledger.GetAccount", {"id": account}), "not_found", "account_not_found")
            answer = self.other.call("ledger.GetStatement", {"accountId": account})
            self.assert_refused(answer, "not_found", "account_not_found")

    def test_key_and_tenant_of_another(self):
        key_id = self.client.call("tenants.ListApiKeys").json["apiKeys"][0]["id"]
        with self.unchanged():
            answer = self.other.call("tenants.RevokeApiKey", {"apiKeyId": key_id})
            self.assert_refused(answer, "not_found", "api_key_not_found")
            answer = self.other.call("tenants.GetTenant", {"tenantId": self.platform.endpoints["tenant_id"]})
            self.assertIn(answer.code, ("not_found", "permission_denied"), str(answer))

    def test_florin_tenant_header_is_for_the_platform_only(self):
        self.paid(400)
        header = {"florin-tenant": self.platform.endpoints["tenant_id"]}
        answer = self.other.call("payments.ListPayments", headers=header)
        self.assertTrue(not answer.ok or answer.json.get("payments", []) == [], str(answer))
        platform = self.platform.platform_client(self.platform.endpoints["tenant_id"])
        self.assertTrue(platform.call("payments.ListPayments").json["payments"])

    def test_idempotency_keys_are_each_tenants_own(self):
        mine = self.client.pay(100, key="shared-key").payment
        theirs = self.other.pay(200, key="shared-key")
        self.assertTrue(theirs.ok, str(theirs))
        self.assertNotEqual(mine["id"], theirs.payment["id"])


class Limits(PlatformCase):
    def tenant(self, **limits):
        made = self.platform.platform_client().call("tenants.CreateTenant", {"name": "Limited", "limits": limits})
        self.assertTrue(made.ok, str(made))
        return made.json["secretKey"]

    def test_rate(self):
        key = self.tenant(requestsPerSecond=5)

        def ask(_):
            client = self.platform.client(key)
            answers = [client.call("payments.ListPayments") for _ in range(10)]
            client.close()
            return answers

        answers = [answer for batch in at_once(8, ask) for answer in batch]
        refused = [answer for answer in answers if not answer.ok]
        self.assertTrue(refused)
        for answer in refused:
            self.assert_refused(answer, "resource_exhausted", "rate_limited", "5 requests a second")
            self.assertEqual(answer.status, 429)
            self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
            self.assertTrue(answer.detail["retryable"])
        self.assertTrue(self.client.call("payments.ListPayments").ok, "another tenant is slowed down too")
        wait_until(lambda: self.platform.client(key).call("payments.ListPayments").ok, "the rate allows a request again")

    def test_concurrency(self):
        key = self.tenant(requestsConcurrent=1)
        answers = at_once(6, lambda _: self.platform.client(key).pay(100, "tok_slow"))
        refused = [answer for answer in answers if not answer.ok]
        self.assertTrue(refused)
        for answer in refused:
            self.assert_refused(answer, "resource_exhausted", "too_many_concurrent_requests")
        done = [answer for answer in answers if answer.ok]
        self.assertEqual(len(self.platform.client(key).all_payments()), len(done), "a refused request did something")

    def test_limits_have_limits(self):
        with self.unchanged():
            request = {"name": "Greedy", "limits": {"requestsPerSecond": 10_000_000}}
            answer = self.platform.platform_client().call("tenants.CreateTenant", request)
            self.assert_refused(answer, "invalid_argument", "field_invalid", "requests_per_second")


class Deadlines(PlatformCase):
    def test_deadline_is_answered_and_the_key_tells_what_became_of_it(self):
        # A millisecond is sometimes enough to be told that the payment is under way, and sometimes not.
        header = {"Connect-Timeout-Ms": "1"}
        request = {"amount": money(700), "paymentMethod": {"token": "tok_slow"}, "confirm": True}
        keys = [f"late-{i}" for i in range(16)]
        for key in keys:
            answer = self.client.call("payments.CreatePayment", request, key=key, headers=header)
            if answer.ok:
                self.assertEqual(status_of(answer.payment), "processing", str(answer))
            else:
                self.assert_refused(answer, "deadline_exceeded", "deadline_exceeded")
                self.assertEqual(answer.status, 504)
        for key in keys:
            again = self.client.call("payments.CreatePayment", request, key=key)
            self.assertTrue(again.ok, str(again))
        wait_until(
            lambda: all(status_of(each) == "succeeded" for each in self.client.all_payments()), "all have succeeded"
        )
        made = [payment for payment in self.client.all_payments() if payment["amount"]["minor"] == "700"]
        self.assertEqual(len(made), len(keys))

    def test_wait_ends_before_the_outcome(self):
        answer = self.client.pay(800, "tok_slow", wait="0s")
        self.assertEqual(status_of(answer.payment), "processing")
        wait_until(
            lambda: status_of(self.client.payment(answer.payment["id"])) == "succeeded", "it goes on without the caller"
        )
