#include "tests/hostile/cases.hpp"

namespace genisys::test {

std::string get(std::string_view target, std::string_view fields) {
  std::string text = "GET ";
  text += target;
  text += " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  text += fields;
  return text + "\r\n";
}

std::string post(std::string_view target, std::string_view body, std::string_view fields) {
  std::string text = "POST ";
  text += target;
  text += " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text += fields;
  text += "\r\n";
  text += body;
  return text;
}

std::string post_framed(std::string_view fields, std::string_view body) {
  std::string text =
      "POST /service HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
      "Content-Type: application/json\r\n";
  text += fields;
  text += "\r\n";
  text += body;
  return text;
}

std::string times(std::size_t count, std::string_view text) {
  if (text.size() == 1) return std::string(count, text[0]);
  std::string result;
  result.reserve(count * text.size());
  for (; count > 0; --count) result += text;
  return result;
}

HttpCases operator+(HttpCases first, const HttpCases& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace genisys::test
