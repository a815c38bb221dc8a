# Everything comes from Debian packages; README.md says what each is for.
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS url)  # but for Boost.URL, headers only
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(XML2 REQUIRED IMPORTED_TARGET libxml-2.0)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(RE2 REQUIRED re2)  # its library alone: -pthread would be for all that use expressions

# libphonenumber: Debian 12's -dev package conflicts with libboost1.81-dev (it wants 1.74's), so there
# `deploy/dependencies` unpacks it beside the build; on Debian 13 it is simply installed.
find_path(PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h
  HINTS ${CMAKE_SOURCE_DIR}/.cache/phonenumber/usr/include REQUIRED)
find_library(PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 REQUIRED)
find_library(PROTOBUF_LIBRARY NAMES protobuf REQUIRED)
add_library(counterpart_phonenumber INTERFACE)
target_include_directories(counterpart_phonenumber SYSTEM INTERFACE ${PHONENUMBER_INCLUDE})
target_link_libraries(counterpart_phonenumber INTERFACE ${PHONENUMBER_LIBRARY} ${PROTOBUF_LIBRARY})

# libcsv has neither a CMake package nor a .pc file.
find_path(CSV_INCLUDE csv.h REQUIRED)
find_library(CSV_LIBRARY NAMES csv REQUIRED)
add_library(counterpart_csv INTERFACE)
target_include_directories(counterpart_csv SYSTEM INTERFACE ${CSV_INCLUDE})
target_link_libraries(counterpart_csv INTERFACE ${CSV_LIBRARY})
