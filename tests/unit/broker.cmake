set(CHAPAR_BROKER_TESTS ${CMAKE_CURRENT_LIST_DIR}/broker)
add_executable(test_broker
    ${CHAPAR_BROKER_TESTS}/main.cpp
    ${CHAPAR_BROKER_TESTS}/world.cpp
    ${CHAPAR_BROKER_TESTS}/invariants.cpp
    ${CHAPAR_BROKER_TESTS}/scenario.cpp
    ${CHAPAR_BROKER_TESTS}/scenario_test.cpp
    ${CHAPAR_BROKER_TESTS}/ingress_test.cpp
    ${CHAPAR_BROKER_TESTS}/lost_payload_test.cpp
    ${CHAPAR_BROKER_TESTS}/enrolment_test.cpp
    ${CHAPAR_BROKER_TESTS}/hostile_test.cpp
    ${CHAPAR_BROKER_TESTS}/registrars_test.cpp
    ${CHAPAR_BROKER_TESTS}/suspension_test.cpp
    ${CHAPAR_BROKER_TESTS}/withhold_test.cpp
    ${CHAPAR_BROKER_TESTS}/agency_mail_test.cpp
    ${CHAPAR_BROKER_TESTS}/small_ledger.cpp
    ${CHAPAR_BROKER_TESTS}/purity_test.cpp
    ${CHAPAR_BROKER_TESTS}/old_rows_test.cpp
    ${CHAPAR_BROKER_TESTS}/replay_gaps_test.cpp
    ${CHAPAR_BROKER_TESTS}/retention_test.cpp
    ${CHAPAR_BROKER_TESTS}/replay_test.cpp)
chapar_target(test_broker)
target_compile_definitions(test_broker PRIVATE
    CHAPAR_SCENARIOS="${PROJECT_SOURCE_DIR}/tests/scenarios"
    CHAPAR_REPLAY="$<TARGET_FILE:chapar-replay>")
add_dependencies(test_broker chapar-replay)
target_link_libraries(test_broker PRIVATE chapar_broker_core chapar_storage_lmdb
    chapar_storage_archive)
add_test(NAME test_broker COMMAND test_broker)
add_test(NAME test_broker_lmdb COMMAND test_broker --lmdb "--test-case=*scenario*")
set_tests_properties(test_broker test_broker_lmdb PROPERTIES LABELS unit)
