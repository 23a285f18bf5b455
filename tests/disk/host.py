# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the firmware's disks
"""

import os
import re
import struct
import subprocess
import tempfile
import uuid
import zlib

import bench_disks
import qemu
from lib.machine import (BOOT, QUIET, START, TEST, cases, files, guest_tests,
                         machine, note_programs, power_off, take_results)
from lib.registry import test

LINUX = "bzImage initrd=\\initrd.img"

# At boot the firmware connects only the devices that it boots from
CONNECT = "connect -r"

MIB = 1 << 20
SECTOR = 512

# The same values as in guest/disks.c
HOST_SIZE = 2 * MIB
END_SIZE = 64 << 10
WRITTEN = ((8 * MIB, 4 * MIB), (16 * MIB, 2 * MIB))

# For each kind: size in MiB, block size in bytes, QEMU's device, part of the device path
KINDS = {
    "virtio-blk": (64, 512, "virtio-blk-pci,addr=8", "Pci(0x8,0x0)"),
    "virtio-scsi": (64, 512, "scsi-hd,bus=scsi.0", "/Scsi("),
    "nvme": (64, 512, "nvme,serial=1,addr=a", "Pci(0xA,0x0)/NVMe("),
    "ahci": (64, 512, "ide-hd,bus=ide.0", "/Sata(0x0,"),
    "usb": (64, 512, "usb-storage,bus=xhci.0", "/USB("),
    "virtio-4k": (64, 4096, "virtio-blk-pci,addr=b,logical_block_size=4096,"
                  "physical_block_size=4096", "Pci(0xB,0x0)"),
    "large": (3 << 20, 512, "virtio-blk-pci,addr=d", "Pci(0xD,0x0)"),
}

CONTROLLERS = ["-device", "virtio-scsi-pci,id=scsi,addr=9",
               "-device", "qemu-xhci,id=xhci,addr=e"]

# Kinds for which this firmware ignores a flush and passes no commands through
NO_FLUSH = ("usb",)

CD_PATH = "/Sata(0x1,"


def pattern(tag, at, size):
    """Sectors that contain @tag and their own number, as in blockdev.h"""
    return b"".join(b"%s%012x\n" % (tag, sector) * 32 for sector in
                    range(at // SECTOR, (at + size) // SECTOR))


def make_disk(path, size, tag=b"hst"):
    with open(path, "wb") as f:
        f.truncate(size)
        f.write(pattern(tag, 0, min(size, HOST_SIZE)))
        f.seek(size - END_SIZE)
        f.write(pattern(tag, size - END_SIZE, END_SIZE))


def make_cd(path, size, tag):
    with open(path, "wb") as f:
        f.write(pattern(tag, 0, size))


def make_cd_files(path, tag):
    """A CD with a file system, and one file in it that is too large to be cached at once"""
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as tmp:
        make_cd(os.path.join(tmp, "data"), 6 * MIB, tag)
        subprocess.run(["genisoimage", "-quiet", "-o", path, tmp], check=True,
                       capture_output=True)


def judge_disk(results, what, path, size, block):
    """Check that the disk contains what Linux wrote, and that nothing else has changed"""
    wanted = {at: pattern(b"lnx", at, n) for at, n in WRITTEN}
    wanted[0] = pattern(b"hst", 0, HOST_SIZE)
    wanted[size - END_SIZE] = (pattern(b"hst", size - END_SIZE,
                                       END_SIZE - block) +
                               pattern(b"lnx", size - block, block))
    for at, n in WRITTEN:
        wanted[at - MIB] = bytes(MIB)
        wanted[at + n] = bytes(MIB)
    with open(path, "rb") as f:
        for at, data in sorted(wanted.items()):
            f.seek(at)
            found = f.read(len(data))
            if found != data:
                bad = next(i for i, (a, b) in enumerate(zip(found, data))
                           if a != b)
                results.add(False, f"{what}: contents on the host",
                            f"at {at + bad}: {found[bad:bad + 16]}, not "
                            f"{data[bad:bad + 16]}")
                return
    results.add(True, f"{what}: contents on the host")


def drive(name, path):
    return ["-blockdev", f"driver=raw,node-name={name},discard=unmap,"
            f"file.driver=file,file.filename={path}"]


def guest_actions(m, results, name, actions):
    """Do the actions that the selftest asks for, until it ends"""
    begin = m.position
    while True:
        told = m.expect(r"^DO (\w+)|^TEST END \S+ (\d+)", TEST)
        if not told[1]:
            break
        actions[told[1]]()
        m.send("\r")
    take_results(results, name, m.text[begin:told.start()], told[2] == "0",
                 told[2])


def image(opt, what):
    return os.path.join(opt.tmp, what + ".img")


def some_disks(opt, kinds):
    """Make a disk of each kind. Return QEMU's options and the selftest's arguments"""
    args, steps = list(CONTROLLERS), []
    for kind in kinds:
        size, _, device, path = KINDS[kind]
        make_disk(image(opt, kind), size * MIB)
        args += [*drive(kind, image(opt, kind)),
                 "-device", f"{device},drive={kind},id={kind}-device"]
        steps += [kind, path]
    return args, steps


def disks_command(steps):
    # init separates tests by commas, so the arguments have a + instead
    return f"{QUIET}disks:" + ":".join(steps).replace(",", "+")


def judge_flushes(results, name, text, kinds):
    """Compare flush_supported, and count the warnings: one if a flush may do nothing"""
    for kind in kinds:
        wanted = "unknown" if kind in NO_FLUSH else "yes"
        found = re.search(rf"# {kind} is (\w+), flush supported: (\w+)", text)
        results.add(found and found[2] == wanted and
                    f"# {kind} is {found[1]}, write back" in text,
                    f"{name}: {kind}: flush supported: {wanted}", found)
        said = text.count(f"{found and found[1]}: the firmware may not flush")
        results.add(said == (wanted != "yes"),
                    f"{name}: {kind}: number of warnings", said)


def judge_disks(opt, results, name, kinds):
    for kind in kinds:
        size, block, _, _ = KINDS[kind]
        judge_disk(results, f"{name}: {kind}", image(opt, kind), size * MIB, block)


@test("disk", also_long=True, beside=True, guest=("disks",))
def disks(opt, results):
    """Linux reads and writes one disk of each kind"""
    name = opt.test.name
    kinds = KINDS if opt.test.long else ("virtio-blk", "nvme")
    args, steps = some_disks(opt, kinds)
    script = (CONNECT, f"{LINUX} {disks_command(steps)}")
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        guest_actions(m, results, name, {})
        power_off(m, results, name)
        judge_flushes(results, name, m.text, kinds)
    judge_disks(opt, results, name, kinds)


@test("disk", also_long=True, beside=True, guest=("disks",))
def disk_medium(opt, results):
    """The host changes a CD while Linux uses it"""
    name = "disk-medium"
    make_cd(image(opt, "cd1"), 8 * MIB, b"cd1")
    make_cd(image(opt, "cd2"), 6 * MIB, b"cd2")
    make_cd_files(image(opt, "cd3"), b"cd3")
    make_cd_files(image(opt, "cd4"), b"cd4")
    args = ["-drive", "if=none,id=cd,format=raw,media=cdrom,readonly=on,"
            f"file={image(opt, 'cd1')}",
            "-device", "ide-cd,bus=ide.1,drive=cd,id=cdrom"]
    steps = ["medium", CD_PATH]
    # This firmware takes 50 s to notice that a CD was changed
    if opt.test.long:
        steps += ["mounted", CD_PATH]

    def insert(what):
        m.command_qmp("blockdev-change-medium", id="cdrom",
                      filename=image(opt, what), format="raw")

    actions = {
        "change": lambda: insert("cd2"),
        "third": lambda: insert("cd3"),
        "fourth": lambda: insert("cd4"),
        "eject": lambda: m.command_qmp("eject", id="cdrom", force=True),
    }

    script = (CONNECT, f"{LINUX} {disks_command(steps)}")
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        guest_actions(m, results, name, actions)
        power_off(m, results, name)


@test("disk", also_long=True, beside=True, guest=("disks",))
def disk_unplug(opt, results):
    """The host unplugs a USB disk while Linux writes to it"""
    name = "disk-unplug"
    args, (_, path) = some_disks(opt, ("usb",))
    actions = {"unplug": lambda: m.command_qmp("device_del", id="usb-device")}
    script = (CONNECT, f"{LINUX} {disks_command(['unplug', path])}")
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        guest_actions(m, results, name, actions)
        power_off(m, results, name)


@test("disk", beside=True, guest=("disks", "tick"))
def disks_tokens(opt, results):
    """
    Linux reads and writes disks by BlockIo2: NVMe, which is asynchronous, and AHCI, which
    serves one request at a time
    """
    name = "disks-tokens"
    kinds = ("nvme", "ahci")
    args, steps = some_disks(opt, kinds)
    script = (CONNECT, f"{LINUX} efi_disk.mode=blockio2 {disks_command(steps)},"
              "tick:NVMe(")
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        guest_actions(m, results, name, {})
        guest_actions(m, results, name + ": tick", {})
        power_off(m, results, name)
        found = m.text.count("mode: blockio2 (requested)")
        results.add(found == len(kinds), f"{name}: both disks use BlockIo2", found)
        results.add("retrying with BlockIo" not in m.text,
                    f"{name}: no request falls back to BlockIo")
    judge_disks(opt, results, name, kinds)


def esp_disk(path, content):
    """Make a disk with one partition, at 16 MiB, that has a FAT file system"""
    qemu.fat_image(path + ".fat", content)
    size = os.path.getsize(path + ".fat")
    with open(path + ".fat", "rb") as f:
        data = f.read()
    os.unlink(path + ".fat")
    entry = (b"\0\0\0\0\x0c\0\0\0" + (16 * MIB // SECTOR).to_bytes(4, "little") +
             (size // SECTOR).to_bytes(4, "little"))
    with open(path, "wb") as f:
        f.truncate(16 * MIB + size + 4 * MIB)
        f.write(b"\0" * 446 + entry + bytes(48) + b"\x55\xaa")
        f.seek(16 * MIB)
        f.write(data)


def mtype(path, name):
    p = subprocess.run(["mtype", "-i", f"{path}@@{16 * MIB}", "::/" + name],
                       capture_output=True, text=True, check=False,
                       env=dict(os.environ, MTOOLS_SKIP_CHECK="1"))
    return p.stdout


@test("disk", name="disk-guard", beside=True, guest=("disks", "leave"))
def guard(opt, results):
    """A partition with the firmware's file system is read-only until it is claimed"""
    name = "disk-guard"
    path = os.path.join(opt.tmp, "guard.img")
    esp_disk(path, {"hello.txt": b"hello\n"})
    args = [*drive("esp2", path), "-device",
            "virtio-blk-pci,addr=8,drive=esp2"]
    script = [CONNECT, f"{LINUX} {QUIET}disks:guarded:Pci(0x8+0x0),leave:return",
              "echo STATUS %lasterror%", "map -r",
              *(f"type fs{i}:\\{file}.txt" for i in (0, 1)
                for file in ("hello", "linux", "second", "third")),
              "echo THE END", "reset -s"]
    with machine(opt, results, name, files(opt, *script), args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        begin = m.position
        end = m.expect(r"TEST END disks\S* (\d+)", TEST)
        take_results(results, name, m.text[begin:end.start()],
                     end[1] == "0", end[1])
        begin = m.expect(r"STATUS 0x0", START).end()
        end = m.expect("THE END", START).start()
        text = m.text[begin:end]
        for word in ("hello", "from Linux", "once more", "in between"):
            results.add(word in text, f"{name}: the firmware reads {word!r}", text)
        results.add("where Linux writes: disconnecting" in m.text,
                    f"{name}: the message")
        power_off(m, results, name)
    for file, word in (("linux.txt", "from Linux"), ("second.txt", "once more")):
        results.add(word in mtype(path, file), f"{name}: {file} on the host")


# Sectors of the El Torito boot image on a hybrid USB stick
IMAGE_SECTORS = 16384


def table_entry(kind, start, sectors):
    return (b"\0\0\0\0" + bytes([kind]) + b"\0\0\0" +
            start.to_bytes(4, "little") + sectors.to_bytes(4, "little"))


def hybrid_stick(path):
    """
    Make a USB stick with an ISO image, which contains a FAT boot image, and a partition
    behind the ISO image

    Return the first sector of the FAT image.
    """
    env = dict(os.environ, MTOOLS_SKIP_CHECK="1")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as tmp:
        fat = os.path.join(tmp, "efi.img")
        subprocess.run(["mformat", "-C", "-i", fat, "-T", str(IMAGE_SECTORS), "-v",
                        "HYBRID", "::"], check=True, env=env)
        with open(fat, "rb") as f:
            boot_sector = f.read(SECTOR)
        subprocess.run(["genisoimage", "-quiet", "-o", path, "-e", "efi.img",
                        "-no-emul-boot", "-c", "boot.cat", tmp], check=True,
                       capture_output=True)
    with open(path, "r+b") as f:
        image = f.read().index(boot_sector) // SECTOR
        sectors = -(-f.tell() // MIB) * (MIB // SECTOR)
        f.truncate(sectors * SECTOR + 32 * MIB)
        f.seek(446)
        f.write(table_entry(0x17, 0, sectors) +
                table_entry(0x83, sectors, 32 * MIB // SECTOR) + bytes(32) +
                b"\x55\xaa")
    subprocess.run(["mkfs.ext4", "-q", "-E", f"offset={sectors * SECTOR}", path,
                    "32M"], check=True, capture_output=True,
                   env=dict(env, PATH=env["PATH"] + ":/usr/sbin:/sbin"))
    return image


ESP_TYPE = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
LINUX_TYPE = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4")


def gpt(block, blocks, parts):
    """
    Return the GPT for the beginning of a disk, and its backup for the end

    @parts: the type, the first block and the last block of each partition
    """
    entries = b"".join(
        kind.bytes_le + uuid.uuid4().bytes_le + struct.pack("<3Q72x", first, last, 0)
        for kind, first, last in parts).ljust(128 * 128, b"\0")
    room = len(entries) // block
    disk = uuid.uuid4().bytes_le

    def header(here, other, table):
        fields = [b"EFI PART", 0x10000, 92, 0, 0, here, other, 2 + room,
                  blocks - 2 - room, disk, table, 128, 128, zlib.crc32(entries)]
        packed = struct.pack("<8s4I4Q16sQ3I", *fields)
        fields[3] = zlib.crc32(packed)
        return struct.pack("<8s4I4Q16sQ3I", *fields).ljust(block, b"\0")

    mbr = bytes(446) + table_entry(0xee, 1, blocks - 1) + bytes(48) + b"\x55\xaa"
    return (mbr.ljust(block, b"\0") + header(1, blocks - 1, 2) + entries,
            entries + header(blocks - 1, 1, blocks - 1 - room))


def disk_4kn(path):
    """
    Make an NVMe disk with blocks of 4096 bytes, an EFI system partition and a Linux
    partition

    Return the first sector and the number of sectors of the EFI system partition.
    """
    block, esp, size = 4096, MIB // 4096, 64 * MIB // 4096
    blocks = 128 * MIB // block
    subprocess.run(["mformat", "-C", "-i", path + ".fat", "-M", str(block), "-T",
                    str(size), "::"], check=True,
                   env=dict(os.environ, MTOOLS_SKIP_CHECK="1"))
    with open(path + ".fat", "rb") as f:
        data = f.read()
    os.unlink(path + ".fat")
    first, last = gpt(block, blocks, ((ESP_TYPE, esp, esp + size - 1),
                                      (LINUX_TYPE, esp + size, blocks - 257)))
    with open(path, "wb") as f:
        f.truncate(blocks * block)
        f.write(first)
        f.seek(esp * block)
        f.write(data)
        f.seek(blocks * block - len(last))
        f.write(last)
    return esp * block // SECTOR, size * block // SECTOR


@test("disk", beside=True, guest=("hybrid",))
def hybrid_sticks(opt, results):
    """
    Linux cannot write to blocks that the firmware has mounted, and can write to all others

    On a stick with an ISO image these are the blocks of the boot image, on a UDF disk all
    blocks, and on a disk with blocks of 4096 bytes the EFI system partition.
    """
    name = "hybrid-sticks"
    sector = hybrid_stick(image(opt, "iso"))
    with open(image(opt, "udf"), "wb") as f:
        f.truncate(64 * MIB)
    env = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    subprocess.run(["mkudffs", "--media-type=hd", "--blocksize=512",
                    image(opt, "udf")], check=True, capture_output=True, env=env)
    args = []
    for kind, address in (("iso", 8), ("udf", 9)):
        args += [*drive(kind, image(opt, kind)), "-device",
                 f"virtio-blk-pci,addr={address},drive={kind}"]
    esp, esp_sectors = disk_4kn(image(opt, "4kn"))
    args += [*drive("native", image(opt, "4kn")), "-device",
             "nvme,serial=1,addr=a,drive=native,logical_block_size=4096,"
             "physical_block_size=4096"]
    step = (f"hybrid:iso:Pci(0x8+0x0):{sector}:{IMAGE_SECTORS}"
            f":udf:Pci(0x9+0x0):4kn:NVMe(:{esp}:{esp_sectors}")
    with machine(opt, results, name, files(opt, CONNECT, f"{LINUX} {QUIET}{step}"),
                 args=args) as m:
        m.expect("TEST BEGIN", START + BOOT)
        guest_actions(m, results, name, {})
        power_off(m, results, name)
        said = set(re.findall(r"efida\d(\S*): the firmware has mounted the file system",
                              m.text))
        results.add(said == {"", "p1"}, f"{name}: the notices", said)


# How Linux changes a partition table: the disk, and the firmware's partitions afterwards
TABLES = {
    "new": ("Pci(0x8,0x0)", (1,)),
    "more": ("Pci(0x9,0x0)", (1, 2)),
    "none": ("Pci(0xA,0x0)", ()),
    "moved": ("Pci(0xB,0x0)", (1,)),
}


def table_disk(path, how):
    """Make a disk for Linux to partition"""
    if how != "new":
        esp_disk(path, {"hello.txt": b"hello\n"})
    with open(path, "ab") as f:
        f.truncate(f.tell() + 80 * MIB)


def judge_tables(results, name, text):
    """Compare the partitions in the output of the shell's map command with TABLES"""
    for how, (where, numbers) in TABLES.items():
        found = re.findall(rf"{re.escape(where)}/HD\((\d+),MBR,\w+,(0x\w+),", text)
        wanted = [str(n) for n in numbers]
        results.add(sorted({n for n, _ in found}) == wanted,
                    f"{name}: {how}: the firmware's partitions", found)
        if how == "moved":
            start = (17 * MIB) // SECTOR
            results.add({int(at, 16) for _, at in found} == {start},
                        f"{name}: {how}: the first sector", found)


@test("disk", beside=True, guest=("partition", "leave"))
def partitions(opt, results):
    """After a return the firmware has exactly the partitions that Linux left"""
    name = "partitions"
    with tempfile.TemporaryDirectory(dir=opt.build) as tmp:
        args, steps = [], []
        for how, (where, _) in TABLES.items():
            path = os.path.join(tmp, how + ".img")
            table_disk(path, how)
            address = re.match(r"Pci\(0x(\w),", where)[1].lower()
            args += [*drive(how, path), "-device",
                     f"virtio-blk-pci,addr={address},drive={how}"]
            steps += [how, where.replace(",", "+")]
        test = "partition:" + ":".join(steps)
        script = [CONNECT, f"{LINUX} {QUIET}{test},leave:return",
                  "echo STATUS %lasterror%", "map -r",
                  *(f"type fs{i}:\\{file}.txt" for i in range(6)
                    for file in ("hello", "linux")), "echo THE END", "reset -s"]
        with machine(opt, results, name, files(opt, *script), args=args) as m:
            m.expect("TEST BEGIN", START + BOOT)
            begin = m.position
            end = m.expect(r"TEST END partition\S* (\d+)", TEST)
            take_results(results, name, m.text[begin:end.start()],
                         end[1] == "0", end[1])
            begin = m.expect(r"STATUS 0x0", START).end()
            end = m.expect("THE END", START).start()
            text = m.text[begin:end]
            judge_tables(results, name, text)
            results.add(text.count("put there by Linux") == 2,
                        f"{name}: the firmware reads the files that Linux wrote", text)
            results.add(len(re.findall(r"^hello\s*$", text, re.M)) == 1,
                        f"{name}: the firmware reads the file that was there before")
            power_off(m, results, name)


@test("disk", name="disk-faults", also_long=True, beside=True, guest=("disk", "disk-pace", "disk-poll"), efi=("driver",))
def disk(opt, results):
    """Linux handles all block sizes of disks, errors, changed media, and slow transfers"""
    name, tests = "disk", ("disk", "disk-pace", "disk-poll")
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{','.join(tests)}"]
    with machine(opt, results, name, files(opt, *script)) as m:
        guest_tests(m, results, name, tests)


@test("disk", beside=True, guest=("emmc",), efi=("driver",))
def emmc_flush(opt, results):
    """fsync() makes an eMMC device write its cache, by SdMmcPassThru"""
    name, tests = "emmc-flush", ("emmc",)
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{','.join(tests)}"]
    with machine(opt, results, name, files(opt, *script)) as m:
        guest_tests(m, results, name, tests)


@test("disk", beside=True, guest=("disk-high",), efi=("driver",))
def disk_high(opt, results):
    """With efi_mode.below_4g=1 no disk gets an address above 4 GiB"""
    name, tests = "disk-high", ("disk-high",)
    script = ["load fs0:\\driver.efi",
              f"{LINUX} efi_mode.below_4g=1 {QUIET}{','.join(tests)}"]
    with machine(opt, results, name, files(opt, *script), memory="6G") as m:
        guest_tests(m, results, name, tests)


def boot_disk_tokens(opt, results, name, test):
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}{test}"]
    with machine(opt, results, name, files(opt, *script)) as m:
        guest_tests(m, results, name, (test,))


@test("disk", beside=True, guest=("disk-tokens",), efi=("driver",))
def disk_tokens(opt, results):
    """Linux reads and writes the test driver's disk by BlockIo2 and DiskIo2"""
    boot_disk_tokens(opt, results, "disk-tokens", "disk-tokens")


@test("disk", beside=True, guest=("disk-tokens",), efi=("driver",))
def disk_tokens_faults(opt, results):
    """Linux chooses between BlockIo, BlockIo2 and DiskIo2, and handles tokens that fail"""
    boot_disk_tokens(opt, results, "disk-tokens-faults", "disk-tokens:faults")


# Name, what the token does, how Linux ends, the exit status (None: the machine is reset)
TOKEN_ENDS = (
    ("a token that never completes, return", "lose", "return=7", None),
    ("a token that never completes, panic", "lose", "panic", None),
    ("a token that completes late, return", "slow", "return=7", 7),
    ("a token that completes late, panic", "slow", "panic", 21),
)

QUICK_TOKEN_ENDS = ("a token that never completes, return",
                    "a token that completes late, return")


@test("disk", also_long=True, beside=True, guest=("disk-tokens", "leave"),
      efi=("driver", "settings"))
def disk_tokens_ends(opt, results):
    """At its end, Linux does not free memory to which a pending token can still write"""
    for what, token, end, status in cases(opt, TOKEN_ENDS, QUICK_TOKEN_ENDS):
        name = f"disk-tokens-ends: {what}"
        script = ["load fs0:\\driver.efi", "settings.efi",
                  f"{LINUX} efi_mode.on_panic=return "
                  f"{QUIET}disk-tokens:{token},leave:{end}",
                  "echo STATUS %lasterror%", "settings.efi", "reset -s"]
        content = files(opt, *script)
        with machine(opt, results, name, content, args=["-no-reboot"]) as m:
            m.expect("LEAVING", START + BOOT)
            ended = m.wait_end(60)
            found = re.search(r"STATUS 0x([0-9A-Fa-f]+)", m.text)
            found = int(found[1], 16) if found else None
            results.add(ended and found == status, f"{name}: exit status", found)
            # While a token was in flight the clock ticked faster; that must be undone
            clocks = re.findall(r"SETTINGS .*clock=(\d+) count=(\w+)", m.text)
            kept = clocks == clocks[:1] * (2 if status else 1)
            results.add(clocks and kept, f"{name}: the firmware's clock", clocks)
            reasons = [event["data"]["reason"] for event in m.last_events()
                       if event["event"] == "SHUTDOWN"]
            wanted = "guest-shutdown" if status else "guest-reset"
            results.add(reasons == [wanted], f"{name}: {wanted}", reasons)
            # An orderly end removes the consoles before the message, a panic does not
            if end == "panic":
                said = "reset instead of return" in m.text
                results.add(said == (status is None), f"{name}: the message")


# Requests per second
SLOW = 200


@test("disk", beside=True, guest=("slowdisk",))
def slow_disks(opt, results):
    """Linux computes while the firmware's disk drivers wait in Stall()"""
    name = "slow-disks"
    kinds = {90: "virtio-blk-pci", 91: "scsi-hd,bus=scsi.0"}
    args = ["-device", "virtio-scsi-pci,id=scsi"]
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        for mib, device in kinds.items():
            path = os.path.join(tmp, f"{mib}.img")
            with open(path, "wb") as f:
                f.truncate(mib << 20)
            args += ["-drive", f"if=none,id=d{mib},format=raw,file={path},"
                     f"throttling.iops-total={SLOW}",
                     "-device", f"{device},drive=d{mib}"]
        test = "slowdisk:" + ":".join(map(str, kinds))
        with machine(opt, results, name,
                     files(opt, CONNECT, f"{LINUX} {QUIET}{test}"),
                     args=args) as m:
            guest_tests(m, results, name, (test,))


# Seconds; longer than Linux waits for anything else at its end
FLUSH = 13

# TEST_DISK_WORD, with the offset of the counter of slow-end.c
COUNT_WORD = 6 | 4096 << 8


@test("disk", beside=True, guest=("slow-end",), efi=("driver", "selfcheck"))
def slow_end(opt, results):
    """Linux waits for a slow disk before it ends, and loses no data"""
    name = "slow-end"
    script = ["load fs0:\\driver.efi", f"{LINUX} {QUIET}slow-end:{FLUSH}",
              "echo STATUS %lasterror%", f"selfcheck disk {COUNT_WORD}",
              "reset -s"]
    with machine(opt, results, name, files(opt, *script),
                 args=["-no-reboot"]) as m:
        m.expect("LEAVING", START + BOOT)
        status = m.expect(r"STATUS 0x([0-9A-Fa-f]+)", 2 * FLUSH + START)[1]
        results.add(int(status, 16) == 7, f"{name}: exit status", status)
        said = re.findall(r"^COUNT (\d+)\s*$", m.text, re.M)
        has = int(m.expect(rf"^SELFCHECK disk {COUNT_WORD} 0x(\w+)", START)[1], 16)
        results.add(len(said) > 3 and has >= int(said[-1]),
                    f"{name}: everything that was written is on the disk",
                    f"{has} of {said[-1:]}")
        power_off(m, results, name)


# Fewer than the targets that edk2 supports on an adapter
SCSI_UNITS = 8


@test("disk", beside=True, guest=("scsi-scan",))
def scsi_scan(opt, results):
    """SCSI commands reach the right units while other units are added"""
    name = "scsi-scan"
    args = ["-device", "virtio-scsi-pci,id=scsi"]
    for i in range(SCSI_UNITS):
        args += ["-blockdev", f"driver=null-co,node-name=unit{i},size={64 * MIB},read-zeroes=on",
                 "-device", f"scsi-hd,bus=scsi.0,scsi-id={i},drive=unit{i},"
                 f"serial=unit-{i}"]
    test = f"scsi-scan:{SCSI_UNITS}"
    with machine(opt, results, name,
                 files(opt, CONNECT, f"{LINUX} {QUIET}{test}"),
                 args=args) as m:
        guest_tests(m, results, name, (test,))


@test("disk", name="disk-latency", long=True, guest=("latency",))
def latency(opt, results):
    """The latency of Linux timers while each disk is read at full speed"""
    tests = bench_disks.LATENCIES
    note_programs(opt, QUIET + ",".join(tests))
    with bench_disks.machine(opt, opt.kernel, "", tests) as m:
        guest_tests(m, results, "disk-latency", tests, patience=8)
