# What an officer reads and what he is asked: labels, tables of items, forms.
set(CHAPAR_FORMS_TESTS ${CMAKE_CURRENT_LIST_DIR}/client_forms)
add_executable(test_client_forms
    ${CHAPAR_FORMS_TESTS}/form_answer_test.cpp
    ${CHAPAR_FORMS_TESTS}/form_drafts_test.cpp
    ${CHAPAR_FORMS_TESTS}/form_test.cpp
    ${CHAPAR_FORMS_TESTS}/item_view_test.cpp
    ${CHAPAR_FORMS_TESTS}/labels_test.cpp
    ${CHAPAR_FORMS_TESTS}/names_test.cpp
    ${CHAPAR_FORMS_TESTS}/reading_test.cpp
    ${CHAPAR_FORMS_TESTS}/written_time_test.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/graphemes.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/mail/item_view.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/mail/message_view.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/terminal/text_columns.cpp)
chapar_target(test_client_forms)
target_link_libraries(test_client_forms PRIVATE chapar_client_world chapar_client_cases
    PkgConfig::UTF8PROC)
add_test(NAME test_client_forms COMMAND test_client_forms)
set_tests_properties(test_client_forms PROPERTIES LABELS unit)
