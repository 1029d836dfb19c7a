// The input tables: exactly what is sent, and what must come back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace genisys::test {

struct HttpCase {
  std::string name;
  std::string bytes;
  // Of each answer until the connection is closed; none: closed without one.
  std::vector<int> statuses;
  // In the body of the last answer.
  std::string says = {};
};
using HttpCases = std::vector<HttpCase>;

// Where one message ends and the next begins.
HttpCases framing_cases();
// The lines of a request: method, target, version, fields.
HttpCases line_cases();
HttpCases size_cases();
// What the target asks for: paths, parameters, methods.
HttpCases target_cases();
// Who asks and in which form: Host, Origin, types, conditions.
HttpCases header_cases();
// For a connector with tokens.
HttpCases token_cases();
// Messages that never become whole: closed when the time for a request is up.
HttpCases unfinished_cases();

// Bodies of `POST /service/web/scale` and `POST /service`: JSON that is none, or is doubtful.
HttpCases json_cases();
// Bodies of `POST /service`: JSON that is no definition.
HttpCases definition_cases();

// ---- for the tables

std::string get(std::string_view target, std::string_view fields = "");
// With Content-Length and Content-Type.
std::string post(std::string_view target, std::string_view body, std::string_view fields = "");
// `fields` say everything about the body.
std::string post_framed(std::string_view fields, std::string_view body);
// `text` so many times.
std::string times(std::size_t count, std::string_view text);
HttpCases operator+(HttpCases first, const HttpCases& second);

// The token that token_cases() present, and one that only reads.
inline constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kReadOnlyToken = "fedcba9876543210fedcba9876543210";

}  // namespace genisys::test
