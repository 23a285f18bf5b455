# SPDX-License-Identifier: GPL-2.0-only
"""
Make disks with an EFI system partition
"""

import struct
import uuid
import zlib

SECTOR = 512
MIB = 1 << 20

ESP = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
# Identifies both the disk and its partition
DISK = uuid.UUID("9f3c7d12-5be4-4f0a-8c11-2a6d9047e35b")


def gpt_disk(path, volume, size):
    """
    Make a disk of @size bytes with one partition that has the file system @volume

    The partition begins at 1 MiB. Return the first sectors of the disk, which hold the
    partition table.
    """
    sectors = size // SECTOR
    first, last = MIB // SECTOR, sectors - 34
    entry = (ESP.bytes_le + DISK.bytes_le + struct.pack("<QQQ", first, last, 0) +
             "EFI".encode("utf-16-le").ljust(72, b"\0"))
    entries = entry.ljust(128 * 128, b"\0")

    def header(here, there, table):
        def fields(crc):
            return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92,
                               crc, 0, here, there, 34, last,
                               DISK.bytes_le, table, 128, 128,
                               zlib.crc32(entries))
        return fields(zlib.crc32(fields(0))).ljust(SECTOR, b"\0")

    protective = (bytes(446) + b"\0\0\2\0\xee\xff\xff\xff" +
                  struct.pack("<II", 1, sectors - 1) + bytes(48) + b"\x55\xaa")
    head = protective + header(1, sectors - 1, 2) + entries
    with open(path, "wb") as f:
        f.write(head)
        f.truncate(size)
        f.seek(MIB)
        f.write(volume)
        f.seek((sectors - 33) * SECTOR)
        f.write(entries + header(sectors - 1, 1, sectors - 33))
    return head
