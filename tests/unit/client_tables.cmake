# Tables: what spreadsheets save, and rows on a terminal.
set(CHAPAR_TABLES_TESTS ${CMAKE_CURRENT_LIST_DIR}/client_tables)
add_executable(test_client_tables
    ${CHAPAR_TABLES_TESTS}/csv_test.cpp
    ${CHAPAR_TABLES_TESTS}/ids_rows_test.cpp
    ${CHAPAR_TABLES_TESTS}/ids_table_test.cpp
    ${CHAPAR_TABLES_TESTS}/ids_words_test.cpp
    ${CHAPAR_TABLES_TESTS}/import_view_test.cpp
    ${CHAPAR_TABLES_TESTS}/text_columns_test.cpp
    ${CHAPAR_TABLES_TESTS}/written_number_test.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/graphemes.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/mail/import_view.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/output.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/table.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/text_columns.cpp)
chapar_target(test_client_tables)
target_compile_definitions(test_client_tables PRIVATE
    CHAPAR_GRAPHEME_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors/unicode/grapheme_breaks.txt")
target_link_libraries(test_client_tables PRIVATE chapar_test_main chapar_client_cases
    PkgConfig::UTF8PROC)
add_test(NAME test_client_tables COMMAND test_client_tables)
set_tests_properties(test_client_tables PROPERTIES LABELS unit)
