# SPDX-License-Identifier: GPL-2.0-only
applications += selfcheck tsc
drivers	+= driver
driver	+= cycles machine pic serial
selfcheck := cycles machine pic
