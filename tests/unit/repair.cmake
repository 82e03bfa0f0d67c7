set(CHAPAR_REPAIR_TESTS ${CMAKE_CURRENT_LIST_DIR}/repair)
add_executable(test_repair
    ${CHAPAR_BROKER_EDGE_TESTS}/centre.cpp
    ${CHAPAR_REPAIR_TESTS}/ceremony_parts_test.cpp
    ${CHAPAR_REPAIR_TESTS}/contribution_file_test.cpp
    ${CHAPAR_REPAIR_TESTS}/contributions_test.cpp
    ${CHAPAR_REPAIR_TESTS}/set_back.cpp
    ${CHAPAR_REPAIR_TESTS}/source_test.cpp
    ${CHAPAR_REPAIR_TESTS}/succession_test.cpp
    ${CHAPAR_REPAIR_TESTS}/try_keys_test.cpp)
chapar_target(test_repair)
target_compile_definitions(test_repair PRIVATE CHAPAR_CHAPARD="$<TARGET_FILE:chapard>")
target_link_libraries(test_repair PRIVATE chapar_test_main chapar_broker_repair
    chapar_storage_archive chapar_storage_lmdb)
add_dependencies(test_repair chapard)
add_test(NAME test_repair COMMAND test_repair)
set_tests_properties(test_repair PROPERTIES LABELS unit)
