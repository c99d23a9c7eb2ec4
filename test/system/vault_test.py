"""Cards: from the vault's HTTP to the provider and back, and where a card's number is found afterwards: nowhere."""

import base64
import json
import os
import signal
import unittest
import urllib.parse
from pathlib import Path

from case import PlatformCase, raw_exchange
from florin import HttpAnswer, Platform, Scratch, StartFailed, http_get, money, open_connection, path_of, run, status_of, wait_until

SUCCESS, DECLINED, NO_FUNDS = "4242424242424242", "4000000000000002", "4000000000009995"
CHALLENGE, LOST_ANSWER, AMEX = "4000000000003220", "4000000000100216", "378282246310005"


def post(url, body, headers=None):
    return http_get(url, {"Content-Type": "application/json", **(headers or {})}, "POST", json.dumps(body))


# The one place that names a test card on purpose: what `florin serve --dev` prints beside the checkout link.
GREETED = b"(pay with 4242 4242 4242 4242, any later date and code)"


class CardCase(PlatformCase):
    @property
    def vault(self):
        return self.platform.endpoints["vault"]

    def type_card(self, number=SUCCESS, **fields):
        """What the card form sends; the vault's answer."""
        card = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "1234" if number == AMEX else "123", **fields}
        return post(self.vault + "/v1/tokens", card, {"Origin": self.vault})

    def token(self, number=SUCCESS):
        answer = self.type_card(number)
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.body)["token"]

    def vault_pid(self):
        for child in self.platform.children():
            if b"vault" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return child
        return None


