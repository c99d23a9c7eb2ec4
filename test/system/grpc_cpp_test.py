"""The platform's services by a client from another hand: Debian's gRPC C++, in clear and over TLS."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from case import PlatformCase
from florin import PATIENCE_S

PLACE = Path(os.environ.get("FLORIN_BIN", "build/release/bin"))
CLIENT = (PLACE if PLACE.is_dir() else PLACE.parent) / "florin_grpc_cpp_client"
# Numbers of gRPC's status codes.
OK, CANCELLED, INVALID_ARGUMENT, NOT_FOUND, UNAUTHENTICATED = 0, 1, 3, 5, 16


@unittest.skipUnless(CLIENT.is_file(), f"{CLIENT.name} was not built: ./dev setup test brings gRPC C++, then ./dev build")
class GrpcCpp(PlatformCase):
    def seen(self, tls):
        """Status code and JSON by the words that the client prints: see main.cc."""
        endpoints = self.platform.endpoints
        address = endpoints["api_tls" if tls else "api"].partition("://")[2]
        trust = [endpoints["tls_certificate"]] if tls else []
        done = subprocess.run(
            [CLIENT.resolve(), address, endpoints["secret_key"], *trust],
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = (line.split(" ", 2) for line in done.stdout.splitlines())
        return {word: (int(code), json.loads(content)) for word, code, content in lines}

    def test_payment_errors_and_health(self):
        for tls in (False, True):
            with self.subTest(tls=tls):
                seen = self.seen(tls)
                self.check_payment(seen)
                self.check_failures(seen)
                self.assertEqual(seen["check"], (OK, {"status": "SERVING"}))
                self.assertEqual(seen["unknown"][0], NOT_FOUND, seen)
                self.assertEqual(seen["watched"], (OK, {"status": "SERVING"}))
                self.assertEqual(seen["given-up"][0], CANCELLED, seen)

    def check_payment(self, seen):
        for word in ("created", "confirmed", "read", "replayed"):
            self.assertEqual(seen.get(word, (None,))[0], OK, seen)
        created, confirmed, read = (seen[word][1]["payment"] for word in ("created", "confirmed", "read"))
        self.assertEqual(created["status"], "PAYMENT_STATUS_REQUIRES_CONFIRMATION")
        self.assertEqual(confirmed["status"], "PAYMENT_STATUS_SUCCEEDED")
        self.assert_money(confirmed, captured=1250, refundable=1250)
        self.assertEqual(read, confirmed)
        self.assertEqual(seen["replayed"][1]["payment"], created)
        self.assertEqual(self.client.payment(created["id"]), read)

    def check_failures(self, seen):
        """Code and message of the status are those of grpc-status-details-bin, which carries Florin's one detail."""
        for word, code, reason in (
            ("absent", NOT_FOUND, "payment_not_found"),
            ("invalid", INVALID_ARGUMENT, "field_invalid"),
            ("stranger", UNAUTHENTICATED, "api_key_unknown"),
        ):
            status, carried = seen[word]
            self.assertIsNotNone(carried, f"{word}: the status has no details, or they have another message")
            self.assertEqual((status, carried["code"], len(carried["details"])), (code, code, 1), seen[word])
            self.assertGreater(len(carried["message"]), 10)
            detail = carried["details"][0]
            self.assertEqual(detail["@type"], "type.googleapis.com/florin.common.v1.ErrorDetail")
            self.assertEqual(detail["reason"], reason)
        self.assertEqual(seen["invalid"][1]["details"][0]["fieldViolations"], [{"field": "amount", "description": "is required"}])
