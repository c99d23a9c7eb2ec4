#include "disk/disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "disk/memory_disk.h"
#include "disk/posix_disk.h"

namespace florin::disk {
namespace {

// A folder of its own on one of the disks.
struct Place {
  virtual ~Place() = default;
  virtual Disk& disk() = 0;
  virtual std::string path() const = 0;
};

struct MemoryPlace final : Place {
  MemoryPlace() { CHECK(memory.make_directory("root").ok()); }
  Disk& disk() override { return memory; }
  std::string path() const override { return "root"; }
  MemoryDisk memory{1};
};

struct PosixPlace final : Place {
  PosixPlace() {
    root = (std::filesystem::temp_directory_path() / "florin-disk-XXXXXX").string();
    CHECK(mkdtemp(root.data()) != nullptr);
  }
  ~PosixPlace() override { std::filesystem::remove_all(root); }
  Disk& disk() override { return posix_disk(); }
  std::string path() const override { return root; }
  std::string root;
};

// What both disks must do alike.
class DiskContract : public testing::TestWithParam<std::function<std::unique_ptr<Place>()>> {
 protected:
  std::string at(std::string_view name) const { return join(place->path(), name); }
  std::unique_ptr<Place> place = GetParam()();
  Disk& disk = place->disk();
};

INSTANTIATE_TEST_SUITE_P(Memory, DiskContract, testing::Values([] { return std::make_unique<MemoryPlace>(); }));
INSTANTIATE_TEST_SUITE_P(Posix, DiskContract, testing::Values([] { return std::make_unique<PosixPlace>(); }));

std::string read(const File& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '?');
  const auto got = file.pread(offset, bytes.data(), size);
  EXPECT_TRUE(got.ok());
  bytes.resize(got.ok() ? *got : 0);
  return bytes;
}

TEST_P(DiskContract, WhatIsWrittenIsRead) {
  const auto file = disk.open(at("f"), OpenMode::create);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->pwrite(3, "abc").ok());
  EXPECT_EQ(read(**file, 0, 100), std::string("\0\0\0abc", 6));
  EXPECT_EQ(read(**file, 4, 1), "b");
  EXPECT_EQ(read(**file, 6, 10), "");
  ASSERT_TRUE((*file)->write_zeros(4, 10).ok());
  EXPECT_EQ(*(*file)->size(), 14u);
  ASSERT_TRUE((*file)->truncate(4).ok());
  EXPECT_TRUE((*file)->sync_data().ok());
  EXPECT_TRUE((*file)->sync().ok());
  EXPECT_EQ(read(**file, 0, 100), std::string("\0\0\0a", 4));
}

TEST_P(DiskContract, OpenModesSayWhatMustExist) {
  EXPECT_EQ(disk.open(at("f"), OpenMode::read).error().reason(), "file_not_found");
  EXPECT_EQ(disk.open(at("f"), OpenMode::write).error().reason(), "file_not_found");
  EXPECT_TRUE(disk.open(at("f"), OpenMode::create).ok());
  EXPECT_EQ(disk.open(at("f"), OpenMode::create).error().reason(), "file_exists");
  EXPECT_TRUE(disk.open(at("f"), OpenMode::create_or_open).ok());
  EXPECT_EQ(disk.open(at("no/f"), OpenMode::create).error().reason(), "file_not_found");
}

TEST_P(DiskContract, NamesCanBeListedRenamedAndRemoved) {
  for (const char* name : {"b", "a", "c"}) ASSERT_TRUE(write_file_atomically(disk, at(name), name).ok());
  ASSERT_TRUE(disk.rename(at("a"), at("c")).ok());
  EXPECT_EQ(*disk.list(place->path()), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(*read_file(disk, at("c"), 10), "a");
  EXPECT_EQ(read_file(disk, at("c"), 0).error().reason(), "file_too_long");
  const auto open_file = disk.open(at("c"), OpenMode::read);
  ASSERT_TRUE(disk.remove(at("c")).ok());
  EXPECT_EQ(read(**open_file, 0, 10), "a");
  EXPECT_FALSE(*disk.exists(at("c")));
  EXPECT_TRUE(*disk.exists(at("b")));
  EXPECT_EQ(disk.remove(at("c")).error().reason(), "file_not_found");
  EXPECT_EQ(disk.rename(at("c"), at("d")).error().reason(), "file_not_found");
  EXPECT_EQ(disk.list(at("none")).error().reason(), "file_not_found");
}

TEST_P(DiskContract, DirectoriesAreMadeWithTheirParents) {
  EXPECT_TRUE(disk.make_directory(at("x/y/z")).ok());
  EXPECT_TRUE(disk.make_directory(at("x/y/z")).ok());
  EXPECT_TRUE(disk.open(at("x/y/z/f"), OpenMode::create).ok());
  EXPECT_TRUE(disk.sync_directory(at("x/y/z")).ok());
}

TEST_P(DiskContract, ALockIsHeldByOneAtATime) {
  auto first = disk.lock_file(at("lock"));
  ASSERT_TRUE(first.ok());
  const auto second = disk.lock_file(at("lock"));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), Code::failed_precondition);
  EXPECT_EQ(second.error().reason(), "data_directory_locked");
  EXPECT_NE(second.error().message().find(place->path()), std::string::npos);
  first->reset();
  EXPECT_TRUE(disk.lock_file(at("lock")).ok());
}

