// How what the service files declare becomes desired state. An entry is taken when it is new or
// changed since it was last taken; so a definition that was changed, or a service that was deleted,
// over the API stays so until its entry changes. An entry that goes leaves its service as it is,
// and is a new one when it comes back.
//
// Pure. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "state/commands.hpp"
#include "state/service_file.hpp"

namespace genisys::state {

struct ImportReport {
  // An entry that was new or changed. `unchanged`: the service was as it says already.
  struct Taken {
    ServiceName service;
    Effect effect;
    std::optional<std::uint32_t> first_target = {};  // unset: the service has its own, or none

    bool operator==(const Taken&) const = default;
  };
  // An entry that was not taken, and why.
  struct Left {
    ServiceName service;
    std::string why;

    bool operator==(const Left&) const = default;
  };
  // A network or a volume whose declaration was taken. "Removed" is that alone: what was made on
  // the engine stays.
  struct Shared {
    enum class What { network, volume } what;
    std::string name;
    enum class Change { created, changed, removed } change;

    bool operator==(const Shared&) const = default;
  };

  std::vector<Taken> taken = {};
  std::vector<ServiceName> unchanged = {};  // the service is what the entry says
  std::vector<Left> kept = {};              // it is not, and the entry did not change
  std::vector<Left> passed_over = {};       // cannot be taken now: looked at with the next reading
  std::vector<ServiceName> gone = {};       // the entry is no longer there, the service is
  std::vector<Shared> shared = {};

  // Whether anything of the desired state became another.
  bool changes_anything() const;

  bool operator==(const ImportReport&) const = default;
};

std::string_view to_string(ImportReport::Shared::What);    // "network", "volume"
std::string_view to_string(ImportReport::Shared::Change);  // "created", "changed", "removed"

// Takes the entries as said above. One is passed over when its service is being removed, has a
// target that exceeds what the entry's host ports allow, or closes a circle of depends_on, all
// entries considered. What services share is replaced by what
// the files declare; of what they do not, that stays which a recorded service still names. The
// journal names the service file as the author.
ImportReport import_declarations(Draft& draft, const Declarations& declared);

// The report in lines for a person: "[web] taken: the definition is new, the target is 2".
// `unchanged` is left out.
std::vector<std::string> describe(const ImportReport& report);
// In one line, with the counts of all and the names of the rest.
std::string summary(const ImportReport& report);

// What a reading of the service files came to, and, of a rehearsal, what would follow from it.
struct Reload {
  std::vector<std::string> errors = {};  // not empty: the files are broken, nothing was changed
  std::vector<std::string> notices = {};
  ImportReport report = {};
  std::vector<PlannedAction> actions = {};
};

}  // namespace genisys::state
