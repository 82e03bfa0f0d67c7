# chapar_fuzz_target(NAME MUTATIONS [SOURCE..]): fuzz_NAME.cpp as a libFuzzer program with CHAPAR_FUZZ
# (clang), else as a test that replays seeds/NAME, found/NAME and that many mutations of them in all.
include_guard()
set(CHAPAR_FUZZ_FOLDER ${CMAKE_CURRENT_LIST_DIR})
set(CHAPAR_FUZZ_PARTS
    broker/ceremony_parts.cpp
    broker/edge/body_leaves.cpp
    broker/edge/config.cpp
    broker/edge/fault_point.cpp
    broker/edge/files.cpp
    broker/edge/high_water.cpp
    broker/edge/tcp_figures.cpp
    client/cases/csv.cpp
    client/cases/csv_write.cpp
    client/cases/form.cpp
    client/cases/form_answer.cpp
    client/cases/form_commands.cpp
    client/cases/form_path.cpp
    client/cases/form_questions.cpp
    client/cases/form_words.cpp
    client/cases/ids_columns.cpp
    client/cases/ids_fields.cpp
    client/cases/ids_goods.cpp
    client/cases/ids_rows.cpp
    client/cases/ids_table.cpp
    client/cases/ids_time.cpp
    client/cases/ids_words.cpp
    client/cases/json_fields.cpp
    client/cases/json_text.cpp
    client/cases/message_json.cpp
    client/cases/message_show.cpp
    client/cases/reading.cpp
    client/cases/short_form.cpp
    client/cases/transliteration.cpp
    client/cases/written_number.cpp
    client/cases/written_time.cpp
    client/core/agency_roots.cpp
    client/core/attachment.cpp
    client/core/code_archive.cpp
    client/core/code_update.cpp
    client/core/kind_options.cpp
    client/core/mirror_entry.cpp
    client/core/proof.cpp
    client/core/receipt.cpp
    client/core/store_keys.cpp
    client/core/trust_card.cpp
    client/core/witness.cpp
    client/edge/backup_header.cpp
    client/edge/blob_file.cpp
    client/edge/blob_part.cpp
    client/edge/ceremony_file.cpp
    client/edge/home_files.cpp
    client/edge/keystore_home.cpp
    client/edge/witness_home.cpp)
add_custom_target(fuzz_targets)
if(NOT CHAPAR_FUZZ)
    add_library(chapar_fuzz_replay STATIC ${CHAPAR_FUZZ_FOLDER}/replay_main.cpp)
    chapar_target(chapar_fuzz_replay)
    target_link_libraries(chapar_fuzz_replay PUBLIC chapar_base)
endif()

# What the targets need of the programs. Clang 14 and this C++ library have no coroutines together,
# so for libFuzzer the sources are named one by one; else the libraries are there already.
add_library(chapar_fuzz_parts STATIC
    ${PROJECT_SOURCE_DIR}/client/cli/records/policy_file.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/policy_words.cpp
    ${PROJECT_SOURCE_DIR}/client/cli/records/record_words.cpp)
chapar_target(chapar_fuzz_parts)
target_link_libraries(chapar_fuzz_parts
    PUBLIC chapar_broker_core chapar_storage_archive chapar_storage_lmdb chapar_crypto chapar_verify
        chapar_schemas_samples Boost::json)
if(CHAPAR_FUZZ)
    list(TRANSFORM CHAPAR_FUZZ_PARTS PREPEND ${PROJECT_SOURCE_DIR}/)
    target_sources(chapar_fuzz_parts PRIVATE ${CHAPAR_FUZZ_PARTS})
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    set(CHAPAR_FUZZ_IDS ${PROJECT_SOURCE_DIR}/client/cases/ids)
    set(CHAPAR_FUZZ_WORDS ${CMAKE_CURRENT_BINARY_DIR}/ids_rows_of_words.cpp)
    add_custom_command(OUTPUT ${CHAPAR_FUZZ_WORDS}
        COMMAND Python3::Interpreter ${CHAPAR_FUZZ_IDS}/embed.py ${CHAPAR_FUZZ_IDS}
            ${CHAPAR_FUZZ_WORDS}
        DEPENDS ${CHAPAR_FUZZ_IDS}/embed.py ${CHAPAR_FUZZ_IDS}/headers.csv
            ${CHAPAR_FUZZ_IDS}/words.csv
        VERBATIM)
    target_sources(chapar_fuzz_parts PRIVATE ${CHAPAR_FUZZ_WORDS})
else()
    target_link_libraries(chapar_fuzz_parts PUBLIC chapar_broker_repair chapar_broker_edge
        chapar_client_edge chapar_client_cases chapar_client_core)
endif()

function(chapar_fuzz_target name mutations)
    set(target fuzz_${name})
    set(sources ${ARGN})
    list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/)
    add_executable(${target} ${CHAPAR_FUZZ_FOLDER}/fuzz_${name}.cpp ${sources})
    chapar_target(${target})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${target} PRIVATE CHAPAR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${target} PRIVATE chapar_fuzz_parts)
    add_dependencies(fuzz_targets ${target})
    if(CHAPAR_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
        return()
    endif()
    target_link_libraries(${target} PRIVATE chapar_fuzz_replay)
    set(inputs ${CHAPAR_FUZZ_FOLDER}/seeds/${name})
    if(EXISTS ${CHAPAR_FUZZ_FOLDER}/found/${name})
        list(APPEND inputs ${CHAPAR_FUZZ_FOLDER}/found/${name})
    endif()
    add_test(NAME ${target} COMMAND ${target} --mutations ${mutations} ${inputs})
    set_tests_properties(${target} PROPERTIES LABELS fuzz)
endfunction()

chapar_fuzz_target(header 40000)
chapar_fuzz_target(frame 40000)
chapar_fuzz_target(content 20000)
chapar_fuzz_target(envelope 40000)
chapar_fuzz_target(record 30000)
chapar_fuzz_target(entry 40000)
chapar_fuzz_target(policy 8000)
chapar_fuzz_target(message_json 10000)
chapar_fuzz_target(csv 4000)
chapar_fuzz_target(form 2000)
chapar_fuzz_target(codes 2000)
chapar_fuzz_target(receipt 20000)
chapar_fuzz_target(witness 20000)
chapar_fuzz_target(archive 2000 tests/fuzz/doctest_parts.cpp tests/unit/verify/made_ledger.cpp)
chapar_fuzz_target(evidence 2000)
chapar_fuzz_target(config 8000)
chapar_fuzz_target(ceremony 5000)
chapar_fuzz_target(stored 20000)
