# Two precompiled headers for the whole house: one for the rooms' libraries, one for their tests. Sharing two costs 5 s once;
# one per room would cost that much per room. A room takes them by florin_room and need not know.
#
# They only save time: every file still includes what it uses, and tools/check_headers.py compiles each header without them.
set(CMAKE_PCH_WARN_INVALID ON)
set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
# Without a time stamp in it, an equal precompiled header is the same for ccache.
add_compile_options($<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang\ -fno-pch-timestamp>)

function(florin_precompiled name header)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/pch/${name}.cc CONTENT "// Owns the precompiled header.\n")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  target_link_libraries(${name} PRIVATE ${ARGN})
  target_precompile_headers(${name} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch/${header})
endfunction()

florin_precompiled(florin_pch library.h fmt::fmt protobuf::libprotobuf)
florin_precompiled(florin_pch_test test.h fmt::fmt protobuf::libprotobuf GTest::gmock GTest::gtest)
