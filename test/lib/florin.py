"""The real `florin` binary, for tests: start it, wait for it, call it, stop it, kill it.

    with Platform(data) as platform:
        answer = platform.client().call("payments.CreatePayment", {"amount": money(1250)}, key="order-1")
        assert answer.ok, answer

Every platform listens on free ports, in a process group of its own, and is gone when the test is, however that ends.
Nothing sleeps but `wait_until`, which polls a condition and fails with its name.
"""

import atexit
import base64
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

# Longer than anything takes on a slow and busy machine; a test that reaches it has failed.
PATIENCE_S = float(os.environ.get("FLORIN_TEST_PATIENCE_S", "60"))


def program():
    """The binary under test: $FLORIN_BIN, or `florin` in that folder."""
    place = Path(os.environ.get("FLORIN_BIN", "build/release/bin"))
    path = place / "florin" if place.is_dir() else place
    if not path.is_file():
        sys.exit(f"There is no program {path}: build it, or set FLORIN_BIN.")
    return str(path.resolve())


def wait_until(condition, what, timeout_s=PATIENCE_S):
    """Polls until `condition()` gives something true, and returns that. The only place that sleeps."""
    end = time.monotonic() + timeout_s
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout_s:.0f} s in vain: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


class Scratch:
    """Folders below $FLORIN_OUT (or a temporary one), removed at the end unless FLORIN_KEEP is set."""

    _root = None
    _count = 0

    @classmethod
    def folder(cls, name):
        """A path that does not exist yet."""
        if cls._root is None:
            out = os.environ.get("FLORIN_OUT")
            cls._root = Path(tempfile.mkdtemp(prefix="florin-", dir=out))
            if not os.environ.get("FLORIN_KEEP"):
                atexit.register(shutil.rmtree, cls._root, ignore_errors=True)
        cls._count += 1
        return cls._root / f"{cls._count:03d}-{name}"


# --- processes -------------------------------------------------------------------------------------------------------

_running = set()


def _kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@atexit.register
def _kill_all():
    for process in list(_running):
        _kill_group(process)


