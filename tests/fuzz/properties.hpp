// What holds for everything that is read, and how a target says that it does not.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "state/value.hpp"

// The one function of a target; libFuzzer brings main(). Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace genisys::fuzz {

// Ends the process with the claim that does not hold: a finding, like a crash. `about` is what was
// looked at.
void require(bool holds, std::string_view claim, std::string_view about = {});

// Whether two trees say the same; where it stands does not matter.
bool same(const state::Value& left, const state::Value& right);

// A reader or decoder that refuses says why, in words that can be shown: valid UTF-8 of bounded
// length, a pointer that is one, and a place within the text. `lines`: those of the longest
// document.
void require_told(const state::Problems& problems, std::size_t lines);
std::size_t lines_of(std::string_view text);

// Every text in the tree is UTF-8 without NUL, no key comes twice, and it is at most `max_depth`
// deep.
void require_sound(const state::Value& tree, std::size_t max_depth);

// `text` is one JSON document as the strict reader takes it: without a key that comes twice, too.
void require_json(std::string_view text);

}  // namespace genisys::fuzz
