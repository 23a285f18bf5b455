# SPDX-License-Identifier: GPL-2.0-only
"""
Start the kernel with the boot loader iPXE
"""

import os
import shutil

from lib.machine import (BOOT, QUIET, START, TEST, clean, files, machine,
                         note_programs)
from lib.registry import test

IPXE = "/usr/lib/ipxe/ipxe.efi"


@test("boot", long=True, beside=True, guest=("leave",))
def ipxe(opt, results):
    """iPXE loads kernel and initrd by TFTP twice; its network works after a return

    iPXE has its own driver for the network card. It provides the initrd as a file on the
    same volume as the kernel.
    """
    folder = os.path.join(opt.tmp, "tftp")
    options = f"initrd=initrd.img loglevel=4 {QUIET}leave:return=NOT_FOUND"
    note_programs(opt, options)
    os.mkdir(folder)
    content = files(opt)
    shutil.copy(content["bzImage"], folder)
    with open(os.path.join(folder, "initrd.img"), "wb") as f:
        f.write(content["initrd.img"])
    with open(os.path.join(folder, "boot.ipxe"), "w", encoding="utf-8") as f:
        f.write(f"#!ipxe\nimgfree\nkernel bzImage {options}\n"
                "initrd initrd.img\nboot || echo BACK IN IPXE ${errno}\nshell\n")
    args = ["-netdev", f"user,id=net,tftp={folder},bootfile=boot.ipxe",
            "-device", "virtio-net-pci,netdev=net,romfile="]
    with machine(opt, results, "iPXE", {"EFI/BOOT/BOOTX64.EFI": IPXE},
                 args=args) as m:
        for i in range(2):
            m.expect(r"LEAVING", START + BOOT)
            # iPXE returns its own error code, whose last byte shows EFI_NOT_FOUND
            found = m.expect(r"BACK IN IPXE (0x[0-9a-f]+)", TEST)
            results.add(int(found[1], 16) & 0xff == 0x8e,
                        f"iPXE: return {i + 1}: EFI_NOT_FOUND", found[0])
            m.expect(r"iPXE> ", START)
            if not i:
                m.send("dhcp && chain boot.ipxe\r")
        clean(m, results, "iPXE")
