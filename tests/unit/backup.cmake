# Copies of a broker: the sealed file, what is in it, and how it becomes a directory again.
set(CHAPAR_BACKUP_TESTS ${CMAKE_CURRENT_LIST_DIR}/backup)
add_executable(test_backup
    ${CHAPAR_BACKUP_TESTS}/container_test.cpp
    ${CHAPAR_BACKUP_TESTS}/copy_test.cpp
    ${CHAPAR_BACKUP_TESTS}/restore_test.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/broker/broker_init.cpp)
chapar_target(test_backup)
target_link_libraries(test_backup PRIVATE chapar_test_main chapar_client_edge chapar_storage_lmdb)
add_test(NAME test_backup COMMAND test_backup)
set_tests_properties(test_backup PROPERTIES LABELS unit)
