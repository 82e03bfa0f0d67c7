# Cosignatures, witness policies, add-checkpoint bodies, fork evidence. Their vectors run in
# test_ledger_vectors (crypto_records.cmake), which counts the cases of the whole folder.
set(CHAPAR_NOTES_TESTS ${CMAKE_CURRENT_LIST_DIR}/crypto_notes)
add_executable(test_crypto_notes
    ${CHAPAR_NOTES_TESTS}/cosignature_test.cpp
    ${CHAPAR_NOTES_TESTS}/fork_evidence_test.cpp
    ${CHAPAR_NOTES_TESTS}/policy_test.cpp
    ${CHAPAR_NOTES_TESTS}/request_test.cpp)
chapar_target(test_crypto_notes)
target_include_directories(test_crypto_notes PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_crypto_notes PRIVATE chapar_test_main)
add_test(NAME crypto_notes COMMAND test_crypto_notes)
set_tests_properties(crypto_notes PROPERTIES LABELS unit)
