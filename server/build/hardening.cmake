# Warnings, sanitizers and hardening, for every target of ours.
add_library(counterpart_flags INTERFACE)
target_include_directories(counterpart_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(counterpart_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual
  -Wduplicated-cond -Wlogical-op
  # g++ 12 at -O2 takes the unused alternatives of a moved std::variant for uninitialised memory.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>
  # g++ takes what several files at once hold for a header.
  $<$<BOOL:${CMAKE_UNITY_BUILD}>:-Wno-subobject-linkage>
  $<$<BOOL:${COUNTERPART_WERROR}>:-Werror>)
target_compile_definitions(counterpart_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  RAPIDJSON_HAS_STDSTRING=1)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Those of g++'s warnings that clang does not know; what Debian's headers are warned of is not ours.
  target_compile_options(counterpart_flags INTERFACE -Wno-unknown-warning-option -Wno-deprecated-declarations)
endif()
if(COUNTERPART_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:Clang>:-fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/fuzz/ignored>)
  add_link_options(-fsanitize=address,undefined)
elseif(COUNTERPART_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
elseif(COUNTERPART_SANITIZE)
  message(FATAL_ERROR "COUNTERPART_SANITIZE is '${COUNTERPART_SANITIZE}': use address or thread")
elseif(COUNTERPART_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
else()
  add_compile_options(-fstack-protector-strong $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2> -fcf-protection)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)

# g++ 12 at -O2 takes Asio's own pair of coroutine frame operators for a mismatch where it inlines only one of them.
function(quiet_frame_operators)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    foreach(library ${ARGN})
      target_compile_options(${library} PRIVATE -Wno-mismatched-new-delete)
    endforeach()
  endif()
endfunction()
