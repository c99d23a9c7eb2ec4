# Compiler, warnings, caches and link settings shared by every target.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Florin is compiled with clang-19 (g++ 12.2 miscompiles coroutines, see docs/adr/0001-compiler.md). "
                      "Run ./dev setup, then ./dev build, or configure with: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Programs a person runs; test programs stay in their room's folder (see rooms.cmake).
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror=return-type
                    -Werror=unused-result -fno-omit-frame-pointer)
# Messages and debug information name files from the root of the checkout, whatever machine built them.
# The second form is what is left of such a path after ccache.
file(RELATIVE_PATH source_from_build ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${source_from_build}=)
# We build programs only, no shared libraries: everything is -fPIE, which also lets libraries and programs share one
# precompiled header.
add_compile_options(-fPIE)
add_link_options(-pie -fuse-ld=mold)

option(FLORIN_WERROR "Treat every warning in our own code as an error" OFF)
if(FLORIN_WERROR)
  add_compile_options(-Werror)
endif()

# FLORIN_SANITIZE: "" | "address" (with undefined behaviour) | "thread"
set(FLORIN_SANITIZE "" CACHE STRING "Sanitizer to build with: empty, address or thread")
if(FLORIN_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(FLORIN_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(NOT FLORIN_SANITIZE STREQUAL "")
  message(FATAL_ERROR "FLORIN_SANITIZE is '${FLORIN_SANITIZE}': it may be empty, address or thread")
endif()

option(FLORIN_FUZZ "Build the fuzzers of fuzz/, and let all code tell them which ways it takes" OFF)
if(FLORIN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

option(FLORIN_VERIFY "Compile the O(N) checks of VERIFY in (base/check.h)" OFF)
if(FLORIN_VERIFY)
  add_compile_definitions(FLORIN_VERIFY)
endif()

# ccache, told what it must overlook to cache a compilation that uses a precompiled header (its own manual names both), and to
# write paths below the checkout relative so that a second checkout hits what the first one stored.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
