# Measured by hand (./run bench), never a test.
add_executable(bench-ledger ${CMAKE_CURRENT_LIST_DIR}/ledger.cpp)
chapar_target(bench-ledger)
target_link_libraries(bench-ledger PRIVATE chapar_broker_core chapar_storage_lmdb)
