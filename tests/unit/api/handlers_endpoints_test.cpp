#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

class EndpointsApi : public ApiTest {
 protected:
  // Publishes replicas that run, each with one TCP port on all addresses.
  state::ServiceStatus running(std::string_view service, std::uint16_t first_port) {
    state::ServiceStatus status = converged_status(service);
    for (std::uint32_t slot = 1; slot <= status.desired; ++slot) {
      status.slots.push_back(
          {.slot = slot,
           .state = state::SlotState::running,
           .container = "c" + std::to_string(slot),
           .ports = {{"8080/tcp", "0.0.0.0:" + std::to_string(first_port + slot)}}});
    }
    return status;
  }
};

TEST_F(EndpointsApi, TellsWhereTheReplicasOfAServiceAreReached) {
  given("web", 2);
  EXPECT_EQ(get("/service/web/endpoints").body, R"({"endpoints":[]})");
  board_.publish({running("web", 4000)});
  context_.advertise = "box.example";
  const Response response = get("/service/web/endpoints");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"endpoints":[{"slot":1,"container_port":"8080/tcp","host":"box.example",)"
            R"("port":4001,"address":"box.example:4001"},{"slot":2,"container_port":"8080/tcp",)"
            R"("host":"box.example","port":4002,"address":"box.example:4002"}]})");
}

TEST_F(EndpointsApi, KnowsNoServiceThatIsNotThere) {
  EXPECT_EQ(get("/service/web/endpoints").status, 404);
  given("web");
  EXPECT_EQ(get("/service/web/endpoints?slot=1").status, 400);
}

TEST_F(EndpointsApi, TellsPrometheusOfAllServices) {
  EXPECT_EQ(get("/sd").body, "[]");
  given("web", 1);
  given("db", 1);
  board_.publish({running("web", 4000), running("db", 5000)});
  const Response response = get("/sd?refresh=1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body,
            R"([{"targets":["127.0.0.1:5001"],"labels":{"__meta_genisys_service":"db",)"
            R"("__meta_genisys_slot":"1","__meta_genisys_container_port":"8080",)"
            R"("__meta_genisys_container":"c1"}},)"
            R"({"targets":["127.0.0.1:4001"],"labels":{"__meta_genisys_service":"web",)"
            R"("__meta_genisys_slot":"1","__meta_genisys_container_port":"8080",)"
            R"("__meta_genisys_container":"c1"}}])");
}

TEST_F(EndpointsApi, TellsNothingOfAServiceThatIsForgotten) {
  given("web", 1);
  board_.publish({running("web", 4000)});
  test::run_coro(io_, store_.commit([](state::Draft& draft) {
    draft.erase(*state::ServiceName::parse("web"));
  }));
  EXPECT_EQ(get("/sd").body, "[]");
}

}  // namespace
}  // namespace genisys::api
