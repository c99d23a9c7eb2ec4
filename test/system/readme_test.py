"""What the README and the greeting promise to a stranger."""

import json
import re
import subprocess

from case import PlatformCase
from florin import Scratch, amount, http_get, money, open_connection, run, status_of, wait_until


class Greeting(PlatformCase):
    def test_three_lines_work_when_pasted(self):
        lines = [line for line in self.platform.greeting.read_text().splitlines() if "curl -s" in line]
        self.assertEqual(len(lines), 3)
        pasted = "\n".join([lines[0], 'echo; echo "ID=$PAYMENT"', lines[1], "echo", lines[2]])
        result = subprocess.run(["bash", "-c", pasted], capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        created, read, balance = self.answers_in(result)
        self.assertEqual(status_of(created["payment"]), "succeeded")
        self.assertIn(f"ID={created['payment']['id']}\n", result.stdout)
        self.assertEqual(read["payment"]["id"], created["payment"]["id"])
        self.assertGreaterEqual(len(read["timeline"]), 3)
        paths = {account["path"] for ledger in balance["ledgers"] for account in ledger["accounts"]}
        self.assertIn("merchant/payable", paths)

    @staticmethod
    def answers_in(result):
        """The first answer goes to standard error, by tee."""
        texts = result.stderr.splitlines() + result.stdout.splitlines()
        return [json.loads(text) for text in texts if text.startswith("{")]

    def test_names_every_address_and_key(self):
        greeting = self.platform.greeting.read_text()
        for name, value in self.platform.endpoints.items():
            if name not in ("tenant_id", "publishable_key", "sandbox_psp_key"):
                self.assertIn(value, greeting, name)

    def test_endpoints_are_for_the_owner_only(self):
        for name in ("endpoints.json", "sandbox_psp_api_key", "sandbox_psp_webhook_secret"):
            self.assertEqual((self.platform.data / name).stat().st_mode & 0o077, 0, name)


class Readme(PlatformCase):
    def test_manual_capture_then_partial_refund(self):
        payment = self.authorized(1250)
        self.assert_money(payment, authorized=1250, captured=0, capturable=1250)
        captured = self.client.call("payments.CapturePayment", {"paymentId": payment["id"], "amount": money(1000)})
        self.assert_money(captured.payment, captured=1000, refundable=1000)
        self.assertTrue(captured.json["operation"]["id"].startswith("cap_"))
        refunded = self.client.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": money(300)})
        self.assert_money(refunded.payment, captured=1000, refunded=300, refundable=700)
        self.assertTrue(refunded.json["operation"]["id"].startswith("ref_"))

    def test_create_then_confirm(self):
        created = self.client.call("payments.CreatePayment", {"amount": money(700), "paymentMethod": {"token": "tok_success"}})
        self.assertEqual(status_of(created.payment), "requires_confirmation")
        confirmed = self.client.call("payments.ConfirmPayment", {"paymentId": created.payment["id"]})
        self.assertEqual(status_of(confirmed.payment), "succeeded")
        self.assert_money(confirmed.payment, captured=700)

    def test_several_captures(self):
        payment = self.authorized(1000)
        for part in (400, 600):
            answer = self.client.call("payments.CapturePayment", {"paymentId": payment["id"], "amount": money(part)})
            self.assertTrue(answer.ok, str(answer))
        self.assertEqual(status_of(answer.payment), "succeeded")
        self.assert_money(answer.payment, captured=1000, capturable=0)

    def test_final_capture_releases_the_rest(self):
        payment = self.authorized(1000)
        request = {"paymentId": payment["id"], "amount": money(400), "finalCapture": True}
        answer = self.client.call("payments.CapturePayment", request)
        self.assert_money(answer.payment, captured=400, capturable=0)

    def test_cancel_voids(self):
        payment = self.authorized(900)
        answer = self.client.call("payments.CancelPayment", {"paymentId": payment["id"], "reason": "out of stock"})
        self.assertEqual(status_of(answer.payment), "canceled")
        self.assert_money(answer.payment, captured=0, capturable=0)

    def test_decline_then_another_method(self):
        answer = self.client.pay(800, "tok_decline_insufficient_funds")
        self.assertEqual(status_of(answer.payment), "requires_payment_method")
        self.assertEqual(answer.payment["lastFailure"]["code"], "FAILURE_CODE_INSUFFICIENT_FUNDS")
        request = {"paymentId": answer.payment["id"], "paymentMethod": {"token": "tok_success"}}
        again = self.client.call("payments.ConfirmPayment", request)
        self.assertEqual(status_of(again.payment), "succeeded")
        self.assertEqual(len(again.payment["attempts"]), 2)

    def test_challenge_passed_in_the_browser(self):
        payment = self.client.pay(1100, "tok_challenge", returnUrl="https://shop.example/done?order=7").payment
        self.assertEqual(status_of(payment), "requires_action")
        page = http_get(payment["action"]["redirectUrl"])
        self.assertEqual(page.status, 200)
        action = re.search(r'<form[^>]*action="([^"]*)"', page.text)
        value = re.search(r'<button[^>]*name="([^"]*)"[^>]*value="(pass)"', page.text)
        self.assertTrue(value, page.text)
        target = payment["action"]["redirectUrl"] if action is None or not action[1] else action[1]
        if target.startswith("/"):
            target = self.platform.endpoints["sandbox_psp"] + target
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        back = http_get(target, form, "POST", f"{value[1]}={value[2]}")
        self.assertEqual(back.status, 303)
        shop = http_get(back.headers["location"])
        self.assertEqual(shop.status, 303)
        self.assertTrue(shop.headers["location"].startswith("https://shop.example/done?order=7&"))
        self.assertIn("status=succeeded", shop.headers["location"])
        self.assertEqual(status_of(self.client.payment(payment["id"])), "succeeded")

    def test_lost_answers_end_by_themselves(self):
        for token in ("tok_timeout_after", "tok_timeout_after_once", "tok_error_500_after", "tok_pending"):
            with self.subTest(token):
                payment = self.client.pay(500, token).payment
                ended = self.settled(payment["id"])
                self.assertEqual(status_of(ended), "succeeded")
                self.assertEqual(amount(ended, "captured"), 500)

    def settled(self, payment_id):
        def ended():
            payment = self.client.payment(payment_id)
            return payment if status_of(payment) not in ("processing", "unknown") else None

        return wait_until(ended, f"{payment_id} has an outcome")

    def test_list_by_status_and_reference(self):
        payment = self.paid(650, reference="order-4711")
        found = self.client.all_payments(reference="order-4711", status="PAYMENT_STATUS_SUCCEEDED")
        self.assertEqual([found["id"] for found in found], [payment["id"]])
        self.assertEqual(self.client.all_payments(reference="order-4711", status="PAYMENT_STATUS_CANCELED"), [])

    def test_zero_decimal_currency(self):
        answer = self.client.call(
            "payments.CreatePayment",
            {"amount": money(5000, "JPY"), "paymentMethod": {"token": "tok_success"}, "confirm": True},
        )
        self.assert_money(answer.payment, captured=5000)
        self.assertIn("JPY/0", {ledger["ledger"] for ledger in self.client.trial_balance()})


class Commands(PlatformCase):
    def test_demo_ends_with_a_difference_of_zero(self):
        demo = run("demo", "--payments", 120, "--clients", 8, "--data", self.platform.data, timeout_s=180)
        self.assertEqual(demo.returncode, 0, demo.stdout[-2000:] + demo.stderr)
        self.assertIn("difference 0", demo.stdout)
        tied = self.platform.tie_out()
        self.assertEqual(tied.returncode, 0, tied.stdout + tied.stderr)

    def test_config_explain_names_every_setting(self):
        explained = run("config", "explain")
        self.assertEqual(explained.returncode, 0)
        for setting in ("listen", "segment_mb", "psp_accounts", "log_level", "drain_s"):
            self.assertIn(setting, explained.stdout)

    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, r"^florin \d+\.\d+\.\d+")
        self.assertIn("serve", run("--help").stdout)

    def test_wrong_arguments_are_told(self):
        for words in (("serv",), ("serve", "--nope"), ("demo", "--payments", "0"), ("demo", "--payments", "many")):
            with self.subTest(words):
                result = run(*words)
                self.assertNotEqual(result.returncode, 0)
                self.assertTrue(result.stderr.strip() or result.stdout.strip())

    def test_tools_without_a_platform_say_so(self):
        nowhere = Scratch.folder("nowhere")
        for words in (("demo", "--data", nowhere), ("tie-out", "--data", nowhere), ("verify", nowhere)):
            with self.subTest(words):
                result = run(*words)
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        self.assertFalse(nowhere.exists(), "a tool that only looks made a data directory")


