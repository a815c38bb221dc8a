# Run by counterpart_embed: writes OUT/NAME.cpp and OUT/include/embedded/NAME.h.
separate_arguments(FILES)
file(WRITE ${OUT}/include/embedded/${NAME}.h "#pragma once
#include <span>
#include <string_view>
namespace counterpart::embedded {
#ifndef COUNTERPART_EMBEDDED_FILE
#define COUNTERPART_EMBEDDED_FILE
struct File {
  std::string_view name;  ///< file name without folder
  std::string_view text;
};
#endif
std::span<const File> ${NAME}();
}  // namespace counterpart::embedded
")
set(body "#include \"embedded/${NAME}.h\"\nnamespace counterpart::embedded {\nstatic const File kFiles[] = {\n")
foreach(file IN LISTS FILES)
  get_filename_component(base ${file} NAME)
  file(READ ${file} text)
  # MSVC-free world: raw string literals have no practical limit in g++ and clang.
  string(APPEND body "{\"${base}\", R\"EMBED~(${text})EMBED~\"},\n")
endforeach()
string(APPEND body "};\nstd::span<const File> ${NAME}() { return kFiles; }\n}  // namespace counterpart::embedded\n")
file(WRITE ${OUT}/${NAME}.cpp "${body}")
