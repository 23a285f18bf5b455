# SPDX-License-Identifier: GPL-2.0-only
"""
EFI images: list their sections, and add sections (Microsoft PE format)
"""

import struct

SECTION = struct.Struct("<8sIIII12xI")
# IMAGE_SCN_CNT_INITIALIZED_DATA and IMAGE_SCN_MEM_READ
READABLE = 0x40000040
NX_COMPAT = 0x100


def _align(value, to):
    return (value + to - 1) // to * to


class Image:
    """A PE32+ image in memory"""

    def __init__(self, source):
        if isinstance(source, bytes):
            self.data = bytearray(source)
        else:
            with open(source, "rb") as f:
                self.data = bytearray(f.read())
        self.header = self._get("<I", 0x3c)
        self.optional = self.header + 24
        self.table = self.optional + self._get("<H", self.header + 20)

    def _get(self, kind, at):
        return struct.unpack_from(kind, self.data, at)[0]

    def _set(self, kind, at, value):
        struct.pack_into(kind, self.data, at, value)

    @property
    def alignment(self):
        """Alignment of sections in memory and in the file"""
        return struct.unpack_from("<II", self.data, self.optional + 32)

    @property
    def headers_size(self):
        return self._get("<I", self.optional + 60)

    @property
    def is_nx_compatible(self):
        return bool(self._get("<H", self.optional + 70) & NX_COMPAT)

    def sections(self):
        """Return (name, size, address, raw size, offset, characteristics) of each section"""
        found = []
        for i in range(self._get("<H", self.header + 6)):
            name, *rest = SECTION.unpack_from(self.data, self.table + i * SECTION.size)
            found.append((name.rstrip(b"\0").decode(), *rest))
        return found

    def content(self, wanted):
        """Return the content of a section, or None"""
        for name, size, _, raw_size, offset, _ in self.sections():
            if name == wanted:
                return bytes(self.data[offset:offset + min(size, raw_size)])
        return None

    def rename(self, old, new):
        """Give another name to a section"""
        index = [name for name, *_ in self.sections()].index(old)
        struct.pack_into("8s", self.data, self.table + index * SECTION.size, new.encode())
        return self

    def add(self, name, content):
        """Add a section at the end of an image that is not signed"""
        sections = self.sections()
        in_memory, in_file = self.alignment
        at = self.table + len(sections) * SECTION.size
        first = min(offset for *_, raw_size, offset, _ in sections if raw_size)
        if at + SECTION.size > min(first, self.headers_size):
            raise ValueError("the headers have no space for a section")
        address = _align(max(start + size for _, size, start, *_ in sections), in_memory)
        self.data += bytes(_align(len(self.data), in_file) - len(self.data))
        offset = len(self.data)
        raw_size = _align(len(content), in_file)
        self.data += content + bytes(raw_size - len(content))
        SECTION.pack_into(self.data, at, name.encode(), len(content), address, raw_size,
                          offset, READABLE)
        self._set("<H", self.header + 6, len(sections) + 1)
        self._set("<I", self.optional + 56, _align(address + len(content), in_memory))
        return self
