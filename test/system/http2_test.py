"""HTTP/2 in clear (prior knowledge) on the API's port, as tools from other hands speak it: curl, nghttp and h2load."""

import json
import re
import subprocess

from case import PlatformCase
from florin import PATIENCE_S

CREATE = "/florin.payments.v1.PaymentService/CreatePayment"
GET = "/florin.payments.v1.PaymentService/GetPayment"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


class Http2(PlatformCase):
    def url(self, path):
        return self.platform.endpoints["api"] + path

    def curl(self, path, *options, version="--http2-prior-knowledge"):
        """Status, HTTP version and body of an answer."""
        done = run("curl", "-sS", version, "-w", "\n%{http_code} %{http_version}", *options, self.url(path))
        self.assertEqual(done.returncode, 0, done.stderr)
        body, _, facts = done.stdout.rpartition("\n")
        status, spoken = facts.split()
        return int(status), spoken, body

    def call(self, path, message, **options):
        key = self.platform.endpoints["secret_key"]
        fields = ("-H", "Content-Type: application/json", "-H", f"Authorization: Bearer {key}")
        return self.curl(path, *fields, "-d", json.dumps(message), **options)

    def test_a_payment_over_both_versions(self):
        status, spoken, body = self.call(CREATE, {"amount": {"currency": "USD", "minor": "1250"}})
        self.assertEqual((status, spoken), (200, "2"), body)
        payment = json.loads(body)["payment"]["id"]
        for version, name in (("--http2-prior-knowledge", "2"), ("--http1.1", "1.1")):
            status, spoken, body = self.call(GET, {"paymentId": payment}, version=version)
            self.assertEqual((status, spoken), (200, name), body)
            self.assertEqual(json.loads(body)["payment"]["id"], payment)

    def test_errors_look_the_same(self):
        for version in ("--http2-prior-knowledge", "--http1.1"):
            status, _, body = self.call(GET, {"paymentId": "pay_none"}, version=version)
            self.assertGreaterEqual(status, 400)
            self.assertIn("code", json.loads(body))

    def test_oversize_head(self):
        status, spoken, _ = self.curl("/livez", "-H", "X-A: " + "a" * 33_000)
        self.assertEqual((status, spoken), (431, "2"))
        self.assertEqual(self.curl("/livez", "-H", "X-A: " + "a" * 30_000)[0], 200)

    def test_frames(self):
        done = run("nghttp", "-nv", self.url("/livez"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"SETTINGS_MAX_CONCURRENT_STREAMS\(0x03\):\d+")
        self.assertIn(":status: 200", done.stdout)
        self.assertIn("END_STREAM", done.stdout)

    def test_many_streams_at_once(self):
        for options in (("-c", "4", "-m", "64"), ("-c", "64", "-m", "1"), ("--h1", "-c", "16")):
            with self.subTest(options):
                done = run("h2load", "-n", "4000", *options, self.url("/livez"))
                self.assertTrue(re.search(r"4000 succeeded, 0 failed, 0 errored", done.stdout), done.stdout)
