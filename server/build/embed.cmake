# counterpart_embed(TARGET NAME file...): files as C++ data in TARGET, found at run time through
# `counterpart::embedded::NAME()`, declared in the generated header "embedded/NAME.h". The target embedded_files makes all
# of them and nothing else: what reads the source without building it includes those headers, too.
add_custom_target(embedded_files)

function(counterpart_embed target name)
  set(folder ${CMAKE_BINARY_DIR}/embedded)
  set(cpp ${folder}/${name}.cpp)
  add_custom_command(
    OUTPUT ${cpp} ${folder}/include/embedded/${name}.h
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${folder} "-DFILES=${ARGN}"
            -P ${CMAKE_SOURCE_DIR}/server/build/embed_files.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/server/build/embed_files.cmake
    COMMENT "Embedding ${name}" VERBATIM)
  set_source_files_properties(${cpp} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${cpp} ${folder}/include/embedded/${name}.h)
  target_include_directories(${target} PUBLIC ${folder}/include)
  add_custom_target(embedded_${name} DEPENDS ${folder}/include/embedded/${name}.h)
  add_dependencies(embedded_files embedded_${name})
endfunction()
