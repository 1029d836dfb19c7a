// What becomes of a spec where programs really run: what volumes hold, who finds whom, and each
// field of the create in the engine's own words.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::Engine;
using ::testing::HasSubstr;

namespace {

docker::Mount data_of(const std::string& volume) { return {.source = volume, .target = "/data"}; }

}  // namespace

docker::ContainerSpec HostContract::script(std::string text) {
  return spec({"sh", "-c", std::move(text)});
}

TEST_P(HostContract, VolumesOutliveTheirContainers) {
  const std::string data = unique_name("data");
  auto write = script("echo kept > /data/file");
  write.mounts = {data_of(data)};
  const auto writer = running(write);
  ASSERT_TRUE(eventually_exits(writer));
  EXPECT_EQ(listed(writer)->exit_code, 0);
  run(engine().remove(writer, Engine::Force::yes)).value();

  auto read = script("cat /data/file");
  read.binds = {data + ":/data:ro"};
  const auto reader = running(read);
  ASSERT_TRUE(eventually_exits(reader));
  EXPECT_EQ(run(engine().logs(reader, 10)).value(), "kept");
}

TEST_P(HostContract, VolumesAreWrittenToOnlyWhereTheyMayBe) {
  auto write = script("echo lost > /data/file");
  write.mounts = {data_of(unique_name("data"))};
  write.mounts.front().read_only = true;
  const auto writer = running(write);

  ASSERT_TRUE(eventually_exits(writer));
  EXPECT_NE(listed(writer)->exit_code, 0);
  EXPECT_THAT(run(engine().logs(writer, 10)).value(), HasSubstr("Read-only"));
}

TEST_P(HostContract, VolumesAreSharedByContainersThatRunTogether) {
  const std::string data = unique_name("data");
  auto wait = script("until test -e /data/file; do sleep 0.02; done");
  wait.mounts = {data_of(data)};
  auto touch = script("touch /data/file");
  touch.mounts = wait.mounts;
  const auto waiter = running(wait);
  running(touch);

  EXPECT_TRUE(eventually_exits(waiter));
}

TEST_P(HostContract, ContainersOfANetworkFindEachOtherByTheirAliases) {
  const std::string front = unique_name("front");
  const std::string back = unique_name("back");
  run(engine().create_network({.name = front})).value();
  run(engine().create_network({.name = back})).value();
  auto serve = spec();
  serve.endpoints = {{.network = front, .aliases = {"web", "www"}}};
  const auto server = created(serve);
  run(engine().connect(back, server, {.aliases = {"deep"}})).value();
  run(engine().start(server)).value();

  const auto finds = [&](const std::string& network, const std::string& name) {
    auto ask = script("nslookup " + name);
    ask.endpoints = {{.network = network}};
    const auto asker = running(ask);
    EXPECT_TRUE(eventually_exits(asker));
    return listed(asker)->exit_code == 0;
  };
  EXPECT_TRUE(finds(front, "web"));
  EXPECT_TRUE(finds(front, "www"));
  EXPECT_TRUE(finds(back, "deep"));
  EXPECT_FALSE(finds(back, "www"));
}

struct Told {
  const char* what;  // as inspect calls it
  std::string shown;
  std::function<void(docker::ContainerSpec&)> set;
};

