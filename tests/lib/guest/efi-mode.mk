# SPDX-License-Identifier: GPL-2.0-only
#
# Common part of the Makefiles of efi-mode's selftests, one folder per area.
# The initramfs of the tests has no C library, so the programs are static.

CFLAGS += -Wall -Wextra -O2 -static -I../lib
LOCAL_HDRS += $(wildcard *.h ../lib/*.h ../../../../../include/efi-mode/*.h)

include ../../lib.mk
