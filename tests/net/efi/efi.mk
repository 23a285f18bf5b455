# SPDX-License-Identifier: GPL-2.0-only
driver	+= tcp card card-mnp memory
