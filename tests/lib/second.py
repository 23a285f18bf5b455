# SPDX-License-Identifier: GPL-2.0-only
"""
The second firmware: OVMF of another Debian release, as scripts/second-firmware.sh
fetches it
"""

import os


def path(opt, name):
    """The path of a file of its package"""
    return os.path.join(opt.build, "second-firmware", name)
