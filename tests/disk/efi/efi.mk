# SPDX-License-Identifier: GPL-2.0-only
applications += diskspeed
driver	+= disk tokens emmc
