// Texts of the Docker world as a FakeHost needs them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "docker/types.hpp"

namespace genisys::fakes {

// What the engine accepts as a container's name.
bool is_container_name(std::string_view name);

// 64 hexadecimal digits that differ early, as real ones do: nobody shall get away with a prefix.
docker::ContainerId nth_container_id(std::uint64_t n);
std::string nth_image_id(std::uint64_t n);
std::string nth_network_id(std::uint64_t n);

// `docker.io/library/app` and `app` are `app:latest`; ids and digests stay as they are.
std::string normal_image_reference(std::string_view reference);

// "SIGTERM", "TERM" and "15" are "15"; what is not known stays as it is.
std::string signal_number(std::string_view signal);

// Whether two published ports cannot be listened on at once.
bool same_socket(const docker::PublishedPort& a, const docker::PublishedPort& b);

// `*` stands for any text, also for none.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace genisys::fakes
