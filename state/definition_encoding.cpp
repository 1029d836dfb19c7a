// A definition as JSON text, and as the name of what its containers are made of.
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "state/canonical.hpp"
#include "state/definition.hpp"
#include "state/definition_table.hpp"
#include "state/documents.hpp"

namespace genisys::state {
namespace {

// The name space of our hashes; a constant for ever, since containers carry what follows from it.
constexpr boost::uuids::uuid kSpecs = {{0xf3, 0x9e, 0x98, 0xeb, 0x8f, 0x23, 0x46, 0xb0, 0xb9, 0xd5,
                                        0xd8, 0x96, 0x60, 0x67, 0x75, 0xf0}};

std::string hash_of(const Definition& definition) {
  Canonical canonical;
  for (const Field<Definition>& row : definition_fields()) {
    if (row.add != nullptr) row.add(row.key, definition, canonical);
  }
  return boost::uuids::to_string(boost::uuids::name_generator_sha1(kSpecs)(canonical.text()));
}

}  // namespace

std::string encode_definition(const Definition& definition) {
  return write_json(encode_object(definition_fields(), definition));
}

std::string spec_hash(const Definition& definition) {
  return definition.resources ? hash_of(with_limits_in_one_place(definition)) : hash_of(definition);
}

}  // namespace genisys::state
