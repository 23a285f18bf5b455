# SPDX-License-Identifier: GPL-2.0-only
applications += settings marks
drivers	+= resets
driver	+= leave
settings := machine pic
