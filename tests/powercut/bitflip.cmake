# Bits turned over in what a broker stored (tests/powercut/README.md). After powercut.cmake.
add_executable(chapar-bitflip
    ${CHAPAR_POWERCUT}/bitflip.cpp
    ${CHAPAR_POWERCUT}/contents.cpp
    ${CHAPAR_POWERCUT}/disk_model.cpp
    ${CHAPAR_POWERCUT}/live_pages.cpp
    ${CHAPAR_POWERCUT}/load.cpp
    ${CHAPAR_POWERCUT}/opened.cpp
    ${CHAPAR_POWERCUT}/trace.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/centre.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/test_client.cpp)
chapar_target(chapar-bitflip)
target_compile_definitions(chapar-bitflip PRIVATE
    CHAPAR_CHAPARD="$<TARGET_FILE:chapard>"
    CHAPAR_RECORDER="$<TARGET_FILE:powercut-recorder>")
target_link_libraries(chapar-bitflip PRIVATE chapar_broker_check chapar_broker_edge
    chapar_storage_lmdb)
add_dependencies(chapar-bitflip chapard powercut-recorder)

add_test(NAME bitflip COMMAND chapar-bitflip --flips 200 --rounds 12 --seed 7)
set_tests_properties(bitflip PROPERTIES LABELS integration TIMEOUT 300)
