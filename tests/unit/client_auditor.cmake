# An auditor's mirror, fed from ledgers that the broker's fold made.
add_executable(test_client_auditor
    ${CMAKE_CURRENT_LIST_DIR}/broker/world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/broker/small_ledger.cpp
    ${CMAKE_CURRENT_LIST_DIR}/client_auditor/buckets_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/client_auditor/judge_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/client_auditor/mirror_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/client_auditor/view_test.cpp)
chapar_target(test_client_auditor)
target_link_libraries(test_client_auditor PRIVATE chapar_test_main chapar_client_core
    chapar_broker_core chapar_storage_lmdb)
add_test(NAME test_client_auditor COMMAND test_client_auditor)
set_tests_properties(test_client_auditor PROPERTIES LABELS unit)
