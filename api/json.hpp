// How this room writes JSON: of its codecs only, since RapidJSON is heavy.
//
// Pure. Any thread.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "api/codec.hpp"
#include "state/clock.hpp"

namespace genisys::api::json {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

inline void write(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
inline void write(Writer& writer, const std::string& text) {
  write(writer, std::string_view(text));
}
inline void write(Writer& writer, const char* text) { write(writer, std::string_view(text)); }
inline void write(Writer& writer, bool value) { writer.Bool(value); }
inline void write(Writer& writer, int value) { writer.Int(value); }
inline void write(Writer& writer, std::uint32_t value) { writer.Uint(value); }
inline void write(Writer& writer, std::uint64_t value) { writer.Uint64(value); }
// The epoch stands for "never", and is null.
inline void write(Writer& writer, state::WallTime time) {
  if (time == state::WallTime{}) {
    writer.Null();
  } else {
    write(writer, format_time(time));
  }
}

template <class Value>
void write_member(Writer& writer, std::string_view key, const Value& value) {
  write(writer, key);
  write(writer, value);
}

template <class Value>
void write_unless(bool absent, Writer& writer, std::string_view key, const Value& value) {
  if (!absent) write_member(writer, key, value);
}

template <class Value>
void write_or_null(bool absent, Writer& writer, std::string_view key, const Value& value) {
  write(writer, key);
  if (absent) {
    writer.Null();
  } else {
    write(writer, value);
  }
}

// `json` is a whole value.
inline void write_raw(Writer& writer, std::string_view key, const std::string& json) {
  write(writer, key);
  writer.RawValue(json.data(), json.size(), rapidjson::kObjectType);
}

// What `fill` writes, as text.
template <class Fill>
std::string text_of(Fill fill) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  fill(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace genisys::api::json
