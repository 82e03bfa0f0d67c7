pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

add_executable(test_crypto_vectors
    unit/crypto/vectors_main.cpp
    unit/crypto/vector_file.cpp
    unit/crypto/shake128.cpp
    unit/crypto/vectors_aead.cpp
    unit/crypto/vectors_ed25519.cpp
    unit/crypto/vectors_envelope.cpp
    unit/crypto/vectors_envelope_cast.cpp
    unit/crypto/vectors_envelope_negative.cpp
    unit/crypto/vectors_hpke.cpp
    unit/crypto/vectors_kdf.cpp
    unit/crypto/vectors_stream.cpp)
chapar_target(test_crypto_vectors)
target_include_directories(test_crypto_vectors PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(test_crypto_vectors PRIVATE CHAPAR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_crypto_vectors PRIVATE chapar_crypto Boost::json PkgConfig::ZLIB)
add_test(NAME crypto_vectors COMMAND test_crypto_vectors)

add_executable(test_crypto
    unit/crypto/arena_test.cpp
    unit/crypto/attack_batch.cpp
    unit/crypto/attack_forwarding.cpp
    unit/crypto/attack_keys.cpp
    unit/crypto/attack_stanza.cpp
    unit/crypto/batch_test.cpp
    unit/crypto/envelope_test.cpp
    unit/crypto/hpke_test.cpp
    unit/crypto/label_test.cpp
    unit/crypto/process_memory_test.cpp
    unit/crypto/seal_test.cpp
    unit/crypto/secret_test.cpp
    unit/crypto/self_test_test.cpp
    unit/crypto/stream_test.cpp
    unit/crypto/tree_test.cpp)
chapar_target(test_crypto)
target_include_directories(test_crypto PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(test_crypto PRIVATE chapar_test_main)
add_test(NAME crypto COMMAND test_crypto)
set_tests_properties(crypto crypto_vectors PROPERTIES LABELS "unit;released")
