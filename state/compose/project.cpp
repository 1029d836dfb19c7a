#include "state/compose/project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "state/compose/dependencies.hpp"
#include "state/compose/extends.hpp"
#include "state/compose/members.hpp"
#include "state/compose/merge.hpp"
#include "state/compose/resources.hpp"
#include "state/compose/service.hpp"
#include "state/compose/variables.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

constexpr std::array<std::string_view, 9> kKeys = {"version",  "name",    "services",
                                                   "networks", "volumes", "configs",
                                                   "secrets",  "models",  "include"};
// What Compose puts variables into, beside the name.
constexpr std::array<std::string_view, 3> kSections = {"services", "networks", "volumes"};

// Lower-case letters, digits, '-' and '_', the first a letter or a digit: what else there is goes.
std::string normalise_project(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_alnum = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (is_alnum || (!name.empty() && (lower == '-' || lower == '_'))) name += lower;
  }
  return name;
}

std::string last_part(const std::string& folder) {
  return folder.substr(folder.find_last_of('/') + 1);
}

class ProjectReader {
 public:
  ProjectReader(const std::string& folder, const Surroundings& surroundings, FileEntries& entries,
                Problems& problems, Problems& notices)
      : variables_(surroundings, problems, notices),
        entries_(entries),
        problems_(problems),
        notices_(notices) {
    project_.folder = folder;
  }

  SharedResources read(std::vector<Source> sources) {
    variables_.take_dotenv(project_.folder);
    if (!find_name(sources)) return {};
    variables_.set_project_name(project_.name);
    Value document = merged(std::move(sources));
    auto& map = std::get<Map>(document.content());
    check_top_level(map);
    project_.networks = read_networks(find_value(map, "networks"), project_.name, problems_);
    project_.volumes = read_volumes(find_value(map, "volumes"), project_.name, problems_);
    for (auto& [key, volume] : project_.volumes) make_device_absolute(volume);
    if (Value* services = find_value(map, "services")) read_services(*services);
    return std::move(used_);
  }

  const Secrets& secrets() const { return variables_.secrets(); }

 private:
  // A volume that is a path of the host names it as a service's mount would.
  void make_device_absolute(VolumeSpec& volume) const {
    if (!volume.driver.empty() && volume.driver != "local") return;
    const auto options = volume.driver_opts.find("o");
    const auto device = volume.driver_opts.find("device");
    if (options == volume.driver_opts.end() || options->second != "bind") return;
    if (device == volume.driver_opts.end() || device->second.empty()) return;
    device->second = absolute_path(project_.folder, device->second);
  }

  // As Compose does: the environment's word, else that of the last file, else the folder's name.
  bool find_name(std::vector<Source>& sources) {
    std::string given = last_part(project_.folder);
    Position at;
    for (Source& source : sources) {
      auto* map = std::get_if<Map>(&source.document.content());
      Value* name = map == nullptr ? nullptr : find_value(*map, "name");
      if (name == nullptr || name->is_null()) continue;
      variables_.fill(*name, "/name", {});
      at = name->at();
      if (const std::string* text = text_of(*name)) {
        given = *text;
      } else {
        report(problems_, "/name", at, fmt::format("must be a string, not {}", name->kind_name()));
        return false;
      }
    }
    if (const auto value = variables_.value("COMPOSE_PROJECT_NAME"); value && !value->empty()) {
      given = *value;
    }
    project_.name = normalise_project(given);
    if (!project_.name.empty()) return true;
    report(problems_, "/name", at,
           fmt::format("{} has no letter and no digit that the project could be named by: write "
                       "name: with lower-case letters, digits, '-' and '_'",
                       quote(given)));
    return false;
  }

  Value merged(std::vector<Source> sources) {
    Value all(Map{}, {});
    for (Source& source : sources) {
      auto* map = std::get_if<Map>(&source.document.content());
      if (map == nullptr) continue;
      drop_extensions(*map);
      for (const std::string_view key : kSections) {
        Value* section = find_value(*map, key);
        if (section == nullptr) continue;
        drop_extensions_within(*section);
        variables_.fill(*section, pointer_to("", key), source.plain_templates);
        auto* services = key == "services" ? std::get_if<Map>(&section->content()) : nullptr;
        if (services != nullptr) resolve_extends(*services, problems_);
      }
      all = merge(std::move(all), std::move(source.document));
    }
    return all;
  }

  // Before variables are looked for: nobody reads what these say.
  static void drop_extensions_within(Value& section) {
    auto* members = std::get_if<Map>(&section.content());
    if (members == nullptr) return;
    for (Member& member : *members) {
      if (auto* fields = std::get_if<Map>(&member.value.content())) drop_extensions(*fields);
    }
  }

