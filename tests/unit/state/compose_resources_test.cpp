// Networks and volumes of a Compose file: what is declared, what services use of it, and by which
// names the engine has them.
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/definition.hpp"
#include "tests/unit/state/compose_files.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

std::string networks_of(const Definition& definition) {
  std::vector<std::string> texts;
  for (const NetworkAttachment& network :
       definition.networks.value_or(std::vector<NetworkAttachment>())) {
    texts.push_back(network.name);
    if (!network.aliases.empty())
      texts.back() += fmt::format("({})", fmt::join(network.aliases, ","));
  }
  return fmt::format("{}", fmt::join(texts, " "));
}

std::string networks_of(const Declarations& declared) {
  std::string text;
  for (const auto& [name, network] : declared.shared.networks) text += encode_network(network);
  return text;
}

std::string volumes_of(const Declarations& declared) {
  std::string text;
  for (const auto& [name, volume] : declared.shared.volumes) text += encode_volume(volume);
  return text;
}

struct Network {
  const char* name;
  std::string service;  // fields of the service web
  std::string networks;
  std::string joined;
  std::string shared;
};

class ComposeNetworks : public testing::TestWithParam<Network> {};

TEST_P(ComposeNetworks, AreNamedAsTheEngineDoes) {
  ComposeFiles compose{.texts = {fmt::format("services:\n  web:\n    image: a:1\n{}networks:\n{}",
                                             GetParam().service, GetParam().networks)}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(networks_of(declared->entries.front().definition), GetParam().joined);
  EXPECT_EQ(networks_of(*declared), GetParam().shared);
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeNetworks,
    testing::Values(
        Network{"default", "", "", "shop_default", R"({"name":"shop_default"})"},
        Network{"default_by_name", "    networks: [default]\n", "", "shop_default",
                R"({"name":"shop_default"})"},
        Network{"empty_list", "    networks: []\n", "", "shop_default",
                R"({"name":"shop_default"})"},
        Network{"default_is_declared", "", "  default: {driver: macvlan, name: lan}\n", "lan",
                R"({"name":"lan","driver":"macvlan"})"},
        Network{"unused_is_left", "", "  other:\n", "shop_default", R"({"name":"shop_default"})"},
        Network{"list", "    networks: [back, front]\n", "  front:\n  back:\n",
                "shop_back shop_front", R"({"name":"shop_back"}{"name":"shop_front"})"},
        Network{"map", "    networks: {back: {aliases: [db]}, front: }\n", "  front:\n  back:\n",
                "shop_back(db) shop_front", R"({"name":"shop_back"}{"name":"shop_front"})"},
        Network{"container_name_is_an_alias", "    container_name: old\n", "", "shop_default(old)",
                R"({"name":"shop_default"})"},
        Network{"container_name_is_one_more_alias",
                "    container_name: old\n    networks: {default: {aliases: [x]}}\n", "",
                "shop_default(x,old)", R"({"name":"shop_default"})"},
        Network{"external", "    networks: [lan]\n", "  lan: {external: true}\n", "lan",
                R"({"name":"lan","external":true})"},
        Network{"external_name", "    networks: [lan]\n", "  lan: {external: true, name: l-1}\n",
                "l-1", R"({"name":"l-1","external":true})"},
        Network{"external_name_of_old", "    networks: [lan]\n", "  lan: {external: {name: l-1}}\n",
                "l-1", R"({"name":"l-1","external":true})"},
        Network{"not_external", "    networks: [lan]\n", "  lan: {external: false}\n", "shop_lan",
                R"({"name":"shop_lan"})"},
        Network{"mode", "    network_mode: host\n", "", "", ""},
        Network{"settings", "    networks: [n]\n",
                "  n:\n    driver: bridge\n    driver_opts: {a: 1, b: true}\n    internal: true\n"
                "    attachable: true\n    enable_ipv6: true\n    labels: [l=1, m]\n"
                "    ipam:\n      driver: default\n      options: {o: x}\n      config:\n"
                "        - subnet: 172.28.0.0/16\n          gateway: 172.28.0.1\n"
                "          ip_range: 172.28.5.0/24\n          aux_addresses: {h: 172.28.1.5}\n"
                "        - subnet: 2001:db8::/64\n",
                "shop_n",
                R"({"name":"shop_n","driver":"bridge","driver_opts":{"a":"1","b":"true"},)"
                R"("labels":{"l":"1","m":""},"internal":true,"attachable":true,)"
                R"("enable_ipv6":true,"ipam_options":{"o":"x"},"subnets":[)"
                R"({"subnet":"172.28.0.0/16","gateway":"172.28.0.1","ip_range":"172.28.5.0/24",)"
                R"("aux_addresses":{"h":"172.28.1.5"}},{"subnet":"2001:db8::/64"}]})"},
        Network{"settings_from_variables", "    networks: [n]\n",
                "  n: {internal: '${X:-true}', labels: {a: '${X:-b}'}}\n", "shop_n",
                R"({"name":"shop_n","labels":{"a":"b"},"internal":true})"}),
    [](const auto& test) { return test.param.name; });

struct Volume {
  const char* name;
  std::string mounts;  // items of the service's volumes, a line each
  std::string volumes;
  std::string mounted;
  std::string shared;
};

class ComposeVolumes : public testing::TestWithParam<Volume> {};

TEST_P(ComposeVolumes, AreNamedAsTheEngineDoes) {
  ComposeFiles compose{
      .texts = {fmt::format("services:\n  web:\n    image: a:1\n    volumes:\n{}volumes:\n{}",
                            GetParam().mounts, GetParam().volumes)},
      .environment = {{"HOME", "/home/me"}}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  std::string mounted;
  for (const VolumeMount& mount : *declared->entries.front().definition.volumes) {
    mounted += fmt::format("{}{}>{}", mounted.empty() ? "" : " ", mount.source, mount.target);
    if (mount.read_only) mounted += ":ro";
  }
  EXPECT_EQ(mounted, GetParam().mounted);
  EXPECT_EQ(volumes_of(*declared), GetParam().shared);
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeVolumes,
    testing::Values(
        Volume{"named", "      - data:/data:ro\n", "  data:\n", "shop_data>/data:ro",
               R"({"name":"shop_data"})"},
        Volume{"with_a_name", "      - data:/data\n", "  data: {name: big}\n", "big>/data",
               R"({"name":"big"})"},
        Volume{"external", "      - data:/data\n", "  data: {external: true}\n", "data>/data",
               R"({"name":"data","external":true})"},
        Volume{"unused_is_left", "      - data:/data\n", "  data:\n  other:\n", "shop_data>/data",
               R"({"name":"shop_data"})"},
        Volume{
            "settings", "      - data:/data\n",
            "  data: {driver: local, driver_opts: {type: nfs, o: 'addr=h,rw'}, labels: {a: 1}}\n",
            "shop_data>/data",
            R"({"name":"shop_data","driver":"local","driver_opts":{"o":"addr=h,rw",)"
            R"("type":"nfs"},"labels":{"a":"1"}})"},
        Volume{"long_form",
               "      - {type: volume, source: data, target: /data, read_only: true}\n",
               "  data:\n", "shop_data>/data:ro", R"({"name":"shop_data"})"},
        Volume{"anonymous", "      - /data\n", "", ">/data", ""},
        Volume{"path_of_the_host", "      - data:/data\n",
               "  data: {driver_opts: {type: none, o: bind, device: ./files}}\n", "shop_data>/data",
               R"({"name":"shop_data","driver_opts":{"device":"/srv/shop/files","o":"bind",)"
               R"("type":"none"}})"},
        Volume{"device_that_is_no_path", "      - data:/data\n",
               "  data: {driver_opts: {type: tmpfs, o: size=1m, device: tmpfs}}\n",
               "shop_data>/data",
               R"({"name":"shop_data","driver_opts":{"device":"tmpfs","o":"size=1m",)"
               R"("type":"tmpfs"}})"},
        Volume{"anonymous_long_form", "      - {type: volume, target: /data}\n", "", ">/data", ""},
        Volume{"tmpfs", "      - {type: tmpfs, target: /run}\n", "", ">/run", ""},
        Volume{"path", "      - /etc/app:/app:ro\n", "", "/etc/app>/app:ro", ""},
        Volume{"path_of_the_folder", "      - ./a/../b/:/x\n      - .:/y\n      - ../c:/z\n", "",
               "/srv/shop/b>/x /srv/shop>/y /srv/c>/z", ""},
        Volume{"path_of_the_home", "      - ~/a:/x\n      - ~:/y\n", "",
               "/home/me/a>/x /home/me>/y", ""},
        Volume{"path_in_long_form", "      - {type: bind, source: conf, target: /x}\n", "",
               "/srv/shop/conf>/x", ""}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class ComposeResourcesRefuse : public testing::TestWithParam<Refused> {};

TEST_P(ComposeResourcesRefuse, WithPlaceAndReason) {
  ComposeFiles compose{.texts = {GetParam().text}};
  EXPECT_FALSE(compose.read());
  EXPECT_THAT(render(compose.problems), HasSubstr(GetParam().reason));
  for (const Problem& problem : compose.problems) EXPECT_GT(problem.at.line, 0U) << problem.message;
}

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeResourcesRefuse,
    testing::Values(
        Refused{"undeclared_network",
                "services: {web: {image: 'a:1', networks: [bakc]}}\nnetworks: {back: }\n",
                "1:43 /services/web/networks/bakc: the network 'bakc' is not declared: did you "
                "mean 'back'?"},
        Refused{"undeclared_network_without_a_near_one",
                "services: {web: {image: 'a:1', networks: {internal: {}}}}\n",
                "'internal' is not declared: add it to the top-level networks"},
        Refused{"one_network_twice",
                "services: {web: {image: 'a:1', networks: [a, b]}}\n"
                "networks: {a: {name: n}, b: {name: n}}\n",
                "/services/web/networks/b: another of the service's networks is 'n' as well"},
        Refused{"one_name_for_two_networks",
                "services: {}\nnetworks: {a: {name: n}, b: {name: n, internal: true}}\n",
                "2:26 /networks/b: another one is named 'n' as well"},
        Refused{"network_and_mode",
                "services: {web: {image: 'a:1', network_mode: host, networks: [default]}}\n",
                "1:62 /services/web/networks: networks and network_mode exclude each other"},
        Refused{"networks_text", "services: {web: {image: 'a:1', networks: back}}\n",
                "/services/web/networks"},
        Refused{"unknown_key_of_network", "services: {}\nnetworks: {a: {drivr: x}}\n",
                "2:16 /networks/a/drivr: unknown key 'drivr': did you mean 'driver'?"},
        Refused{"network_list", "services: {}\nnetworks: [a]\n", "2:11 /networks: must be a map"},
        Refused{"network_text", "services: {}\nnetworks: {a: b}\n",
                "2:15 /networks/a: must be a map, not a string"},
        Refused{"external_with_settings",
                "services: {}\nnetworks: {a: {external: true, driver: x}}\n",
                "2:32 /networks/a/driver: 'a' is external, so somebody else makes it"},
        Refused{"flag_text", "services: {}\nnetworks: {a: {internal: x}}\n",
                "/networks/a/internal: must be true or false"},
        Refused{"subnet", "services: {}\nnetworks: {a: {ipam: {config: [{subnet: 10.0.0.0}]}}}\n",
                "/networks/a/ipam/config/0/subnet: '10.0.0.0' is not an address range"},
        Refused{"prefix",
                "services: {}\nnetworks: {a: {ipam: {config: [{subnet: 10.0.0.0/33}]}}}\n",
                "'10.0.0.0/33' is not an address range"},
        Refused{"gateway", "services: {}\nnetworks: {a: {ipam: {config: [{gateway: here}]}}}\n",
                "'here' is not an address such as"},
        Refused{"aux_address",
                "services: {}\nnetworks: {a: {ipam: {config: [{aux_addresses: {h: x}}]}}}\n",
                "/networks/a/ipam/config/0/aux_addresses/h: 'x' is not an address"},
        Refused{"ipam_config_map", "services: {}\nnetworks: {a: {ipam: {config: {}}}}\n",
                "/networks/a/ipam/config: must be a list"},
        Refused{"undeclared_volume",
                "services: {web: {image: 'a:1', volumes: ['dta:/x']}}\nvolumes: {data: }\n",
                "1:42 /services/web/volumes/0: the volume 'dta' is not declared: did you mean "
                "'data'?"},
        Refused{"undeclared_volume_like_a_path",
                "services: {web: {image: 'a:1', volumes: ['some/where:/x']}}\n",
                "'some/where' is not declared: add it to the top-level volumes; a path of the host "
                "begins with '/' or './'"},
        Refused{"undeclared_volume_in_long_form",
                "services: {web: {image: 'a:1', volumes: [{type: volume, source: d, target: "
                "/x}]}}\n",
                "/services/web/volumes/0/source: the volume 'd' is not declared"},
        Refused{"no_home", "services: {web: {image: 'a:1', volumes: ['~/x:/x']}}\n",
                "'~/x' has no meaning here: write the path out"},
        Refused{"somebodys_home", "services: {web: {image: 'a:1', volumes: ['~me/x:/x']}}\n",
                "'~me/x' has no meaning here"},
        Refused{"unknown_key_of_volume", "services: {}\nvolumes: {a: {size: 5}}\n",
                "/volumes/a/size: unknown key 'size'"}),
    [](const auto& test) { return test.param.name; });

struct Named {
  const char* name;
  std::vector<std::string> texts;
  std::map<std::string, std::string> environment;
  std::string dotenv;
  std::string network;
};

class ComposeProjectName : public testing::TestWithParam<Named> {};

TEST_P(ComposeProjectName, NamesWhatIsShared) {
  ComposeFiles compose{.texts = GetParam().texts, .environment = GetParam().environment};
  if (!GetParam().dotenv.empty()) compose.files["/srv/shop/.env"] = GetParam().dotenv;
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  EXPECT_EQ(declared->shared.networks.begin()->first, GetParam().network);
}

const std::string kWeb = "services: {web: {image: 'a:1'}}\n";

INSTANTIATE_TEST_SUITE_P(
    ComposeFile, ComposeProjectName,
    testing::Values(
        Named{"folder", {kWeb}, {}, "", "shop_default"},
        Named{"name", {"name: store\n" + kWeb}, {}, "", "store_default"},
        Named{"number", {"name: 7\n" + kWeb}, {}, "", "7_default"},
        Named{"normalised", {"name: '_My Shop-1.2_'\n" + kWeb}, {}, "", "myshop-12__default"},
        Named{"last_file", {"name: a\n" + kWeb, "name: b\n", kWeb}, {}, "", "b_default"},
        Named{"environment_before_name",
              {"name: a\n" + kWeb},
              {{"COMPOSE_PROJECT_NAME", "e"}},
              "",
              "e_default"},
        Named{"empty_environment", {kWeb}, {{"COMPOSE_PROJECT_NAME", ""}}, "", "shop_default"},
        Named{"dotenv", {kWeb}, {}, "COMPOSE_PROJECT_NAME=d\n", "d_default"},
        Named{"variable", {"name: ${X:-v}\n" + kWeb}, {}, "", "v_default"}),
    [](const auto& test) { return test.param.name; });

TEST(ComposeFiles, AreMergedInTheirOrder) {
  ComposeFiles compose{
      .texts =
          {"services:\n  web:\n    image: a:1\n    environment: [A=1, B=1]\n    ports: ['80']\n"
           "    volumes: ['./x:/x']\n  db: {image: 'b:1'}\n",
           "services:\n  web:\n    image: a:${TAG}\n    environment: {B: 2}\n    ports: "
           "['81']\n    deploy: {replicas: 2}\n  extra: {image: 'c:1', depends_on: [db]}\n",
           "networks: {default: {internal: true}}\n", "# nothing yet\n"},
      .environment = {{"TAG", "2"}}};
  const auto declared = compose.read();
  ASSERT_TRUE(declared) << render(compose.problems);
  ASSERT_EQ(declared->entries.size(), 3U);
  const Definition& web = declared->entries[0].definition;
  EXPECT_EQ(web.image.str(), "a:2");
  EXPECT_EQ(*web.environment, (Pairs{{"A", "1"}, {"B", "2"}}));
  EXPECT_EQ(web.ports->size(), 2U);
  EXPECT_EQ(web.volumes->front().source, "/srv/shop/x");
  EXPECT_EQ(declared->entries[0].first_target, 2U);
  EXPECT_EQ(declared->entries[1].definition.name.str(), "db");
  EXPECT_EQ(declared->entries[2].definition.name.str(), "extra");
  EXPECT_EQ(networks_of(*declared), R"({"name":"shop_default","internal":true})");
}

TEST(ComposeFiles, TellWhichOfThemIsWrong) {
  ComposeFiles compose{.texts = {"services:\n  web:\n    image: a:1\n    command: [a]\n",
                                 "services:\n  web:\n    usr: x\n"}};
  EXPECT_FALSE(compose.read());
  ASSERT_EQ(compose.problems.size(), 1U) << render(compose.problems);
  EXPECT_EQ(compose.problems[0].at, (Position{3, 5, 1}));
}

TEST(ComposeFiles, StandBesideNoOthers) {
  ComposeFiles compose{.texts = {kWeb, "db: {image: 'b:1'}\n"}};
  EXPECT_FALSE(compose.read());
  ASSERT_EQ(compose.problems.size(), 1U);
  EXPECT_EQ(compose.problems[0].at.document, 1U);
  EXPECT_THAT(compose.problems[0].message, HasSubstr("this one has no services"));
}

}  // namespace
}  // namespace genisys::state
