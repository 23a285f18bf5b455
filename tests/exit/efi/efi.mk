# SPDX-License-Identifier: GPL-2.0-only
applications += settings marks loader
drivers	+= resets
driver	+= leave
settings := machine pic
