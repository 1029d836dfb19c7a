#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kWeb =
    R"({"name":"web","image":"nginx:1.25","command":null,"environment":null,"ports":null})";

class ServiceApi : public ApiTest {};

TEST_F(ServiceApi, ListsNothingAtFirst) {
  const Response response = get("/service");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, "{}");
}

TEST_F(ServiceApi, RegistersADefinitionAndReadsItBackInTheSeedsShape) {
  const Response created = post(
      "/service",
      R"({"name": "helloworld", "image": "tutum/hello-world:latest", "ports": ["8080", "8081"],)"
      R"( "environment": {"VAR_A": "value", "VAR_B": "value"}})");
  const std::string definition =
      R"({"name":"helloworld","image":"tutum/hello-world:latest","command":null,)"
      R"("environment":{"VAR_A":"value","VAR_B":"value"},"ports":["8080","8081"]})";
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.body, definition);
  EXPECT_EQ(header(created, "Location"), "/service/helloworld");
  EXPECT_EQ(header(created, "ETag"), "\"1\"");

  const Response read = get("/service/helloworld");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, definition);
  EXPECT_EQ(header(read, "ETag"), "\"1\"");
  EXPECT_EQ(get("/service").body, R"({"helloworld":)" + definition + "}");
}

TEST_F(ServiceApi, ShowsNoSecretsToWhoMayOnlyRead) {
  const std::string definition =
      R"({"name":"web","image":"a:1","command":["run","--token=canary"],)"
      R"("environment":{"A":"canary"},"ports":null})";
  ASSERT_EQ(post("/service", definition).status, 201);
  for (const char* target : {"/service", "/service/web", "/service/web/revisions"}) {
    Request reading = request(Method::get, target);
    reading.masks_secrets = true;
    const std::string shown = send(std::move(reading)).body;
    EXPECT_THAT(shown, Not(HasSubstr("canary"))) << target;
    EXPECT_THAT(shown, HasSubstr(R"("command":["run","--token=***"],"environment":{"A":"***"})"))
        << target;
    EXPECT_THAT(get(target).body, HasSubstr(definition)) << target;
  }
}

TEST_F(ServiceApi, ListsDefinitionsByName) {
  given("web");
  given("db");
  EXPECT_EQ(get("/service").body,
            R"({"db":{"name":"db","image":"nginx:1.25","command":null,"environment":null,)"
            R"("ports":null},"web":)" +
                std::string(kWeb) + "}");
}

TEST_F(ServiceApi, TakesAnIdenticalRegistrationForARepetition) {
  given("web");
  const state::SnapshotPtr before = store_.snapshot();
  const Response again = post("/service", kWeb);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, kWeb);
  EXPECT_EQ(header(again, "Location"), std::nullopt);
  EXPECT_EQ(header(again, "ETag"), "\"1\"");
  EXPECT_EQ(before->services, store_.snapshot()->services);
}

TEST_F(ServiceApi, RefusesToRegisterAnotherDefinition) {
  given("web");
  const Response other = post("/service", R"({"name":"web","image":"nginx:1.26"})");
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.content_type, "application/problem+json");
  EXPECT_THAT(other.body, HasSubstr("PUT /service/web"));
  EXPECT_EQ(get("/service/web").body, kWeb);
}

TEST_F(ServiceApi, ReplacesADefinitionAndKeepsTheTarget) {
  given("helloworld", 2);
  const Response replaced = put(
      "/service/helloworld", R"({"image": "panamax/hello-world-php:latest", "command": "/run.sh",)"
                             R"( "ports": ["8080", "8082"], "environment": {"VAR_A": "value"}})");
  EXPECT_EQ(replaced.status, 200);
  EXPECT_EQ(replaced.body,
            R"({"name":"helloworld","image":"panamax/hello-world-php:latest",)"
            R"("command":"/run.sh","environment":{"VAR_A":"value"},"ports":["8080","8082"]})");
  EXPECT_EQ(header(replaced, "ETag"), "\"3\"");
  EXPECT_EQ(record("helloworld").desired, 2U);
  EXPECT_EQ(record("helloworld").revision, state::Revision{2});
}

