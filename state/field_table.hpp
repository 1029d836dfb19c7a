// Objects as tables: a row for each key says how it is decoded, how it is encoded, and what it
// adds to the name of what containers are made of. Every list of keys follows from the table, so
// that a new field is a new row.
//
// A row names a member and a form. A form is a type with
//   static std::optional<T> decode(const Value&, std::string_view pointer, Problems&);
//       nothing, and a problem, when the value is wrong; nothing alone when it says the same as
//       none at all
//   static Value encode(const T&);
//   static void add(std::string_view key, const T&, Canonical&);
//       nothing where it makes the same container as when it is unset
// of which `add` may be missing when the row does not shape a container. Members that are no
// optionals are unset while they have the value that they begin with.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "state/canonical.hpp"
#include "state/field_decoding.hpp"
#include "state/unsupported_keys.hpp"
#include "state/value.hpp"

namespace genisys::state {

template <class Owner>
struct Field {
  using OwnerType = Owner;

  std::string_view key;
  void (*decode)(const Value&, std::string_view pointer, Problems&, Owner&) = nullptr;
  std::optional<Value> (*encode)(const Owner&) = nullptr;  // nothing when it is unset
  void (*add)(std::string_view key, const Owner&, Canonical&) = nullptr;
  bool always_written = false;  // as null when it is unset
};

template <class Owner>
using Fields = std::span<const Field<Owner>>;

template <class Member>
struct MemberTraits;
template <class Class, class Value>
struct MemberTraits<Value Class::*> {
  using Owner = Class;
  using Type = Value;
};

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

// What the row of one member does.
template <auto kMember, class Form>
struct MemberField {
  using Owner = typename MemberTraits<decltype(kMember)>::Owner;
  using Type = typename MemberTraits<decltype(kMember)>::Type;

  static void decode(const Value& value, std::string_view pointer, Problems& problems,
                     Owner& owner) {
    if (auto decoded = Form::decode(value, pointer, problems)) owner.*kMember = std::move(*decoded);
  }
  static std::optional<Value> encode(const Owner& owner) {
    const Type& member = owner.*kMember;
    if constexpr (is_optional<Type>) {
      if (!member) return std::nullopt;
      return Form::encode(*member);
    } else {
      if (member == Type{}) return std::nullopt;
      return Form::encode(member);
    }
  }
  static void add(std::string_view key, const Owner& owner, Canonical& canonical) {
    const Type& member = owner.*kMember;
    if constexpr (is_optional<Type>) {
      if (member) Form::add(key, *member, canonical);
    } else {
      Form::add(key, member, canonical);
    }
  }
};

// A field that shapes a container.
template <auto kMember, class Form>
constexpr auto field(std::string_view key) {
  using Row = MemberField<kMember, Form>;
  return Field<typename Row::Owner>{key, Row::decode, Row::encode, Row::add};
}

// A field that says how a definition comes to its containers, or one of an object that is hashed as
// a whole.
template <auto kMember, class Form>
constexpr auto plain_field(std::string_view key) {
  using Row = MemberField<kMember, Form>;
  return Field<typename Row::Owner>{key, Row::decode, Row::encode};
}

template <class Owner>
constexpr Field<Owner> always_written(Field<Owner> row) {
  row.always_written = true;
  return row;
}

template <class Owner>
std::vector<std::string_view> keys_of(Fields<Owner> fields) {
  std::vector<std::string_view> keys;
  for (const Field<Owner>& row : fields) keys.push_back(row.key);
  return keys;
}

// Decodes the members of a map into `owner` and reports the keys that the table lacks.
template <class Owner>
void decode_members(Fields<Owner> fields, const Value& map, std::string_view pointer,
                    Problems& problems, Owner& owner,
                    std::span<const UnsupportedKey> unsupported = {}) {
  check_keys(*map.as_map(), keys_of(fields), pointer, problems, unsupported);
  for (const Field<Owner>& row : fields) {
    const Value* value = map.find(row.key);
    if (row.decode == nullptr || value == nullptr || value->is_null()) continue;
    row.decode(*value, pointer_to(pointer, row.key), problems, owner);
  }
}

// The same for a value that may be no map.
template <class Owner>
std::optional<Owner> decode_object(Fields<Owner> fields, const Value& value,
                                   std::string_view pointer, Problems& problems,
                                   std::span<const UnsupportedKey> unsupported = {}) {
  if (!require_map(value, fields.front().key, pointer, problems)) return std::nullopt;
  const std::size_t before = problems.size();
  Owner owner{};
  decode_members(fields, value, pointer, problems, owner, unsupported);
  if (problems.size() != before) return std::nullopt;
  return owner;
}

template <class Owner>
Value encode_object(Fields<Owner> fields, const Owner& owner) {
  Map map;
  for (const Field<Owner>& row : fields) {
    if (row.encode == nullptr) continue;
    std::optional<Value> value = row.encode(owner);
    if (!value && !row.always_written) continue;
    map.push_back({std::string(row.key), value ? std::move(*value) : Value(), {}});
  }
  return Value(std::move(map), {});
}

inline std::span<const UnsupportedKey> no_unsupported_keys() { return {}; }

// A row whose value is an object with a table of the same owner: what stands in it stands beside
// the others once it is decoded. None of it is hashed.
template <const auto& kRows,
          std::span<const UnsupportedKey> (*kUnsupported)() = no_unsupported_keys>
constexpr auto nested_field(std::string_view key) {
  using Owner = typename std::remove_cvref_t<decltype(kRows)>::value_type::OwnerType;
  struct Row {
    static void decode(const Value& value, std::string_view pointer, Problems& problems,
                       Owner& owner) {
      if (!require_map(value, kRows.front().key, pointer, problems)) return;
      decode_members(Fields<Owner>(kRows), value, pointer, problems, owner, kUnsupported());
    }
    static std::optional<Value> encode(const Owner& owner) {
      Value object = encode_object(Fields<Owner>(kRows), owner);
      if (object.as_map()->empty()) return std::nullopt;
      return object;
    }
  };
  return Field<Owner>{key, Row::decode, Row::encode};
}

}  // namespace genisys::state
