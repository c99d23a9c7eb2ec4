import check_glossary
from tree import TreeTest

GLOSSARY = """# Glossary

A bare transaction here does no harm.

## Words we do not use

| not | but |
|---|---|
| `(?<!ledger )transactions?` | say transfer |
"""


class GlossaryTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("docs/glossary.md", GLOSSARY)

    def check(self):
        return check_glossary.check(self.root)

    def test_a_word_not_used_is_found_in_documents(self):
        self.write("README.md", "Each ledger transaction is fine.\nTransactions are not.\n")
        self.assert_one(self.check(), "README.md", ":2:", "say transfer")

    def test_a_word_not_used_is_found_in_comments_of_contracts(self):
        self.write("proto/florin/x.proto", "string transaction = 1;  // the field\n// The transaction.\n")
        self.assert_one(self.check(), "proto/florin/x.proto", ":2:")

    def test_code_is_not_prose(self):
        self.write("docs/a.md", "Call `transaction()`.\n```\ntransaction\n```\n")
        self.assert_none(self.check())

    def test_an_exemption_states_its_reason(self):
        self.write("docs/a.md", "SQL has transactions. <!-- allow(glossary): their word -->\n")
        self.assert_none(self.check())

    def test_a_table_that_cannot_be_read_is_refused(self):
        self.write("docs/glossary.md", "# Glossary\n")
        self.assert_one(self.check(), "docs/glossary.md", "no rows")
