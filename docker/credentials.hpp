// The credentials with which images are pulled: from Docker's config file and its credential
// helpers, read afresh at every call, so that a docker login counts at the next pull. Keeps and
// logs nothing.
//
// Thread: the executor's. Outlives its calls. Cancelling (terminal) throws operation_aborted and
// ends a helper that runs. Failures are values of the kind `rejected`; they name the file or the
// helper, and no secret.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

#include "docker/types.hpp"

namespace genisys::docker {

// $DOCKER_CONFIG/config.json, else $HOME/.docker/config.json; absolute. Empty when neither is set,
// or when a folder below HOME may not be entered, as for a service that is kept out of homes.
std::filesystem::path default_config_file();

class Credentials {
 public:
  struct Options {
    std::chrono::steady_clock::duration helper_timeout = std::chrono::seconds(10);
    std::size_t max_helper_output = 64 * 1024;
    std::size_t max_file = 1024 * 1024;
  };

  // Without a file, or when it is not there, every image is pulled anonymously.
  Credentials(boost::asio::any_io_executor executor, std::filesystem::path config_file);
  Credentials(boost::asio::any_io_executor executor, std::filesystem::path config_file,
              Options options);

  // The X-Registry-Auth header's value for a pull of the image; empty: anonymous.
  boost::asio::awaitable<Result<std::string>> for_image(std::string reference);

 private:
  boost::asio::any_io_executor executor_;
  std::filesystem::path config_file_;
  Options options_;
};

}  // namespace genisys::docker
