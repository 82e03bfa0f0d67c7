set(CHAPAR_CLIENT_TESTS ${CMAKE_CURRENT_LIST_DIR}/client)
add_executable(test_client
    ${CHAPAR_CLIENT_TESTS}/main.cpp
    ${CHAPAR_CLIENT_TESTS}/world.cpp
    ${CHAPAR_CLIENT_TESTS}/cases_test.cpp
    ${CHAPAR_CLIENT_TESTS}/directory_test.cpp
    ${CHAPAR_CLIENT_TESTS}/heads_test.cpp
    ${CHAPAR_CLIENT_TESTS}/inbox_test.cpp
    ${CHAPAR_CLIENT_TESTS}/outbox_test.cpp
    ${CHAPAR_CLIENT_TESTS}/receipt_test.cpp
    ${CHAPAR_CLIENT_TESTS}/home_test.cpp
    ${CHAPAR_CLIENT_TESTS}/session_test.cpp)
chapar_target(test_client)
target_link_libraries(test_client PRIVATE chapar_client_edge chapar_client_cases
    chapar_storage_lmdb)
add_test(NAME test_client COMMAND test_client)
set_tests_properties(test_client PROPERTIES LABELS unit)
