set(CHAPAR_SCHEMAS_TESTS ${CMAKE_CURRENT_LIST_DIR}/schemas)
add_library(chapar_schemas_samples STATIC ${CHAPAR_SCHEMAS_TESTS}/samples.cpp)
chapar_target(chapar_schemas_samples)
target_link_libraries(chapar_schemas_samples PUBLIC chapar_kinds chapar_schemas)

add_executable(test_schemas
    ${CHAPAR_SCHEMAS_TESTS}/main.cpp
    ${CHAPAR_SCHEMAS_TESTS}/content_codec_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/frames_codec_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/header_codec_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/header_rules_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/local_dates_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/problem_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/script_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/tables_test.cpp
    ${CHAPAR_SCHEMAS_TESTS}/written_date_test.cpp)
chapar_target(test_schemas)
target_link_libraries(test_schemas PRIVATE chapar_schemas_samples)
add_test(NAME test_schemas COMMAND test_schemas)
set_tests_properties(test_schemas PROPERTIES LABELS unit)
