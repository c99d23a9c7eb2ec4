import check_layers
from tree import TreeTest

LAW = """
[rooms]
base = { floor = 0, uses = [] }
proto = { floor = 0, uses = [] }
journal = { floor = 1, uses = [] }
engine = { floor = 2, uses = ["journal", "proto"] }
"connectors/*" = { floor = 2, uses = [] }
ledger = { floor = 3, uses = ["engine"] }
payments = { floor = 3, uses = ["engine", "ledger"] }
"app/*" = { floor = 5, uses = ["*"] }
"""


class LayersTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("tools/layers.toml", LAW)
        self.write("src/base/money.h", "")
        self.write("src/journal/journal.h", '#include "base/money.h"\n')
        self.write("src/engine/lane.h", '#include "journal/journal.h"\n')
        self.write("src/ledger/ledger.h", '#include "engine/lane.h"\n#include <vector>\n')
        self.write("src/payments/payments.h", '#include "ledger/ledger.h"\n')

    def check(self):
        return check_layers.check(self.root)

    def law(self, text):
        self.write("tools/layers.toml", text)

    def test_a_lawful_tree_passes(self):
        self.assert_none(self.check())

    def test_an_import_of_a_higher_floor_is_refused(self):
        self.write("src/journal/bad.cc", '#include "engine/lane.h"\n')
        self.assert_one(self.check(), "src/journal/bad.cc", "higher floor")

    def test_a_lower_import_that_is_not_declared_is_refused(self):
        self.write("src/ledger/bad.cc", '#include "journal/journal.h"\n')
        self.assert_one(self.check(), "src/ledger/bad.cc", "not in the line of ledger")

    def test_a_lower_domain_knows_nothing_of_a_higher_one(self):
        self.write("src/ledger/bad.cc", '#include "payments/payments.h"\n')
        self.assert_one(self.check(), "src/ledger/bad.cc", "payments")

    def test_a_test_may_use_its_floor_those_below_and_testing_rooms_but_nothing_above(self):
        self.write("src/journal/testing/fake.h", '#include "journal/journal.h"\n')
        self.write("src/ledger/ledger_test.cc", '#include "journal/journal.h"\n#include "journal/testing/fake.h"\n#include "payments/payments.h"\n')
        self.write("src/ledger/bench_ledger_main.cc", '#include "journal/journal.h"\n')
        self.assert_none(self.check())
        self.write("src/journal/bad_test.cc", '#include "engine/lane.h"\n')
        self.assert_one(self.check(), "src/journal/bad_test.cc", "higher floor")

    def test_only_test_code_may_use_testing_rooms(self):
        self.write("src/journal/testing/fake.h", '#include "journal/journal.h"\n')
        self.write("src/journal/bad.cc", '#include "journal/testing/fake.h"\n')
        self.assert_one(self.check(), "src/journal/bad.cc", "journal/testing")

    def test_a_testing_room_looks_no_higher_than_its_room(self):
        self.write("src/journal/testing/bad.h", '#include "engine/lane.h"\n')
        self.assert_one(self.check(), "src/journal/testing/bad.h", "higher floor")

    def test_a_folder_without_a_line_is_refused(self):
        self.write("src/billing/billing.h", "")
        self.assert_one(self.check(), "src/billing/billing.h", "not declared")

    def test_a_pattern_speaks_for_every_folder_below(self):
        self.write("src/connectors/stripe/stripe.h", '#include "base/money.h"\n')
        self.assert_none(self.check())
        self.write("src/connectors/adyen/adyen.h", '#include "connectors/stripe/stripe.h"\n')
        self.write("src/connectors/stripe/bad.h", '#include "engine/lane.h"\n')
        paths = [finding.path for finding in self.check()]
        self.assertIn("src/connectors/stripe/bad.h", paths)

    def test_a_star_may_include_everyone(self):
        self.write("src/app/server/server.cc", '#include "payments/payments.h"\n#include "journal/journal.h"\n')
        self.assert_none(self.check())

    def test_a_circle_between_files_of_one_room_is_refused(self):
        self.write("src/ledger/a.h", '#include "ledger/b.h"\n')
        self.write("src/ledger/b.h", '#include "ledger/a.h"\n')
        self.assertIn("include circle", str(self.check()[0]))

    def test_an_include_beside_the_file_is_refused(self):
        self.write("src/ledger/bad.cc", '#include "ledger.h"\n')
        self.assert_one(self.check(), "src/ledger/bad.cc", "no header below src/")

    def test_a_parent_folder_include_is_refused(self):
        self.write("src/ledger/bad.cc", '#include "../ledger/ledger.h"\n')
        self.assert_one(self.check(), "src/ledger/bad.cc", "no header below src/")

    def test_our_header_in_angle_brackets_is_refused(self):
        self.write("src/ledger/bad.cc", "#include <ledger/ledger.h>\n")
        self.assert_one(self.check(), "src/ledger/bad.cc", "is ours")

    def test_generated_messages_need_the_room_proto(self):
        self.write("src/engine/good.cc", '#include "florin/journal/v1/entry.pb.h"\n')
        self.assert_none(self.check())
        self.write("src/ledger/bad.cc", '#include "florin/journal/v1/entry.pb.h"\n')
        self.assert_one(self.check(), "src/ledger/bad.cc", "proto")

    def test_an_include_in_a_comment_does_not_count(self):
        self.write("src/journal/fine.cc", '// #include "engine/lane.h"\n/*\n#include "engine/lane.h"\n*/\n')
        self.assert_none(self.check())

    def test_a_law_with_a_circle_is_refused(self):
        self.law('[rooms]\na = { floor = 1, uses = ["b"] }\nb = { floor = 1, uses = ["a"] }\n')
        self.assert_one(self.check(), "tools/layers.toml", "circle between rooms", "a -> b -> a")

    def test_a_law_that_looks_up_is_refused(self):
        self.law("[rooms]\na = { floor = 1, uses = ['b'] }\nb = { floor = 2, uses = [] }\n")
        self.assert_one(self.check(), "tools/layers.toml", "higher floor")

    def test_a_law_that_names_an_unknown_room_is_refused(self):
        self.law("[rooms]\na = { floor = 1, uses = ['nowhere'] }\n")
        self.assert_one(self.check(), "tools/layers.toml", "nowhere")

    def test_cmake_may_not_link_what_may_not_be_included(self):
        self.write("src/engine/CMakeLists.txt", "florin_room(engine DEPS journal)\n")
        self.write("src/journal/CMakeLists.txt", "florin_room(journal DEPS base engine LIBS x TEST_DEPS ledger)\n")
        self.assert_one(self.check(), "src/journal/CMakeLists.txt", "engine")

    def test_a_room_is_named_like_its_folder(self):
        self.write("src/journal/testing/CMakeLists.txt", "florin_room(testing)\n")
        self.assert_one(self.check(), "src/journal/testing/CMakeLists.txt", "journal_testing")