TEST_P(HostContract, AContainerIsWhatItsSpecSays) {
  const std::string data = unique_name("data");
  const std::vector<Told> table = {
      {"Config.Entrypoint", R"(["sh","-c"])",
       [](auto& spec) {
         spec.entrypoint = {"sh", "-c"};
       }},
      {"Config.User", R"("1000:1000")", [](auto& spec) { spec.user = "1000:1000"; }},
      {"Config.WorkingDir", R"("/tmp")", [](auto& spec) { spec.working_dir = "/tmp"; }},
      {"Config.Hostname", R"("h")", [](auto& spec) { spec.hostname = "h"; }},
      {"Config.Domainname", R"("d.example")", [](auto& spec) { spec.domainname = "d.example"; }},
      {"Config.Tty", "true", [](auto& spec) { spec.tty = true; }},
      {"Config.OpenStdin", "true", [](auto& spec) { spec.open_stdin = true; }},
      {"Config.StopSignal", R"("SIGINT")", [](auto& spec) { spec.stop_signal = "SIGINT"; }},
      {"Config.StopTimeout", "3", [](auto& spec) { spec.stop_timeout = std::chrono::seconds(3); }},
      {"Config.ExposedPorts", R"({"3000/tcp":{},"80/udp":{}})",
       [](auto& spec) {
         spec.exposed = {"3000/tcp"};
         spec.ports = {{.container_port = 80, .protocol = "udp"}};
       }},
      {"Config.Volumes", R"({"/cache":{},"/data":{}})",
       [&](auto& spec) {
         spec.anonymous_volumes = {"/cache"};
         spec.binds = {data + ":/data"};
       }},
      {"Config.Healthcheck", R"({"Test":["CMD","true"],"Interval":2000000000,"Retries":2})",
       [](auto& spec) {
         spec.healthcheck = docker::HealthProbe{
             .test = {"CMD", "true"}, .interval = std::chrono::seconds(2), .retries = 2};
       }},
      {"HostConfig.Binds", R"(["/tmp:/host:ro"])",
       [](auto& spec) { spec.binds = {"/tmp:/host:ro"}; }},
      {"HostConfig.Mounts",
       R"([{"Type":"bind","Source":"/tmp","Target":"/host","ReadOnly":true,)"
       R"("BindOptions":{"Propagation":"rslave"}},)"
       R"({"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":4096,"Mode":448}}])",
       [](auto& spec) {
         spec.mounts = {{.type = docker::MountType::bind,
                         .source = "/tmp",
                         .target = "/host",
                         .read_only = true,
                         .propagation = "rslave"},
                        {.type = docker::MountType::tmpfs,
                         .target = "/t",
                         .tmpfs_size = 4096,
                         .tmpfs_mode = 0700}};
       }},
      {"HostConfig.Tmpfs", R"({"/run":"","/t":"size=64k"})",
       [](auto& spec) {
         spec.tmpfs = {{"/run", ""}, {"/t", "size=64k"}};
       }},
      {"HostConfig.ReadonlyRootfs", "true", [](auto& spec) { spec.read_only_root = true; }},
      {"HostConfig.ShmSize", "1048576", [](auto& spec) { spec.shm_size = 1048576; }},
      {"HostConfig.Devices",
       R"([{"PathOnHost":"/dev/null","PathInContainer":"/dev/nothing","CgroupPermissions":"r"}])",
       [](auto& spec) {
         spec.devices = {{"/dev/null", "/dev/nothing", "r"}};
       }},
      {"HostConfig.NetworkMode", R"("host")", [](auto& spec) { spec.network_mode = "host"; }},
      {"HostConfig.ExtraHosts", R"(["a:10.0.0.1"])",
       [](auto& spec) { spec.extra_hosts = {"a:10.0.0.1"}; }},
      {"HostConfig.Dns", R"(["10.0.0.2"])", [](auto& spec) { spec.dns = {"10.0.0.2"}; }},
      {"HostConfig.DnsSearch", R"(["x.example"])",
       [](auto& spec) { spec.dns_search = {"x.example"}; }},
      {"HostConfig.DnsOptions", R"(["use-vc"])", [](auto& spec) { spec.dns_options = {"use-vc"}; }},
      {"HostConfig.CapDrop", R"(["MKNOD"])", [](auto& spec) { spec.cap_drop = {"MKNOD"}; }},
      {"HostConfig.CapAdd", R"(["NET_ADMIN"])", [](auto& spec) { spec.cap_add = {"NET_ADMIN"}; }},
      {"HostConfig.SecurityOpt", R"(["no-new-privileges:true"])",
       [](auto& spec) { spec.security_options = {"no-new-privileges:true"}; }},
      {"HostConfig.GroupAdd", R"(["12"])", [](auto& spec) { spec.groups = {"12"}; }},
      {"HostConfig.Privileged", "true", [](auto& spec) { spec.privileged = true; }},
      {"HostConfig.PidMode", R"("host")", [](auto& spec) { spec.pid_mode = "host"; }},
      {"HostConfig.IpcMode", R"("shareable")", [](auto& spec) { spec.ipc_mode = "shareable"; }},
      {"HostConfig.UTSMode", R"("host")", [](auto& spec) { spec.uts_mode = "host"; }},
      {"HostConfig.UsernsMode", R"("host")", [](auto& spec) { spec.userns_mode = "host"; }},
      {"HostConfig.CgroupParent", R"("/ours")", [](auto& spec) { spec.cgroup_parent = "/ours"; }},
      {"HostConfig.Runtime", R"("runc")", [](auto& spec) { spec.runtime = "runc"; }},
      {"HostConfig.Sysctls", R"({"net.core.somaxconn":"100"})",
       [](auto& spec) {
         spec.sysctls = {{"net.core.somaxconn", "100"}};
       }},
      {"HostConfig.Init", "true", [](auto& spec) { spec.init = true; }},
      {"HostConfig.Ulimits", R"([{"Name":"nofile","Hard":1000,"Soft":500}])",
       [](auto& spec) {
         spec.ulimits = {{"nofile", 500, 1000}};
       }},
      {"HostConfig.Memory", "67108864", [](auto& spec) { spec.memory = 67108864; }},
      {"HostConfig.NanoCpus", "500000000", [](auto& spec) { spec.nano_cpus = 500000000; }},
      {"HostConfig.CpuShares", "512", [](auto& spec) { spec.cpu_shares = 512; }},
      {"HostConfig.CpusetCpus", R"("0")", [](auto& spec) { spec.cpuset = "0"; }},
      {"HostConfig.PidsLimit", "100", [](auto& spec) { spec.pids_limit = 100; }},
      {"HostConfig.OomScoreAdj", "500", [](auto& spec) { spec.oom_score_adj = 500; }},
      {"HostConfig.LogConfig", R"({"Type":"json-file","Config":{"max-size":"1m"}})",
       [](auto& spec) {
         spec.logging = docker::LogConfig{"json-file", {{"max-size", "1m"}}};
       }},
  };
  for (const Told& row : table) {
    auto told = spec();
    row.set(told);
    EXPECT_EQ(shown_by_hand(created(told), row.what), row.shown) << row.what;
  }
}

}  // namespace genisys::contract
