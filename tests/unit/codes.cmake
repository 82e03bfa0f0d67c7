# Signed sets of code lists: archive, signature, home.
add_executable(test_codes ${CMAKE_CURRENT_LIST_DIR}/codes/signed_codes_test.cpp)
chapar_target(test_codes)
target_link_libraries(test_codes PRIVATE chapar_test_main chapar_client_edge)
add_test(NAME test_codes COMMAND test_codes)
set_tests_properties(test_codes PROPERTIES LABELS unit)
