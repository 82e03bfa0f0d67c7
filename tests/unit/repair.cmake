set(CHAPAR_REPAIR_TESTS ${CMAKE_CURRENT_LIST_DIR}/repair)
add_executable(test_repair
    ${CHAPAR_REPAIR_TESTS}/source_test.cpp
    ${CHAPAR_REPAIR_TESTS}/try_keys_test.cpp)
chapar_target(test_repair)
target_link_libraries(test_repair PRIVATE chapar_test_main chapar_broker_repair
    chapar_storage_archive)
add_test(NAME test_repair COMMAND test_repair)
set_tests_properties(test_repair PROPERTIES LABELS unit)
