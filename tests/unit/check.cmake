set(CHAPAR_CHECK_TESTS ${CMAKE_CURRENT_LIST_DIR}/check)
add_executable(test_check
    ${CHAPAR_BROKER_EDGE_TESTS}/centre.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/test_client.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/running_broker.cpp
    ${CHAPAR_CHECK_TESTS}/accept_test.cpp
    ${CHAPAR_CHECK_TESTS}/check_test.cpp
    ${CHAPAR_CHECK_TESTS}/in_child_test.cpp
    ${CHAPAR_CHECK_TESTS}/sandbox_test.cpp
    ${CHAPAR_CHECK_TESTS}/service_manager_test.cpp)
chapar_target(test_check)
target_compile_definitions(test_check PRIVATE CHAPAR_CHAPARD="$<TARGET_FILE:chapard>")
target_link_libraries(test_check PRIVATE chapar_test_main chapar_broker_check chapar_broker_service chapar_broker_edge
    chapar_storage_lmdb Boost::json)
add_dependencies(test_check chapard)
add_test(NAME test_check COMMAND test_check)
set_tests_properties(test_check PROPERTIES LABELS unit)
# Of the released programs only: sanitizers come with flags of their own.
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CHAPAR_SANITIZE)
    add_test(NAME hardening COMMAND ${PROJECT_SOURCE_DIR}/ops/check/hardening
        $<TARGET_FILE:chapard> $<TARGET_FILE:chapar> $<TARGET_FILE:chapar-verify> $<TARGET_FILE:chapar-replay>)
    set_tests_properties(hardening PROPERTIES LABELS released)
endif()
