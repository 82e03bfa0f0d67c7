# A witness: its rules without files or clocks, its store under crashes, its doors over sockets.
set(CHAPAR_WITNESS_TESTS ${CMAKE_CURRENT_LIST_DIR}/witness)
add_executable(test_witness
    ${CHAPAR_WITNESS_TESTS}/crash_test.cpp
    ${CHAPAR_WITNESS_TESTS}/door_test.cpp
    ${CHAPAR_WITNESS_TESTS}/fork_test.cpp
    ${CHAPAR_WITNESS_TESTS}/home_test.cpp
    ${CHAPAR_WITNESS_TESTS}/http_test.cpp
    ${CHAPAR_WITNESS_TESTS}/rules_test.cpp)
chapar_target(test_witness)
target_include_directories(test_witness PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_witness PRIVATE chapar_test_main chapar_client_edge chapar_storage_lmdb)
add_test(NAME witness COMMAND test_witness)
set_tests_properties(witness PROPERTIES LABELS unit)
