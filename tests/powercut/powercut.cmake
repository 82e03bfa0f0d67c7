# Power cuts, replayed from a recording of chapard (tests/powercut/README.md).
set(CHAPAR_POWERCUT ${CMAKE_CURRENT_LIST_DIR})

# Preloaded into chapard. Its open() and others are libc's by name, which fortified headers do not allow.
set_source_files_properties(${CHAPAR_POWERCUT}/recorder.cpp PROPERTIES
    COMPILE_OPTIONS "-U_FORTIFY_SOURCE;-fPIC")
add_library(powercut-recorder MODULE ${CHAPAR_POWERCUT}/recorder.cpp ${CHAPAR_POWERCUT}/trace.cpp)
chapar_target(powercut-recorder)
set_target_properties(powercut-recorder PROPERTIES POSITION_INDEPENDENT_CODE ON)

add_executable(chapar-powercut
    ${CHAPAR_POWERCUT}/check.cpp
    ${CHAPAR_POWERCUT}/disk_model.cpp
    ${CHAPAR_POWERCUT}/images.cpp
    ${CHAPAR_POWERCUT}/load.cpp
    ${CHAPAR_POWERCUT}/main.cpp
    ${CHAPAR_POWERCUT}/recorder.cpp
    ${CHAPAR_POWERCUT}/replay.cpp
    ${CHAPAR_POWERCUT}/trace.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/centre.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/test_client.cpp)
chapar_target(chapar-powercut)
target_compile_definitions(chapar-powercut PRIVATE
    CHAPAR_CHAPARD="$<TARGET_FILE:chapard>"
    CHAPAR_RECORDER="$<TARGET_FILE:powercut-recorder>")
target_link_libraries(chapar-powercut PRIVATE chapar_broker_edge chapar_storage_lmdb)
add_dependencies(chapar-powercut chapard powercut-recorder)

add_test(NAME powercut COMMAND chapar-powercut --images 10000 --rounds 20)
set_tests_properties(powercut PROPERTIES LABELS integration TIMEOUT 900)
