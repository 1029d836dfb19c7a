#include "state/compose/extends.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "state/compose/members.hpp"
#include "state/compose/merge.hpp"
#include "state/compose/undeclared.hpp"
#include "state/copy_budget.hpp"
#include "state/field_decoding.hpp"

namespace genisys::state::compose {
namespace {

constexpr std::size_t kMaxSteps = 20;

// A file with one service, to be merged as files are.
Value as_file(const std::string& name, Value service) {
  Map services;
  services.push_back({name, std::move(service), {}});
  Map file;
  file.push_back({"services", Value(std::move(services), {}), {}});
  return {std::move(file), {}};
}

Value merge_services(const std::string& name, Value base, Value over) {
  Value merged = merge(as_file(name, std::move(base)), as_file(name, std::move(over)));
  return *merged.find("services")->find(name);
}

class Extensions {
 public:
  Extensions(Map& services, Problems& problems) : services_(services), problems_(problems) {
    for (std::size_t i = 0; i < services.size(); ++i) places_.emplace(services[i].key, i);
  }

  void resolve_all() {
    for (std::size_t i = 0; i < services_.size(); ++i) resolve(i, 0);
  }

 private:
  // The number of steps is bounded. What is taken out of a service is resolved, or told as wrong,
  // so a service is looked at once.
  void resolve(std::size_t index, std::size_t steps) {
    Member& service = services_[index];
    auto* fields = std::get_if<Map>(&service.value.content());
    if (fields == nullptr) return;
    const Value* given = find_value(*fields, "extends");
    if (given == nullptr) return;
    const std::string pointer = pointer_to("/services", service.key) + "/extends";
    const Position at = given->at();
    if (steps == kMaxSteps) {
      report(problems_, pointer, at,
             fmt::format("services extend each other in a circle, or by more than {} steps",
                         kMaxSteps));
      take_member(*fields, "extends");
      return;
    }
    const auto name = base_name(*given, pointer);
    const auto place = name ? places_.find(*name) : places_.end();
    if (name && place == places_.end()) {
      report(problems_, pointer, at,
             undeclared(fmt::format("there is no service {} in this file", quote(*name)), *name,
                        names_of(places_), "what other files have is merged, not extended"));
    }
    if (place != places_.end()) resolve(place->second, steps + 1);
    take_member(*fields, "extends");
    if (place == places_.end()) return;
    Value base = services_[place->second].value;
    if (!budget_.spend(size_of(base))) {
      report(problems_, pointer, at,
             fmt::format("services that extend others copy more than {} values or {} bytes",
                         CopyBudget::kMaxValues, CopyBudget::kMaxBytes));
      return;
    }
    service.value = merge_services(service.key, std::move(base), std::move(service.value));
  }

  std::optional<std::string> base_name(const Value& given, const std::string& pointer) {
    if (const std::string* name = given.as_string()) return *name;
    const Map* map = given.as_map();
    const Value* service = given.find("service");
    if (map == nullptr || service == nullptr || service->as_string() == nullptr) {
      if (!given.is_null()) {
        report(problems_, pointer, given.at(),
               "must be the name of a service, or a map with the key service");
      }
      return std::nullopt;
    }
    if (const Value* file = given.find("file"); file != nullptr && !file->is_null()) {
      report(problems_, pointer_to(pointer, "file"), file->at(),
             "only a service of the same file is extended: files are merged when service_file "
             "names them all");
      return std::nullopt;
    }
    constexpr std::array<std::string_view, 2> kKeys = {"service", "file"};
    check_keys(*map, kKeys, pointer, problems_);
    return *service->as_string();
  }

  Map& services_;
  Problems& problems_;
  std::map<std::string, std::size_t> places_;
  CopyBudget budget_;
};

}  // namespace

void resolve_extends(Map& services, Problems& problems) {
  Extensions(services, problems).resolve_all();
}

}  // namespace genisys::state::compose
