# SPDX-License-Identifier: Apache-2.0
# farfix as a component of ESP-IDF: the tree's CMakeLists.txt leads here.
file(GLOB farfix_core ${CMAKE_CURRENT_LIST_DIR}/../../src/*/*.c)
idf_component_register(
    SRCS ${farfix_core} ${CMAKE_CURRENT_LIST_DIR}/farfix_esp.c
         ${CMAKE_CURRENT_LIST_DIR}/farfix_esp_slot.c
    INCLUDE_DIRS include ports/esp-idf
    PRIV_INCLUDE_DIRS src
    REQUIRES driver esp_partition
    PRIV_REQUIRES esp_timer)
