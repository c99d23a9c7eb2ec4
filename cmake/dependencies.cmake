# Everything Florin links comes from Debian 12 packages; tools/packages.txt lists them.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(RocksDB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(absl REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
# Not under the prefix "zstd": its cached variables would answer for RocksDB's own search at the next configure.
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET GLOBAL libzstd)
add_library(PkgConfig::zstd ALIAS PkgConfig::libzstd)
pkg_check_modules(nghttp2 REQUIRED IMPORTED_TARGET libnghttp2)
find_library(JEMALLOC_LIBRARY jemalloc REQUIRED)
# Not by pkg-config, whose -pthread would not fit the precompiled headers.
find_library(RE2_LIBRARY re2 REQUIRED)
find_library(RAPIDCHECK_LIBRARY rapidcheck REQUIRED)

# Asio is header only. clang does not announce coroutines the way Asio 1.22 looks for them.
add_library(asio INTERFACE)
target_compile_definitions(asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
# Asio 1.22 uses aligned_alloc only where a standard header came before its own, so that files that order them differently would
# free with free() what others took with new. All of them use new.
target_compile_definitions(asio INTERFACE ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(asio INTERFACE Threads::Threads)

# What one thread allocates another frees all the time (a command, its writes, its answer): glibc's arenas make threads wait for
# each other there. A sanitizer brings an allocator of its own.
add_library(allocator INTERFACE)
if(NOT FLORIN_SANITIZE)
  target_link_libraries(allocator INTERFACE -Wl,--push-state,--no-as-needed ${JEMALLOC_LIBRARY} -Wl,--pop-state)
endif()
