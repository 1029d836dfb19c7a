// Every row of the tables of files, given to the real program's --check: refused with the reason,
// quickly, and in bounded memory. Nothing of it is special to --check: a start and a reload read
// the files by the same code.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <ostream>
#include <sstream>

#include "tests/hostile/bounds.hpp"
#include "tests/hostile/file_cases.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr int kRefused = 2;

struct Checked {
  int code = -1;  // -1 when a signal ended it
  std::string text;
  milliseconds took{0};
  std::size_t peak_kib = 0;
};

Checked check(const FileCase& input) {
  const ScratchDirectory folder;
  for (const auto& [name, text] : input.files) {
    std::ofstream(folder.file(name), std::ios::binary) << text;
  }
  const std::string output = folder.file("output");
  const auto begin = std::chrono::steady_clock::now();
  const pid_t pid = ::fork();
  if (pid == 0) {
    const int fd = ::open(output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ::dup2(fd, STDOUT_FILENO);
    ::dup2(fd, STDERR_FILENO);
    ::alarm(20);
    if (::chdir(folder.path().c_str()) == 0) {
      ::execl(GENISYS_CONNECTOR, GENISYS_CONNECTOR, "--check", "--config", "genisys-connector.yml",
              nullptr);
    }
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  std::ostringstream text;
  text << std::ifstream(output).rdbuf();
  return {
      .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
      .text = text.str(),
      .took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin),
      .peak_kib = static_cast<std::size_t>(usage.ru_maxrss)};
}

struct Table {
  const char* name;
  FileCases (*cases)();
  std::size_t at_least;
};

void PrintTo(const Table& table, std::ostream* out) { *out << table.name; }

class FileTable : public testing::TestWithParam<Table> {};

TEST_P(FileTable, IsRefusedWithItsReasonQuicklyAndInLittleMemory) {
  const FileCases cases = GetParam().cases();
  EXPECT_GE(cases.size(), GetParam().at_least);
  Checked longest;
  Checked largest;
  std::string longest_name;
  std::string largest_name;
  for (const FileCase& input : cases) {
    SCOPED_TRACE(input.name);
    const Checked checked = check(input);
    EXPECT_EQ(checked.code, input.is_fine ? 0 : kRefused) << checked.text.substr(0, 2000);
    EXPECT_THAT(checked.text.substr(0, 20'000), HasSubstr(input.says));
    EXPECT_EQ(checked.text.find("error: ") == std::string::npos, input.is_fine);
    EXPECT_LT(checked.text.size(), 64u * 1024);
    EXPECT_LT(checked.took, within(std::chrono::seconds(5)));
    EXPECT_LT(checked.peak_kib, at_most_kib(96 * 1024));
    if (checked.took > longest.took) longest = checked, longest_name = input.name;
    if (checked.peak_kib > largest.peak_kib) largest = checked, largest_name = input.name;
  }
  std::cout << fmt::format(
      "{}: {} rows; the longest, '{}', took {} ms; the largest, '{}', had {} "
      "KiB resident\n",
      GetParam().name, cases.size(), longest_name, longest.took.count(), largest_name,
      largest.peak_kib);
}

INSTANTIATE_TEST_SUITE_P(Of, FileTable,
                         testing::Values(Table{"Yaml", yaml_cases, 50},
                                         Table{"Configurations", configuration_cases, 35},
                                         Table{"Compose", compose_cases, 20},
                                         Table{"OtherFiles", other_file_cases, 20},
                                         Table{"Bombs", bomb_cases, 30}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace genisys::test
