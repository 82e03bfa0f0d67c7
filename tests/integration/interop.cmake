# Two implementations, both ways: see interop.py. Included by integration.cmake.
add_executable(interop-tool
    ${CMAKE_CURRENT_LIST_DIR}/interop/main.cpp
    ${CMAKE_CURRENT_LIST_DIR}/interop/check.cpp
    ${CMAKE_CURRENT_LIST_DIR}/interop/emit.cpp)
chapar_target(interop-tool)
target_include_directories(interop-tool PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(interop-tool PRIVATE chapar_crypto Boost::json)
chapar_python_test(interop ${CMAKE_CURRENT_LIST_DIR}/interop.py)
chapar_python_test(content_fields ${CMAKE_CURRENT_LIST_DIR}/content_fields.py)
chapar_python_test(evidence_command ${CMAKE_CURRENT_LIST_DIR}/evidence.py)

# Verifiers that nobody here wrote: public_verifiers.py.
add_executable(ledger-sample ${CMAKE_CURRENT_LIST_DIR}/public/ledger_sample.cpp)
chapar_target(ledger-sample)
target_link_libraries(ledger-sample PRIVATE chapar_broker_core Boost::json)
chapar_python_test(public_verifiers ${CMAKE_CURRENT_LIST_DIR}/public_verifiers.py Sumdb)
