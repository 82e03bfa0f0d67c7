# What came of messages, and what is looked out for.
set(CHAPAR_LOOKOUTS_TESTS ${CMAKE_CURRENT_LIST_DIR}/lookouts)
add_executable(test_lookouts ${CHAPAR_LOOKOUTS_TESTS}/feedback_test.cpp
    ${CHAPAR_LOOKOUTS_TESTS}/lookouts_test.cpp)
chapar_target(test_lookouts)
target_link_libraries(test_lookouts PRIVATE chapar_test_main chapar_client_cases)
add_test(NAME test_lookouts COMMAND test_lookouts)
set_tests_properties(test_lookouts PROPERTIES LABELS unit)
