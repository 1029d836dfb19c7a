// Space on the disk that nobody else gets, for the day when it is full. Blocking; internal to the
// SQLite store.
#pragma once

#include <cstdint>
#include <string>

namespace genisys::state {

// A file of zeros beside the state file, mode 0600.
class DiskReserve {
 public:
  // 0 bytes: there is none, and nothing is done.
  DiskReserve(std::string file, std::uint64_t bytes);

  // Takes the space, unless that would leave less than as much to others. True when it is taken, or
  // was; never throws.
  bool take() const;
  // Gives the space to whoever asks first. False when there was none to give.
  bool release() const;

 private:
  std::string file_;
  std::uint64_t bytes_;
};

}  // namespace genisys::state
