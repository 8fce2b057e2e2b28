# SPDX-License-Identifier: Apache-2.0
# Debian's cross compiler (gcc-aarch64-linux-gnu, libc6-dev-arm64-cross); tests run under qemu-user.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
find_program(TUNLOOP_QEMU qemu-aarch64)
if(TUNLOOP_QEMU)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${TUNLOOP_QEMU} -L /usr/aarch64-linux-gnu)
else()
    set(TUNLOOP_SKIP_TESTS ON)
endif()
