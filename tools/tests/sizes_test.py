import check_sizes
from tree import TreeTest


def function(lines):
    """A function of exactly `lines` lines."""
    return "int f() {\n" + "  g();\n" * (lines - 2) + "}\n"


class SizesTest(TreeTest):
    def check(self):
        return check_sizes.check(self.root)

    def test_limits_are_exact(self):
        self.write("src/a/a.cc", function(69))
        self.write("src/a/a.h", "\n" * 200)
        self.write("src/a/a_test.cc", "\n" * 1000)
        self.assert_none(self.check())

    def test_a_long_function_is_refused(self):
        self.write("src/a/a.cc", "\n\n" + function(70))
        self.assert_one(self.check(), "src/a/a.cc", "f has 70 lines", ":3:")

    def test_long_files_are_refused(self):
        self.write("src/a/a.cc", "\n" * 601)
        self.write("src/a/a.h", "\n" * 201)
        self.write("src/a/a_test.cc", "\n" * 1001)
        self.write("tools/a.py", "\n" * 601)
        self.assertEqual(4, len(self.check()))

    def test_an_exemption_holds_and_must_be_needed(self):
        self.write("src/a/a.cc", function(70))
        self.write("tools/size_exemptions.toml", '"src/a/a.cc:f" = "one table"\n')
        self.assert_none(self.check())
        self.write("src/a/a.cc", function(10))
        self.assert_one(self.check(), "tools/size_exemptions.toml", "no exemption")

    def test_an_exemption_without_a_reason_is_refused(self):
        self.write("src/a/a.cc", function(70))
        self.write("tools/size_exemptions.toml", '"src/a/a.cc:f" = " "\n')
        self.assert_one(self.check(), "tools/size_exemptions.toml", "say why")

    def test_functions_are_told_from_scopes(self):
        text = (
            "namespace n {\n"
            "struct S {\n"
            "  S() : a_{1}, b_(2) {\n"
            "    f();\n"
            "  }\n"
            "  int a_;\n"
            "};\n"
            'const char* brace = "{";  // }\n'
            "enum class E { a, b };\n"
            "constexpr int table[] = {1'000, 2};\n"
            "template <class T>\n"
            "int f(T t) noexcept {\n"
            "  auto lambda = [] { return 1; };\n"
            "  if (t) { return lambda(); }\n"
            "  return 2;\n"
            "}\n"
            "}  // namespace n\n"
        )
        self.assertEqual([("S", 3, 5), ("f", 11, 16)], check_sizes.functions(text))
