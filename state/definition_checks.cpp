// What the fields of a definition must be to each other, and what it follows from several of them.
#include <fmt/format.h>

#include <algorithm>

#include "state/definition_fields.hpp"
#include "state/definition_table.hpp"
#include "state/field_decoding.hpp"
#include "state/quantities.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

using Number64 = std::optional<std::int64_t>;

class Checks {
 public:
  Checks(const Definition& definition, const Value& value, std::string_view pointer,
         Problems& problems)
      : definition_(definition), value_(value), pointer_(pointer), problems_(problems) {}

  void run() {
    check_networks();
    check_places();
    check_limits();
    check_memory();
    if (definition_.depends_on && definition_.depends_on->contains(definition_.name.str())) {
      refuse("depends_on",
             fmt::format("{} cannot depend on itself: remove it", quote(definition_.name.str())));
    }
    if (definition_.uts && (definition_.hostname || definition_.domainname)) {
      refuse("uts",
             "the host's name is the container's then: remove uts, or hostname and "
             "domainname");
    }
  }

 private:
  void check_networks() {
    if (!definition_.network_mode) return;
    if (definition_.networks && !definition_.networks->empty()) {
      refuse("network_mode", "networks and network_mode exclude each other: remove one");
    }
    if (*definition_.network_mode == "host" && definition_.ports && !definition_.ports->empty()) {
      refuse("network_mode",
             "the host's ports are the container's then, and none is published: "
             "remove ports or network_mode");
    }
  }

  void check_places() {
    if (!definition_.tmpfs) return;
    std::vector<std::string> places;
    if (definition_.volumes) {
      for (const VolumeMount& mount : *definition_.volumes) places.push_back(mount.target);
    }
    for (const std::string& tmpfs : *definition_.tmpfs) {
      std::string place = tmpfs_target(tmpfs);
      if (std::find(places.begin(), places.end(), place) != places.end()) {
        refuse("tmpfs",
               fmt::format("something else is mounted at {} already: remove one", quote(place)));
      }
      places.push_back(std::move(place));
    }
  }

  // What may be said in two places must be the same in both.
  void check_limits() {
    if (!definition_.resources) return;
    const Resources& resources = *definition_.resources;
    const auto differ = [&](std::string_view key, std::string_view path, const Number64& one,
                            const Number64& other) {
      if (!one || !other || *one == *other) return;
      refuse(key, fmt::format("differs from deploy.resources.{}: remove one", path));
    };
    differ("mem_limit", "limits.memory", definition_.mem_limit, resources.limit_memory);
    differ("cpus", "limits.cpus", definition_.cpus, resources.limit_nano_cpus);
    differ("pids_limit", "limits.pids", definition_.pids_limit, resources.limit_pids);
    differ("mem_reservation", "reservations.memory", definition_.mem_reservation,
           resources.reserved_memory);
  }

  // The engine refuses these at every create.
  void check_memory() {
    const Definition whole = with_limits_in_one_place(definition_);
    const std::int64_t limit = whole.mem_limit.value_or(0);
    const std::int64_t swap = whole.memswap_limit.value_or(0);
    if (swap > 0 && limit == 0) {
      refuse("memswap_limit", "is memory and swap together, and needs a mem_limit: add one");
    } else if (swap > 0 && swap < limit) {
      refuse("memswap_limit",
             fmt::format("{} is memory and swap together, and below the mem_limit, {}: raise it",
                         format_bytes(swap), format_bytes(limit)));
    }
    const std::int64_t reservation = whole.mem_reservation.value_or(0);
    if (limit > 0 && reservation > limit) {
      refuse(definition_.mem_reservation ? "mem_reservation" : "deploy",
             fmt::format("the reservation of {} is above the limit of {}: lower it",
                         format_bytes(reservation), format_bytes(limit)));
    }
  }

  void refuse(std::string_view key, std::string message) {
    const Value* found = value_.find(key);
    report(problems_, pointer_to(pointer_, key), found == nullptr ? value_.at() : found->at(),
           std::move(message));
  }

  const Definition& definition_;
  const Value& value_;
  std::string_view pointer_;
  Problems& problems_;
};

}  // namespace

void check_fields(const Definition& definition, const Value& value, std::string_view pointer,
                  Problems& problems) {
  Checks(definition, value, pointer, problems).run();
}

Definition with_limits_in_one_place(Definition definition) {
  if (!definition.resources) return definition;
  const Resources resources = *definition.resources;
  definition.resources.reset();
  const auto merge = [](std::optional<std::int64_t>& one,
                        const std::optional<std::int64_t>& other) {
    if (!one) one = other;
  };
  merge(definition.mem_limit, resources.limit_memory);
  merge(definition.cpus, resources.limit_nano_cpus);
  merge(definition.pids_limit, resources.limit_pids);
  merge(definition.mem_reservation, resources.reserved_memory);
  return definition;
}

}  // namespace genisys::state
