// The volumes of a service: the engine's names of declared ones, and absolute paths of the host.
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "state/compose/members.hpp"
#include "state/compose/service.hpp"
#include "state/compose/undeclared.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

class Mounts {
 public:
  explicit Mounts(const ServiceContext& context) : context_(context) {}

  void resolve(Value& item, const std::string& pointer) {
    if (const std::string* text = item.as_string()) {
      resolve_short(item, *text, pointer);
    } else if (auto* fields = std::get_if<Map>(&item.content())) {
      drop_extensions(*fields);
      resolve_long(*fields, pointer);
    }
  }

 private:
  // "source:target" and perhaps a mode; without a ':' there is no source.
  void resolve_short(Value& item, const std::string& text, const std::string& pointer) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return;
    const auto source = resolve_source(text.substr(0, colon), pointer, item.at());
    if (source) item.content() = *source + text.substr(colon);
  }

  void resolve_long(Map& fields, const std::string& pointer) {
    const Value* type = find_value(fields, "type");
    Value* source = find_value(fields, "source");
    if (type == nullptr || source == nullptr || type->as_string() == nullptr) return;
    const std::string* text = source->as_string();
    if (text == nullptr) return;
    const std::string place = pointer_to(pointer, "source");
    std::optional<std::string> resolved;
    if (*type->as_string() == "volume") resolved = resolve_volume(*text, place, source->at());
    if (*type->as_string() == "bind") resolved = resolve_path(*text, place, source->at());
    if (resolved) source->content() = std::move(*resolved);
  }

  std::optional<std::string> resolve_source(const std::string& source, const std::string& pointer,
                                            Position at) {
    const bool is_path =
        source.starts_with('/') || source.starts_with('.') || source.starts_with('~');
    return is_path ? resolve_path(source, pointer, at) : resolve_volume(source, pointer, at);
  }

  std::optional<std::string> resolve_path(const std::string& path, const std::string& pointer,
                                          Position at) {
    if (!path.starts_with('~')) return absolute_path(context_.project.folder, path);
    const auto home = context_.variables.value("HOME");
    if (home && home->starts_with('/') && (path.size() == 1 || path[1] == '/')) {
      return absolute_path(*home, '.' + path.substr(1));
    }
    report(context_.problems, pointer, at,
           fmt::format("{} has no meaning here: write the path out", quote(path)));
    return std::nullopt;
  }

  std::optional<std::string> resolve_volume(const std::string& key, const std::string& pointer,
                                            Position at) {
    const auto& volumes = context_.project.volumes;
    const auto found = volumes.find(key);
    if (found != volumes.end()) {
      context_.used.volumes.emplace(found->second.name, found->second);
      return found->second.name;
    }
    report(
        context_.problems, pointer, at,
        undeclared(fmt::format("the volume {} is not declared", quote(key)), key, names_of(volumes),
                   "add it to the top-level volumes; a path of the host begins with '/' or './'"));
    return std::nullopt;
  }

  const ServiceContext& context_;
};

}  // namespace

std::string absolute_path(const std::string& folder, const std::string& path) {
  std::string absolute = (std::filesystem::path(folder) / path).lexically_normal().string();
  if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
  return absolute;
}

void resolve_volumes(Map& service, const std::string& pointer, const ServiceContext& context) {
  Value* volumes = find_value(service, "volumes");
  auto* list = volumes == nullptr ? nullptr : std::get_if<List>(&volumes->content());
  if (list == nullptr) return;
  Mounts mounts(context);
  for (std::size_t i = 0; i < list->size(); ++i) {
    mounts.resolve((*list)[i], pointer_to(pointer_to(pointer, "volumes"), i));
  }
}

}  // namespace genisys::state::compose
