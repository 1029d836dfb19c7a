// The entries of service files, decoded one by one: what is the same for every format.
//
// Pure. Any thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "state/commands.hpp"

namespace genisys::state {

// Whose word on the name of an entry counts.
enum class Naming {
  key,    // the key's; a field `name` must repeat it
  field,  // the field's; by default the key's
};

class FileEntries {
 public:
  // `paths`, by Position::document, are for messages. Both must outlive this.
  FileEntries(std::span<const std::string> paths, Problems& problems)
      : paths_(paths), problems_(problems) {}

  // Takes `entry` as a definition and its first target, deploy.replicas, if it has one. What is
  // wrong with it is appended, pointers beginning with `pointer`.
  void take(const Member& entry, Naming naming, const std::string& pointer);

  std::vector<FileEntry> entries() { return std::move(entries_); }

 private:
  void take_once(Definition definition, std::optional<std::uint32_t> target,
                 const std::string& pointer, Position at);

  std::span<const std::string> paths_;
  Problems& problems_;
  std::map<ServiceName, Position> places_;
  std::vector<FileEntry> entries_;
};

}  // namespace genisys::state
