#include "api/codec_revisions.hpp"
#include "api/parameters.hpp"
#include "tests/support/builders.hpp"
#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class RevisionsApi : public ApiTest {};

TEST_F(RevisionsApi, ListsTheDefinitionsThatAServiceHadNewestFirst) {
  given("web", 2);
  ASSERT_EQ(put("/service/web", R"({"image":"nginx:1.26"})").status, 200);
  const Response response = get("/service/web/revisions");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body,
              StartsWith(R"({"current":2,"stable":null,"revisions":[{"revision":2,)"));
  const std::size_t newest = response.body.find(R"("image":"nginx:1.26")");
  const std::size_t oldest = response.body.find(R"("image":"nginx:1.25")");
  EXPECT_LT(newest, oldest);
  EXPECT_NE(oldest, std::string::npos);
  EXPECT_EQ(header(response, "ETag"), entity_tag(record("web").generation));
}

TEST_F(RevisionsApi, KnowsNoServiceThatIsNotThere) {
  EXPECT_EQ(get("/service/web/revisions").status, 404);
  EXPECT_EQ(get("/service/-web/revisions").status, 404);
  given("web");
  EXPECT_EQ(get("/service/web/revisions?limit=1").status, 400);
}

TEST(RevisionsCodec, MarksTheCurrentAndTheStableOne) {
  state::Service service{.definition = test::definition("web", "nginx:1.26"),
                         .revision = state::Revision{5},
                         .stable = state::Revision{4}};
  const state::Definition before = test::definition("web", "nginx:1.25");
  service.revisions = std::make_shared<const state::RevisionHistory>(state::RevisionHistory{
      {state::Revision{4}, std::make_shared<const state::Definition>(before), {}},
      {state::Revision{5}, std::make_shared<const state::Definition>(service.definition),
       state::WallTime{1'714'558'830'456ms}}});
  EXPECT_EQ(encode_revisions(service),
            R"({"current":5,"stable":4,"revisions":[{"revision":5,)"
            R"("recorded_at":"2024-05-01T10:20:30.456Z","current":true,"stable":false,)"
            R"("definition":{"name":"web","image":"nginx:1.26","command":null,)"
            R"("environment":null,"ports":null}},{"revision":4,"recorded_at":null,)"
            R"("current":false,"stable":true,"definition":{"name":"web","image":"nginx:1.25",)"
            R"("command":null,"environment":null,"ports":null}}]})");
}

TEST(RevisionsCodec, ShowsTheCurrentOneOfAServiceWithoutAHistory) {
  const state::Service service{.definition = test::definition("web", "nginx:1.26")};
  EXPECT_THAT(encode_revisions(service),
              HasSubstr(R"("revisions":[{"revision":1,"recorded_at":null,"current":true,)"));
}

}  // namespace
}  // namespace genisys::api
