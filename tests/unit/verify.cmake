# The verifier as a library, held against vectors of the independent implementation and against
# records of the product's own code.
set(CHAPAR_VERIFY_TESTS ${CMAKE_CURRENT_LIST_DIR}/verify)
add_executable(test_verify
    ${CHAPAR_VERIFY_TESTS}/capnp_test.cpp
    ${CHAPAR_VERIFY_TESTS}/directory_test.cpp
    ${CHAPAR_VERIFY_TESTS}/evidence_test.cpp)
chapar_target(test_verify)
target_include_directories(test_verify PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(test_verify PRIVATE
    CHAPAR_EVIDENCE_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors/crypto/evidence")
target_link_libraries(test_verify PRIVATE chapar_verify chapar_test_main)
add_test(NAME verify COMMAND test_verify)
set_tests_properties(verify PROPERTIES LABELS unit TIMEOUT 600)