TEST_F(ServiceApi, PutCreatesWhatIsAbsent) {
  const Response created = put("/service/web", R"({"image":"nginx:1.25"})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(header(created, "Location"), "/service/web");
  EXPECT_EQ(created.body, kWeb);
}

TEST_F(ServiceApi, AnIdenticalPutChangesNothing) {
  given("web");
  const Response again = put("/service/web", kWeb);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(header(again, "ETag"), "\"1\"");
}

TEST_F(ServiceApi, RemovesInTwoSteps) {
  given("web", 2);
  const Response removed = del("/service/web");
  EXPECT_EQ(removed.status, 202);
  EXPECT_THAT(removed.body, HasSubstr(R"("converged":false)"));
  EXPECT_THAT(removed.body,
              HasSubstr(R"("type":"Converged","status":"False","reason":"Removing")"));
  EXPECT_EQ(header(removed, "ETag"), "\"3\"");
  EXPECT_TRUE(record("web").removing);

  EXPECT_EQ(del("/service/web").status, 202);
  EXPECT_EQ(record("web").generation, state::Generation{3});
  EXPECT_EQ(put("/service/web", kWeb).status, 409);
  EXPECT_EQ(post("/service", kWeb).status, 409);
}

TEST_F(ServiceApi, KnowsNoServiceThatIsNotThere) {
  for (const char* path : {"/service/web", "/service/-web", "/service/a b"}) {
    EXPECT_EQ(get(path).status, 404) << path;
    EXPECT_EQ(get(path).content_type, "application/problem+json") << path;
    EXPECT_EQ(del(path).status, 404) << path;
  }
  EXPECT_THAT(get("/service/-web").body, HasSubstr("[a-zA-Z0-9]"));
}

TEST_F(ServiceApi, RefusesAPathThatIsNoName) {
  const Response response = put("/service/-web", R"({"image":"nginx:1.25"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("pointer":"/name")"));
}

struct BadBody {
  std::string name;
  std::string body;
  std::vector<std::string> says;
};
void PrintTo(const BadBody& row, std::ostream* out) { *out << row.name; }

class BadDefinitions : public ApiTest, public testing::WithParamInterface<BadBody> {};

TEST_P(BadDefinitions, AreRefusedAndChangeNothing) {
  given("web", 1);
  const state::SnapshotPtr before = store_.snapshot();
  const std::uint64_t transactions = store_.transactions();
  for (const Response& response :
       {post("/service", GetParam().body), put("/service/web", GetParam().body),
        post("/service?dry_run=true", GetParam().body)}) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.content_type, "application/problem+json");
    for (const std::string& part : GetParam().says) EXPECT_THAT(response.body, HasSubstr(part));
  }
  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_EQ(store_.transactions(), transactions);
}

INSTANTIATE_TEST_SUITE_P(
    ServiceApi, BadDefinitions,
    testing::ValuesIn(std::vector<BadBody>{
        {"Empty", "", {R"("pointer":"")", "body is empty"}},
        {"NoJson", "name=web", {R"("pointer":"")"}},
        {"NoObject", R"(["web"])", {"a list"}},
        {"Nested", std::string(5000, '['), {"errors"}},
        {"NoImage", R"({"name":"web"})", {R"("pointer":"/image")"}},
        {"NoTag", R"({"name":"web","image":"nginx"})", {R"("pointer":"/image")"}},
        {"UnknownKey",
         R"({"name":"web","image":"nginx:1","imge":"x"})",
         {R"("pointer":"/imge")", "image"}},
        {"AllAtOnce",
         R"({"name":"web","image":"nginx","ports":["0"],"environment":3,"colour":1})",
         {R"("/image")", R"("/ports/0")", R"("/environment")", R"("/colour")"}},
    }),
    [](const auto& info) { return info.param.name; });

TEST_F(ServiceApi, RefusesAMissingNameOnlyWhereThePathHasNone) {
  EXPECT_EQ(post("/service", R"({"image":"nginx:1.25"})").status, 400);
  EXPECT_EQ(put("/service/web", R"({"image":"nginx:1.25"})").status, 201);
  EXPECT_EQ(put("/service/web", R"({"name":"db","image":"nginx:1.25"})").status, 400);
}

TEST_F(ServiceApi, ComparesIfMatchWithTheGeneration) {
  given("web", 1);
  const auto put_web = [&] {
    return request(Method::put, "/service/web", R"({"image":"nginx:1.26"})");
  };
  const state::SnapshotPtr before = store_.snapshot();
  for (const char* stale : {"\"1\"", "\"3\"", "W/\"2\"", "\"x\"", "\"02\""}) {
    EXPECT_EQ(send_if(stale, put_web()).status, 412) << stale;
    EXPECT_EQ(send_if(stale, request(Method::del, "/service/web")).status, 412) << stale;
  }
  EXPECT_EQ(send_if("2", put_web()).status, 400);
  EXPECT_EQ(send_if("*", request(Method::put, "/service/db", kWeb)).status, 400);
  EXPECT_EQ(send_if("*", request(Method::put, "/service/db", R"({"image":"nginx:1.26"})")).status,
            412);
  EXPECT_EQ(before->services, store_.snapshot()->services);

  EXPECT_EQ(send_if("\"1\", \"2\"", put_web()).status, 200);
  EXPECT_EQ(send_if("*", request(Method::del, "/service/web")).status, 202);
}

