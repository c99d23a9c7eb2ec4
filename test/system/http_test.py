"""HTTP that is malformed, too large, or could be read in two ways: each is refused, changes nothing, and ends the connection."""

import gzip
import re

from case import PlatformCase, raw_exchange
from florin import http_get, open_connection

CREATE = "/florin.payments.v1.PaymentService/CreatePayment"
BODY = b'{"amount":{"currency":"USD","minor":"1250"}}'


class MalformedHttp(PlatformCase):
    def create(self, *fields, body=BODY, line=f"POST {CREATE} HTTP/1.1"):
        """The bytes of a CreatePayment that would succeed but for what `fields` and `line` make of it."""
        head = [line, "Host: florin", "Content-Type: application/json"]
        head.append("Authorization: Bearer " + self.platform.endpoints["secret_key"])
        return "\r\n".join([*head, *fields, "", ""]).encode() + body

    def assert_refused_raw(self, request, status, *words):
        with self.unchanged():
            said = raw_exchange(self.platform.endpoints["api"], request)
        first = said.split(b"\r\n", 1)[0].decode()
        self.assertTrue(first.startswith(f"HTTP/1.1 {status} "), said[:300])
        self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d{3} ", said)), 1, "something behind the refused request was read")
        self.assertIn(b"connection: close", said.lower())
        for word in words:
            self.assertIn(word.encode(), said)

    def length(self, body=BODY):
        return f"Content-Length: {len(body)}"

    def test_the_pattern_is_accepted_when_nothing_is_wrong(self):
        said = raw_exchange(self.platform.endpoints["api"], self.create(self.length(), "Connection: close"))
        self.assertTrue(said.startswith(b"HTTP/1.1 200 "), said[:300])

    def test_bare_line_feed(self):
        self.assert_refused_raw(self.create(self.length()).replace(b"\r\n", b"\n"), 400, "CR LF")

    def test_content_length_beside_transfer_encoding(self):
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
        for fields in (("Transfer-Encoding: chunked", self.length()), (self.length(), "Transfer-Encoding: chunked")):
            with self.subTest(fields):
                self.assert_refused_raw(self.create(*fields, body=chunked), 400, "exclude each other")

    def test_two_content_lengths(self):
        self.assert_refused_raw(self.create(self.length(), "Content-Length: 5"), 400, "more than one Content-Length")
        self.assert_refused_raw(self.create(self.length(), self.length()), 400, "more than one Content-Length")

    def test_content_length_that_is_no_number(self):
        for value in ("+44", "-1", "0x2c", "44, 44", "", "99999999999999999999999"):
            with self.subTest(value):
                self.assert_refused_raw(self.create(f"Content-Length: {value}"), 400)

    def test_space_before_a_colon(self):
        self.assert_refused_raw(b"GET /livez HTTP/1.1\r\nHost : florin\r\n\r\n", 400)
        self.assert_refused_raw(self.create("X-A : b", self.length()), 400)

    def test_folded_line(self):
        self.assert_refused_raw(self.create("X-A: b\r\n c", self.length()), 400)

    def test_no_host_or_two(self):
        self.assert_refused_raw(b"GET /livez HTTP/1.1\r\n\r\n", 400, "Host")
        self.assert_refused_raw(b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Host")

    def test_control_characters(self):
        self.assert_refused_raw(self.create("X-A: b\0c", self.length()), 400)
        self.assert_refused_raw(self.create("X-A: b\rc", self.length()), 400)

    def test_other_versions(self):
        self.assert_refused_raw(b"GET /livez\r\n\r\n", 505)
        self.assert_refused_raw(b"GET /livez HTTP/3.0\r\nHost: a\r\n\r\n", 505)
        self.assert_refused_raw(b"GET /livez HTTP/0.9\r\nHost: a\r\n\r\n", 505)

    def test_unknown_transfer_coding(self):
        self.assert_refused_raw(self.create("Transfer-Encoding: gzip, chunked"), 501)
        self.assert_refused_raw(self.create("Transfer-Encoding: identity"), 501)

    def test_chunk_sizes(self):
        for size in (b"g", b"-1", b"0x5", b" 5", b"ffffffffffffffffff", b""):
            with self.subTest(size):
                body = size + b"\r\n" + BODY + b"\r\n0\r\n\r\n"
                with self.unchanged():
                    said = raw_exchange(
                        self.platform.endpoints["api"], self.create("Transfer-Encoding: chunked", body=body)
                    )
                self.assertRegex(said[:12], rb"HTTP/1.1 4(00|13|29)")

    def test_oversize_head(self):
        self.assert_refused_raw(self.create("X-A: " + "a" * 40_000, self.length()), 431)
        self.assert_refused_raw(self.create(*(f"X-{i}: a" for i in range(200)), self.length()), 431)
        self.assert_refused_raw(b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414)

    def test_what_is_no_http_at_all(self):
        for request in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64, b"hello\r\n\r\n", b"\0" * 100 + b"\r\n\r\n"):
            with self.subTest(request[:8]):
                with self.unchanged():
                    said = raw_exchange(self.platform.endpoints["api"], request)
                self.assertTrue(said == b"" or said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 505 ")), said[:200])

    def test_connection_that_ends_in_the_middle(self):
        request = self.create(self.length())
        with self.unchanged():
            for cut in (10, 60, len(request) - len(BODY), len(request) - 5):
                connection = open_connection(self.platform.endpoints["api"])
                connection.connect()
                connection.sock.sendall(request[:cut])
                connection.close()
            self.assertEqual(http_get(self.platform.endpoints["api"] + "/livez").status, 200)

    def test_smuggled_request_is_not_read(self):
        inner = self.create(self.length())
        self.assert_refused_raw(self.create(self.length(), "Transfer-Encoding: chunked", body=b"0\r\n\r\n" + inner), 400)


class BodySizes(PlatformCase):
    MESSAGE_MAX = 4 << 20

    def test_body_over_the_limit(self):
        with self.unchanged():
            answer = self.client.call("payments.CreatePayment", raw=b" " * (self.MESSAGE_MAX + 1))
            self.assert_refused(answer, "resource_exhausted", answer.reason, str(self.MESSAGE_MAX))
            self.assertIn(answer.reason, ("body_too_large", "message_too_large"))

    def test_announced_body_far_over_the_limit(self):
        with self.unchanged():
            head = f"POST {CREATE} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {1 << 40}\r\n\r\n"
            said = raw_exchange(self.platform.endpoints["api"], head.encode())
            # The status that Connect gives to resource_exhausted.
            self.assertTrue(said.startswith(b"HTTP/1.1 429 "), said[:300])
            self.assertIn(b"body_too_large", said)
            self.assertIn(b"%d bytes" % self.MESSAGE_MAX, said)

    def test_compressed_bomb(self):
        bomb = gzip.compress(b" " * (64 << 20))
        self.assertLess(len(bomb), 1 << 20)
        with self.unchanged():
            answer = self.client.call("payments.CreatePayment", raw=bomb, headers={"Content-Encoding": "gzip"})
            self.assert_refused(answer, "resource_exhausted", "message_too_large")

    def test_unknown_and_broken_compression(self):
        with self.unchanged():
            answer = self.client.call("payments.CreatePayment", raw=BODY, headers={"Content-Encoding": "br"})
            self.assert_refused(answer, "unimplemented", "unsupported_encoding", "gzip")
            answer = self.client.call("payments.CreatePayment", raw=BODY, headers={"Content-Encoding": "gzip"})
            self.assert_refused(answer, "invalid_argument", "invalid_compression")
