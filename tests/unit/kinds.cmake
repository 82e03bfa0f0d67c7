set(CHAPAR_KINDS_TESTS ${CMAKE_CURRENT_LIST_DIR}/kinds)
add_executable(test_kinds
    ${CHAPAR_KINDS_TESTS}/code_set_test.cpp
    ${CHAPAR_KINDS_TESTS}/evaluation_test.cpp
    ${CHAPAR_KINDS_TESTS}/case_rules_test.cpp
    ${CHAPAR_KINDS_TESTS}/every_field_test.cpp
    ${CHAPAR_KINDS_TESTS}/every_kind_test.cpp
    ${CHAPAR_KINDS_TESTS}/examples.cpp
    ${CHAPAR_KINDS_TESTS}/field_values.cpp
    ${CHAPAR_KINDS_TESTS}/following_codes_test.cpp
    ${CHAPAR_KINDS_TESTS}/json_errors_test.cpp
    ${CHAPAR_KINDS_TESTS}/rules_test.cpp
    ${CHAPAR_KINDS_TESTS}/typed_test.cpp
    ${CHAPAR_KINDS_TESTS}/wire_test.cpp)
chapar_target(test_kinds)
target_link_libraries(test_kinds PRIVATE chapar_test_main chapar_schemas_samples chapar_client_cases
    chapar_kinds_typed)
add_test(NAME test_kinds COMMAND test_kinds)
set_tests_properties(test_kinds PROPERTIES LABELS unit)
