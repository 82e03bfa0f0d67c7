# chapar_fuzz_target(name SOURCES .. LIBRARIES ..): with CHAPAR_FUZZ a libFuzzer program, else a
# test that runs the seeds and a fixed set of mutations of them.
include_guard()
set(CHAPAR_FUZZ_FOLDER ${CMAKE_CURRENT_LIST_DIR})

function(chapar_fuzz_target name)
    cmake_parse_arguments(FUZZ "" "" "SOURCES;LIBRARIES" ${ARGN})
    add_executable(${name} ${FUZZ_SOURCES})
    chapar_target(${name})
    target_link_libraries(${name} PRIVATE ${FUZZ_LIBRARIES})
    if(CHAPAR_FUZZ)
        target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${name} PRIVATE ${CHAPAR_FUZZ_FOLDER}/replay_main.cpp)
        add_test(NAME ${name} COMMAND ${name})
        set_tests_properties(${name} PROPERTIES LABELS fuzz)
    endif()
endfunction()
