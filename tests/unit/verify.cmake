# The verifier as a library, held against vectors of the independent implementation and against
# records of the product's own code.
set(CHAPAR_VERIFY_TESTS ${CMAKE_CURRENT_LIST_DIR}/verify)
add_executable(test_verify
    ${CHAPAR_VERIFY_TESTS}/agency_test.cpp
    ${CHAPAR_VERIFY_TESTS}/capnp_test.cpp
    ${CHAPAR_VERIFY_TESTS}/directory_test.cpp
    ${CHAPAR_VERIFY_TESTS}/evidence_test.cpp
    ${CHAPAR_VERIFY_TESTS}/export_test.cpp
    ${CHAPAR_VERIFY_TESTS}/fork_test.cpp
    ${CHAPAR_VERIFY_TESTS}/hostile_archive_test.cpp
    ${CHAPAR_VERIFY_TESTS}/made_ledger.cpp
    ${CHAPAR_VERIFY_TESTS}/million_test.cpp
    ${CHAPAR_VERIFY_TESTS}/outcome_test.cpp
    ${CHAPAR_VERIFY_TESTS}/past_roots_test.cpp
    ${CHAPAR_VERIFY_TESTS}/progress_test.cpp
    ${CHAPAR_VERIFY_TESTS}/retention_rules_test.cpp
    ${CHAPAR_VERIFY_TESTS}/retention_test.cpp
    ${CHAPAR_VERIFY_TESTS}/succession_test.cpp)
chapar_target(test_verify)
target_include_directories(test_verify PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(test_verify PRIVATE
    CHAPAR_VERIFY_PROGRAM="$<TARGET_FILE:chapar-verify>"
    CHAPAR_EVIDENCE_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors/crypto/evidence")
target_link_libraries(test_verify PRIVATE chapar_verify chapar_storage_archive chapar_crypto
    chapar_schemas chapar_test_main)
add_dependencies(test_verify chapar-verify)
add_test(NAME verify COMMAND test_verify)
set_tests_properties(verify PROPERTIES LABELS unit TIMEOUT 600)