TEST_P(DiskContract, SaysHowMuchSpaceIsFree) {
  EXPECT_GT(*disk.free_bytes(place->path()), 0u);
}

TEST(PosixDisk, NewFilesAreForTheirOwnerOnly) {
  PosixPlace place;
  ASSERT_TRUE(posix_disk().make_directory(join(place.path(), "d")).ok());
  ASSERT_TRUE(posix_disk().open(join(place.path(), "d/f"), OpenMode::create).ok());
  struct stat status{};
  ASSERT_EQ(stat(join(place.path(), "d").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(join(place.path(), "d/f").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(PosixDisk, AFullDiskIsNamed) {
  const auto full = posix_disk().open("/dev/full", OpenMode::write);
  if (!full.ok()) GTEST_SKIP() << "there is no /dev/full here";
  const Status written = (*full)->pwrite(0, "x");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code(), Code::resource_exhausted);
  EXPECT_EQ(written.error().reason(), "disk_full");
  EXPECT_NE(written.error().message().find("/dev/full"), std::string::npos);
}

TEST(PosixDisk, APlaceThatMayNotBeWrittenIsNamed) {
  PosixPlace place;
  chmod(place.path().c_str(), 0555);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0)
    GTEST_SKIP() << "root may write everywhere, and cannot become another user here";
  const auto file = posix_disk().open(join(place.path(), "f"), OpenMode::create);
  if (user == 0) CHECK(seteuid(user) == 0);
  chmod(place.path().c_str(), 0755);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code(), Code::failed_precondition);
  EXPECT_EQ(file.error().reason(), "disk_not_writable");
  EXPECT_NE(file.error().message().find(join(place.path(), "f")), std::string::npos);
}

TEST(PosixDisk, AFileInTheWayOfADirectoryIsNamed) {
  PosixPlace place;
  ASSERT_TRUE(write_file_atomically(posix_disk(), join(place.path(), "f"), "x").ok());
  EXPECT_EQ(posix_disk().make_directory(join(place.path(), "f")).error().reason(), "file_exists");
}

// A disk with a synced file "root/f" that holds `content`.
std::unique_ptr<MemoryDisk> disk_with(std::uint64_t seed, std::string_view content) {
  auto disk = std::make_unique<MemoryDisk>(seed);
  CHECK(disk->make_directory("root").ok());
  CHECK(write_file_atomically(*disk, "root/f", content).ok());
  return disk;
}

TEST(MemoryDisk, ACrashKeepsWhatWasSyncedAndTearsTheRestBySectors) {
  const std::string before(4096, 'a');
  std::size_t lost = 0, whole = 0, torn = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto disk = disk_with(seed, before);
    const auto file = *disk->open("root/f", OpenMode::write);
    ASSERT_TRUE(file->pwrite(100, std::string(2000, 'b')).ok());
    disk->crash();
    const std::string after = disk->content("root/f");
    ASSERT_EQ(after.size(), before.size());
    EXPECT_EQ(after.substr(0, 100), before.substr(0, 100));
    EXPECT_EQ(after.substr(2100), before.substr(2100));
    std::size_t new_sectors = 0;
    for (std::size_t at = 0; at < 2100; at = (at / 512 + 1) * 512) {
      const std::string share = after.substr(std::max<std::size_t>(at, 100),
                                             std::min<std::size_t>(2100, at + 512) - std::max<std::size_t>(at, 100));
      EXPECT_TRUE(share == std::string(share.size(), 'a') || share == std::string(share.size(), 'b'));
      new_sectors += share[0] == 'b' ? 1 : 0;
    }
    (new_sectors == 0 ? lost : new_sectors == 5 ? whole : torn) += 1;
  }
  EXPECT_GT(lost, 10u);
  EXPECT_GT(whole, 10u);
  EXPECT_GT(torn, 10u);
}