TEST_F(ServiceApi, RefusesIfMatchWhereThereIsNoEntityTag) {
  EXPECT_EQ(send_if("*", request(Method::post, "/service", kWeb)).status, 400);
  EXPECT_EQ(store_.snapshot()->services.size(), 0U);
}

TEST_F(ServiceApi, ADryRunSaysWhatWouldHappenAndWritesNothing) {
  given("web", 2);
  const state::SnapshotPtr before = store_.snapshot();
  const std::uint64_t transactions = store_.transactions();
  planned_ = {{.action = "run",
               .service = name("web"),
               .slot = 1,
               .cause = state::Reason::outdated,
               .message = "revision 2 replaces 1"}};

  const Response changed = put("/service/web?dry_run=true", R"({"image":"nginx:1.26"})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body,
            R"({"dry_run":true,"effect":"changed","actions":[{"action":"run","service":"web",)"
            R"("slot":1,"container":null,"cause":"Outdated","message":"revision 2 replaces 1"}]})");
  EXPECT_EQ(previewed_.find(name("web"))->definition.image.str(), "nginx:1.26");

  planned_.clear();
  EXPECT_THAT(post("/service?dry_run=true", R"({"name":"db","image":"a:1"})").body,
              HasSubstr(R"("effect":"created")"));
  EXPECT_THAT(put("/service/web?dry_run=true", kWeb).body, HasSubstr(R"("effect":"unchanged")"));
  EXPECT_THAT(del("/service/web?dry_run=true").body, HasSubstr(R"("effect":"changed")"));
  EXPECT_TRUE(previewed_.find(name("web"))->removing);

  EXPECT_EQ(post("/service?dry_run=true", R"({"name":"web","image":"a:1"})").status, 409);
  EXPECT_EQ(del("/service/none?dry_run=true").status, 404);
  EXPECT_EQ(send_if("\"9\"", request(Method::del, "/service/web?dry_run=true")).status, 412);

  EXPECT_EQ(store_.snapshot(), before);
  EXPECT_EQ(store_.transactions(), transactions);
}

TEST_F(ServiceApi, AMistypedDryRunDoesNotWrite) {
  const Response response = post("/service?dryrun=true", kWeb);
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("did you mean 'dry_run'"));
  EXPECT_EQ(post("/service?dry_run=yes", kWeb).status, 400);
  EXPECT_EQ(store_.snapshot()->services.size(), 0U);
}

TEST_F(ServiceApi, RefusesAQueryOnReads) {
  given("web");
  EXPECT_EQ(get("/service?limit=3").status, 400);
  EXPECT_EQ(get("/service/web?wait=3s").status, 400);
}

struct Fault {
  state::StoreFault fault;
  int status;
};

TEST_F(ServiceApi, SaysSoWhenTheWriteWasNotRecorded) {
  given("web", 1);
  const std::string before = get("/service").body;
  for (const Fault& fault :
       {Fault{state::StoreFault::full, 507}, Fault{state::StoreFault::unavailable, 503}}) {
    store_.fail_next(1, fault.fault);
    EXPECT_EQ(post("/service", R"({"name":"db","image":"a:1"})").status, fault.status);
    store_.fail_next(1, fault.fault);
    EXPECT_EQ(del("/service/web").status, fault.status);
    store_.fail_next(1, fault.fault);
    EXPECT_EQ(post("/service/web/scale", R"({"number":4})").status, fault.status);
  }
  EXPECT_EQ(get("/service").body, before);
  EXPECT_EQ(record("web").desired, 1U);
}

TEST_F(ServiceApi, AnswersAWriteOnlyWhenItIsDurable) {
  store_.hold();
  auto answer = test::start(io_, std::get<boost::asio::awaitable<Response>>(
                                     reply_to(request(Method::post, "/service", kWeb))));
  test::run_ready(io_);
  EXPECT_FALSE(answer.done());
  EXPECT_EQ(get("/service").body, "{}");
  store_.release();
  EXPECT_EQ(answer.get().status, 201);
  EXPECT_THAT(get("/service").body, Not(testing::StrEq("{}")));
}

}  // namespace
}  // namespace genisys::api
