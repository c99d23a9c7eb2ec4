"""A data directory that is locked, damaged, read-only, full, or from a newer version: each is told in one line, and nothing is lost."""

import json
import os
import shutil
import struct
import subprocess
import unittest

from florin import Lost, Platform, Scratch, StartFailed, amount, run, status_of, wait_until

FIRST_RECORD = 4096
SEGMENT = "00000000000000000001.seg"


def crc32c(data):
    """The Castagnoli CRC, as in a segment's header."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class DataCase(unittest.TestCase):
    def platform(self, name="data", *options):
        platform = Platform(Scratch.folder(name), *options)
        self.addCleanup(platform.kill)
        return platform

    def filled(self, payments=12):
        """A stopped platform that made some payments, and their ids."""
        platform = self.platform().start()
        client = platform.client()
        made = [client.pay(100 + i).payment["id"] for i in range(payments)]
        client.close()
        self.assertEqual(platform.stop(), 0)
        return platform, made

    def assert_does_not_start(self, platform, reason, *words):
        """Ends with 1 and one line on standard error that says what to do."""
        with self.assertRaises(StartFailed) as failed:
            platform.start()
        self.assertEqual(failed.exception.exit_code, 1)
        self.assert_told(failed.exception.stderr, reason, *words)

    def assert_told(self, stderr, reason, *words):
        lines = [line for line in stderr.splitlines() if line.startswith("florin: ")]
        self.assertEqual(len(lines), 1, stderr)
        self.assertIn(f"({reason})", lines[0])
        for word in words:
            self.assertIn(str(word).lower(), lines[0].lower())

    def assert_verify(self, platform, clean=True):
        result = platform.verify()
        self.assertEqual(result.returncode == 0, clean, result.stdout + result.stderr)
        return result

    def segment(self, platform):
        return platform.data / "journal" / SEGMENT

    def used_bytes(self, segment):
        """Where the records end."""
        return len(segment.read_bytes().rstrip(b"\0"))


class Locked(DataCase):
    def test_second_process(self):
        first = self.platform().start()
        second = Platform(first.data)
        second.data = first.data
        self.addCleanup(second.kill)
        with self.assertRaises(StartFailed) as failed:
            second.start()
        self.assertEqual(failed.exception.exit_code, 1)
        self.assert_told(failed.exception.stderr, "data_directory_locked", first.data)
        verify = run("verify", first.data)
        self.assertEqual(verify.returncode, 1)
        self.assert_told(verify.stderr, "data_directory_locked")
        self.assertTrue(first.client().pay(100).ok, "the first goes on")
        self.assertEqual(first.stop(), 0)
        self.assert_verify(first)

    def test_lock_of_a_killed_process_does_not_stay(self):
        platform = self.platform().start()
        platform.kill()
        platform.start()
        self.assertEqual(platform.stop(), 0)


class Damaged(DataCase):
    def flip(self, path, offset):
        with open(path, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def test_flipped_byte_in_the_middle_of_the_journal(self):
        platform, _ = self.filled()
        segment = self.segment(platform)
        middle = (FIRST_RECORD + self.used_bytes(segment)) // 2
        self.flip(segment, middle)
        before = segment.read_bytes()
        self.assert_does_not_start(platform, "journal_corrupt", SEGMENT)
        result = self.assert_verify(platform, clean=False)
        self.assert_told(result.stderr, "journal_corrupt", SEGMENT)
        self.assertEqual(segment.read_bytes(), before, "a damaged journal was changed")
        self.flip(segment, middle)
        self.assert_verify(platform)

    def test_verify_finds_any_flipped_byte(self):
        platform, _ = self.filled(4)
        segment = self.segment(platform)
        end = self.used_bytes(segment)
        for part in range(1, 12):
            offset = FIRST_RECORD + (end - FIRST_RECORD) * part // 14
            with self.subTest(offset):
                self.flip(segment, offset)
                self.assert_verify(platform, clean=False)
                self.flip(segment, offset)
        self.assert_verify(platform)

    def test_doctored_state(self):
        """A state that does not follow from the journal: another directory's."""
        platform, _ = self.filled(3)
        other, _ = self.filled(5)
        shutil.rmtree(platform.data / "state")
        shutil.copytree(other.data / "state", platform.data / "state")
        result = platform.verify()
        self.assertNotEqual(result.returncode, 0, result.stdout)

    def test_damaged_state_is_made_anew_from_the_journal(self):
        platform, made = self.filled()
        for path in (platform.data / "state").iterdir():
            if path.suffix == ".sst" or path.name.startswith(("MANIFEST", "CURRENT")):
                path.write_bytes(b"x" * 100)
        platform.start()
        self.assertEqual({payment["id"] for payment in platform.client().all_payments()}, set(made))
        self.assertEqual(platform.stop(), 0)
        self.assert_verify(platform)

    def test_removed_state_is_made_anew_from_the_journal(self):
        platform, made = self.filled()
        shutil.rmtree(platform.data / "state")
        platform.start()
        client = platform.client()
        self.assertEqual({payment["id"] for payment in client.all_payments()}, set(made))
        self.assertTrue(client.pay(100).ok)
        self.assertEqual(platform.stop(), 0)
        self.assert_verify(platform)

    def test_newer_version(self):
        platform, _ = self.filled(2)
        segment = self.segment(platform)
        content = bytearray(segment.read_bytes())
        content[8:10] = struct.pack("<H", 2)
        content[88:124] = b"florin 99.1.0".ljust(36, b"\0")
        content[124:128] = struct.pack("<I", crc32c(bytes(content[:124])))
        segment.write_bytes(content)
        self.assert_does_not_start(platform, "journal_from_newer_version", "florin 99.1.0")
        result = self.assert_verify(platform, clean=False)
        self.assert_told(result.stderr, "journal_from_newer_version")
        self.assertEqual(segment.read_bytes(), bytes(content))

    def test_not_a_directory(self):
        platform = self.platform()
        platform.data.parent.mkdir(parents=True, exist_ok=True)
        platform.data.write_text("not a directory")
        with self.assertRaises(StartFailed) as failed:
            platform.start()
        self.assertEqual(failed.exception.exit_code, 1)
        self.assertEqual(len(failed.exception.stderr.strip().splitlines()), 1, failed.exception.stderr)


