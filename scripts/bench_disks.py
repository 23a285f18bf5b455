# SPDX-License-Identifier: GPL-2.0-only
"""
Measure the speed of disks: Linux with the firmware's drivers, the bare firmware, and a
kernel with native drivers

All three make the same requests, one after the other; see the selftest speed. Linux also
makes requests by io_uring with registered memory, one at a time and many at once, as a
program for which speed matters would. Time is measured in instructions. QEMU's disks take
none, so the result is the cost of the software, and no waiting hides it. In this mode of
QEMU, a CPU that halts sleeps until its next timer, whatever it waits for. Therefore the
kernel with native drivers runs with idle=poll.

Also measures the latency of Linux timers while Linux reads a disk as fast as it can; see
the selftest latency.
"""

import contextlib
import os
import re
import tempfile

import qemu

CONTROLLERS = ("virtio-scsi-pci,id=scsi", "ich9-ahci,id=ahci", "qemu-xhci,id=xhci")
# The disks by their size in MiB, which is how the guest identifies them
DISKS = {
    201: ("virtio-blk", "virtio-blk-pci"),
    202: ("NVMe", "nvme,serial=efi-mode"),
    203: ("virtio-scsi", "scsi-hd,bus=scsi.0"),
    204: ("AHCI", "ide-hd,bus=ahci.0"),
    205: ("USB", "usb-storage,bus=xhci.0"),
}
# The tests that run in the guest
SPEED = f"speed:{':'.join(map(str, DISKS))}"
LATENCIES = [f"latency:disk:{mib}" for mib in DISKS]

# For each measurement: its title, the number of requests, and the measurement of the bare
# firmware to compare it with. Several have the same one, because the firmware has neither
# pages nor a queue.
WHAT = {
    "read": ("1 MiB reads, in one piece", 64, "read"),
    "pieces": ("1 MiB reads, page by page", 64, "read"),
    "registered-read": ("1 MiB reads, registered memory", 64, "read"),
    "many-reads": ("1 MiB reads, 4 at once", 64, "read"),
    "write": ("1 MiB writes, in one piece", 64, "write"),
    "registered-write": ("1 MiB writes, registered memory", 64, "write"),
    "many-writes": ("1 MiB writes, 4 at once", 64, "write"),
    "random": ("4 KiB random reads", 2000, "random"),
    "many-random": ("4 KiB random reads, 16 at once", 2000, "random"),
}


def speeds(text):
    """Return a dict from (size of the disk in MiB, name of the measurement) to TSC cycles"""
    return {(int(mib), what): int(cycles) for mib, what, cycles in
            re.findall(r"SPEED (\d+) ([\w-]+) (\d+) cycles", text)}


def lateness(text):
    """Return a dict from the size of a disk in MiB to the p99.9 timer latency in microseconds"""
    return {int(mib): int(us) for mib, us in
            re.findall(r"LATENCY beside the disk of (\d+) MiB: .* p99.9 (\d+)",
                       text)}


@contextlib.contextmanager
def machine(opt, kernel, options, guest_tests, bare=False):
    """Start a machine with all disks whose startup.nsh boots the kernel"""
    args = [word for device in CONTROLLERS for word in ("-device", device)]
    with tempfile.TemporaryDirectory() as tmp:
        for mib, (_, device) in DISKS.items():
            path = os.path.join(tmp, f"{mib}.img")
            with open(path, "wb") as f:
                f.truncate(mib << 20)
            args += ["-drive", f"if=none,id=d{mib},format=raw,file={path}",
                     "-device", f"{device},drive=d{mib}"]
        disk = os.path.join(tmp, "esp.img")
        script = ["@echo -off", "connect -r", "fs0:"]
        if bare:
            script.append("diskspeed.efi " + " ".join(map(str, DISKS)))
        script += ["echo BARE", f"bzImage initrd=\\initrd.img quiet {options} "
                   f"efi_mode_test={','.join(guest_tests)}"]
        qemu.fat_image(disk, {
            "bzImage": kernel,
            "initrd.img": qemu.joined(opt.objects, "initrd", "initrd-tests"),
            "diskspeed.efi": os.path.join(opt.build, "firmware",
                                          "diskspeed.efi"),
            "startup.nsh": qemu.shell_script(*script),
        })
        with qemu.Machine(disk=disk, icount=True, args=args) as m:
            m.start()
            yield m


def run(opt, kernel, options, bare):
    """Boot once. Returns the speeds of the bare firmware and the output of the kernel."""
    with machine(opt, kernel, options, [SPEED, *LATENCIES], bare) as m:
        begin = m.expect(r"BARE\s", 1800).start()
        m.expect(f"TEST END {LATENCIES[-1]}", 3600)
        return speeds(m.text[:begin]), m.text[begin:]


def table(opt):
    """Print the table: microseconds per request"""
    bare, our_text = run(opt, opt.kernel, "", True)
    _, native_text = run(opt, opt.native, "console=ttyS0 idle=poll", False)
    ours, native = speeds(our_text), speeds(native_text)

    def number(times, key, count):
        return f"{times[key] / count / 1000:12.1f}" if key in times else f"{'':12}"

    print(f"\n{'disks, us per request':52}{'ARCH=efi':>12}{'firmware':>12}"
          f"{'native':>12}   firmware / ARCH=efi")
    for mib, (name, _) in DISKS.items():
        for what, (title, count, other) in WHAT.items():
            key, alone = (mib, what), (mib, other)
            ratio = (f"{bare[alone] / ours[key]:7.2f}"
                     if alone in bare and key in ours else "")
            print(f"{name + ': ' + title:52}{number(ours, key, count)}"
                  f"{number(bare, alone, count)}{number(native, key, count)} "
                  f"{ratio}", flush=True)
    our_late, native_late = lateness(our_text), lateness(native_text)
    for mib, (name, _) in DISKS.items():
        print(f"{name + ': p99.9 timer latency at full speed':52}"
              f"{our_late.get(mib, ''):>12}{'':12}"
              f"{native_late.get(mib, ''):>12}", flush=True)