class Cards(CardCase):
    def test_a_card_pays_and_only_its_summary_is_known(self):
        answer = self.client.pay(1250, self.token(), key="card")
        self.assertTrue(answer.ok, str(answer))
        self.assertEqual(status_of(answer.payment), "succeeded")
        self.assert_money(answer.payment, captured=1250)
        card = answer.payment["paymentMethod"]["card"]
        self.assertEqual(card, {"brand": "visa", "bin": "424242", "lastFour": "4242", "expMonth": 12, "expYear": 2040})
        again = self.client.pay(1250, answer.payment["paymentMethod"]["token"], key="card")
        self.assertTrue(again.replayed, str(again))
        self.assertEqual(again.payment["id"], answer.payment["id"])

    def test_each_declining_card_says_why(self):
        for number, code in {
            DECLINED: "DO_NOT_HONOR",
            NO_FUNDS: "INSUFFICIENT_FUNDS",
            "4000000000000069": "EXPIRED_CARD",
            "4000000000000127": "INCORRECT_CVC",
            "4000000000000119": "TRY_AGAIN_LATER",
            "4000000000009987": "LOST_OR_STOLEN",
            "4000000000006975": "LIMIT_EXCEEDED",
            "4100000000000019": "FRAUD_SUSPECTED",
            "6011000990139424": "METHOD_NOT_SUPPORTED",  # a good number, and no test card
        }.items():
            with self.subTest(number):
                answer = self.client.pay(1250, self.token(number))
                self.assertEqual(status_of(answer.payment), "requires_payment_method", str(answer))
                self.assertEqual(answer.payment["lastFailure"]["code"], "FAILURE_CODE_" + code)

    def test_after_a_decline_another_card_pays_the_same_payment(self):
        declined = self.client.pay(1250, self.token(DECLINED)).payment
        confirm = {"paymentId": declined["id"], "paymentMethod": {"token": self.token()}}
        answer = self.client.call("payments.ConfirmPayment", confirm)
        self.assertEqual(status_of(answer.payment), "succeeded", str(answer))
        self.assertEqual(answer.payment["paymentMethod"]["card"]["lastFour"], "4242")

    def test_the_same_card_may_be_tried_again_for_its_payment_and_for_no_other(self):
        token = self.token(NO_FUNDS)
        declined = self.client.pay(1250, token).payment
        confirm = {"paymentId": declined["id"], "paymentMethod": {"token": token}}
        again = self.client.call("payments.ConfirmPayment", confirm)
        self.assertTrue(again.ok, str(again))
        self.assertEqual(len(again.payment["attempts"]), 2)
        with self.unchanged():
            self.assert_refused(self.client.pay(1250, token), "failed_precondition", "payment_method_used", "another payment")

    def test_a_token_that_is_not_there_is_refused(self):
        with self.unchanged():
            answer = self.client.pay(1250, "tok_card_" + "0" * 32)
            self.assert_refused(answer, "invalid_argument", "payment_method_expired", "again")

    def test_a_number_in_a_header_is_refused_as_any_wrong_input(self):
        with self.unchanged():
            answer = self.client.call("payments.CreatePayment", {"amount": money(1250)}, headers={"Idempotency-Key": SUCCESS})
            self.assert_refused(answer, "invalid_argument", "card_number_refused", "idempotency-key", "card form")
            self.assertEqual(answer.detail["domain"], "ERROR_DOMAIN_REQUEST")

    def test_a_challenge_is_passed(self):
        payment = self.client.pay(1250, self.token(CHALLENGE)).payment
        self.assertEqual(status_of(payment), "requires_action")
        page = payment["action"]["redirectUrl"]
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        shown = http_get(page)
        self.assertEqual(shown.status, 200)
        self.assertNotIn("4000", shown.text)
        http_get(page, form, "POST", "outcome=pass")
        wait_until(lambda: status_of(self.client.payment(payment["id"])) == "succeeded", "the challenge was passed")

    def test_a_lost_answer_ends_well(self):
        payment = self.client.pay(1250, self.token(LOST_ANSWER)).payment
        wait_until(lambda: status_of(self.client.payment(payment["id"])) == "succeeded", "the truth was learnt")
        self.assertEqual(self.platform.psp("GET", "/v1/duplicate-charges")["data"], [])

    def test_a_card_survives_the_vault(self):
        token = self.token()
        pid = self.vault_pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: http_get(self.vault + "/livez").status == 200 and self.vault_pid() != pid, "it runs again")
        answer = self.client.pay(1250, token)
        self.assertEqual(status_of(answer.payment), "succeeded", str(answer))

    def test_authorize_capture_and_refund_need_the_card_once(self):
        payment = self.client.pay(2000, self.token(AMEX), captureMethod="CAPTURE_METHOD_MANUAL").payment
        self.assertEqual(status_of(payment), "requires_capture")
        captured = self.client.call("payments.CapturePayment", {"paymentId": payment["id"]})
        self.assertEqual(status_of(captured.payment), "succeeded", str(captured))
        refunded = self.client.call("payments.RefundPayment", {"paymentId": payment["id"], "amount": money(500)})
        self.assert_money(refunded.payment, captured=2000, refunded=500)


