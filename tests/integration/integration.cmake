# The programs together, as their users run them. Not for sanitizer builds: they are about behaviour,
# not about memory, and the units have been there.
set(CHAPAR_INTEGRATION ${CMAKE_CURRENT_LIST_DIR})

add_executable(chapar-unsealed ${PROJECT_SOURCE_DIR}/client/cli/main.cpp
    ${CHAPAR_INTEGRATION}/unsealed.cpp)
chapar_target(chapar-unsealed)
target_link_libraries(chapar-unsealed PRIVATE chapar_cli)

# Loaded by the programs of the scripts below (see there).
add_library(quick-cost MODULE ${CHAPAR_INTEGRATION}/quick_cost.cpp)
chapar_target(quick-cost)
set_source_files_properties(${CHAPAR_INTEGRATION}/quick_cost.cpp PROPERTIES COMPILE_OPTIONS -fPIC)
set_target_properties(quick-cost PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
function(chapar_python_test name)
    add_test(NAME ${name} COMMAND Python3::Interpreter ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS integration TIMEOUT 600 ENVIRONMENT
        "CHAPAR_BIN=${CMAKE_BINARY_DIR}/bin;CHAPAR_UNSEALED=$<TARGET_FILE:chapar-unsealed>;CHAPAR_QUICK_COST=$<TARGET_FILE:quick-cost>")
endfunction()
chapar_python_test(demo ${CHAPAR_INTEGRATION}/demo.py)
chapar_python_test(bad_input ${CHAPAR_INTEGRATION}/bad_input.py)
chapar_python_test(ceremony ${CHAPAR_INTEGRATION}/ceremony.py)
chapar_python_test(backup ${CHAPAR_INTEGRATION}/backup.py)
chapar_python_test(succession ${CHAPAR_INTEGRATION}/succession.py)
chapar_python_test(scenarios ${CHAPAR_INTEGRATION}/scenarios.py)
chapar_python_test(attachments ${CHAPAR_INTEGRATION}/attachments.py)
chapar_python_test(auditor ${CHAPAR_INTEGRATION}/auditor.py)
chapar_python_test(override ${CHAPAR_INTEGRATION}/override.py)
chapar_python_test(retention ${CHAPAR_INTEGRATION}/retention.py)
chapar_python_test(ledger_attacks ${CHAPAR_INTEGRATION}/ledger_attacks.py)
chapar_python_test(witnesses ${CHAPAR_INTEGRATION}/witness.py)
chapar_python_test(export_and_stats ${CHAPAR_INTEGRATION}/export_and_stats.py)
chapar_python_test(csv_import ${CHAPAR_INTEGRATION}/csv_import.py)
chapar_python_test(kinds ${CHAPAR_INTEGRATION}/kinds.py)
chapar_python_test(corrections ${CHAPAR_INTEGRATION}/corrections.py)
chapar_python_test(lookouts ${CHAPAR_INTEGRATION}/lookouts.py)
chapar_python_test(forms ${CHAPAR_INTEGRATION}/forms.py)
chapar_python_test(sending ${CHAPAR_INTEGRATION}/sending.py)
chapar_python_test(mechanisms ${CHAPAR_INTEGRATION}/mechanisms.py)
chapar_python_test(secrets_planted ${CHAPAR_INTEGRATION}/secrets_planted.py)
chapar_python_test(readme ${PROJECT_SOURCE_DIR}/ops/check/readme ${CMAKE_BINARY_DIR}/bin)
chapar_python_test(layers ${PROJECT_SOURCE_DIR}/ops/check/layers)

include(${CHAPAR_INTEGRATION}/interop.cmake)

add_test(NAME format COMMAND ${PROJECT_SOURCE_DIR}/ops/check/format)
add_test(NAME verifier_links_only_libsodium
    COMMAND ${PROJECT_SOURCE_DIR}/ops/check/verifier $<TARGET_FILE:chapar-verify>)
set_tests_properties(format verifier_links_only_libsodium PROPERTIES LABELS integration)
