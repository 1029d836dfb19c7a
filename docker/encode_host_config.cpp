// What the engine does around a container: storage, networks, namespaces, limits.
#include "docker/encode_parts.hpp"

namespace genisys::docker {
namespace {

std::string_view to_string(MountType type) {
  switch (type) {
    case MountType::volume:
      return "volume";
    case MountType::bind:
      return "bind";
    case MountType::tmpfs:
      return "tmpfs";
  }
  return "volume";
}

void write_bindings(json::Writer& writer, const Bindings& bindings) {
  writer.begin_object("PortBindings");
  for (const auto& [port, list] : bindings) {
    writer.begin_array(port);
    for (const PortBinding* binding : list) {
      writer.begin_object();
      writer.text("HostIp", binding->host_ip);
      // A string by the API's rules; the empty one lets the engine pick.
      writer.text("HostPort", binding->host_port == 0 ? "" : std::to_string(binding->host_port));
      writer.end_object();
    }
    writer.end_array();
  }
  writer.end_object();
}

void write_mount(json::Writer& writer, const Mount& mount) {
  writer.begin_object();
  writer.text("Type", to_string(mount.type));
  // An anonymous volume and a tmpfs have none.
  writer.if_said("Source", mount.source);
  writer.text("Target", mount.target);
  writer.if_said("ReadOnly", mount.read_only);
  // An engine refuses options of another type than the mount's, even empty ones.
  if (mount.type == MountType::bind && !mount.propagation.empty()) {
    writer.begin_object("BindOptions");
    writer.text("Propagation", mount.propagation);
    writer.end_object();
  }
  if (mount.type == MountType::volume && mount.no_copy) {
    writer.begin_object("VolumeOptions");
    writer.flag("NoCopy", true);
    writer.end_object();
  }
  if (mount.type == MountType::tmpfs && (mount.tmpfs_size || mount.tmpfs_mode)) {
    writer.begin_object("TmpfsOptions");
    writer.if_said("SizeBytes", mount.tmpfs_size);
    if (mount.tmpfs_mode) writer.number("Mode", *mount.tmpfs_mode);
    writer.end_object();
  }
  writer.end_object();
}

void write_storage(json::Writer& writer, const ContainerSpec& spec) {
  writer.if_said("Binds", spec.binds);
  if (!spec.mounts.empty()) {
    writer.begin_array("Mounts");
    for (const Mount& mount : spec.mounts) write_mount(writer, mount);
    writer.end_array();
  }
  writer.if_said("Tmpfs", spec.tmpfs);
  writer.if_said("ReadonlyRootfs", spec.read_only_root);
  writer.if_said("ShmSize", spec.shm_size);
  if (!spec.devices.empty()) {
    writer.begin_array("Devices");
    for (const Device& device : spec.devices) {
      writer.begin_object();
      writer.text("PathOnHost", device.host);
      writer.text("PathInContainer", device.container);
      writer.text("CgroupPermissions", device.permissions);
      writer.end_object();
    }
    writer.end_array();
  }
}

void write_networking(json::Writer& writer, const ContainerSpec& spec) {
  if (!spec.network_mode.empty()) {
    writer.text("NetworkMode", spec.network_mode);
  } else if (!spec.endpoints.empty()) {
    // Else the container would take part in the engine's default network, too.
    writer.text("NetworkMode", spec.endpoints.front().network);
  }
  writer.if_said("ExtraHosts", spec.extra_hosts);
  writer.if_said("Dns", spec.dns);
  writer.if_said("DnsSearch", spec.dns_search);
  writer.if_said("DnsOptions", spec.dns_options);
}

void write_isolation(json::Writer& writer, const ContainerSpec& spec) {
  writer.if_said("CapAdd", spec.cap_add);
  writer.if_said("CapDrop", spec.cap_drop);
  writer.if_said("SecurityOpt", spec.security_options);
  writer.if_said("GroupAdd", spec.groups);
  writer.if_said("Privileged", spec.privileged);
  writer.if_said("PidMode", spec.pid_mode);
  writer.if_said("IpcMode", spec.ipc_mode);
  writer.if_said("UTSMode", spec.uts_mode);
  writer.if_said("UsernsMode", spec.userns_mode);
  writer.if_said("CgroupParent", spec.cgroup_parent);
  writer.if_said("Runtime", spec.runtime);
  writer.if_said("Sysctls", spec.sysctls);
}

void write_limits(json::Writer& writer, const ContainerSpec& spec) {
  if (!spec.ulimits.empty()) {
    writer.begin_array("Ulimits");
    for (const Ulimit& limit : spec.ulimits) {
      writer.begin_object();
      writer.text("Name", limit.name);
      writer.number("Soft", limit.soft);
      writer.number("Hard", limit.hard);
      writer.end_object();
    }
    writer.end_array();
  }
  writer.if_said("Memory", spec.memory);
  writer.if_said("MemoryReservation", spec.memory_reservation);
  writer.if_said("MemorySwap", spec.memory_swap);
  writer.if_said("MemorySwappiness", spec.memory_swappiness);
  writer.if_said("NanoCpus", spec.nano_cpus);
  writer.if_said("CpuShares", spec.cpu_shares);
  writer.if_said("CpusetCpus", spec.cpuset);
  writer.if_said("PidsLimit", spec.pids_limit);
  writer.if_said("OomScoreAdj", spec.oom_score_adj);
  writer.if_said("OomKillDisable", spec.oom_kill_disable);
}

}  // namespace

void write_host_config(json::Writer& writer, const ContainerSpec& spec, const Bindings& bindings) {
  writer.begin_object("HostConfig");
  write_bindings(writer, bindings);
  write_networking(writer, spec);
  write_storage(writer, spec);
  write_isolation(writer, spec);
  write_limits(writer, spec);
  writer.if_said("Init", spec.init);
  if (spec.logging) {
    writer.begin_object("LogConfig");
    writer.text("Type", spec.logging->driver);
    writer.pairs("Config", spec.logging->options);
    writer.end_object();
  }
  writer.begin_object("RestartPolicy");
  writer.text("Name", "no");
  writer.end_object();
  writer.end_object();
}

}  // namespace genisys::docker
