"""What the test cases have in common: a platform for each class, and what "refused, and nothing changed" means."""

import contextlib
import socket
import threading
import unittest
import urllib.parse

from florin import PATIENCE_S, Platform, Scratch, wait_until


class PlatformCase(unittest.TestCase):
    """One running platform for all cases of the class. It must end well and its data must verify."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.platform = Platform(Scratch.folder(cls.__name__), *cls.options).start()
        cls.addClassCleanup(cls.platform.kill)

    @classmethod
    def tearDownClass(cls):
        exit_code = cls.platform.stop()
        if exit_code != 0:
            raise AssertionError(f"the platform ended with {exit_code}: {cls.platform.stderr()}")
        verified = cls.platform.verify()
        if verified.returncode != 0:
            raise AssertionError(f"florin verify: {verified.stdout}{verified.stderr}")

    def setUp(self):
        self.client = self.platform.client()
        self.addCleanup(self.client.close)

    def assert_refused(self, answer, code, reason, *words):
        """An error with this code and reason, and a message that has each of the words."""
        self.assertEqual((answer.code, answer.reason), (code, reason), str(answer))
        self.assertGreater(len(answer.message), 10, str(answer))
        for word in words:
            self.assertIn(word.lower(), answer.message.lower())

    def assert_money(self, payment, **amounts):
        found = {name: int(payment.get(name + "Minor", "0")) for name in amounts}
        self.assertEqual(found, amounts)

    @contextlib.contextmanager
    def unchanged(self):
        """Whatever happens inside leaves the journal, the payments and the ledger as they were."""
        before = self.picture()
        yield
        self.assertEqual(self.picture(), before)

    def picture(self):
        wait_until(lambda: self.platform.metric("florin_effects_pending") == 0, "no effect is under way")
        client = self.platform.client()
        try:
            return {
                "journal": self.platform.metric("florin_journal_sequence"),
                "payments": client.all_payments(),
                "ledger": client.trial_balance(),
            }
        finally:
            client.close()

    def paid(self, minor=1000, **fields):
        """A payment that was captured."""
        answer = self.client.pay(minor, **fields)
        self.assertTrue(answer.ok, str(answer))
        self.assertEqual(answer.payment["status"], "PAYMENT_STATUS_SUCCEEDED", str(answer))
        return answer.payment

    def authorized(self, minor=1000, **fields):
        """A payment that waits for its capture."""
        answer = self.client.pay(minor, captureMethod="CAPTURE_METHOD_MANUAL", **fields)
        self.assertTrue(answer.ok, str(answer))
        self.assertEqual(answer.payment["status"], "PAYMENT_STATUS_REQUIRES_CAPTURE", str(answer))
        return answer.payment


def at_once(count, work):
    """Runs `work(index)` on `count` threads that start together; the results in order. Raises what one of them raised."""
    barrier = threading.Barrier(count)
    results, errors = [None] * count, []

    def body(index):
        try:
            barrier.wait()
            results[index] = work(index)
        except BaseException as error:  # noqa: BLE001 - told of below, on the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=body, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def raw_exchange(base_url, request, end=False):
    """Sends bytes as they are and reads until the server closes; all it said. With `end`, nothing more is announced."""
    address = urllib.parse.urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE_S) as connection:
        try:
            connection.sendall(request)
            if end:
                connection.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # It refused before it had read everything; its answer can still be read.
        said = b""
        try:
            while piece := connection.recv(65536):
                said += piece
        except ConnectionResetError:
            pass
        return said
