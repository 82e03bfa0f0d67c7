# Measured by hand (./run bench), never a test.
add_executable(bench-ledger
    ${CMAKE_CURRENT_LIST_DIR}/ledger.cpp
    ${CMAKE_CURRENT_LIST_DIR}/verification.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/verify/made_ledger.cpp)
chapar_target(bench-ledger)
target_include_directories(bench-ledger PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(bench-ledger PRIVATE
    CHAPAR_VERIFY_PROGRAM="$<TARGET_FILE:chapar-verify>")
target_link_libraries(bench-ledger PRIVATE chapar_broker_edge chapar_broker_core
    chapar_storage_archive chapar_storage_lmdb)
add_dependencies(bench-ledger chapar-verify)
