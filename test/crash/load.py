"""The load of the crash test: clients that never give a request up, and remember every answer they got.

A worker plays payments one after the other. Each request has an idempotency key and is sent again under it until it is
answered, whatever dies meanwhile. An answer is appended to a file before the next request is made: what stands there was
promised by the platform.
"""

import json
import random
import threading

from florin import Client, Lost, amount, money, status_of, wait_until

# Those that a caller should simply send again.
RETRYABLE = {"unavailable", "deadline_exceeded", "resource_exhausted", "aborted"}

TOKENS = {
    "tok_success": 40,
    "tok_slow": 6,
    "tok_decline_insufficient_funds": 6,
    "tok_decline_lost_card": 3,
    "tok_timeout_before": 4,
    "tok_timeout_after": 8,
    "tok_timeout_after_once": 4,
    "tok_timeout_after_webhook": 4,
    "tok_error_500_before": 3,
    "tok_error_500_after": 4,
    "tok_pending": 5,
    "tok_duplicate_webhook": 4,
    "tok_capture_timeout_after": 4,
    "tok_capture_timeout_before": 3,
    "tok_capture_pending": 3,
    "tok_refund_timeout_after": 4,
    "tok_refund_pending": 3,
    "tok_refund_fails": 2,
    "tok_void_timeout_after": 3,
}
CURRENCIES = ("USD", "EUR", "JPY")


class Shared:
    """What all workers and the killer know. Thread-safe."""

    def __init__(self, file):
        self.stop = threading.Event()
        self.up = threading.Event()  # somebody answers, as far as the killer knows
        self.place = ("", "")  # API address and key of the running platform
        self.failures = []
        self.acknowledged = 0
        self._file = file
        self._lock = threading.Lock()

    def acknowledge(self, **facts):
        with self._lock:
            self._file.write(json.dumps(facts) + "\n")
            self._file.flush()
            self.acknowledged += 1

    def fail(self, text):
        with self._lock:
            self.failures.append(text)
        self.stop.set()


class Stopped(Exception):
    """The load is over; a request that has no answer yet stays without one."""


class Worker(threading.Thread):
    def __init__(self, shared, number, seed):
        super().__init__(name=f"worker-{number}")
        self.shared, self.number = shared, number
        self.random = random.Random(f"{seed}/{number}")
        self.client, self.place = None, None

    def run(self):
        index = 0
        try:
            while not self.shared.stop.is_set():
                self.play(f"w{self.number}-{index}")
                index += 1
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - told of by the run
            self.shared.fail(f"{self.name}: {type(error).__name__}: {error}")
        finally:
            if self.client:
                self.client.close()

    # One payment and what follows it.

    def play(self, name):
        token = self.random.choices(list(TOKENS), TOKENS.values())[0]
        self.currency = self.random.choice(CURRENCIES)
        minor = self.random.randint(100, 99_999)
        manual = self.random.random() < 0.4
        request = {
            "amount": money(minor, self.currency),
            "paymentMethod": {"token": token},
            "captureMethod": "CAPTURE_METHOD_MANUAL" if manual else "CAPTURE_METHOD_AUTOMATIC",
            "reference": name,
            "confirm": self.random.random() < 0.7,
            "wait": self.random.choice(["0s", "0.2s", "2s"]),
        }
        payment = self.do("Create", name, request)
        if payment and status_of(payment) == "requires_confirmation":
            payment = self.do("Confirm", name, {"paymentId": payment["id"], "wait": "2s"})
        if payment is None:
            return
        if status_of(payment) == "requires_capture":
            payment = self.finish(name, payment) or payment
        if amount(payment, "refundable") > 0 and self.random.random() < 0.4:
            part = self.random.randint(1, amount(payment, "refundable"))
            for again in range(2):
                request = {"paymentId": payment["id"], "amount": money(part, self.currency), "wait": "1s"}
                self.do("Refund", f"{name}-{again}", request)

    def finish(self, name, payment):
        request = {"paymentId": payment["id"], "wait": "1s"}
        if self.random.random() < 0.2:
            return self.do("Cancel", name, request)
        part = self.random.randint(1, amount(payment, "capturable"))
        request["amount"] = money(part, self.currency)
        request["finalCapture"] = self.random.random() < 0.5
        return self.do("Capture", name, request)

    def do(self, verb, key, request):
        """The payment after it; nothing where it was refused."""
        answer = self.until_answered(f"payments.{verb}Payment", request, key)
        payment = answer.payment if answer.ok else None
        operation = answer.json.get("operation") if answer.ok else None
        self.shared.acknowledge(verb=verb, key=key, ok=answer.ok, reason=answer.reason, payment=payment, operation=operation)
        return payment

    def until_answered(self, method, request, key):
        while True:
            self.connect()
            try:
                answer = self.client.call(method, request, key=key)
            except Lost:
                answer = None
            if answer is not None and answer.ok:
                return answer
            if answer is not None and answer.code not in RETRYABLE and answer.status != 503:
                if answer.code in ("failed_precondition", "invalid_argument"):
                    return answer
                raise AssertionError(f"{method} {key}: {answer}")
            if self.shared.stop.is_set():
                raise Stopped
            if answer is None:
                # Its process is gone, or about to be replaced.
                stale = self.place
                wait_until(lambda: self.shared.place != stale or self.shared.stop.is_set() or self.alive(), "a platform")

    def alive(self):
        """Where only a connection was lost, the same platform still answers."""
        try:
            return Client(*self.shared.place).call("payments.ListPayments", {"pageSize": 1}) is not None
        except Lost:
            return False

    def connect(self):
        if self.place == self.shared.place and self.client:
            return
        if self.client:
            self.client.close()
        self.place = self.shared.place
        self.client = Client(*self.place)
