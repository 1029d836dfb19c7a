// What the policy forbids does not get into the store, whichever way it comes.

#include "tests/unit/api/api_fixture.hpp"

namespace genisys::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class PolicyApi : public ApiTest {
 protected:
  PolicyApi() { context_.policy.registries = {{"docker.io"}}; }

  static constexpr const char* kForeign = R"({"name": "web", "image": "registry:5000/app:1"})";
  static constexpr const char* kAllowed = R"({"name": "web", "image": "nginx:1"})";

  void expect_refused(const Response& response) {
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, AllOf(HasSubstr(R"("pointer":"/image")"),
                                     HasSubstr(R"(add \"registry:5000\" to policy.registries)")));
  }
};

TEST_F(PolicyApi, RefusesToRegisterWhatIsForbidden) {
  expect_refused(post("/service", kForeign));
  expect_refused(post("/service?dry_run=true", kForeign));
  EXPECT_TRUE(store_.snapshot()->services.empty());
  EXPECT_EQ(post("/service", kAllowed).status, 201);
}

TEST_F(PolicyApi, RefusesToReplaceByWhatIsForbidden) {
  ASSERT_EQ(post("/service", kAllowed).status, 201);
  expect_refused(put("/service/web", kForeign));
  expect_refused(put("/service/web?dry_run=true", kForeign));
  EXPECT_EQ(record("web").revision, state::Revision{1});
}

TEST_F(PolicyApi, RefusesToGoBackToWhatIsForbiddenByNow) {
  context_.policy = {};
  ASSERT_EQ(post("/service", kForeign).status, 201);
  ASSERT_EQ(put("/service/web", kAllowed).status, 200);
  context_.policy.registries = {{"docker.io"}};
  for (const char* target : {"/service/web/rollback", "/service/web/rollback?dry_run=true"}) {
    const Response response = post(target, R"({"revision": 1})");
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body,
                AllOf(HasSubstr(R"("pointer":"/revision")"), HasSubstr("/image of that revision: "),
                      HasSubstr("policy.registries")));
  }
  EXPECT_EQ(record("web").revision, state::Revision{2});
  EXPECT_EQ(record("web").generation, state::Generation{2});
}

}  // namespace
}  // namespace genisys::api
