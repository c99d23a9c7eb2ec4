"""The platform's services by a client from another hand: buf curl speaks Connect, gRPC and gRPC-Web, and learns the schema by reflection."""

import json
import shutil
import subprocess
import unittest

from case import PlatformCase
from florin import PATIENCE_S

BUF = shutil.which("buf")
PROTOCOLS = ("connect", "grpc", "grpcweb")


@unittest.skipUnless(BUF, "there is no buf on the PATH: ./dev setup test brings it")
class BufCurl(PlatformCase):
    def buf(self, protocol, method, message, tls=False):
        endpoints = self.platform.endpoints
        base = endpoints["api_tls" if tls else "api"]
        way = ["--cacert", endpoints["tls_certificate"]] if tls else ["--http2-prior-knowledge"]
        return subprocess.run(
            [BUF, "curl", "--protocol", protocol, *way, "--reflect", "-H", f"Authorization: Bearer {endpoints['secret_key']}",
             "-d", json.dumps(message), f"{base}/{method}"],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip

    def test_a_payment_by_each_protocol(self):
        for tls in (False, True):
            for protocol in PROTOCOLS:
                with self.subTest(protocol, tls=tls):
                    done = self.buf(protocol, "florin.payments.v1.PaymentService/CreatePayment",
                                    {"amount": {"currency": "USD", "minor": "1250"}}, tls)  # fmt: skip
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(json.loads(done.stdout)["payment"]["amount"]["minor"], "1250")

    def test_errors_and_their_details(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                done = self.buf(protocol, "florin.payments.v1.PaymentService/GetPayment", {"paymentId": "pay_none"})
                self.assertNotEqual(done.returncode, 0)
                error = json.loads(done.stderr)
                self.assertIn("code", error)
                self.assertIn("florin.common.v1.ErrorDetail", json.dumps(error["details"]))

    def test_health(self):
        for protocol in PROTOCOLS:
            done = self.buf(protocol, "grpc.health.v1.Health/Check", {})
            self.assertEqual(json.loads(done.stdout)["status"], "SERVING", done.stderr)
