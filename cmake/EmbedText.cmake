# genisys_embed_text(<target> FILE <file> HEADER <header> FUNCTION <ns::function>): adds to the target
# a generated source that defines the function, declared in the header, as the text of the file.
#
# The text becomes raw string literals, cut into pieces which are joined at the first call: a compiler
# need not take a literal of more than 65,536 characters, and adjacent ones count as one.
set(GENISYS_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(genisys_embed_text target)
  cmake_parse_arguments(EMBED "" "FILE;HEADER;FUNCTION" "" ${ARGN})
  get_filename_component(name "${EMBED_FILE}" NAME)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DEMBED_FILE=${EMBED_FILE}" "-DEMBED_HEADER=${EMBED_HEADER}"
            "-DEMBED_FUNCTION=${EMBED_FUNCTION}" "-DEMBED_SOURCE=${source}"
            -P "${GENISYS_EMBED_SCRIPT}"
    DEPENDS "${EMBED_FILE}" "${GENISYS_EMBED_SCRIPT}"
    COMMENT "Embedding ${name}"
    VERBATIM)
  target_sources(${target} PRIVATE "${source}")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${EMBED_FILE}" rest)
  set(literals "")
  string(LENGTH "${rest}" length)
  set(begin 0)
  while(begin LESS length)
    string(SUBSTRING "${rest}" ${begin} 8000 piece)
    string(APPEND literals "\n      R\"embedded(${piece})embedded\",")
    math(EXPR begin "${begin} + 8000")
  endwhile()
  file(WRITE "${EMBED_SOURCE}"
    "#include \"${EMBED_HEADER}\"\n\n#include <string>\n\n"
    "std::string_view ${EMBED_FUNCTION}() {\n"
    "  static constexpr std::string_view kPieces[] = {${literals}};\n"
    "  static const std::string text = [] {\n"
    "    std::string all;\n"
    "    for (const std::string_view piece : kPieces) all += piece;\n"
    "    return all;\n  }();\n"
    "  return text;\n}\n")
endif()