class Mounted(DataCase):
    """On file systems of their own, which only root may mount."""

    def mount(self, size_mb):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        folder = Scratch.folder("mount")
        folder.mkdir(parents=True)
        tried = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", folder], capture_output=True, text=True
        )
        if tried.returncode != 0:
            self.skipTest("mounting a tmpfs is not permitted here: " + tried.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        return folder

    def platform_on(self, folder, *options):
        """Its log stands elsewhere: the file system is not for it."""
        platform = Platform(folder / "data", *options, log=Scratch.folder("mounted.log"))
        self.addCleanup(platform.kill)
        return platform

    def test_read_only(self):
        folder = self.mount(400)
        platform = self.platform_on(folder)
        platform.start()
        self.assertTrue(platform.client().pay(100).ok)
        self.assertEqual(platform.stop(), 0)
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        self.assert_does_not_start(platform, "disk_not_writable", folder)
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        platform.start()
        self.assertEqual(len(platform.client().all_payments()), 1)
        self.assertEqual(platform.stop(), 0)
        self.assert_verify(platform)

    def test_full(self):
        folder = self.mount(150)
        config = folder.with_name(folder.name + ".yaml")
        config.write_text("data:\n  segment_mb: 8\n")
        platform = self.platform_on(folder, "--config", config)
        platform.start()
        self.assertTrue(platform.client().pay(100).ok)
        self.fill(folder)
        acknowledged = self.pay_until_refused(platform)
        self.assertEqual(platform.wait(), 1)
        self.assertIn('"reason":"disk_full"', platform.stderr())
        # What it freed on its way out would let it start again.
        self.fill(folder)
        self.assert_does_not_start(platform, "disk_full", folder)
        (folder / "filler").unlink()
        platform.start()
        client = platform.client()
        wait_until(lambda: not any(status_of(each) == "processing" for each in client.all_payments()), "all have ended")
        for payment_id, captured in acknowledged.items():
            self.assertEqual(amount(client.payment(payment_id), "captured"), captured)
        self.assertTrue(client.pay(100).ok)
        tied = platform.tie_out()
        self.assertEqual(tied.returncode, 0, tied.stdout + tied.stderr)
        self.assertEqual(platform.stop(), 0)
        self.assert_verify(platform)

    def fill(self, folder):
        """Takes all space that is left."""
        with open(folder / "filler", "ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    pass

    def pay_until_refused(self, platform):
        """Pays with large metadata until the platform says no or is gone; what each acknowledged payment captured.

        One that was acknowledged as still processing has captured what it was for once it ends."""
        client, acknowledged = platform.client(), {}
        metadata = {f"key-{i}": "v" * 500 for i in range(50)}
        for i in range(4000):
            try:
                answer = client.pay(100 + i, key=f"full-{i}", metadata=metadata)
            except Lost:
                return acknowledged
            if not answer.ok:
                self.assertEqual(answer.code, "unavailable", str(answer))
                self.assertIn(answer.reason, ("outcome_unknown", "partition_stopped", None), str(answer))
                return acknowledged
            acknowledged[answer.payment["id"]] = 100 + i
            if status_of(answer.payment) != "processing":
                self.assertEqual(amount(answer.payment, "captured"), 100 + i)
        self.fail("the disk is full, and everything is still acknowledged")


class FirstStart(DataCase):
    def test_keys_stay_the_same(self):
        platform = self.platform().start()
        first = dict(platform.endpoints)
        platform.stop()
        platform.start()
        for name in ("platform_key", "secret_key", "publishable_key", "tenant_id", "sandbox_psp_key"):
            self.assertEqual(platform.endpoints[name], first[name], name)
        platform.stop()

    def test_lost_endpoints_file_gives_new_keys_that_work(self):
        platform = self.platform().start()
        platform.stop()
        (platform.data / "endpoints.json").unlink()
        platform.start()
        self.assertTrue(platform.client().pay(100).ok)
        platform.stop()
        (platform.data / "endpoints.json").write_text("{ damaged")
        platform.start()
        self.assertTrue(platform.client().pay(100).ok)
        self.assertTrue(json.loads((platform.data / "endpoints.json").read_text())["secret_key"])
        self.assertEqual(platform.stop(), 0)
        self.assert_verify(platform)
