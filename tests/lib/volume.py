# SPDX-License-Identifier: GPL-2.0-only
"""
Extract programs from a firmware volume

The OVMF with memory protection has no UEFI shell, so tests/firmware/host.py starts the
shell of another OVMF from the disk. There, the shell is a file in a firmware volume
(Platform Initialization specification, volume 3), in a compressed section.
"""

import lzma
import uuid

SHELL = uuid.UUID("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1").bytes_le
LZMA = uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf").bytes_le

SECTION_PE32 = 0x10
SECTION_GUID_DEFINED = 0x02


def size3(data, offset):
    """Read a size of three bytes"""
    return int.from_bytes(data[offset:offset + 3], "little")


def sections(data, begin, end):
    """Yield the type, start, header size and end of each section"""
    while begin + 4 <= end:
        size = size3(data, begin)
        header = 4
        if size == 0xffffff:
            size = int.from_bytes(data[begin + 4:begin + 8], "little")
            header = 8
        if size < header or begin + size > end:
            return
        yield data[begin + 3], begin, header, begin + size
        begin = (begin + size + 3) & ~3


def unpacked(data):
    """Yield the contents of all compressed sections"""
    at = data.find(LZMA)
    while at >= 0:
        # The offset of the compressed data follows the GUID
        for header in (4, 8):
            begin = at - header
            if begin < 0 or data[begin + 3] != SECTION_GUID_DEFINED:
                continue
            offset = int.from_bytes(data[at + 16:at + 18], "little")
            try:
                yield lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(
                    data[begin + offset:])
            except lzma.LZMAError:
                pass
        at = data.find(LZMA, at + 1)


def find_program(data, name):
    """Return the PE image of the file with the GUID @name, or None"""
    at = data.find(name)
    while at >= 0:
        # A file header has name, checksum, type, attributes, size, state
        end = at + size3(data, at + 20)
        for kind, begin, header, stop in sections(data, at + 24, end):
            if kind == SECTION_PE32:
                return data[begin + header:stop]
        at = data.find(name, at + 1)
    for inner in unpacked(data):
        found = find_program(inner, name)
        if found:
            return found
    return None


def shell(firmware):
    """Return the UEFI shell in the firmware image at the path @firmware"""
    with open(firmware, "rb") as f:
        return find_program(f.read(), SHELL)
