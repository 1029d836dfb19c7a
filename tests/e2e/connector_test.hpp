// What all end-to-end tests share: an image name of the test's own on the real engine, and one
// connector, whose log is shown when the test fails.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/e2e/connector.hpp"
#include "tests/support/engine_view.hpp"

namespace genisys::test {

class ConnectorTest : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Nobody else's containers are made from it, so adoption finds only those of this test.
  const std::string& image() const { return image_->reference; }
  Connector& connector() { return *connector_; }
  const EngineView& engine() const { return connector_->engine(); }
  // Removed at the end of the test. No labels but these: nobody owns it.
  std::string run_by_hand(std::vector<std::pair<std::string, std::string>> labels = {},
                          std::vector<std::string> command = {});
  // Gives image() further labels and what `script` does to its files.
  void change_image(const std::vector<std::pair<std::string, std::string>>& labels,
                    const std::string& script);
  // In place of the one that SetUp made, which must not have been started.
  void set_up_connector(Connector::Options options);
  // With all its containers; in TearDown(), by tests that have something else to remove after them.
  void remove_connector() { connector_.reset(); }
  std::string engine_url() const;

  // Starts containers of this test's image that are none of the connector's business: those of
  // Compose, of another instance, and such as ask to be ignored. The test fails when one of them is
  // not at its end what it was.
  void start_bystanders();

 private:
  // A name of the test image, for as long as this lives.
  struct ImageName {
    explicit ImageName(const std::string& engine_url);
    ImageName(const ImageName&) = delete;
    ImageName& operator=(const ImageName&) = delete;
    ~ImageName();

    const EngineView engine;
    const std::string reference;
  };

  std::optional<ImageName> image_;
  std::unique_ptr<Connector> connector_;
  std::vector<std::string> by_hand_;
  std::vector<Fingerprint> bystanders_;
};

}  // namespace genisys::test
