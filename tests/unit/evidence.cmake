# The product's evidence, judged by the verifier: the one program that links both.
add_executable(test_evidence
    ${CMAKE_CURRENT_LIST_DIR}/client/evidence_test.cpp)
chapar_target(test_evidence)
target_link_libraries(test_evidence PRIVATE chapar_client_world chapar_client_edge chapar_client_cases
    chapar_storage_lmdb chapar_verify)
add_test(NAME evidence COMMAND test_evidence)
set_tests_properties(evidence PROPERTIES LABELS unit)
