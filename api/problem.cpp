#include "api/problem.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

namespace genisys::api {
namespace {

constexpr std::pair<int, std::string_view> kTitles[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_member(Writer& writer, std::string_view key, std::string_view value) {
  write(writer, key);
  write(writer, value);
}

// A hostile body is one long list of mistakes, with keys of any length; its answer need not be.
constexpr std::size_t kMostErrorBytes = std::size_t{32} * 1024;
constexpr std::size_t kMaxPointer = 1024;

// The pointer, or, of one that is too long, the longest to something around that place.
std::string_view bounded_pointer(std::string_view pointer) {
  while (pointer.size() > kMaxPointer) pointer = pointer.substr(0, pointer.rfind('/'));
  return pointer;
}

void write_error(Writer& writer, const state::Problem& error) {
  writer.StartObject();
  write_member(writer, "pointer", bounded_pointer(error.pointer));
  write_member(writer, "message", error.message);
  if (error.at.line != 0) {
    write(writer, "line");
    writer.Uint(error.at.line);
  }
  if (error.at.column != 0) {
    write(writer, "column");
    writer.Uint(error.at.column);
  }
  writer.EndObject();
}

}  // namespace

std::string_view status_title(int status) {
  for (const auto& [known, title] : kTitles) {
    if (known == status) return title;
  }
  return "Unknown";
}

Response problem(int status, std::string detail, const state::Problems& errors) {
  rapidjson::StringBuffer out;
  Writer writer(out);
  writer.StartObject();
  write(writer, "status");
  writer.Int(status);
  write_member(writer, "title", status_title(status));
  write_member(writer, "detail", detail);
  if (!errors.empty()) {
    write(writer, "errors");
    writer.StartArray();
    std::size_t written = 0;
    for (; written < errors.size() && out.GetSize() < kMostErrorBytes; ++written) {
      write_error(writer, errors[written]);
    }
    if (written < errors.size()) {
      write_error(writer, {.message = fmt::format("{} more", errors.size() - written)});
    }
    writer.EndArray();
  }
  writer.EndObject();
  return {.status = status,
          .body = {out.GetString(), out.GetSize()},
          .content_type = "application/problem+json"};
}

}  // namespace genisys::api
