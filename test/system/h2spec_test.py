"""HTTP/2 by the letter of RFC 9113 and RFC 7541, as h2spec asks for it, over TLS and in clear."""

import re
import subprocess
import unittest
from pathlib import Path
from urllib.parse import urlsplit

import go_tools
from case import PlatformCase

PACKAGE, VERSION = "github.com/summerwind/h2spec/cmd/h2spec", "v2.2.1+incompatible"
MODULE = Path(__file__).parent / "clients/h2spec"
# In clear the port speaks HTTP/1.1 too, so that what is no HTTP/2 preface is a bad HTTP/1.1 request and answered as one; section 3.5
# wants silence.
IN_CLEAR = ("generic", "http2/4", "http2/5", "http2/6", "http2/7", "http2/8", "hpack")


class H2Spec(PlatformCase):
    def check(self, url, *arguments):
        try:
            h2spec = go_tools.program(PACKAGE, VERSION, MODULE)
        except go_tools.Unavailable as reason:
            raise unittest.SkipTest(str(reason)) from None
        address = urlsplit(url)
        command = [h2spec, "--strict", "-h", address.hostname, "-p", str(address.port), "-P", "/livez", *arguments]
        said = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False).stdout
        passed, failed = map(int, re.search(r"(\d+) passed, \d+ skipped, (\d+) failed", said).groups())
        self.assertEqual(failed, 0, said[said.find("Failures:") :])
        self.assertGreater(passed, 100, said)

    def test_over_tls(self):
        self.check(self.platform.endpoints["api_tls"], "--tls", "--insecure")

    def test_in_clear(self):
        self.check(self.platform.endpoints["api"], *IN_CLEAR)
