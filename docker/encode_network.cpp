// Bodies about networks and volumes.
#include "docker/codec.hpp"
#include "docker/encode_parts.hpp"

namespace genisys::docker {

void write_endpoint(json::Writer& writer, std::string_view key, const Endpoint& endpoint) {
  writer.begin_object(key);
  writer.if_said("Aliases", endpoint.aliases);
  // Not even empty where nothing is wished: inspect would show it as a wish.
  if (!endpoint.ipv4_address.empty() || !endpoint.ipv6_address.empty() ||
      !endpoint.link_local_ips.empty()) {
    writer.begin_object("IPAMConfig");
    writer.if_said("IPv4Address", endpoint.ipv4_address);
    writer.if_said("IPv6Address", endpoint.ipv6_address);
    writer.if_said("LinkLocalIPs", endpoint.link_local_ips);
    writer.end_object();
  }
  writer.end_object();
}

std::string encode_connect(const ContainerId& container, const Endpoint& endpoint) {
  json::Writer writer;
  writer.text("Container", container.str());
  write_endpoint(writer, "EndpointConfig", endpoint);
  return writer.take();
}

std::string encode_network(const NetworkConfig& network) {
  json::Writer writer;
  writer.text("Name", network.name);
  // The engine would make a second one of the same name.
  writer.flag("CheckDuplicate", true);
  writer.if_said("Driver", network.driver);
  writer.if_said("Internal", network.internal);
  writer.if_said("Attachable", network.attachable);
  writer.if_said("EnableIPv6", network.enable_ipv6);
  if (!network.ipam_driver.empty() || !network.ipam_options.empty() || !network.subnets.empty()) {
    writer.begin_object("IPAM");
    writer.if_said("Driver", network.ipam_driver);
    writer.if_said("Options", network.ipam_options);
    writer.begin_array("Config");
    for (const NetworkConfig::Subnet& subnet : network.subnets) {
      writer.begin_object();
      writer.if_said("Subnet", subnet.subnet);
      writer.if_said("IPRange", subnet.ip_range);
      writer.if_said("Gateway", subnet.gateway);
      writer.if_said("AuxiliaryAddresses", subnet.aux_addresses);
      writer.end_object();
    }
    writer.end_array();
    writer.end_object();
  }
  writer.if_said("Options", network.options);
  writer.if_said("Labels", network.labels);
  return writer.take();
}

std::string encode_volume(const Volume& volume) {
  json::Writer writer;
  writer.text("Name", volume.name);
  writer.if_said("Driver", volume.driver);
  writer.if_said("DriverOpts", volume.options);
  writer.if_said("Labels", volume.labels);
  return writer.take();
}

}  // namespace genisys::docker
