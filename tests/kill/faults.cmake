# The N-th call fails (tests/kill/README.md).
add_library(call-faults MODULE ${CMAKE_CURRENT_LIST_DIR}/call_faults.cpp)
chapar_target(call-faults)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/call_faults.cpp PROPERTIES
    COMPILE_OPTIONS "-U_FORTIFY_SOURCE;-fPIC")
set_target_properties(call-faults PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
