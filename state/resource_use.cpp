#include "state/resource_use.hpp"

namespace genisys::state {

void ResourceNames::merge(ResourceNames others) {
  networks.merge(others.networks);
  volumes.merge(others.volumes);
}

ResourceNames named_by(const Definition& definition) {
  ResourceNames names;
  if (definition.networks && !definition.network_mode) {
    for (const NetworkAttachment& network : *definition.networks)
      names.networks.insert(network.name);
  }
  if (definition.volumes) {
    for (const VolumeMount& mount : *definition.volumes) {
      if (mount.kind == MountKind::volume && !mount.source.empty())
        names.volumes.insert(mount.source);
    }
  }
  return names;
}

ResourceNames named_by(const Service& service) {
  ResourceNames names = named_by(service.definition);
  if (service.revisions == nullptr) return names;
  for (const RevisionRecord& record : *service.revisions) names.merge(named_by(*record.definition));
  return names;
}

SharedResources still_shared(
    const SharedResources& shared,
    const std::map<ServiceName, std::shared_ptr<const Service>>& services) {
  ResourceNames used;
  for (const auto& [name, service] : services) used.merge(named_by(*service));
  SharedResources left = shared;
  std::erase_if(left.networks,
                [&](const auto& entry) { return !used.networks.contains(entry.first); });
  std::erase_if(left.volumes,
                [&](const auto& entry) { return !used.volumes.contains(entry.first); });
  return left;
}

}  // namespace genisys::state
