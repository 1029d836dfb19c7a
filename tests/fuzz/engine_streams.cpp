// The engine's streams, cut into pieces as a network may cut them. The first letter says which:
// o(bjects, as of events and of a pull), g (a log in frames), w (words for a log or a terminal). Of
// objects, the first line then tells the lengths of the pieces, one byte each.
#include <string>
#include <vector>

#include "docker/codec.hpp"
#include "docker/framing.hpp"
#include "docker/text.hpp"
#include "state/text.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

constexpr std::size_t kLargest = 512;

struct Heard {
  std::vector<std::string> objects = {};
  std::string error = {};
  bool is_inside = false;

  bool operator==(const Heard&) const = default;
};

void drain(docker::ObjectSplitter& splitter, Heard& heard) {
  for (;;) {
    auto object = splitter.next();
    if (!object) {
      heard.error = object.error().message;
      return;
    }
    if (!*object) return;
    heard.objects.push_back(**std::move(object));
  }
}

Heard in_pieces(std::string_view stream, std::string_view lengths) {
  docker::ObjectSplitter splitter(kLargest);
  Heard heard;
  for (std::size_t i = 0; i < lengths.size() && !stream.empty() && heard.error.empty(); ++i) {
    const std::string_view piece = stream.substr(0, static_cast<unsigned char>(lengths[i]));
    splitter.feed(piece);
    stream.remove_prefix(piece.size());
    drain(splitter, heard);
  }
  if (heard.error.empty()) {
    splitter.feed(stream);
    drain(splitter, heard);
  }
  heard.is_inside = heard.error.empty() && splitter.is_inside();
  splitter.feed("{}");
  require(heard.error.empty() || !splitter.next(), "a broken stream stays broken");
  return heard;
}

void objects(Input input) {
  const std::string_view lengths = input.line();
  const std::string_view stream = input.rest();
  const Heard whole = in_pieces(stream, {});
  require(whole == in_pieces(stream, lengths), "it does not matter where a stream is cut", stream);
  require(whole == in_pieces(stream, std::string(stream.size(), '\1')),
          "it does not matter that every byte comes alone", stream);
  for (const std::string& object : whole.objects) {
    require(object.size() <= kLargest, "an object is bounded", object);
    require(stream.find(object) != std::string_view::npos, "an object is part of the stream");
    require(object.front() == '{', "an object is one", object);
    const auto event = docker::decode_event(object);
    const auto step = docker::decode_pull_step(object);
    require(event || event.error().kind == docker::ErrorKind::protocol, "not the Engine API");
    require(step || step.error().kind == docker::ErrorKind::protocol, "not the Engine API");
  }
}

void log(std::string_view bytes) {
  const auto whole = docker::demultiplex(bytes);
  if (!whole) return;
  require(whole->size() <= bytes.size(), "a log is in its frames");
  for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 16) {
    const auto part = docker::demultiplex(bytes.substr(0, cut));
    require(part && whole->starts_with(*part), "a log that is cut short begins as the whole does");
  }
}

void words(Input input) {
  const std::size_t limit = input.byte();
  const std::size_t lines = input.byte();
  const std::string_view text = input.rest();
  const std::string_view tail = docker::tail(text, lines, limit);
  require(tail.size() <= limit && text.ends_with(tail), "a tail is an end of the text", tail);
  require(!state::is_utf8(text) || state::is_utf8(tail), "a tail splits no character", tail);
  for (const auto breaks : {docker::LineBreaks::keep, docker::LineBreaks::replace}) {
    const std::string shown = docker::printable(text, limit, breaks);
    require(shown.size() <= limit, "what is shown is bounded", shown);
    require(state::is_utf8(shown), "what is shown is UTF-8", shown);
    require(shown.find_first_of("\x1b\x07\r\x7f") == std::string::npos, "no controls", shown);
    require(docker::printable(shown, limit, breaks) == shown, "what is printable stays", shown);
  }
  const std::string repaired = state::to_utf8(text);
  require(state::is_utf8(repaired), "what is repaired is UTF-8", repaired);
  require(!state::is_utf8(text) || repaired == text, "what is UTF-8 stays", text);
  if (!state::is_utf8(text)) return;
  for (const std::string_view part :
       {state::utf8_prefix(text, limit), state::utf8_suffix(text, limit)}) {
    require(part.size() <= limit && state::is_utf8(part), "a cut splits no character", part);
  }
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys::fuzz;
  Input input(data, size);
  switch (input.kind("ogw")) {
    case 'o':
      objects(input);
      break;
    case 'g':
      log(input.rest());
      break;
    default:
      words(input);
  }
  return 0;
}
