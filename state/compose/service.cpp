#include "state/compose/service.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "state/compose/members.hpp"
#include "state/definition.hpp"
#include "state/field_decoding.hpp"
#include "state/unsupported_keys.hpp"

namespace genisys::state::compose {
namespace {

class Preparation {
 public:
  Preparation(Map& service, std::string pointer, Position at, const ServiceContext& context)
      : service_(service), pointer_(std::move(pointer)), at_(at), context_(context) {}

  bool run() {
    drop_extensions(service_);
    if (!take_build()) return false;
    take_scale();
    resolve_links(service_, pointer_, context_);
    complete_image();
    resolve_environment(service_, pointer_, context_);
    resolve_networks(service_, pointer_, at_, context_);
    resolve_volumes(service_, pointer_, context_);
    drop_ignored(service_, pointer_, unsupported_service_keys());
    drop_ignored_within("healthcheck", unsupported_healthcheck_keys());
    drop_ignored_of_dependencies();
    drop_empty("configs");
    drop_empty("secrets");
    return true;
  }

 private:
  // An image that is there already does: nothing needs to be built.
  bool take_build() {
    const Value* build = find_value(service_, "build");
    if (build == nullptr || build->is_null()) return true;
    const UnsupportedKey* row = find_unsupported(unsupported_service_keys(), "build");
    const std::string reason(row == nullptr ? "" : row->reason);
    const Position at = take_member(service_, "build")->at;
    const Value* image = find_value(service_, "image");
    if (image == nullptr || image->is_null()) {
      report(context_.problems, pointer_to(pointer_, "build"), at,
             "builds nothing: build the image, and name it with image");
      return false;
    }
    context_.notices.push_back({pointer_to(pointer_, "build"), "build is ignored: " + reason, at});
    return true;
  }

  // `scale` and deploy.replicas both say how many there are at first, by default 1.
  void take_scale() {
    constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
    const auto scale_member = take_member(service_, "scale");
    Value deploy(Map{}, at_);
    if (const Value* given = find_value(service_, "deploy");
        given != nullptr && !given->is_null()) {
      deploy = *given;
    }
    auto* fields = std::get_if<Map>(&deploy.content());
    if (fields == nullptr) return;
    prepare_deploy(*fields);

    const Value* given = find_value(*fields, "replicas");
    std::optional<std::uint32_t> replicas;
    Position at = at_;
    if (given != nullptr && !given->is_null()) {
      at = given->at();
      replicas = decode_count(*given, kMost, pointer_ + "/deploy/replicas", context_.problems);
    }
    if (scale_member && !scale_member->value.is_null()) {
      const std::string place = pointer_to(pointer_, "scale");
      const auto scale = decode_count(scale_member->value, kMost, place, context_.problems);
      if (scale && replicas && *scale != *replicas) {
        report(context_.problems, place, scale_member->at,
               fmt::format("scale is {} and deploy.replicas is {}: remove one", *scale, *replicas));
      }
      if (!replicas) {
        replicas = scale;
        at = scale_member->at;
      }
    }
    set_member(*fields, "replicas", Value(Number{std::to_string(replicas.value_or(1))}, at), at);
    set_member(service_, "deploy", std::move(deploy), at_);
  }

  void prepare_deploy(Map& deploy) {
    const std::string place = pointer_to(pointer_, "deploy");
    drop_extensions(deploy);
    drop_ignored(deploy, place, unsupported_deploy_keys());
    Value* resources = find_value(deploy, "resources");
    auto* parts = resources == nullptr ? nullptr : std::get_if<Map>(&resources->content());
    Value* reservations = parts == nullptr ? nullptr : find_value(*parts, "reservations");
    if (reservations == nullptr) return;
    if (auto* fields = std::get_if<Map>(&reservations->content())) {
      drop_ignored(*fields, place + "/resources/reservations", unsupported_reservation_keys());
    }
  }

  void complete_image() {
    Value* image = find_value(service_, "image");
    const std::string* text = image == nullptr ? nullptr : image->as_string();
    if (text == nullptr) return;
    std::string why;
    if (ImageReference::parse(*text, why)) return;
    std::string latest = *text + ":latest";
    if (ImageReference::parse(latest, why)) image->content() = std::move(latest);
  }

  void drop_ignored(Map& map, const std::string& pointer, std::span<const UnsupportedKey> rows) {
    std::erase_if(map, [&](const Member& member) {
      const UnsupportedKey* row = find_unsupported(rows, member.key);
      if (row == nullptr) return false;
      const bool* flag = member.value.as_bool();
      if (member.value.is_null() || (flag != nullptr && !*flag)) return true;
      if (row->treatment != Treatment::ignored_in_files) return false;
      context_.notices.push_back({pointer_to(pointer, member.key),
                                  fmt::format("{} is ignored: {}", member.key, row->reason),
                                  member.at});
      return true;
    });
  }

  void drop_ignored_within(std::string_view key, std::span<const UnsupportedKey> rows) {
    Value* value = find_value(service_, key);
    auto* fields = value == nullptr ? nullptr : std::get_if<Map>(&value->content());
    if (fields == nullptr) return;
    drop_extensions(*fields);
    drop_ignored(*fields, pointer_to(pointer_, key), rows);
  }

  void drop_ignored_of_dependencies() {
    Value* value = find_value(service_, "depends_on");
    auto* dependencies = value == nullptr ? nullptr : std::get_if<Map>(&value->content());
    if (dependencies == nullptr) return;
    for (Member& dependency : *dependencies) {
      if (auto* fields = std::get_if<Map>(&dependency.value.content())) {
        drop_ignored(*fields, pointer_to(pointer_ + "/depends_on", dependency.key),
                     unsupported_dependency_keys());
      }
    }
  }

  void drop_empty(std::string_view key) {
    const Value* value = find_value(service_, key);
    if (value == nullptr || value->as_list() == nullptr || !value->as_list()->empty()) return;
    take_member(service_, key);
  }

  Map& service_;
  std::string pointer_;
  Position at_;
  const ServiceContext& context_;
};

}  // namespace

bool prepare_service(Member& service, const ServiceContext& context) {
  auto* fields = std::get_if<Map>(&service.value.content());
  if (fields == nullptr) return true;
  const std::string pointer = pointer_to("/services", service.key);
  return Preparation(*fields, pointer, service.at, context).run();
}

}  // namespace genisys::state::compose
