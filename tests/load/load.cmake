# Devices, mail and traffic, for what measures a running chapard: bench/ and hostile/.
add_library(chapar_load STATIC
    ${CMAKE_CURRENT_LIST_DIR}/broker_child.cpp
    ${CMAKE_CURRENT_LIST_DIR}/device_link.cpp
    ${CMAKE_CURRENT_LIST_DIR}/mail.cpp
    ${CMAKE_CURRENT_LIST_DIR}/traffic.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/broker_edge/centre.cpp
    ${PROJECT_SOURCE_DIR}/tests/unit/broker_edge/test_client.cpp)
chapar_target(chapar_load)
target_link_libraries(chapar_load PUBLIC chapar_broker_edge)
