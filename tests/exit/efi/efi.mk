# SPDX-License-Identifier: GPL-2.0-only
applications += settings
drivers	+= resets
driver	+= leave
settings := machine pic
