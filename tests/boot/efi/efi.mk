# SPDX-License-Identifier: GPL-2.0-only
applications += rawoptions starter
drivers	+= notimer
rawoptions := file
