"""The API over TLS: the certificate made for development, HTTP/2 by ALPN, a certificate of one's own, client certificates, wrong files."""

import json
import subprocess

from case import PlatformCase
from florin import PATIENCE_S, Platform, Scratch, run

CREATE = "/florin.payments.v1.PaymentService/CreatePayment"


def command(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def make_authority(folder, name):
    """A certificate signed by itself for 127.0.0.1, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    made = command(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return certificate, key


class Tls(PlatformCase):
    def curl(self, *options, endpoints=None, path="/livez"):
        endpoints = endpoints or self.platform.endpoints
        return command("curl", "-sS", "-w", "\n%{http_code} %{http_version}", *options, endpoints["api_tls"] + path)

    def test_both_versions_with_the_development_certificate(self):
        trust = ("--cacert", self.platform.endpoints["tls_certificate"])
        for version, name in (("--http2", "2"), ("--http1.1", "1.1")):
            done = self.curl(*trust, version)
            self.assertEqual(done.stdout.splitlines()[-1], f"200 {name}", done.stderr)

    def test_stranger_is_not_trusted(self):
        done = self.curl()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("certificate", done.stderr)

    def test_a_payment(self):
        endpoints = self.platform.endpoints
        done = self.curl(
            "--cacert", endpoints["tls_certificate"], "-H", "Content-Type: application/json",
            "-H", f"Authorization: Bearer {endpoints['secret_key']}",
            "-d", json.dumps({"amount": {"currency": "USD", "minor": "1250"}}), path=CREATE,
        )  # fmt: skip
        self.assertIn('"status":"PAYMENT_STATUS_', done.stdout)

    def test_refused_before_the_body_has_come(self):
        # curl sends head and body in records of their own, and takes a reset for a failure even behind a whole answer.
        trust = ("--cacert", self.platform.endpoints["tls_certificate"])
        for _ in range(20):
            done = self.curl(*trust, "-H", "Content-Type: application/json", "-d", "{}", path="/florin.payments.v1.PaymentService/None")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.splitlines()[-1], "404 2")
            self.assertIn("unimplemented", done.stdout)

    def test_plain_text_on_the_port_is_closed(self):
        address = self.platform.endpoints["api_tls"].removeprefix("https://")
        self.assertNotEqual(command("curl", "-sS", f"http://{address}/livez").returncode, 0)

    def test_own_certificate_and_clients_with_one(self):
        folder = Scratch.folder("tls")
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = make_authority(folder, "server")
        client, client_key = make_authority(folder, "client")
        config = folder / "florin.yaml"
        config.write_text(f"tls:\n  certificate_file: {certificate}\n  key_file: {key}\n  client_ca_file: {client}\n")
        with Platform(folder / "data", "--config", config) as platform:
            self.assertEqual(platform.endpoints["tls_certificate"], "")
            done = self.curl("--cacert", certificate, "--cert", client, "--key", client_key, endpoints=platform.endpoints)
            self.assertEqual(done.stdout.splitlines()[-1], "200 2", done.stderr)
            self.assertNotEqual(self.curl("--cacert", certificate, endpoints=platform.endpoints).returncode, 0)

    def test_wrong_files(self):
        folder = Scratch.folder("tls_wrong")
        folder.mkdir(parents=True, exist_ok=True)
        certificate, _ = make_authority(folder, "one")
        _, other_key = make_authority(folder, "two")
        for lines, word in (
            (f"certificate_file: {certificate}\n  key_file: {folder}/none", "tls.key_file"),
            (f"certificate_file: {certificate}\n  key_file: {other_key}", "key_mismatch"),
            (f"certificate_file: {other_key}\n  key_file: {other_key}", "bad_certificate"),
            (f"certificate_file: {certificate}", "tls.key_file"),
        ):
            with self.subTest(word):
                config = folder / "wrong.yaml"
                config.write_text(f"tls:\n  {lines}\n")
                result = run(
                    "serve", "--dev", "--data", folder / "data", "--listen", "127.0.0.1:0",
                    "--sandbox-psp-listen", "127.0.0.1:0", "--config", config,
                )  # fmt: skip
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                self.assertIn(word, result.stderr)
