# The simulator: the real broker, fold and clients in virtual time (tests/sim/README.md).
set(CHAPAR_SIM ${CMAKE_CURRENT_LIST_DIR})
add_executable(chapar-sim
    ${CHAPAR_SIM}/broker_actor.cpp
    ${CHAPAR_SIM}/client_actor.cpp
    ${CHAPAR_SIM}/client_approvals.cpp
    ${CHAPAR_SIM}/client_files.cpp
    ${CHAPAR_SIM}/crypto_calls.cpp
    ${CHAPAR_SIM}/disk.cpp
    ${CHAPAR_SIM}/disk_calls.cpp
    ${CHAPAR_SIM}/doors.cpp
    ${CHAPAR_SIM}/faulty_store.cpp
    ${CHAPAR_SIM}/fiber.cpp
    ${CHAPAR_SIM}/founding.cpp
    ${CHAPAR_SIM}/letter.cpp
    ${CHAPAR_SIM}/line_transport.cpp
    ${CHAPAR_SIM}/machine.cpp
    ${CHAPAR_SIM}/main.cpp
    ${CHAPAR_SIM}/mallory.cpp
    ${CHAPAR_SIM}/network.cpp
    ${CHAPAR_SIM}/oracles.cpp
    ${CHAPAR_SIM}/schedule.cpp
    ${CHAPAR_SIM}/transcript.cpp
    ${CHAPAR_SIM}/world.cpp
    ${CHAPAR_SIM}/world_faults.cpp)
chapar_target(chapar-sim)
target_link_libraries(chapar-sim PRIVATE chapar_broker_edge chapar_client_edge
    ${CMAKE_DL_LIBS})

if(CHAPAR_SANITIZE)
    add_test(NAME chapar_sim COMMAND chapar-sim --seeds 40 --twice 20)
else()
    add_test(NAME chapar_sim COMMAND chapar-sim --seeds 300 --twice 50)
endif()
# What found something beyond those.
add_test(NAME chapar_sim_found COMMAND chapar-sim --from 770 --seeds 1 --plain)
# (Its twin in a unit test: unlogged_test, "a clock that is put right ..".)
add_test(NAME chapar_sim_found_clock COMMAND chapar-sim --from 14333 --seeds 1 --plain)
# (And of unlogged_test, "what a broker with a standing clock ..".)
add_test(NAME chapar_sim_found_standing COMMAND chapar-sim --from 2666 --seeds 1)
add_test(NAME chapar_sim_found_passed COMMAND chapar-sim --from 46851 --seeds 1)
set_tests_properties(chapar_sim chapar_sim_found chapar_sim_found_clock chapar_sim_found_standing
    chapar_sim_found_passed PROPERTIES LABELS "unit;released")
