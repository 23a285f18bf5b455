# SPDX-License-Identifier: GPL-2.0-only
"""
kexec from a Debian system with systemd
"""

import os
import re
import shutil
import subprocess
import tempfile

import qemu
from kexec.esp import ARCHIVES, debian_kernel
from lib import machine as boots
from lib.debian import add_file, boot_and_log_in, boot_line, copy_root, disk, shell
from lib.machine import TEST
from lib.registry import test
from system.host import judge_image

OPTIONS = f"console=ttyS0 {boots.QUIET}kexec-stock"
LIBRARIES = "/usr/lib/x86_64-linux-gnu"

# The entry of a boot loader, for systemctl
ENTRY = f"""title the kernel of the child
linux /vmlinuz
initrd /initrd.img
options {OPTIONS}
"""


def add_kexec(opt, image):
    """Add kexec and the libraries that the system on the disk image does not have"""
    program = shutil.which("kexec", path="/usr/sbin:/sbin")
    add_file(image, "/usr/sbin/kexec", program)
    said = subprocess.run(["ldd", program], check=True, capture_output=True,
                          text=True).stdout
    for path in re.findall(r"=> (/\S+)", said):
        name = os.path.basename(path)
        if not os.path.lexists(os.path.join(opt.build, "root.img.d" + LIBRARIES, name)):
            add_file(image, f"{LIBRARIES}/{name}", os.path.realpath(path))


@test("kexec", long=True, beside=True, guest=("kexec-stock",),
      needs=("root-image", "tests-initrd", "runtime-initrd", "debian-kernel"))
def kexec_systemctl(opt, results):
    """
    systemctl kexec stops all services, and starts a kernel that kexec has loaded

    Without such a kernel, systemd 252 loads one by kexec_load(2), which is refused.
    """
    name = "kexec-systemctl"
    boots.note_programs(opt, OPTIONS)
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        root = copy_root(opt, tmp)
        add_kexec(opt, root)
        content = {
            "bzImage": opt.kernel,
            "vmlinuz": debian_kernel(opt),
            "initrd.img": qemu.joined(opt.objects, "initrd", *ARCHIVES),
            "loader/entries/child.conf": ENTRY.encode(),
            "startup.nsh": qemu.shell_script("@echo -off", "fs0:", boot_line(root)),
        }
        with boots.machine(opt, results, name, content, args=disk("root", root)) as m:
            boot_and_log_in(m)
            said = shell(m, "for d in /dev/efida?; do mount -o ro -t vfat $d /boot && break; "
                         "done; ls /boot")
            results.add("vmlinuz" in said, f"{name}: the EFI system partition", said)
            # The partition is a whole disk
            said = shell(m, "SYSTEMD_RELAX_ESP_CHECKS=1 systemctl kexec")
            results.add("kexec_load failed: Operation not supported" in said,
                        f"{name}: kexec_load(2) is refused", said)
            said = shell(m, "kexec -s -l /boot/vmlinuz --initrd=/boot/initrd.img "
                         f"--append='{OPTIONS}'; cat /sys/kernel/kexec_loaded")
            results.add(re.search(r"^\r*1\s*$", said, re.M), f"{name}: kexec -s -l", said)
            m.send("systemctl kexec\r")
            m.expect(r"Rebooting with kexec", TEST)
            results.add(True, f"{name}: systemd stops the services")
            m.expect(r"Starting new kernel", TEST)
            boots.guest_tests(m, results, name, ("kexec-stock",), patience=2)
        judge_image(results, name, root)
