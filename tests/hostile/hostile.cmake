# Hostile peers against a real chapard (tests/hostile/README.md).
set(CHAPAR_HOSTILE ${CMAKE_CURRENT_LIST_DIR})
add_executable(chapar-hostile
    ${CHAPAR_HOSTILE}/curve_peer.cpp
    ${CHAPAR_HOSTILE}/frame_attacks.cpp
    ${CHAPAR_HOSTILE}/handshake_attacks.cpp
    ${CHAPAR_HOSTILE}/idle.cpp
    ${CHAPAR_HOSTILE}/main.cpp
    ${CHAPAR_HOSTILE}/raw_attacks.cpp
    ${CHAPAR_HOSTILE}/run.cpp
    ${CHAPAR_HOSTILE}/salsa_box.cpp
    ${CHAPAR_HOSTILE}/session_attacks.cpp
    ${CHAPAR_HOSTILE}/session_peer.cpp
    ${CHAPAR_HOSTILE}/target.cpp)
chapar_target(chapar-hostile)
target_compile_definitions(chapar-hostile PRIVATE CHAPAR_CHAPARD="$<TARGET_FILE:chapard>")
target_link_libraries(chapar-hostile PRIVATE chapar_load)

# Alone: what it measures is time. The floor is for a machine that builds beside it.
add_test(NAME hostile COMMAND chapar-hostile --quick --floor-ms 250)
set_tests_properties(hostile PROPERTIES LABELS integration TIMEOUT 300 RUN_SERIAL ON)