# The suite's time limit ends it by SIGTERM: that must run the clean-up too.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def run(*arguments, timeout_s=PATIENCE_S, env=None):
    """Runs a subcommand to its end: exit code, stdout, stderr."""
    return subprocess.run(
        [program(), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
    )


class StartFailed(AssertionError):
    """The process ended before it was ready."""

    def __init__(self, exit_code, stderr):
        super().__init__(f"florin ended with {exit_code}: {stderr}")
        self.exit_code = exit_code
        self.stderr = stderr


class Platform:
    """`florin serve --dev` on free ports. Start and kill it as often as needed; the data directory stays."""

    def __init__(self, data, *options, psp_listen="127.0.0.1:0", listen="127.0.0.1:0", log=None):
        self.data = Path(data)
        # Its standard error; by default beside its data. Its standard output is a neighbour.
        self.log = Path(log or self.data.with_name(self.data.name + ".log"))
        self.greeting = self.log.with_suffix(".out")
        self.options = [str(option) for option in options]
        self.listen, self.psp_listen = listen, psp_listen
        self.process = None
        self.endpoints = {}

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def command(self):
        return [
            *(program(), "serve", "--dev", "--data", str(self.data), "--listen", self.listen),
            *("--sandbox-psp-listen", self.psp_listen, *self.options),
        ]

    def start(self, timeout_s=PATIENCE_S):
        """Returns when requests are served."""
        self.launch()
        wait_until(self.is_ready, "the platform is ready", timeout_s)
        return self

    def launch(self):
        """Starts the process and does not wait."""
        assert self.process is None, "the platform runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # A file that an earlier process left must not be taken for this one's.
        self._told = self._endpoints_stamp()
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log, open(self.greeting, "wb") as out:
            self.process = subprocess.Popen(
                self.command(), stdout=out, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        _running.add(self.process)

    def _endpoints_stamp(self):
        try:
            stat = (self.data / "endpoints.json").stat()
            return stat.st_ino, stat.st_mtime_ns
        except OSError:
            return None

    def is_ready(self):
        exit_code = self.process.poll()
        if exit_code is not None:
            self.kill()
            raise StartFailed(exit_code, self.stderr())
        if self._endpoints_stamp() == self._told:
            return False
        self.endpoints = json.loads((self.data / "endpoints.json").read_text())
        return http_get(self.endpoints["api"] + "/readyz").status == 200

    def stderr(self):
        """What the last process wrote."""
        with open(self.log, "rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def stop(self, timeout_s=PATIENCE_S):
        """SIGTERM; the exit code."""
        self.terminate()
        return self.wait(timeout_s)

    def wait(self, timeout_s=PATIENCE_S):
        exit_code = self.process.wait(timeout_s)
        self.kill()
        return exit_code

    def kill(self):
        """SIGKILL to the whole tree. Nothing of it runs any more when this returns."""
        if self.process is None:
            return
        children = self.children()
        _kill_group(self.process)
        _running.discard(self.process)
        self.process = None
        # They are in groups of their own and die with their parent, but not in the same moment.
        wait_until(lambda: not any(os.path.exists(f"/proc/{child}") for child in children), "the children ended")

    def children(self):
        """Process ids."""
        ids = []
        for listed in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            try:
                ids += [int(word) for word in listed.read_text().split()]
            except OSError:
                pass  # The thread has ended.
        return ids

    def psp_pid(self):
        """The sandbox PSP's process; nothing while none runs."""
        for child in self.children():
            try:
                if b"sandbox-psp" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                    return child
            except OSError:
                pass  # It has ended.
        return None

    # Calls

    def client(self, key=None):
        return Client(self.endpoints["api"], self.endpoints["secret_key"] if key is None else key)

    def platform_client(self, tenant=None):
        client = self.client(self.endpoints["platform_key"])
        if tenant:
            client.headers["florin-tenant"] = tenant
        return client

    def psp(self, method, path, body=None):
        """The sandbox PSP's own API; its answer's JSON."""
        connection = open_connection(self.endpoints["sandbox_psp"])
        headers = {"Authorization": "Bearer " + self.endpoints["sandbox_psp_key"], "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse().read()
        connection.close()
        return json.loads(answer)

    def metric(self, name):
        text = http_get(self.endpoints["api"] + "/metrics").text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        assert found, f"there is no metric {name}"
        return int(found[1])

    def verify(self):
        """`florin verify` on the stopped platform's data."""
        return run("verify", self.data)

    def tie_out(self):
        return run("tie-out", "--data", self.data)


# --- HTTP and RPC ----------------------------------------------------------------------------------------------------


def open_connection(base_url, timeout_s=PATIENCE_S):
    address = urllib.parse.urlsplit(base_url)
    return http.client.HTTPConnection(address.hostname, address.port, timeout=timeout_s)


class HttpAnswer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()


def http_get(url, headers=None, method="GET", body=None):
    """One request on a connection of its own. Status 0 where nobody answers."""
    parts = urllib.parse.urlsplit(url)
    connection = open_connection(url)
    try:
        target = parts.path + ("?" + parts.query if parts.query else "")
        connection.request(method, target, body, headers or {})
        return HttpAnswer(connection.getresponse())
    except (ConnectionError, http.client.HTTPException):
        nobody = HttpAnswer.__new__(HttpAnswer)
        nobody.status, nobody.headers, nobody.body = 0, {}, b""
        return nobody
    finally:
        connection.close()


def money(minor, currency="USD"):
    return {"currency": currency, "minor": str(minor)}


SERVICES = {
    "payments": "florin.payments.v1.PaymentService",
    "ledger": "florin.ledger.v1.LedgerService",
    "tenants": "florin.tenants.v1.TenantService",
    "events": "florin.events.v1.EventService",
    "operators": "florin.operators.v1.OperatorService",
    "webhooks": "florin.webhooks.v1.ReceivedWebhookService",
    "checkout": "florin.checkout.v1.CheckoutService",
    "shopper": "florin.checkout.v1.ShopperService",
    "system": "florin.system.v1.SystemService",
}


def path_of(method):
    """ "payments.CreatePayment" or a whole path."""
    if method.startswith("/"):
        return method
    domain, _, name = method.partition(".")
    return f"/{SERVICES[domain]}/{name}"


class Answer:
    """An RPC's answer: `json` of a success; code, message and detail of an error."""

    def __init__(self, http_answer):
        self.status = http_answer.status
        self.headers = http_answer.headers
        self.body = http_answer.body
        self.json, self.code, self.message, self.detail = None, None, None, {}
        if self.headers.get("content-type", "").startswith(("application/json", "application/problem+json")):
            self.json = json.loads(self.body)
        if not self.ok and isinstance(self.json, dict):
            self.code, self.message = self.json.get("code"), self.json.get("message", "")
            details = self.json.get("details", [])
            self.detail = details[0].get("debug", {}) if details else {"reason": self.json.get("reason")}

    @property
    def ok(self):
        return self.status == 200

    @property
    def reason(self):
        return self.detail.get("reason")

    @property
    def payment(self):
        return self.json["payment"]

    @property
    def replayed(self):
        return self.headers.get("idempotency-replayed") == "true"

    def __str__(self):
        return f"{self.status} {self.body[:600].decode(errors='replace')}"


class Lost(Exception):
    """The connection ended before an answer: the request may or may not have been taken."""


class Client:
    """Calls with one key over one kept connection. For one thread."""

    def __init__(self, base_url, key=""):
        self.base_url = base_url
        self.headers = {"Content-Type": "application/json"}
        if key:
            self.headers["Authorization"] = "Bearer " + key
        self._connection = None

    def call(self, method, body=None, key=None, headers=None, raw=None):
        """`raw` is sent as it is instead of `body`. Raises Lost."""
        merged = {**self.headers, **(headers or {})}
        if key is not None:
            merged["Idempotency-Key"] = key
        content = json.dumps({} if body is None else body) if raw is None else raw
        return Answer(self.exchange("POST", path_of(method), content, merged))

    def get(self, method, body=None, encoding="json", headers=None):
        """The same by GET."""
        query = {"connect": "v1", "encoding": encoding, "message": json.dumps(body or {})}
        merged = {name: value for name, value in self.headers.items() if name != "Content-Type"}
        target = path_of(method) + "?" + urllib.parse.urlencode(query)
        return Answer(self.exchange("GET", target, None, {**merged, **(headers or {})}))

    def exchange(self, verb, target, content, headers):
        if self._connection is None:
            self._connection = open_connection(self.base_url)
        try:
            self._connection.request(verb, target, content, headers)
            return HttpAnswer(self._connection.getresponse())
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            raise Lost(str(lost)) from lost

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # What tests say most often

    def pay(self, minor=1000, token="tok_success", key=None, **fields):
        """Creates and confirms; the answer."""
        request = {"amount": money(minor), "paymentMethod": {"token": token}, "confirm": True, **fields}
        return self.call("payments.CreatePayment", request, key)

    def payment(self, payment_id):
        return self.call("payments.GetPayment", {"paymentId": payment_id, "omitTimeline": True}).payment

    def trial_balance(self):
        return self.call("ledger.GetTrialBalance").json.get("ledgers", [])

    def all_payments(self, **filters):
        payments, token = [], ""
        while True:
            page = self.call("payments.ListPayments", {"pageSize": 200, "pageToken": token, **filters}).json
            payments += page.get("payments", [])
            token = page.get("nextPageToken", "")
            if not token:
                return payments


def status_of(payment):
    """ "succeeded"."""
    return payment["status"].removeprefix("PAYMENT_STATUS_").lower()


def amount(payment, name):
    """ "captured": 0 where the field is not there."""
    return int(payment.get(name + "Minor", "0"))


def decode_unpadded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))
