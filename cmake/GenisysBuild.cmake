# How everything here is built: compiler settings as the interface target genisys::build, the
# third-party libraries, and genisys_room(), which declares the library of one folder.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h REQUIRED)
find_path(RESTINIO_INCLUDE_DIR restinio/all.hpp REQUIRED)
find_library(HTTP_PARSER_LIBRARY http_parser REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)

add_library(genisys_build INTERFACE)
add_library(genisys::build ALIAS genisys_build)
target_link_libraries(genisys_build INTERFACE Boost::headers fmt::fmt Threads::Threads)
# Not BOOST_ASIO_NO_DEPRECATED: RESTinio 0.6 uses what that hides, and two settings in one program would
# break the one-definition rule.
target_compile_definitions(genisys_build INTERFACE
  BOOST_ASIO_DISABLE_BOOST_REGEX
  BOOST_ASIO_HAS_CO_AWAIT
  SPDLOG_FMT_EXTERNAL)
target_compile_options(genisys_build INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wunused-result)
# One setting for the whole program: pass() is inline where it is nothing.
if(GENISYS_FAIL_POINTS)
  target_compile_definitions(genisys_build INTERFACE GENISYS_FAIL_POINTS)
endif()
if(GENISYS_WARNINGS_AS_ERRORS)
  target_compile_options(genisys_build INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_link_options(genisys_build INTERFACE -fuse-ld=lld)
endif()

if(GENISYS_SANITIZE)
  target_compile_options(genisys_build INTERFACE "-fsanitize=${GENISYS_SANITIZE}" -fno-sanitize-recover=all)
  target_link_options(genisys_build INTERFACE "-fsanitize=${GENISYS_SANITIZE}")
  if(GENISYS_SANITIZE MATCHES "undefined")
    # RapidJSON adds to null pointers, and is nothing that we can change.
    target_compile_options(genisys_build INTERFACE -fno-sanitize=pointer-overflow)
  endif()
else()
  target_compile_options(genisys_build INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  target_link_options(genisys_build INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(GENISYS_COVERAGE)
  target_compile_options(genisys_build INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(genisys_build INTERFACE -fprofile-instr-generate)
endif()

# Everything is compiled so that a fuzzer sees which branches an input takes; only its targets bring the
# fuzzer's main() with them, so tests and the program are built as ever.
if(GENISYS_FUZZ)
  target_compile_options(genisys_build INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(genisys_build INTERFACE -fsanitize=fuzzer-no-link)
endif()

# genisys_room(<name> SOURCES … HEADERS … LINKS …): the static library genisys_<name>, alias
# genisys::<name>. Includes are written from the top of the tree: #include "state/model.hpp".
function(genisys_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;HEADERS;LINKS" ${ARGN})
  add_library(genisys_${name} STATIC ${ROOM_SOURCES} ${ROOM_HEADERS})
  add_library(genisys::${name} ALIAS genisys_${name})
  target_include_directories(genisys_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(genisys_${name} PUBLIC genisys::build ${ROOM_LINKS})
  target_precompile_headers(genisys_${name} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp")
endfunction()