TEST(MemoryDisk, TheSameSeedGivesTheSameBytes) {
  const auto run = [](std::uint64_t seed) {
    const auto disk = disk_with(seed, std::string(4096, 'a'));
    const auto file = *disk->open("root/f", OpenMode::write);
    for (std::uint64_t i = 0; i < 8; ++i) CHECK(file->pwrite(i * 700, std::string(900, 'b')).ok());
    disk->crash();
    return disk->content("root/f");
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(MemoryDisk, NamesSurviveACrashOnceTheDirectoryIsSynced) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto disk = disk_with(seed, "old");
    const auto file = *disk->open("root/g", OpenMode::create);
    ASSERT_TRUE(file->pwrite(0, "new").ok() && file->sync().ok());
    ASSERT_TRUE(disk->rename("root/g", "root/f").ok());
    disk->crash();
    const std::string content = *read_file(*disk, "root/f", 100);
    EXPECT_TRUE(content == "old" || content == "new");
    lost += content == "old" ? 1 : 0;
    ASSERT_TRUE(write_file_atomically(*disk, "root/f", "newer").ok());
    disk->crash();
    EXPECT_EQ(*read_file(*disk, "root/f", 100), "newer");
  }
  EXPECT_GT(lost, 5u);
  EXPECT_LT(lost, 35u);
}

TEST(MemoryDisk, AfterAFailedSyncALaterOneDoesNotBringTheBytesBack) {
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto disk = disk_with(seed, "old");
    const auto file = *disk->open("root/f", OpenMode::write);
    disk->fail_sync_after(1);
    ASSERT_TRUE(file->pwrite(0, "new").ok());
    EXPECT_EQ(file->sync_data().error().reason(), "disk_failed");
    EXPECT_TRUE(file->sync_data().ok());
    EXPECT_EQ(disk->content("root/f"), "new");
    disk->crash();
    lost += disk->content("root/f") == "old" ? 1 : 0;
  }
  EXPECT_GT(lost, 5u);
}

TEST(MemoryDisk, WithoutPowerEverythingFailsUntilTheCrashIsOver) {
  const auto disk = disk_with(1, "old");
  const auto file = *disk->open("root/f", OpenMode::write);
  const auto lock = disk->lock_file("root/lock");
  disk->lose_power_after(2);
  EXPECT_TRUE(file->pwrite(0, "new").ok());
  EXPECT_FALSE(file->sync_data().ok());
  EXPECT_FALSE(file->pwrite(0, "x").ok());
  EXPECT_FALSE(disk->list("root").ok());
  EXPECT_FALSE(disk->open("root/f", OpenMode::read).ok());
  disk->crash();
  EXPECT_FALSE(file->size().ok());  // of the process that died
  EXPECT_TRUE(disk->open("root/f", OpenMode::read).ok());
  EXPECT_TRUE(disk->lock_file("root/lock").ok());
}

TEST(MemoryDisk, CutWritesAndFullDisksStoreAPart) {
  const auto disk = disk_with(1, "");
  const auto file = *disk->open("root/f", OpenMode::write);
  disk->cut_write_after(2);
  EXPECT_TRUE(file->pwrite(0, "abc").ok());
  EXPECT_EQ(file->pwrite(3, std::string(100, 'x')).error().reason(), "disk_failed");
  EXPECT_LE(*file->size(), 103u);

  ASSERT_TRUE(file->truncate(0).ok());
  disk->set_capacity(10);
  EXPECT_EQ(file->pwrite(5, "0123456789").error().reason(), "disk_full");
  EXPECT_EQ(read(*file, 5, 100), "01234");
  EXPECT_EQ(*disk->free_bytes("root"), 0u);
  EXPECT_TRUE(file->pwrite(0, "abcde").ok());
}

TEST(MemoryDisk, FlippedBytesStayFlipped) {
  const auto disk = disk_with(1, "abc");
  disk->flip_byte("root/f", 1, 0x03);
  EXPECT_EQ(*read_file(*disk, "root/f", 10), "aac");
  disk->crash();
  EXPECT_EQ(*read_file(*disk, "root/f", 10), "aac");
}

}  // namespace
}  // namespace florin::disk
