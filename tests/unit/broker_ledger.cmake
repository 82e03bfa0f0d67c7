set(CHAPAR_BROKER_LEDGER_TESTS ${CMAKE_CURRENT_LIST_DIR}/broker_ledger)
add_executable(test_broker_ledger
    ${CHAPAR_BROKER_LEDGER_TESTS}/main.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/append_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/damage_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/frontier_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/lmdb_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/open_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/proof_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/recent_entries_test.cpp
    ${CHAPAR_BROKER_LEDGER_TESTS}/sealed_body_test.cpp)
chapar_target(test_broker_ledger)
target_link_libraries(test_broker_ledger PRIVATE chapar_broker_core chapar_storage_lmdb)
add_test(NAME test_broker_ledger COMMAND test_broker_ledger)
set_tests_properties(test_broker_ledger PROPERTIES LABELS unit)
