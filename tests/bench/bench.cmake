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

add_executable(bench-inbox ${CMAKE_CURRENT_LIST_DIR}/inbox.cpp)
chapar_target(bench-inbox)
target_include_directories(bench-inbox PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(bench-inbox PRIVATE chapar_client_core chapar_storage_lmdb)

include(${CMAKE_CURRENT_LIST_DIR}/../load/load.cmake)
add_executable(bench-broker
    ${CMAKE_CURRENT_LIST_DIR}/broker.cpp
    ${CMAKE_CURRENT_LIST_DIR}/broker_point.cpp
    ${CMAKE_CURRENT_LIST_DIR}/floors.cpp)
chapar_target(bench-broker)
target_compile_definitions(bench-broker PRIVATE CHAPAR_CHAPARD="$<TARGET_FILE:chapard>")
target_link_libraries(bench-broker PRIVATE chapar_load)
