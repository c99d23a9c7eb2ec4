// The journal on a real file system.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "disk/posix_disk.h"
#include "journal/segments/testing.h"

namespace florin::journal {
namespace {

class PosixJournal : public testing::Test {
 protected:
  PosixJournal() {
    std::string pattern = (std::filesystem::temp_directory_path() / "florin-journal-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
  }
  ~PosixJournal() override { std::filesystem::remove_all(root_); }

  SegmentJournalOptions options() const {
    SegmentJournalOptions made = test_options(disk::posix_disk(), 1 << 20);
    made.directory = (root_ / "data" / "journal").string();
    made.prepare_in_background = true;
    return made;
  }

  std::filesystem::path root_;
};

TEST_F(PosixJournal, EntriesAreThereAfterReopening) {
  std::vector<Entry> appended;
  for (int life = 0; life < 3; ++life) {
    auto journal = open_segment_journal(options());
    ASSERT_TRUE(journal.ok()) << journal.error().to_string();
    EXPECT_EQ(read_all(**journal), appended);
    Appender appender(**journal, 3);
    for (int i = 0; i < 400; ++i) appender.append(std::string(static_cast<std::size_t>(i * 31), 'x'));
    appender.wait();
    for (const Status& outcome : appender.outcomes()) EXPECT_TRUE(outcome.ok());
    for (const Entry& entry : appender.entries()) appended.push_back(entry);
    if (life == 1) EXPECT_GT(*archive_sealed(disk::posix_disk(), options().directory, 1), 0);
  }
  EXPECT_EQ(*verify_chain(disk::posix_disk(), options().directory), tip_of(appended.back()));
}

TEST_F(PosixJournal, ALockedDirectoryIsRefused) {
  const auto first = open_segment_journal(options());
  ASSERT_TRUE(first.ok());
  const auto second = open_segment_journal(options());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().reason(), "data_directory_locked");
  EXPECT_NE(second.error().message().find(options().directory), std::string::npos);
  EXPECT_NE(second.error().message().find("nother florin process"), std::string::npos);
}

TEST_F(PosixJournal, AReadOnlyDirectoryIsRefused) {
  chmod(root_.c_str(), 0555);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0)
    GTEST_SKIP() << "root may write everywhere, and cannot become another user here";
  const auto journal = open_segment_journal(options());
  if (user == 0) CHECK(seteuid(user) == 0);
  chmod(root_.c_str(), 0755);
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().code(), Code::failed_precondition);
  EXPECT_EQ(journal.error().reason(), "disk_not_writable");
}

}  // namespace
}  // namespace florin::journal
