set(CHAPAR_CLIENT_TESTS ${CMAKE_CURRENT_LIST_DIR}/client)
# What the client's test programs share: a centre and three devices, in memory.
add_library(chapar_client_world STATIC ${CHAPAR_CLIENT_TESTS}/world.cpp)
chapar_target(chapar_client_world)
target_link_libraries(chapar_client_world PUBLIC chapar_test_main chapar_client_core)

add_executable(test_client
    ${CHAPAR_CLIENT_TESTS}/cases_test.cpp
    ${CHAPAR_CLIENT_TESTS}/imports_test.cpp
    ${CHAPAR_CLIENT_TESTS}/inbox_counts_test.cpp
    ${CHAPAR_CLIENT_TESTS}/inbox_test.cpp
    ${CHAPAR_CLIENT_TESTS}/outbox_test.cpp
    ${CHAPAR_CLIENT_TESTS}/vault_sweep_test.cpp
    ${CHAPAR_CLIENT_TESTS}/home_test.cpp
    ${CHAPAR_CLIENT_TESTS}/session_test.cpp)
chapar_target(test_client)
target_link_libraries(test_client PRIVATE chapar_client_world chapar_client_edge chapar_client_cases
    chapar_storage_lmdb)
add_test(NAME test_client COMMAND test_client)
set_tests_properties(test_client PROPERTIES LABELS unit)

# What a desk asks of its own store: pages, exports, sums.
add_executable(test_client_desk
    ${CHAPAR_CLIENT_TESTS}/corrections_test.cpp
    ${CHAPAR_CLIENT_TESTS}/inbox_index_test.cpp
    ${CHAPAR_CLIENT_TESTS}/seizure_export_test.cpp
    ${CHAPAR_CLIENT_TESTS}/seizure_records_test.cpp
    ${CHAPAR_CLIENT_TESTS}/seizure_totals_test.cpp)
chapar_target(test_client_desk)
target_link_libraries(test_client_desk PRIVATE chapar_client_world chapar_client_cases)
add_test(NAME test_client_desk COMMAND test_client_desk)
set_tests_properties(test_client_desk PROPERTIES LABELS unit)

# What a device believes: directory, trust, epochs, proofs.
add_executable(test_client_directory
    ${CHAPAR_CLIENT_TESTS}/contribution_test.cpp
    ${CHAPAR_CLIENT_TESTS}/directory_test.cpp
    ${CHAPAR_CLIENT_TESTS}/entry_rules_test.cpp
    ${CHAPAR_CLIENT_TESTS}/epochs_test.cpp
    ${CHAPAR_CLIENT_TESTS}/heads_test.cpp
    ${CHAPAR_CLIENT_TESTS}/own_audit_test.cpp
    ${CHAPAR_CLIENT_TESTS}/peer_trust_test.cpp
    ${CHAPAR_CLIENT_TESTS}/receipt_attack_test.cpp
    ${CHAPAR_CLIENT_TESTS}/receipt_test.cpp
    ${CHAPAR_CLIENT_TESTS}/reconnect_pace_test.cpp
    ${CHAPAR_CLIENT_TESTS}/succession_test.cpp
    ${CHAPAR_CLIENT_TESTS}/trust_list_test.cpp)
chapar_target(test_client_directory)
target_link_libraries(test_client_directory PRIVATE chapar_client_world)
add_test(NAME test_client_directory COMMAND test_client_directory)
set_tests_properties(test_client_directory PROPERTIES LABELS unit)

# Large attachments, from chunk to file.
add_executable(test_client_transfer
    ${CHAPAR_CLIENT_TESTS}/attachment_test.cpp
    ${CHAPAR_CLIENT_TESTS}/blob_store_test.cpp
    ${CHAPAR_CLIENT_TESTS}/inbox_doubt_test.cpp
    ${CHAPAR_CLIENT_TESTS}/progress_test.cpp
    ${CHAPAR_CLIENT_TESTS}/transfer_test.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/progress.cpp)
chapar_target(test_client_transfer)
target_link_libraries(test_client_transfer PRIVATE chapar_client_world chapar_client_edge Boost::json)
add_test(NAME test_client_transfer COMMAND test_client_transfer)
set_tests_properties(test_client_transfer PROPERTIES LABELS unit)

# The ceremony: homes, files between people, who signs what.
set(CHAPAR_CEREMONY_TESTS ${CMAKE_CURRENT_LIST_DIR}/client_ceremony)
add_executable(test_client_ceremony
    ${CHAPAR_CEREMONY_TESTS}/ceremony_file_test.cpp
    ${CHAPAR_CEREMONY_TESTS}/homes_test.cpp
    ${CHAPAR_CEREMONY_TESTS}/key_requests_test.cpp
    ${CHAPAR_CEREMONY_TESTS}/retention_signing_test.cpp
    ${CHAPAR_CEREMONY_TESTS}/signing_test.cpp
    ${CHAPAR_CEREMONY_TESTS}/words_test.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/issued.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/device/key_expiry.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/key_requests.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/output.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/policy_file.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/policy_words.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/record_words.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/signing.cpp)
chapar_target(test_client_ceremony)
target_link_libraries(test_client_ceremony PRIVATE chapar_test_main chapar_client_edge chapar_client_cases
    Boost::json)
add_test(NAME test_client_ceremony COMMAND test_client_ceremony)
set_tests_properties(test_client_ceremony PROPERTIES LABELS unit)

# Proofs against later heads: witnesses, gossip, and what a device tells of a lying ledger.
add_executable(test_client_ledger
    ${CHAPAR_CLIENT_TESTS}/fork_attack_test.cpp
    ${CHAPAR_CLIENT_TESTS}/gossip_test.cpp
    ${CHAPAR_CLIENT_TESTS}/receipt_mutation_test.cpp
    ${CHAPAR_CLIENT_TESTS}/unlogged_test.cpp
    ${CHAPAR_CLIENT_TESTS}/waited_time_test.cpp
    ${CHAPAR_CLIENT_TESTS}/witnessed_test.cpp)
chapar_target(test_client_ledger)
target_link_libraries(test_client_ledger PRIVATE chapar_client_world chapar_client_edge)
add_test(NAME test_client_ledger COMMAND test_client_ledger)
set_tests_properties(test_client_ledger PROPERTIES LABELS unit)

# Drafts with attachments, approvals, and what is sealed again.
add_executable(test_client_sending
    ${CHAPAR_CLIENT_TESTS}/approval_test.cpp
    ${CHAPAR_CLIENT_TESTS}/case_messages_test.cpp
    ${CHAPAR_CLIENT_TESTS}/draft_attachment_test.cpp
    ${CHAPAR_CLIENT_TESTS}/recipients_test.cpp
    ${CHAPAR_CLIENT_TESTS}/reseal_test.cpp
    ${CHAPAR_CLIENT_TESTS}/sent_again_test.cpp)
chapar_target(test_client_sending)
target_link_libraries(test_client_sending PRIVATE chapar_client_world chapar_kinds_typed)
add_test(NAME test_client_sending COMMAND test_client_sending)
set_tests_properties(test_client_sending PROPERTIES LABELS unit)
