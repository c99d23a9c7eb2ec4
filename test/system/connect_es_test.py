"""The platform's services by a client from another hand: Connect-ES in Node, by each of its transports, and by fetch as a browser has it."""

import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

from case import PlatformCase
from florin import PATIENCE_S, Scratch

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).resolve().parent / "clients" / "connect_es"
NODE_MODULES = ROOT / "tools" / "node" / "node_modules"
NODE = next(NODE_MODULES.glob("node-linux-*/bin/node"), None)
BUF = next(NODE_MODULES.glob("@bufbuild/buf-linux-*/bin/buf"), None)
INSTALLED = NODE and BUF and all((NODE_MODULES / name).is_dir() for name in ("@connectrpc/connect-node", "@bufbuild/protoc-gen-es"))


@unittest.skipUnless(INSTALLED, "there is no Connect-ES in tools/node: ./dev setup test brings it")
class ConnectEs(PlatformCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The scripts stand where they find both their packages and what is generated for them.
        cls.folder = Scratch.folder("connect_es")
        shutil.copytree(SCRIPTS, cls.folder)
        (cls.folder / "node_modules").symlink_to(NODE_MODULES)
        made = subprocess.run(
            [BUF, "generate", "--template", SCRIPTS / "buf.gen.yaml", "-o", cls.folder / "gen"],
            capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE_S, check=False,
            env={**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert made.returncode == 0, made.stderr

    def seen(self, way, version, *flags):
        """What the client saw that calls in this way: see main.js."""
        trusted = {"NODE_EXTRA_CA_CERTS": self.platform.endpoints["tls_certificate"]} if "tls" in flags else {}
        done = subprocess.run(
            [NODE, self.folder / "main.js", way, version, *flags], input=json.dumps(self.platform.endpoints),
            capture_output=True, text=True, timeout=PATIENCE_S, check=False, env={**os.environ, **trusted},
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check(self, way, version, *flags, read_by="POST"):
        with self.subTest(way, version=version, flags=flags):
            seen = self.seen(way, version, *flags)
            self.check_payment(seen["payment"])
            self.check_failures(seen["failures"])
            self.check_health(seen["health"])
            self.check_requests(seen["requests"], version, read_by)

    def check_payment(self, seen):
        created, confirmed, read = seen["created"], seen["confirmed"], seen["read"]
        self.assertEqual(created["status"], "PAYMENT_STATUS_REQUIRES_CONFIRMATION")
        self.assertEqual(confirmed["status"], "PAYMENT_STATUS_SUCCEEDED")
        self.assert_money(confirmed, captured=1250, refundable=1250)
        self.assertEqual(created["metadata"], {"order": "№ 1"})
        self.assertEqual(read, confirmed)
        self.assertEqual(seen["timeline"][0], "payments.payment_created")
        self.assertEqual((seen["again"], seen["replayed"]), (created, "true"))
        self.assertEqual(self.client.payment(created["id"]), read)

    def check_failures(self, seen):
        """Each error by its code and by the one detail that Florin's errors carry, as the client's own types read it."""
        for name, code, reason in (
            ("absent", "NotFound", "payment_not_found"),
            ("invalid", "InvalidArgument", "field_invalid"),
            ("stranger", "Unauthenticated", "api_key_unknown"),
        ):
            failure = seen[name]
            self.assertEqual((failure["code"], len(failure["details"])), (code, 1), failure)
            self.assertGreater(len(failure["message"]), 10)
            self.assertEqual(failure["details"][0]["reason"], reason)
            self.assertRegex(failure["details"][0]["traceId"], "^[0-9a-f]{32}$")
        self.assertEqual(seen["absent"]["details"][0]["domain"], "ERROR_DOMAIN_REQUEST")
        self.assertEqual(seen["stranger"]["details"][0]["domain"], "ERROR_DOMAIN_PERMISSION")
        self.assertEqual(seen["invalid"]["details"][0]["fieldViolations"], [{"field": "amount", "description": "is required"}])

    def check_health(self, seen):
        self.assertEqual((seen["check"], seen["watch"], seen["unknown"]["code"]), ("SERVING", "SERVING", "NotFound"))

    def check_requests(self, seen, version, read_by):
        """The client did go the way that its options name: GET only where it may, and no other version of HTTP."""
        self.assertEqual({one["version"] for one in seen}, {version})
        payments, health = "/florin.payments.v1.PaymentService/", "/grpc.health.v1.Health/"
        expected = [
            *(("POST", payments + "CreatePayment"), ("POST", payments + "ConfirmPayment")),
            *((read_by, payments + "GetPayment"), ("POST", payments + "CreatePayment")),
            *((read_by, payments + "GetPayment"), ("POST", payments + "CreatePayment"), (read_by, payments + "ListPayments")),
            *(("POST", health + "Check"), ("POST", health + "Watch"), ("POST", health + "Check")),
        ]
        self.assertEqual([(one["method"], one["path"]) for one in seen], expected)

    def test_connect(self):
        for version in ("1.1", "2"):
            self.check("connect", version)
            self.check("connect-json", version, "gzip")

    def test_connect_get(self):
        for version in ("1.1", "2"):
            self.check("connect-get", version, read_by="GET")

    def test_grpc(self):
        self.check("grpc", "2")
        self.check("grpc", "2", "gzip")

    def test_grpc_web(self):
        for version in ("1.1", "2"):
            self.check("grpc-web", version)
        self.check("grpc-web", "2", "gzip")

    def test_over_tls(self):
        for way, version in (("connect", "1.1"), ("connect", "2"), ("grpc", "2"), ("grpc-web", "1.1")):
            self.check(way, version, "tls")

    def test_fetch(self):
        for flags in ((), ("tls",)):
            self.check("fetch-connect", "1.1", *flags, read_by="GET")
            self.check("fetch-grpc-web", "1.1", *flags)
