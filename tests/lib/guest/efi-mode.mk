# SPDX-License-Identifier: GPL-2.0-only
#
# Common part of the Makefiles of efi-mode's selftests, one folder per area.
# The initramfs of the tests has no C library, so the programs are static.

CFLAGS += -Wall -Wextra -O2 -static $(addprefix -iquote ,$(wildcard ../*) \
					  ../../../../../include/efi-mode)
LOCAL_HDRS += $(wildcard ../*/*.h ../../../../../include/efi-mode/*.h)

include ../../lib.mk
