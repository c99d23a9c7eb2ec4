import unittest

from check_forbidden import check_text


def rules(path, text):
    return [finding.rule for finding in check_text(path, text)]


class ForbiddenTest(unittest.TestCase):
    def test_sleeping_is_refused(self):
        for call in ("std::this_thread::sleep_for(1s);", "usleep(5);", "::sleep(1);", "sleep_until(t);"):
            self.assertEqual(["sleep"], rules("src/x/x_test.cc", call), call)

    def test_floating_point_is_refused_near_money_only(self):
        for path in ("src/ledger/a.cc", "src/payments/a.h", "src/base/money.cc"):
            self.assertEqual(["float"], rules(path, "double amount;"), path)
        self.assertEqual([], rules("src/telemetry/a.cc", "double seconds;"))

    def test_throwing_is_refused(self):
        self.assertEqual(["throw"], rules("src/x/x.cc", "throw Error();"))

    def test_randomness_has_one_source(self):
        for use in ("rand()", "std::random_device d;", "std::mt19937_64 g;"):
            self.assertEqual(["random"], rules("src/x/x.cc", use), use)
        self.assertEqual([], rules("src/base/random.cc", "std::random_device d;"))

    def test_time_has_one_source(self):
        for use in ("std::chrono::system_clock::now()", "time(nullptr)", "clock_gettime(CLOCK_REALTIME, &t)"):
            self.assertEqual(["clock"], rules("src/x/x.cc", use), use)
        self.assertEqual([], rules("src/base/time.cc", "std::chrono::system_clock::now()"))
        # Our own Clock is obtained by a function of that name.
        self.assertEqual([], rules("src/x/x.cc", "system_clock().now()"))

    def test_printing_by_streams_is_refused(self):
        self.assertEqual(["iostream"], rules("src/x/x.cc", "#include <iostream>"))

    def test_a_todo_names_its_issue(self):
        self.assertEqual(["todo"], rules("src/x/x.cc", "// TODO: later"))
        self.assertEqual(["todo"], rules("src/x/x.cc", "// FIXME"))
        self.assertEqual([], rules("src/x/x.cc", "// TODO(#12): when the vault is there"))

    def test_comments_and_strings_are_not_code(self):
        self.assertEqual([], rules("src/x/x.cc", '// never throw\nauto s = "throw";\n/* sleep(1) */\nR"(throw)";'))

    def test_an_exemption_states_its_reason(self):
        self.assertEqual([], rules("src/x/x.cc", "throw 1;  // allow(throw): the library asks for it"))
        self.assertEqual([], rules("src/x/x.cc", "// allow(throw): the library asks for it\nthrow 1;"))
        self.assertEqual(["throw"], rules("src/x/x.cc", "throw 1;  // allow(throw):"))
        self.assertEqual(["throw"], rules("src/x/x.cc", "throw 1;  // allow(sleep): another rule"))


if __name__ == "__main__":
    unittest.main()