  void check_top_level(Map& map) {
    check_keys(map, kKeys, "", problems_);
    for (const Member& member : map) {
      if (member.key == "include") {
        report(problems_, "/include", member.at,
               "a file takes in no other: name all files of the project in service_file");
      } else if (member.key == "configs" || member.key == "secrets" || member.key == "models") {
        notices_.push_back({pointer_to("", member.key),
                            fmt::format("{} is ignored: no service can use it", member.key),
                            member.at});
      }
    }
  }

  void read_services(Value& services) {
    auto* map = std::get_if<Map>(&services.content());
    if (map == nullptr && !services.is_null()) {
      report(problems_, "/services", services.at(),
             fmt::format("must be a map from name to definition, not {}", services.kind_name()));
    }
    if (map == nullptr) return;
    leave_out_profiles(*map);
    const ServiceContext context{.project = project_,
                                 .variables = variables_,
                                 .used = used_,
                                 .problems = problems_,
                                 .notices = notices_};
    std::vector<bool> is_prepared;
    for (Member& service : *map) is_prepared.push_back(prepare_service(service, context));
    check_dependencies(*map, left_out_, problems_);
    for (std::size_t i = 0; i < map->size(); ++i) {
      const Member& service = (*map)[i];
      if (is_prepared[i]) {
        entries_.take(service, Naming::key, pointer_to("/services", service.key));
      }
    }
  }

  // Of COMPOSE_PROFILES, as Compose has it: names with commas between them, `*` for all.
  std::set<std::string, std::less<>> active_profiles() {
    std::set<std::string, std::less<>> active;
    std::string names = variables_.value("COMPOSE_PROFILES").value_or("");
    names.erase(std::remove(names.begin(), names.end(), ' '), names.end());
    for (std::size_t begin = 0; begin < names.size();) {
      const std::size_t end = std::min(names.find(',', begin), names.size());
      active.insert(names.substr(begin, end - begin));
      begin = end + 1;
    }
    return active;
  }

  void leave_out_profiles(Map& services) {
    const auto active = active_profiles();
    const auto is_active = [&active](const Value& profile) {
      const std::string* name = profile.as_string();
      return name != nullptr && (active.contains(*name) || active.contains("*"));
    };
    std::erase_if(services, [&](Member& service) {
      auto* fields = std::get_if<Map>(&service.value.content());
      Value* profiles = fields == nullptr ? nullptr : find_value(*fields, "profiles");
      if (profiles == nullptr) return false;
      const std::string pointer = pointer_to("/services", service.key);
      const List* list = profiles->as_list();
      if (list == nullptr && !profiles->is_null()) {
        report(problems_, pointer + "/profiles", profiles->at(),
               fmt::format("must be a list of names, not {}", profiles->kind_name()));
      }
      if (list == nullptr || list->empty() || std::any_of(list->begin(), list->end(), is_active)) {
        take_member(*fields, "profiles");
        return false;
      }
      notices_.push_back({pointer,
                          fmt::format("{} is left out: it belongs to a profile that is not active; "
                                      "COMPOSE_PROFILES says which are",
                                      quote(service.key)),
                          service.at});
      left_out_.insert(service.key);
      return true;
    });
  }

  Variables variables_;
  FileEntries& entries_;
  Problems& problems_;
  Problems& notices_;
  Project project_ = {};
  SharedResources used_ = {};
  std::set<std::string> left_out_ = {};
};

}  // namespace

SharedResources read_project(std::vector<Source> sources, const std::string& folder,
                             const Surroundings& surroundings, FileEntries& entries,
                             Problems& problems, Problems& notices) {
  const std::size_t before = problems.size();
  const std::size_t noticed = notices.size();
  ProjectReader reader(folder, surroundings, entries, problems, notices);
  SharedResources used = reader.read(std::move(sources));
  for (Problem& problem : std::span(problems).subspan(before))
    problem.message = reader.secrets().masked(std::move(problem.message));
  for (Problem& notice : std::span(notices).subspan(noticed))
    notice.message = reader.secrets().masked(std::move(notice.message));
  return used;
}

bool may_extend_project(const Value& document) {
  if (document.is_null()) return true;
  const Map* map = document.as_map();
  return map != nullptr && std::all_of(map->begin(), map->end(), [](const Member& member) {
           return member.key.starts_with("x-") ||
                  std::find(kKeys.begin(), kKeys.end(), member.key) != kKeys.end();
         });
}

}  // namespace genisys::state::compose