class Probes(PlatformCase):
    def test_live_and_ready(self):
        for path in ("/livez", "/readyz"):
            answer = http_get(self.platform.endpoints["api"] + path)
            self.assertEqual((answer.status, answer.text), (200, "ok\n"), path)

    def test_metrics_are_openmetrics(self):
        self.paid(100)
        answer = http_get(self.platform.endpoints["api"] + "/metrics")
        self.assertIn("application/openmetrics-text", answer.headers["content-type"])
        lines = answer.text.split("\n")
        self.assertEqual(lines[-2:], ["# EOF", ""])
        types, sample = {}, re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-z_]+="[^"\n]*",?)*\})? (\S+)$')
        for line in lines[:-2]:
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, types, "a family appears twice")
                types[name] = kind
            elif not line.startswith(("# HELP ", "# UNIT ")):
                found = sample.match(line)
                self.assertTrue(found, line)
                float(found[4])
                family = re.sub(r"_(total|bucket|count|sum|created)$", "", found[1])
                self.assertTrue(family in types or found[1] in types, line)
                if types.get(family) == "counter":
                    self.assertTrue(found[1].endswith(("_total", "_created")), line)
        self.assertIn("counter", types.values())
        self.assertIn("histogram", types.values())


class Transport(PlatformCase):
    def test_side_effect_free_methods_answer_get(self):
        payment = self.paid(400)
        answer = self.client.get("payments.GetPayment", {"paymentId": payment["id"]})
        self.assertEqual(answer.payment["id"], payment["id"])
        self.assertTrue(self.client.get("ledger.GetTrialBalance").ok)
        self.assertTrue(self.client.get("payments.ListPayments").ok)

    def test_get_never_does_anything(self):
        with self.unchanged():
            answer = self.client.get("payments.CreatePayment", {"amount": money(100)})
            self.assertEqual(answer.status, 405)
            self.assertEqual(answer.headers["allow"], "POST")
            self.assert_refused(answer, "unknown", "unsupported_http_method", "POST")

    def test_one_connection_serves_many_requests(self):
        connection = open_connection(self.platform.endpoints["api"])
        connection.connect()
        port = connection.sock.getsockname()[1]
        for _ in range(50):
            connection.request("GET", "/livez")
            self.assertEqual(connection.getresponse().read(), b"ok\n")
            self.assertEqual(connection.sock.getsockname()[1], port)
        connection.close()

    def test_read_your_write_by_position(self):
        created = self.client.pay(300)
        position = {"florin-position": created.headers["florin-position"]}
        read = self.client.call("payments.GetPayment", {"paymentId": created.payment["id"]}, headers=position)
        self.assertTrue(read.ok, str(read))

    def test_trace_id_reaches_the_timeline(self):
        trace = "0af7651916cd43dd8448eb211c80319c"
        header = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
        request = {"amount": money(300), "paymentMethod": {"token": "tok_success"}, "confirm": True}
        payment = self.client.call("payments.CreatePayment", request, headers=header).payment
        self.assertEqual(payment["traceId"], trace)
        timeline = self.client.call("payments.GetPayment", {"paymentId": payment["id"]}).json["timeline"]
        self.assertEqual({entry["traceId"] for entry in timeline}, {trace})
