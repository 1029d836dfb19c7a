#include "state/definition_table.hpp"

#include <array>

#include "state/definition_fields.hpp"

namespace genisys::state {
namespace {

using D = Definition;

std::optional<Value> encode_name(const D& definition) { return value_of(definition.name.str()); }
std::optional<Value> encode_image(const D& definition) { return value_of(definition.image.str()); }
void add_image(std::string_view key, const D& definition, Canonical& canonical) {
  canonical.add(key, definition.image.normalised());
}

// Rows may be added anywhere; moving one that shapes containers changes the hashes of definitions
// that have it, and so replaces their containers.
constexpr std::array kRows = {
    Field<D>{"name", nullptr, encode_name},
    Field<D>{"image", nullptr, encode_image, add_image},
    always_written(field<&D::command, CommandForm>("command")),
    always_written(field<&D::environment, Form<decode_environment, PairsMap>>("environment")),
    always_written(field<&D::ports, PortsForm>("ports")),

    field<&D::entrypoint, EntrypointForm>("entrypoint"),
    field<&D::labels, Form<decode_labels, PairsMap>>("labels"),
    field<&D::user, Form<decode_user, Text>>("user"),
    field<&D::working_dir, Form<decode_working_dir, Text>>("working_dir"),
    field<&D::hostname, Form<decode_hostname, Text>>("hostname"),
    field<&D::domainname, Form<decode_domainname, Text>>("domainname"),
    field<&D::init, Form<decode_flag, EitherFlag>>("init"),
    field<&D::tty, Form<decode_flag, Flag>>("tty"),
    field<&D::stdin_open, Form<decode_flag, Flag>>("stdin_open"),
    field<&D::stop_signal, SignalForm>("stop_signal"),
    field<&D::stop_grace_period, Form<decode_duration, Duration>>("stop_grace_period"),
    field<&D::healthcheck, HealthcheckForm>("healthcheck"),
    field<&D::logging, LoggingForm>("logging"),

    field<&D::volumes, VolumesForm>("volumes"),
    field<&D::tmpfs, Form<decode_tmpfs, TextSet>>("tmpfs"),
    field<&D::read_only, Form<decode_flag, Flag>>("read_only"),
    field<&D::shm_size, Form<decode_bytes, Bytes>>("shm_size"),
    field<&D::devices, DevicesForm>("devices"),

    field<&D::networks, NetworksForm>("networks"),
    field<&D::network_mode, Form<decode_network_mode, Text>>("network_mode"),
    field<&D::expose, ExposeForm>("expose"),
    field<&D::extra_hosts, Form<decode_extra_hosts, TextSet>>("extra_hosts"),
    field<&D::dns, Form<decode_addresses, TextList>>("dns"),
    field<&D::dns_search, Form<decode_texts, TextList>>("dns_search"),
    field<&D::dns_opt, Form<decode_texts, TextList>>("dns_opt"),

    field<&D::cap_add, Form<decode_capabilities, TextSet>>("cap_add"),
    field<&D::cap_drop, Form<decode_capabilities, TextSet>>("cap_drop"),
    field<&D::security_opt, SecurityOptionsForm>("security_opt"),
    field<&D::group_add, Form<decode_groups, TextSet>>("group_add"),
    field<&D::privileged, Form<decode_flag, Flag>>("privileged"),
    field<&D::pid, Form<decode_host_namespace, Text>>("pid"),
    field<&D::ipc, Form<decode_ipc, Text>>("ipc"),
    field<&D::uts, Form<decode_host_namespace, Text>>("uts"),
    field<&D::userns_mode, Form<decode_host_namespace, Text>>("userns_mode"),
    field<&D::cgroup_parent, Form<decode_text, Text>>("cgroup_parent"),
    field<&D::runtime, Form<decode_runtime, Text>>("runtime"),
    field<&D::sysctls, Form<decode_sysctls, PairsMap>>("sysctls"),
    field<&D::ulimits, UlimitsForm>("ulimits"),

    field<&D::mem_limit, Form<decode_bytes, Bytes>>("mem_limit"),
    field<&D::mem_reservation, Form<decode_bytes, Bytes>>("mem_reservation"),
    field<&D::memswap_limit, Form<decode_bytes_or_none, Bytes>>("memswap_limit"),
    field<&D::mem_swappiness, Form<decode_swappiness, Integer>>("mem_swappiness"),
    field<&D::cpus, Form<decode_cpus, Cpus>>("cpus"),
    field<&D::cpu_shares, Form<decode_cpu_shares, PositiveInteger>>("cpu_shares"),
    field<&D::cpuset, Form<decode_cpuset, Text>>("cpuset"),
    field<&D::pids_limit, PidsForm>("pids_limit"),
    field<&D::oom_score_adj, Form<decode_oom_score, PositiveInteger>>("oom_score_adj"),
    field<&D::oom_kill_disable, Form<decode_flag, Flag>>("oom_kill_disable"),

    plain_field<&D::pull_policy, Form<decode_pull_policy, Named>>("pull_policy"),
    plain_field<&D::restart, Form<decode_restart, Text>>("restart"),
    plain_field<&D::depends_on, DependsOnForm>("depends_on"),
    Field<D>{"deploy", decode_deploy, encode_deploy}};

}  // namespace

Fields<Definition> definition_fields() { return kRows; }

}  // namespace genisys::state
