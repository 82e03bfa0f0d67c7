# Properties that hold for every value: 1,000 drawn cases each, more by CHAPAR_PROPERTY_CASES.
find_package(rapidcheck REQUIRED)
set(CHAPAR_PROPERTIES ${CMAKE_CURRENT_LIST_DIR}/properties)
add_executable(test_properties
    ${CHAPAR_PROPERTIES}/codec_properties.cpp
    ${CHAPAR_PROPERTIES}/fold_properties.cpp
    ${CHAPAR_PROPERTIES}/mailbox_properties.cpp
    ${CHAPAR_PROPERTIES}/main.cpp
    ${CHAPAR_PROPERTIES}/merkle_properties.cpp
    ${CHAPAR_PROPERTIES}/policy_properties.cpp
    ${CMAKE_CURRENT_LIST_DIR}/broker/world.cpp)
chapar_target(test_properties)
target_link_libraries(test_properties PRIVATE chapar_schemas_samples chapar_broker_core
    chapar_storage_lmdb rapidcheck)
add_test(NAME properties COMMAND test_properties)
set_tests_properties(properties PROPERTIES LABELS "unit;released")
