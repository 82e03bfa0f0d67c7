set(CHAPAR_STORAGE_TESTS ${CMAKE_CURRENT_LIST_DIR}/storage)
add_executable(test_storage
    ${CHAPAR_STORAGE_TESTS}/main.cpp
    ${CHAPAR_STORAGE_TESTS}/cursor_contract_test.cpp
    ${CHAPAR_STORAGE_TESTS}/framing_test.cpp
    ${CHAPAR_STORAGE_TESTS}/lmdb_store_test.cpp
    ${CHAPAR_STORAGE_TESTS}/memory_store_test.cpp
    ${CHAPAR_STORAGE_TESTS}/room_test.cpp
    ${CHAPAR_STORAGE_TESTS}/store_contract_test.cpp
    ${CHAPAR_STORAGE_TESTS}/twins_test.cpp)
chapar_target(test_storage)
target_link_libraries(test_storage PRIVATE chapar_storage_lmdb)
add_test(NAME test_storage COMMAND test_storage)
set_tests_properties(test_storage PROPERTIES LABELS "unit;released")
