#include "state/unsupported_keys.hpp"

#include <algorithm>
#include <array>

namespace genisys::state {
namespace {

constexpr Treatment kRefused = Treatment::refused;
constexpr Treatment kIgnored = Treatment::ignored_in_files;

constexpr std::string_view kWriteCpus = "a processor's time is not cut like this: write cpus";
constexpr std::string_view kWindows = "belongs to engines on Windows: leave it out";
constexpr std::string_view kNoFiles =
    "no file is put into a container: bake it into the image, or mount it with volumes";
constexpr std::string_view kNoHooks =
    "nothing is run inside a container: do it in the image's entrypoint";

constexpr std::array kServiceKeys = {
    UnsupportedKey{"annotations", kIgnored, "containers get no annotations: write labels"},
    UnsupportedKey{"attach", kIgnored,
                   "nobody is attached to a container: its output is in the engine's log"},
    UnsupportedKey{"blkio_config", kRefused, "block devices are not shared out: leave it out"},
    UnsupportedKey{"build", kRefused, "builds nothing: build and push the image, and name it"},
    UnsupportedKey{"cgroup", kRefused,
                   "the engine's own mode of control groups is used: leave it out"},
    UnsupportedKey{"configs", kRefused, kNoFiles},
    UnsupportedKey{"container_name", kIgnored,
                   "containers are named after their service and their slot: address them by the "
                   "service's name"},
    UnsupportedKey{"cpu_count", kRefused, kWindows},
    UnsupportedKey{"cpu_percent", kRefused, kWindows},
    UnsupportedKey{"cpu_period", kRefused, kWriteCpus},
    UnsupportedKey{"cpu_quota", kRefused, kWriteCpus},
    UnsupportedKey{"cpu_rt_period", kRefused, kWriteCpus},
    UnsupportedKey{"cpu_rt_runtime", kRefused, kWriteCpus},
    UnsupportedKey{"credential_spec", kRefused, kWindows},
    UnsupportedKey{"develop", kIgnored,
                   "sources are not watched: an update is a change of the definition"},
    UnsupportedKey{"device_cgroup_rules", kRefused,
                   "rules for devices are not written: name each device with devices"},
    UnsupportedKey{"driver_opts", kRefused,
                   "a service has no driver: options of networks stand at the network"},
    UnsupportedKey{"env_file", kRefused,
                   "no file is read here: write the variables into environment"},
    UnsupportedKey{"extends", kRefused,
                   "a definition takes nothing from another one: write its fields out"},
    UnsupportedKey{"external_links", kRefused,
                   "containers are not linked: put both on one network with networks"},
    UnsupportedKey{"gpus", kRefused, "graphics processors are not handed out: leave it out"},
    UnsupportedKey{"isolation", kRefused, kWindows},
    UnsupportedKey{"label_file", kRefused, "no file is read: write the labels into labels"},
    UnsupportedKey{"links", kRefused,
                   "containers are not linked: on one network services find each other by name; "
                   "another name is one of the aliases at networks, and order is depends_on"},
    UnsupportedKey{"mac_address", kRefused,
                   "replicas cannot share an address: leave it to the engine"},
    UnsupportedKey{"models", kRefused, "models are not provided: leave it out"},
    UnsupportedKey{"platform", kIgnored,
                   "images are pulled for the engine's own platform: name an image that has it"},
    UnsupportedKey{"post_start", kRefused, kNoHooks},
    UnsupportedKey{"pre_stop", kRefused, kNoHooks},
    UnsupportedKey{
        "profiles", kIgnored,
        "a service runs as many containers as it is scaled to; in a Compose file COMPOSE_PROFILES "
        "says whose are taken"},
    UnsupportedKey{"provider", kRefused, "a service is containers: leave it out"},
    UnsupportedKey{"pull_refresh_after", kRefused,
                   "images are not pulled by the clock: write pull_policy"},
    UnsupportedKey{"scale", kRefused,
                   "the target is set with deploy: {replicas: N} in a service file, else with POST "
                   "/service/{name}/scale"},
    UnsupportedKey{"secrets", kRefused, kNoFiles},
    UnsupportedKey{"storage_opt", kRefused,
                   "a container's own file system is not sized: leave it out, and keep data in "
                   "volumes"},
    UnsupportedKey{"use_api_socket", kRefused, "the engine's socket is not handed to containers"},
    UnsupportedKey{"volume_driver", kRefused,
                   "a volume's driver stands at the volume: make it with its driver first"},
    UnsupportedKey{"volumes_from", kRefused,
                   "mounts are not taken from other containers: write them into volumes"}};

constexpr std::array kDeployKeys = {
    UnsupportedKey{"endpoint_mode", kIgnored,
                   "there is no virtual address: replicas are found by "
                   "the service's name"},
    UnsupportedKey{"labels", kIgnored,
                   "only containers have labels: write labels beside deploy instead of within"},
    UnsupportedKey{"placement", kIgnored, "there is one engine: nothing is placed elsewhere"}};

constexpr std::array kReservationKeys = {
    UnsupportedKey{"cpus", kIgnored,
                   "an engine reserves no processors: limit them with limits, or weigh them with "
                   "cpu_shares"},
    UnsupportedKey{"devices", kRefused, "devices are not reserved: name each with devices"},
    UnsupportedKey{"generic_resources", kRefused, "nothing of this kind is counted: leave it out"}};

constexpr std::array kHealthcheckKeys = {UnsupportedKey{
    "start_interval", kIgnored,
    "the version of the engine's API that is spoken lacks it: leave it out, interval "
    "counts from the start on"}};

constexpr std::array kNetworkKeys = {
    UnsupportedKey{"driver_opts", kRefused, "options stand at the network, not at who joins it"},
    UnsupportedKey{"gw_priority", kRefused,
                   "the version of the engine's API that is spoken lacks it: leave it out"},
    UnsupportedKey{"interface_name", kRefused, "the engine names the interfaces: leave it out"},
    UnsupportedKey{"mac_address", kRefused,
                   "replicas cannot share an address: leave it to the engine"}};

constexpr std::array kDependencyKeys = {UnsupportedKey{
    "restart", kIgnored, "a service is not restarted because another one was: leave it out"}};

}  // namespace

std::span<const UnsupportedKey> unsupported_service_keys() { return kServiceKeys; }
std::span<const UnsupportedKey> unsupported_deploy_keys() { return kDeployKeys; }
std::span<const UnsupportedKey> unsupported_reservation_keys() { return kReservationKeys; }
std::span<const UnsupportedKey> unsupported_healthcheck_keys() { return kHealthcheckKeys; }
std::span<const UnsupportedKey> unsupported_network_keys() { return kNetworkKeys; }
std::span<const UnsupportedKey> unsupported_dependency_keys() { return kDependencyKeys; }

const UnsupportedKey* find_unsupported(std::span<const UnsupportedKey> keys, std::string_view key) {
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const UnsupportedKey& row) { return row.key == key; });
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace genisys::state
