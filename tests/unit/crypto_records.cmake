set(CHAPAR_RECORD_TESTS ${CMAKE_CURRENT_LIST_DIR}/crypto_records)

add_executable(test_crypto_records
    ${CHAPAR_RECORD_TESTS}/bundle_test.cpp
    ${CHAPAR_RECORD_TESTS}/certificate_test.cpp
    ${CHAPAR_RECORD_TESTS}/check_words_test.cpp
    ${CHAPAR_RECORD_TESTS}/entry_body_test.cpp
    ${CHAPAR_RECORD_TESTS}/keystore_test.cpp
    ${CHAPAR_RECORD_TESTS}/leaf_test.cpp
    ${CHAPAR_RECORD_TESTS}/ledger_keys_test.cpp
    ${CHAPAR_RECORD_TESTS}/note_test.cpp
    ${CHAPAR_RECORD_TESTS}/policy_record_test.cpp
    ${CHAPAR_RECORD_TESTS}/record_keys_test.cpp
    ${CHAPAR_RECORD_TESTS}/record_test.cpp
    ${CHAPAR_RECORD_TESTS}/registrars_test.cpp
    ${CHAPAR_RECORD_TESTS}/retention_test.cpp
    ${CHAPAR_RECORD_TESTS}/succession_test.cpp
    ${CHAPAR_RECORD_TESTS}/vault_test.cpp)
chapar_target(test_crypto_records)
target_include_directories(test_crypto_records PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_crypto_records PRIVATE chapar_test_main)
add_test(NAME crypto_records COMMAND test_crypto_records)

add_executable(test_ledger_vectors
    ${CHAPAR_RECORD_TESTS}/ledger_vectors_main.cpp
    ${CHAPAR_RECORD_TESTS}/ledger_vectors.cpp
    ${CHAPAR_RECORD_TESTS}/merkle_vectors.cpp
    ${CHAPAR_RECORD_TESTS}/note_vectors.cpp
    ${CMAKE_CURRENT_LIST_DIR}/crypto_notes/cosigned_vectors.cpp
    ${CMAKE_CURRENT_LIST_DIR}/crypto_notes/subtree_vectors.cpp
    ${CMAKE_CURRENT_LIST_DIR}/crypto_notes/witness_vectors.cpp)
chapar_target(test_ledger_vectors)
target_include_directories(test_ledger_vectors PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(test_ledger_vectors PRIVATE CHAPAR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_ledger_vectors PRIVATE chapar_client_core chapar_storage_archive
    chapar_crypto Boost::json)
add_test(NAME ledger_vectors COMMAND test_ledger_vectors)
set_tests_properties(crypto_records PROPERTIES LABELS unit)
set_tests_properties(ledger_vectors PROPERTIES LABELS "unit;released")
