# The kill loop (tests/kill/README.md); CTest runs a short one.
chapar_python_test(kill ${CMAKE_CURRENT_LIST_DIR}/kill.py --cycles 20)
