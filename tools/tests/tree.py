"""A small source tree in a temporary folder, for one test."""

import tempfile
import unittest
from pathlib import Path


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def assert_one(self, findings, path, *words):
        """Exactly one finding, in `path`, whose message holds every word."""
        self.assertEqual([path], [finding.path for finding in findings], [str(finding) for finding in findings])
        for word in words:
            self.assertIn(word, str(findings[0]))

    def assert_none(self, findings):
        self.assertEqual([], [str(finding) for finding in findings])
