#include "state/compose/dependencies.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>
#include <vector>

#include "state/compose/undeclared.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

struct Needed {
  std::string name;
  bool required = true;
  Position at = {};
};

// What is no dependency is told when the service is decoded.
std::vector<Needed> needs_of(const Value& service) {
  std::vector<Needed> needs;
  const Value* given = service.find("depends_on");
  if (given == nullptr) return needs;
  if (const List* list = given->as_list()) {
    for (const Value& item : *list) {
      if (const std::string* name = item.as_string()) {
        needs.push_back({.name = *name, .at = item.at()});
      }
    }
  } else if (const Map* map = given->as_map()) {
    for (const Member& member : *map) {
      const Value* required = member.value.find("required");
      const bool* flag = required == nullptr ? nullptr : required->as_bool();
      needs.push_back({.name = member.key, .required = flag == nullptr || *flag, .at = member.at});
    }
  }
  return needs;
}

class Dependencies {
 public:
  Dependencies(const Map& services, const std::set<std::string>& left_out, Problems& problems)
      : left_out_(left_out), problems_(problems) {
    for (const Member& service : services) needs_.emplace(service.key, needs_of(service.value));
  }

  void check_names() {
    const std::vector<std::string_view> known = names_of(needs_);
    for (const auto& [name, needs] : needs_) {
      for (const Needed& needed : needs) {
        if (needs_.contains(needed.name)) continue;
        if (!left_out_.contains(needed.name)) {
          report(name, needed.at,
                 undeclared(fmt::format("there is no service {} in the files", quote(needed.name)),
                            needed.name, known, "add it, or remove the dependency"));
        } else if (needed.required) {
          report(name, needed.at,
                 fmt::format("needs {}, which is left out since it belongs to a profile: remove "
                             "its profiles, or write required: false",
                             quote(needed.name)));
        }
      }
    }
  }

  void check_order() {
    const std::map<std::string, std::string> stuck = stuck_services();
    if (stuck.empty()) return;
    // Each of them waits for one of them, so going on meets one again.
    std::vector<std::string> way;
    std::map<std::string, std::size_t> places;
    std::string name = stuck.begin()->first;
    while (places.emplace(name, way.size()).second) {
      way.push_back(name);
      name = stuck.at(name);
    }
    std::string cycle;
    for (std::size_t i = places.at(name); i < way.size(); ++i) cycle += way[i] + " -> ";
    report(name, place_of(name, stuck.at(name)),
           fmt::format("services wait for each other, {}{}: remove one dependency", cycle, name));
  }

 private:
  // Those that can never start, with one of them that each waits for.
  std::map<std::string, std::string> stuck_services() const {
    std::map<std::string, std::size_t> open;
    std::map<std::string, std::vector<std::string>> waiting;
    std::vector<std::string> free;
    for (const auto& [name, needs] : needs_) {
      std::size_t count = 0;
      for (const Needed& needed : needs) {
        if (!needs_.contains(needed.name)) continue;
        waiting[needed.name].push_back(name);
        ++count;
      }
      open[name] = count;
      if (count == 0) free.push_back(name);
    }
    while (!free.empty()) {
      const std::string done = free.back();
      free.pop_back();
      for (const std::string& name : waiting[done]) {
        if (--open[name] == 0) free.push_back(name);
      }
    }
    std::map<std::string, std::string> stuck;
    for (const auto& [name, count] : open) {
      if (count == 0) continue;
      for (const Needed& needed : needs_.at(name)) {
        const auto other = open.find(needed.name);
        if (other != open.end() && other->second > 0) stuck.emplace(name, needed.name);
      }
    }
    return stuck;
  }

  Position place_of(const std::string& name, const std::string& needed_name) const {
    for (const Needed& needed : needs_.at(name)) {
      if (needed.name == needed_name) return needed.at;
    }
    return {};
  }

  void report(const std::string& name, Position at, std::string message) {
    problems_.push_back({pointer_to("/services", name) + "/depends_on", std::move(message), at});
  }

  const std::set<std::string>& left_out_;
  Problems& problems_;
  std::map<std::string, std::vector<Needed>> needs_;
};

}  // namespace

void check_dependencies(const Map& services, const std::set<std::string>& left_out,
                        Problems& problems) {
  Dependencies dependencies(services, left_out, problems);
  dependencies.check_names();
  dependencies.check_order();
}

}  // namespace genisys::state::compose
