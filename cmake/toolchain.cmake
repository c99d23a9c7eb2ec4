# Compiler, warnings and link settings shared by every target.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "Florin is compiled with clang-19 (g++ 12.2 miscompiles coroutines, see docs/adr). "
                      "Run ./dev setup, then configure with: cmake --preset release")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror=return-type
                    -Werror=unused-result -fno-omit-frame-pointer)
add_link_options(-fuse-ld=mold)

# FLORIN_SANITIZE: "" | "address" (with undefined behaviour) | "thread"
set(FLORIN_SANITIZE "" CACHE STRING "Sanitizer to build with: empty, address or thread")
if(FLORIN_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(FLORIN_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
endif()
