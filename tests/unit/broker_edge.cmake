set(CHAPAR_BROKER_EDGE_TESTS ${CMAKE_CURRENT_LIST_DIR}/broker_edge)
# chapard with crashes: its own main, and faults.cpp in place of fault_point.cpp.
add_executable(chapard-faults ${PROJECT_SOURCE_DIR}/broker/main.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/faults.cpp)
chapar_target(chapard-faults)
target_link_libraries(chapard-faults
    PRIVATE chapar_broker_repair chapar_broker_check chapar_broker_service chapar_broker_edge
    chapar_storage_lmdb)

add_executable(test_broker_edge
    ${CHAPAR_BROKER_EDGE_TESTS}/centre.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/running_broker.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/test_client.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/admin_socket_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/body_store_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/clock_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/config_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/connection_warden_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/delivery_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/unanswered_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/door_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/download_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/files_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/intake_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/ledger_key_file_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/high_water_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/hello_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/link_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/log_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/outlet_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/override_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/process_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/rollback_process_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/scrubber_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/store_gate_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/table_scrub_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/tick_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/submit_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/transfer_process_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/transfer_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/verifier_pool_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/warden_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/bounds_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/witness_round_test.cpp
    ${CHAPAR_BROKER_EDGE_TESTS}/witnessing_test.cpp)
chapar_target(test_broker_edge)
target_compile_definitions(test_broker_edge PRIVATE
    CHAPAR_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    CHAPAR_CHAPARD="$<TARGET_FILE:chapard>"
    CHAPAR_CHAPARD_FAULTS="$<TARGET_FILE:chapard-faults>")
target_link_libraries(test_broker_edge PRIVATE chapar_test_main chapar_broker_repair chapar_broker_edge
    chapar_storage_lmdb Boost::json)
add_dependencies(test_broker_edge chapard chapard-faults)
if(CHAPAR_SANITIZE MATCHES "thread")
    target_sources(chapard PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/tsan_first_call.cpp)
    target_sources(chapard-faults PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/tsan_first_call.cpp)
endif()
add_test(NAME test_broker_edge COMMAND test_broker_edge)
set_tests_properties(test_broker_edge PROPERTIES LABELS "unit;threads" ENVIRONMENT
    "TSAN_OPTIONS=suppressions=${CHAPAR_BROKER_EDGE_TESTS}/tsan_suppressions.txt")
