# florin_room(<name> [DEPS room...] [LIBS target...] [TEST_DEPS room...])
#
# Declares the room in the current folder: every .cc beside this file becomes the library florin_<name>, every
# *_test.cc becomes the test program <name>_test. DEPS are other rooms, LIBS are outside libraries. A room includes its own
# and other rooms' headers as "room/header.h".
function(florin_room name)
  cmake_parse_arguments(ROOM "" "" "DEPS;LIBS;TEST_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|_main)\\.cc$")
  list(TRANSFORM ROOM_DEPS PREPEND florin_)
  list(TRANSFORM ROOM_TEST_DEPS PREPEND florin_)

  if(sources)
    add_library(florin_${name} STATIC ${sources})
    target_precompile_headers(florin_${name} REUSE_FROM florin_pch)
    set(scope PUBLIC)
  else()
    add_library(florin_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(florin_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(florin_${name} ${scope} ${ROOM_DEPS} ${ROOM_LIBS})

  if(tests)
    add_executable(${name}_test ${tests})
    set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    target_precompile_headers(${name}_test REUSE_FROM florin_pch_test)
    target_link_libraries(${name}_test PRIVATE florin_${name} ${ROOM_TEST_DEPS} GTest::gmock GTest::gtest_main
                                               ${RAPIDCHECK_LIBRARY})
    add_test(NAME ${name} COMMAND ${name}_test)
    # The limit is only there to end a hang; no test may come near it.
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 600 ENVIRONMENT "FLORIN_ROOT=${CMAKE_SOURCE_DIR}")
  endif()
endfunction()

# florin_program(<name> SOURCES file... [DEPS room...] [LIBS target...])
#
# A program in bin/ of the build folder: the product, a tool, or a benchmark (bench_<name>, which ./dev bench <name> finds).
function(florin_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  list(TRANSFORM PROGRAM_DEPS PREPEND florin_)
  add_executable(${name} ${PROGRAM_SOURCES})
  target_precompile_headers(${name} REUSE_FROM florin_pch)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${PROGRAM_DEPS} ${PROGRAM_LIBS} allocator)
endfunction()

# florin_fuzzer(<name> [DEPS room...] [LIBS target...])
#
# <name>_fuzz.cc of the current folder, as fuzz_<name> in bin/; ./dev fuzz finds it. What it starts from lies in seeds/<name>/.
function(florin_fuzzer name)
  cmake_parse_arguments(FUZZER "" "" "DEPS;LIBS" ${ARGN})
  florin_program(fuzz_${name} SOURCES ${name}_fuzz.cc DEPS ${FUZZER_DEPS} LIBS ${FUZZER_LIBS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
endfunction()
