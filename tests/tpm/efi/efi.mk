# SPDX-License-Identifier: GPL-2.0-only
applications += tpmspeed
driver	+= tcg2 rom
