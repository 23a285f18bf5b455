# SPDX-License-Identifier: GPL-2.0-only
#
# Common part of the Makefiles of the efi-mode selftests, which have one folder per
# area. The programs are static because the initramfs of the tests has no C library.

CFLAGS += -Wall -Wextra -O2 -static $(addprefix -iquote ,$(wildcard ../*) \
					  ../../../../../include/efi-mode)
LOCAL_HDRS += $(wildcard ../*/*.h ../../../../../include/efi-mode/*.h)

include ../../lib.mk
