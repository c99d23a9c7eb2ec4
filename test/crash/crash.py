"""Load, kills, and the reckoning after them."""

import argparse
import random
import threading
import time

from florin import Lost, Platform, Scratch, amount, money, status_of, wait_until

# How often each kind of payment is made, and what is done with it afterwards.
KINDS = [
    ("tok_success", "nothing", 8),
    ("tok_success", "refund", 3),
    ("tok_success", "capture", 3),
    ("tok_timeout_after", "nothing", 1),
    ("tok_timeout_after_once", "nothing", 2),
    ("tok_decline_insufficient_funds", "nothing", 1),
    ("tok_duplicate_webhook", "nothing", 1),
    ("tok_slow", "nothing", 1),
]
HEALING_S = 180
OPEN_OPERATION = ("OPERATION_STATUS_SENT", "OPERATION_STATUS_PENDING", "OPERATION_STATUS_UNKNOWN")


class Acknowledged:
    """What the platform has said of one payment, as its caller would remember it."""

    def __init__(self, key):
        self.key = key
        self.payment_id = None
        self.captured = 0
        self.refunds = set()


class Shop(threading.Thread):
    """A merchant's server: pays, captures, refunds, and asks again under the same key when an answer is lost."""

    def __init__(self, number, world):
        super().__init__(daemon=True)
        self.number, self.world = number, world
        self.dice = random.Random(world.seed * 1000 + number)
        self.acknowledged = []
        self.surprises = []

    def run(self):
        count = 0
        while not self.world.closing.is_set():
            count += 1
            token, then, _ = self.dice.choices(KINDS, [weight for *_, weight in KINDS])[0]
            self.story(f"crash-{self.number}-{count}", token, then)

    def story(self, key, token, then):
        minor = self.dice.randrange(100, 100_000)
        request = {"amount": money(minor), "paymentMethod": {"token": token}, "confirm": True, "reference": key}
        if then == "capture":
            request["captureMethod"] = "CAPTURE_METHOD_MANUAL"
        memory = Acknowledged(key)
        self.acknowledged.append(memory)
        payment = self.insist("payments.CreatePayment", request, key)
        if payment is None:
            return
        self.remember(memory, payment)
        if then == "refund" and amount(payment, "captured") == minor:
            self.operate(memory, "payments.RefundPayment", minor // 2)
        if then == "capture" and status_of(payment) == "requires_capture":
            self.operate(memory, "payments.CapturePayment", minor // 2)

    def operate(self, memory, method, minor):
        request = {"paymentId": memory.payment_id, "amount": money(minor)}
        payment = self.insist(method, request, memory.key + "-" + method)
        if payment is not None:
            self.remember(memory, payment)

    def remember(self, memory, payment):
        memory.payment_id = payment["id"]
        memory.captured = max(memory.captured, amount(payment, "captured"))
        for operation in payment.get("operations", []):
            if operation["status"] == "OPERATION_STATUS_SUCCEEDED":
                memory.refunds.add(operation["id"])

    def insist(self, method, request, key):
        """The payment that the call answered, however often it takes; nothing once the test is over."""
        while True:
            client = self.world.client()
            if client is None:
                return None
            try:
                answer = client.call(method, request, key)
            except Lost:
                continue
            finally:
                client.close()
            if answer.ok:
                return answer.payment
            if answer.code not in ("unavailable", "deadline_exceeded", "resource_exhausted"):
                self.surprises.append(f"{method} {key}: {answer}")
                return None


class World:
    """The platform between its kills."""

    def __init__(self, data, seed):
        self.seed = seed
        self.platform = Platform(data)
        self.up = threading.Event()
        self.closing = threading.Event()
        self.finished = threading.Event()

    def start(self):
        self.platform.start()
        self.up.set()

    def kill(self):
        self.up.clear()
        self.platform.kill()

    def client(self):
        while not self.up.wait(0.1):
            if self.finished.is_set():
                return None
        return self.platform.client()


def kill_often(world, kills, dice):
    """Each time lets the load run for a random while, kills everything, and starts again."""
    slowest = 0.0
    for done in range(1, kills + 1):
        # The moment of the kill is the point of the test: any moment will do, so the machine's speed does not matter.
        world.closing.wait(dice.uniform(0.02, 0.6))
        world.kill()
        begin = time.monotonic()
        world.start()
        slowest = max(slowest, time.monotonic() - begin)
        if done % 10 == 0 or done == kills:
            print(f"{done} of {kills} kills", flush=True)
    return slowest


def is_open(payment):
    statuses = [operation["status"] for operation in payment.get("operations", [])]
    return status_of(payment) == "processing" or any(status in OPEN_OPERATION for status in statuses)


def heal(world):
    """Waits until nothing is open any more; every payment there is."""

    def healed():
        client = world.platform.client()
        try:
            payments = client.all_payments()
        finally:
            client.close()
        return payments if not any(is_open(payment) for payment in payments) else None

    return wait_until(healed, "every payment has an outcome", HEALING_S)


class Reckoning:
    """The checks at the end, each counted as one case."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, wrong):
        if wrong:
            self.failed += 1
            print(f"FAIL {what}:")
            for line in wrong[:10]:
                print(f"  {line}")
        else:
            self.passed += 1
            print(f"ok   {what}")


def lost_payments(memories, payments):
    """Acknowledged, and not there, or there with less."""
    by_id = {payment["id"]: payment for payment in payments}
    lost = []
    for memory in memories:
        if memory.payment_id is None:
            continue
        payment = by_id.get(memory.payment_id)
        if payment is None:
            lost.append(f"{memory.payment_id} ({memory.key}) is not there")
            continue
        done = {o["id"] for o in payment.get("operations", []) if o["status"] == "OPERATION_STATUS_SUCCEEDED"}
        if amount(payment, "captured") < memory.captured or memory.refunds - done:
            lost.append(f"{memory.payment_id} ({memory.key}) has lost something that was acknowledged")
    return lost


def twice(payments):
    """Keys with more than one payment."""
    references = [payment.get("reference") for payment in payments]
    return [f"{reference} has several payments" for reference in set(references) if references.count(reference) > 1]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = arguments()
    world = World(Scratch.folder("crash"), options.seed)
    world.start()
    shops = [Shop(number, world) for number in range(options.clients)]
    for shop in shops:
        shop.start()
    slowest = kill_often(world, options.kills, random.Random(options.seed))
    world.closing.set()
    for shop in shops:
        shop.join(HEALING_S)
    world.finished.set()

    payments = heal(world)
    memories = [memory for shop in shops for memory in shop.acknowledged]
    answered = [memory for memory in memories if memory.payment_id]
    reckoning = Reckoning()
    reckoning.check("every call got an answer that it could get", [line for shop in shops for line in shop.surprises])
    lost = lost_payments(memories, payments)
    reckoning.check("nothing that was acknowledged is lost", lost)
    reckoning.check("one key, one payment", twice(payments))
    doubles = world.platform.psp("GET", "/v1/duplicate-charges").get("data", [])
    reckoning.check("the provider charged nobody twice", [str(double) for double in doubles])
    tie_out = world.platform.tie_out()
    reckoning.check("the books tie out", [] if tie_out.returncode == 0 else [tie_out.stdout + tie_out.stderr])
    exit_code = world.platform.stop()
    reckoning.check("the platform stops", [] if exit_code == 0 else [f"exit code {exit_code}"])
    verified = world.platform.verify()
    reckoning.check("florin verify is clean", [] if verified.returncode == 0 else [verified.stdout + verified.stderr])

    print(
        f"\nkills {options.kills}, payments {len(payments)}, acknowledged {len(answered)}, lost {len(lost)}, "
        f"charged twice {len(doubles)}, slowest start {slowest:.2f} s"
    )
    print(f"{reckoning.passed} passed, {reckoning.failed} failed")
    return 1 if reckoning.failed else 0