class CardForm(CardCase):
    def test_the_page_may_only_be_framed_by_the_platform(self):
        page = http_get(self.vault + "/card-form/v1/?locale=ar")
        self.assertEqual(page.status, 200)
        policy = page.headers["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors ", policy)
        self.assertIn(self.platform.endpoints["api"], policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.headers["cache-control"], "no-store")
        for part in ("card_form.js", "card_form.css"):
            self.assertIn(part, page.text)
            self.assertEqual(http_get(self.vault + "/card-form/v1/" + part).status, 200)

    def test_foreign_pages_cannot_send_cards(self):
        card = {"number": SUCCESS, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        for origin in (None, self.platform.endpoints["api"], "null"):
            headers = {"Origin": origin} if origin else {}
            answer = post(self.vault + "/v1/tokens", card, headers)
            self.assertEqual(answer.status, 403, answer.text)
            self.assertNotIn("access-control-allow-origin", answer.headers)

    def test_the_public_side_has_no_private_calls(self):
        for path in ("/v1/claims", "/v1/forward", "/metrics", "/"):
            self.assertEqual(post(self.vault + path, {}).status, 404, path)


class Keys(unittest.TestCase):
    """The vault's key file: changed by rotation, missed when it is lost."""

    def setUp(self):
        self.platform = Platform(Scratch.folder(self._testMethodName[:30])).start()
        self.addCleanup(self.platform.kill)
        self.key_file = self.platform.data / "vault_key"

    def token(self):
        card = {"number": SUCCESS, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        vault = self.platform.endpoints["vault"]
        return json.loads(post(vault + "/v1/tokens", card, {"Origin": vault}).body)["token"]

    def rotate(self):
        return run("vault", "rotate-key", "--data", self.platform.data / "vault", "--key-file", self.key_file)

    def test_rotation_changes_the_key_and_keeps_the_cards(self):
        token = self.token()
        while_it_runs = self.rotate()
        self.assertEqual(while_it_runs.returncode, 1, while_it_runs.stdout)
        self.assertIn("data_directory_locked", while_it_runs.stderr)
        self.assertEqual(self.platform.stop(), 0, self.platform.stderr())
        before = self.key_file.read_text()
        rotated = self.rotate()
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        self.assertNotEqual(self.key_file.read_text(), before)
        self.platform.start()
        answer = self.platform.client().pay(1250, token)
        self.assertEqual(status_of(answer.payment), "succeeded", str(answer))

    def test_without_its_key_nothing_starts_and_no_new_key_is_made(self):
        self.token()
        self.assertEqual(self.platform.stop(), 0, self.platform.stderr())
        kept = self.key_file.read_text()
        self.key_file.unlink()
        with self.assertRaises(StartFailed) as failed:
            self.platform.start()
        self.assertIn("vault_key_missing", failed.exception.stderr)
        self.assertFalse(self.key_file.exists())
        self.key_file.write_text(kept)
        self.platform.start()

    def test_secrets_are_for_their_owner_only(self):
        for name in ("vault_key", "vault_secret"):
            self.assertEqual((self.platform.data / name).stat().st_mode & 0o077, 0, name)
        for path in (self.platform.data / "vault").iterdir():
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)


# --- nowhere ---------------------------------------------------------------------------------------------------------


def base64_forms(number):
    """The parts of the number's base64 that do not depend on what stands around it."""
    for before in range(3):
        skipped = (3 - before) % 3
        whole = (len(number) - skipped) // 3 * 3
        yield base64.b64encode(number[skipped : skipped + whole].encode())


def forms_of(number):
    """The ways in which a number could have been written down, as bytes."""
    fours = [number[i : i + 4] for i in range(0, len(number), 4)]
    groupings = [fours] if len(number) == 16 else [fours, [number[:4], number[4:10], number[10:]]]
    forms = {number.encode(), number.encode().hex().encode(), number.encode("utf-16-le"), int(number).to_bytes(8, "big")}
    forms.add(int(number).to_bytes(8, "little"))
    forms.update(separator.join(groups).encode() for groups in groupings for separator in (" ", "-", "%20", "+"))
    return forms | set(base64_forms(number))


class Nowhere(unittest.TestCase):
    """Feeds card numbers into everything, then looks for them in every byte that is left outside of the vault."""

    numbers = (SUCCESS, "4000056655665556", AMEX, "5555555555554444", CHALLENGE)

    def setUp(self):
        self.platform = Platform(Scratch.folder("nowhere")).start()
        self.addCleanup(self.platform.kill)
        self.api = self.platform.endpoints["api"]
        self.vault = self.platform.endpoints["vault"]
        self.said = []  # everything that anybody answered
        self.refused = 0

    def send(self, method, url, headers=None, body=None):
        connection = open_connection(url)
        parts = urllib.parse.urlsplit(url)
        connection.putrequest(method, parts.path + ("?" + parts.query if parts.query else ""))
        content = body if isinstance(body, bytes) else (body or "").encode()
        sent = {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(content))}
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(content)
        answer = HttpAnswer(connection.getresponse())
        connection.close()
        self.said.append(json.dumps(answer.headers).encode() + answer.body)
        return answer

    def call(self, method, body, key="secret_key", headers=None):
        merged = {"Authorization": "Bearer " + self.platform.endpoints[key], **(headers or {})}
        content = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.send("POST", self.api + path_of(method), merged, content)

    def refuse(self, answer, reason=None):
        self.assertIn(answer.status, (400, 401, 403, 404, 405, 415), answer.text)
        if reason:
            self.assertIn(reason, answer.text)
        self.refused += 1

    def spellings(self, number):
        return (number, " ".join(number[i : i + 4] for i in range(0, len(number), 4)), number[:6] + "-" + number[6:])

    def feed_fields(self, text):
        payment = {"amount": money(1250), "paymentMethod": {"token": "tok_success"}}
        for change in (
            {"description": text},
            {"description": f"the card is {text}, thank you"},
            {"statementDescriptor": text},
            {"reference": text},
            {"returnUrl": "https://shop.example/?pan=" + urllib.parse.quote(text)},
            {"metadata": {"note": text}},
            {"metadata": {text: "note"}},
            {"paymentMethod": {"token": "tok_" + text.replace(" ", "_").replace("-", "_")}},
            {"paymentMethod": {"token": text}},
            {"paymentMethod": {"token": "tok_success", "card": {"lastFour": text}}},
            {"amount": {"currency": text, "minor": "1"}},
            {"amount": {"currency": "USD", "minor": text}},
            {"amount": {"currency": "USD", "minor": text.replace(" ", "").replace("-", "") + "000"}},
            {"captureMethod": text},
            {"wait": text},
            {"confirm": text},
            {text: "x"},
            {"cardNumber": text},
            {"card": {"number": text}},
        ):
            self.refuse(self.call("payments.CreatePayment", {**payment, **change}))
        self.refuse(self.call("payments.GetPayment", {"paymentId": text}))
        self.refuse(self.call("payments.ListPayments", {"reference": text}), "card_number_refused")
        self.refuse(self.call("payments.ListPayments", {"pageToken": text}), "card_number_refused")
        self.refuse(self.call("payments.RefundPayment", {"paymentId": "pay_" + "0" * 20, "reason": text}), "card_number_refused")
        self.refuse(self.call("tenants.CreateTenant", {"name": text}, "platform_key"), "card_number_refused")
        self.refuse(self.call("events.ListEvents", {"subject": text}), "card_number_refused")
        self.refuse(self.call("ledger.GetAccount", {"path": text, "ledger": "USD/2"}))
        for broken in ('{"amount":' + text, text, f'["{text}"]', f'{{"amount":{{"currency":"USD","minor":{text}}}', f'"{text}"'):
            self.refuse(self.call("payments.CreatePayment", broken))
        # As protobuf: a description, and a field that the contract does not have.
        for tag in (b"\x32", b"\xfa\x3e"):
            content = tag + bytes([len(text)]) + text.encode()
            self.refuse(self.call("payments.CreatePayment", content, headers={"Content-Type": "application/proto"}))

    def feed_heads(self, text):
        body = {"amount": money(1250), "paymentMethod": {"token": "tok_success"}}
        for name in ("Idempotency-Key", "X-Card", "Cookie", "User-Agent", "Florin-Tenant", "Florin-Position", "Referer"):
            self.refuse(self.call("payments.CreatePayment", body, headers={name: text}), "card_number_refused")
        self.refuse(self.call("payments.CreatePayment", body, headers={"Authorization": "Bearer " + text}))
        self.refuse(self.call("payments.CreatePayment", body, headers={"X-" + text.replace(" ", "-"): "1"}))
        quoted = urllib.parse.quote(text)
        for path in (f"/{quoted}", f"/pay/{quoted}?x=1", f"/return/{quoted}", f"/webhooks/sandbox/{quoted}", f"/?pan={quoted}"):
            self.refuse(self.send("GET", self.api + path), "card_number_refused")
        message = urllib.parse.quote(json.dumps({"paymentId": text}))
        query = f"?connect=v1&encoding=json&message={message}"
        self.refuse(self.send("GET", self.api + path_of("payments.GetPayment") + query), "card_number_refused")
        self.refuse(self.send("POST", self.api + "/webhooks/sandbox/default", body=json.dumps({"id": text})))
        self.said.append(raw_exchange(self.api, f"GET /{text} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()))
        self.said.append(raw_exchange(self.api, f"{text}\r\n\r\n".encode()))

    def feed_vault(self, number):
        good = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "1234" if number == AMEX else "123"}
        own = {"Origin": self.vault}
        for change in ({"name": number}, {"cvc": number}, {"exp_month": number}, {"exp_year": int(number)}, {number: 1}):
            self.refuse(self.send("POST", self.vault + "/v1/tokens", own, json.dumps({**good, **change})))
        self.refuse(self.send("POST", self.vault + "/v1/tokens", own, json.dumps({**good, "number": number[:-1] + "x"})))
        self.refuse(self.send("POST", self.vault + "/v1/tokens", {"Origin": "https://evil.example"}, json.dumps(good)))
        self.refuse(self.send("POST", self.vault + "/v1/claims", own, json.dumps({"token": number})))
        self.refuse(self.send("GET", self.vault + "/card-form/v1/" + number))
        answer = self.send("POST", self.vault + "/v1/tokens", own, json.dumps(good))
        self.assertEqual(answer.status, 200, answer.text)
        return json.loads(answer.body)["token"]

    def pay_and_read(self, token):
        """A payment with everything that shows it."""
        request = {"amount": money(1250), "paymentMethod": {"token": token}, "confirm": True, "reference": "marker-of-this-test"}
        payment = json.loads(self.call("payments.CreatePayment", request, headers={"Idempotency-Key": token}).body)["payment"]
        self.call("payments.GetPayment", {"paymentId": payment["id"]})
        self.call("events.ListEvents", {"subject": payment["id"]})
        return payment

    def files(self, inside_vault):
        folder = self.platform.data
        for path in [*folder.rglob("*"), self.platform.log, self.platform.greeting]:
            if path.is_file() and ("vault" in path.relative_to(folder.parent).parts) == inside_vault:
                yield path, path.read_bytes().replace(GREETED, b"")

    def assert_nowhere(self, where, content):
        for number in self.numbers:
            for form in forms_of(number):
                self.assertNotIn(form, content, f"{number} in {where}")

    def test_card_numbers_are_nowhere_but_in_the_vault_and_there_only_as_ciphertext(self):
        for form in forms_of(SUCCESS):
            with self.assertRaises(AssertionError):
                self.assert_nowhere("the control", b"x" + form + b"x")
        self.assertIn(b"NDI0MjQyNDI0MjQyNDI0", b"".join(forms_of(SUCCESS)))

        for number in self.numbers:
            for text in self.spellings(number):
                self.feed_fields(text)
                self.feed_heads(text)
            payment = self.pay_and_read(self.feed_vault(number))
            self.assertEqual(payment["paymentMethod"]["card"]["lastFour"], number[-4:], "the card did pay")
        self.assertGreater(self.refused, 700)
        self.said.append(http_get(self.api + "/metrics").body)
        for path in ("/v1/payments", "/v1/balance-report"):
            self.said.append(json.dumps(self.platform.psp("GET", path)).encode())

        for index, answer in enumerate(self.said):
            self.assert_nowhere(f"answer {index}: {answer[:300]}", answer)
        while_it_runs = list(self.files(inside_vault=False))
        self.assertTrue(any(b"marker-of-this-test" in content for _, content in while_it_runs), "the journal can be read")
        self.assertEqual(self.platform.stop(), 0, self.platform.stderr())
        for path, content in [*while_it_runs, *self.files(inside_vault=False)]:
            self.assert_nowhere(path, content)
        inside = list(self.files(inside_vault=True))
        self.assertGreater(sum(len(content) for _, content in inside), 500)
        for path, content in inside:
            self.assert_nowhere(path, content)
            for known in (b"tok_card_", b"pay_", b"424242"):
                self.assertNotIn(known, content, path)
