"""Settings and ports that cannot be used: told in one line that names the place, with exit code 1, before anything is done."""

import random
import socket
import unittest

from florin import Platform, Scratch, StartFailed, run


class Configuration(unittest.TestCase):
    def refused(self, yaml=None, env=None, options=()):
        """The one line of a `florin serve` that must not start."""
        data = Scratch.folder("config")
        words = ["serve", "--dev", "--data", data, "--listen", "127.0.0.1:0", "--sandbox-psp-listen", "127.0.0.1:0"]
        if yaml is not None:
            self.file = data.with_suffix(".yaml")
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(yaml)
            words += ["--config", self.file]
        result = run(*words, *options, env=env)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        lines = result.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertFalse(data.exists(), "something was written before the settings were read")
        return lines[0]

    def test_unknown_key(self):
        line = self.refused("server:\n  listen: 127.0.0.1:0\n  thraeds: 2\n")
        self.assertIn(f"{self.file}:3:3: ", line)
        for word in ("thraeds", "threads", "(config_key_unknown)"):
            self.assertIn(word, line)
        line = self.refused("sever: {}\n")
        self.assertIn(f"{self.file}:1:1: ", line)

    def test_bad_value(self):
        for yaml, words in (
            ("server:\n  threads: many\n", (":2:12: ", "server.threads")),
            ("server:\n  threads: 900\n", ("server.threads", "1 to 64")),
            ("server:\n  listen: nowhere\n", ("server.listen",)),
            ("data:\n  segment_mb: 1\n", ("data.segment_mb", "8 to 1024")),
            ("data:\n  - 1\n", ("data",)),
            ("sandbox_psp:\n  enabled: maybe\n", ("sandbox_psp.enabled", "true or false")),
            ("telemetry:\n  log_level: loud\n", ("log_level",)),
            ("psp_accounts:\n  - connector: nope\n    api_key: {env: HOME}\n    webhook_secret: {env: HOME}\n", ("nope",)),
            ("psp_accounts:\n  - connector: sandbox\n    account: b\n    api_key: {file: /nowhere/key}\n", ("/nowhere/key",)),
        ):
            with self.subTest(yaml):
                # The options for the ports would hide the file's.
                data = Scratch.folder("config")
                file = data.with_suffix(".yaml")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(yaml)
                result = run("serve", "--data", data, "--config", file)
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
                self.assertIn("(config_value_invalid)", result.stderr)
                for word in words:
                    self.assertIn(word, result.stderr)

    def test_not_yaml(self):
        line = self.refused("server: [\n")
        self.assertIn("(config_unreadable)", line)
        self.assertIn(str(self.file), line)

    def test_no_such_file(self):
        line = self.refused(options=("--config", "/nowhere/florin.yaml"))
        self.assertIn("/nowhere/florin.yaml", line)

    def test_environment(self):
        line = self.refused(env={"FLORIN_SERVER_THREADS": "lots"})
        self.assertIn("FLORIN_SERVER_THREADS", line)
        line = self.refused(env={"FLORIN_SERVER_THREADS": "999"})
        self.assertIn("1 to 64", line)


# In development the port of TLS stands so far above the API's.
TLS_DISTANCE = 363


def free_pair():
    """A port for the API whose port for TLS is free too. Below those that the kernel gives to connections."""
    for port in random.sample(range(20_000, 32_000), 500):
        with socket.socket() as plain, socket.socket() as tls:
            try:
                plain.bind(("127.0.0.1", port))
                tls.bind(("127.0.0.1", port + TLS_DISTANCE))
                return port
            except OSError:
                continue
    raise AssertionError("no two free ports")


class Ports(unittest.TestCase):
    def taken_port(self):
        other = socket.socket()
        other.bind(("127.0.0.1", 0))
        other.listen()
        self.addCleanup(other.close)
        return f"127.0.0.1:{other.getsockname()[1]}"

    def assert_refused(self, platform, address, reason):
        self.addCleanup(platform.kill)
        with self.assertRaises(StartFailed) as failed:
            platform.start()
        self.assertEqual(failed.exception.exit_code, 1)
        stderr = failed.exception.stderr
        self.assertIn(address.rsplit(":", 1)[1], stderr)
        self.assertIn(f"({reason})", stderr)

    def test_api_port_in_use(self):
        address = self.taken_port()
        self.assert_refused(Platform(Scratch.folder("port"), listen=address), address, "port_in_use")

    def test_tls_port_in_use_names_its_setting(self):
        port = free_pair()
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.bind(("127.0.0.1", port + TLS_DISTANCE))
        taken.listen()
        platform = Platform(Scratch.folder("port"), listen=f"127.0.0.1:{port}")
        self.assert_refused(platform, f"127.0.0.1:{port + TLS_DISTANCE}", "port_in_use")
        self.assertIn("tls.listen", platform.stderr())

    def test_sandbox_psp_port_in_use(self):
        address = self.taken_port()
        self.assert_refused(Platform(Scratch.folder("port"), psp_listen=address), address, "port_in_use")

    def test_address_of_another_machine(self):
        platform = Platform(Scratch.folder("port"), listen="192.0.2.1:8080")
        self.assert_refused(platform, "192.0.2.1:8080", "address_not_available")

    def test_both_on_one_port(self):
        address = f"127.0.0.1:{free_pair()}"
        platform = Platform(Scratch.folder("port"), listen=address, psp_listen=address)
        self.assert_refused(platform, address, "port_in_use")
