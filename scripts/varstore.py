# SPDX-License-Identifier: GPL-2.0-only
"""
The variables of OVMF, in the file that is its flash memory

Reads them, and adds variables as if the firmware had stored them, without any check of
signatures. So a machine can have keys for Secure Boot when it starts for the first time.

Format: MdePkg/Include/Pi/PiFirmwareVolume.h and
MdeModulePkg/Include/Guid/VariableFormat.h of EDK II.
"""

import struct
import uuid

# A header of a firmware volume: its length is at this offset
VOLUME_HEADER_LENGTH = 48
# Authenticated variables are in the store
STORE = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792")
STORE_HEADER = struct.Struct("<16sIBBHI")

# Start mark, state, attributes, count, time, key, sizes of name and data, vendor
VARIABLE = struct.Struct("<HBxIQ16sIII16s")
START_MARK = 0x55aa
ADDED = 0x3f
DELETED_BIT = 0x02

NV, BS, RT, TIME_BASED_AUTH = 0x01, 0x02, 0x04, 0x20

GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"
SECURITY = "d719b2cb-3d3a-4596-a3bc-dad00e67656f"
SHIM = "605dab50-e046-4300-abb6-3dd810dd8b23"
ENABLE = "f0a30bc7-af08-4556-99c4-001009c93a44"

# Any date: the firmware compares it with that of an update
TIME = struct.pack("<HBBBBBxIhBx", 2020, 1, 1, 0, 0, 0, 0, 0, 0)


class VariableStore:
    """A copy of a variable store. save() writes it to a file."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = bytearray(f.read())
        begin = struct.unpack_from("<H", self.data, VOLUME_HEADER_LENGTH)[0]
        kind, size, *_ = STORE_HEADER.unpack_from(self.data, begin)
        if kind != STORE.bytes_le:
            raise ValueError(f"{path} is not a store of authenticated variables")
        self.first = begin + STORE_HEADER.size
        self.end = begin + size

    def _all(self):
        """Yield (offset, name, vendor, attributes, data) of each variable, then the end"""
        at = self.first
        while at + VARIABLE.size <= self.end:
            mark, state, attributes, _, _, _, name_size, size, vendor = \
                VARIABLE.unpack_from(self.data, at)
            if mark != START_MARK:
                break
            name = at + VARIABLE.size
            end = name + name_size + size
            if state == ADDED:
                yield (at, self.data[name:name + name_size].decode("utf-16-le")[:-1],
                       str(uuid.UUID(bytes_le=vendor)), attributes,
                       bytes(self.data[name + name_size:end]))
            at = end + 3 & ~3
        yield at, None, None, None, None

    def variables(self):
        """Return a dict from (name, vendor) to (attributes, data)"""
        return {(name, vendor): (attributes, data)
                for _, name, vendor, attributes, data in self._all() if name}

    def add(self, name, vendor, attributes, data):
        """Add a variable, or replace it"""
        for at, known, known_vendor, _, _ in self._all():
            if (known, known_vendor) == (name, vendor):
                self.data[at + 2] &= ~DELETED_BIT
        wide = (name + "\0").encode("utf-16-le")
        time = TIME if attributes & TIME_BASED_AUTH else bytes(16)
        new = VARIABLE.pack(START_MARK, ADDED, attributes, 0, time, 0, len(wide),
                            len(data), uuid.UUID(vendor).bytes_le) + wide + data
        if at + len(new) > self.end:
            raise ValueError(f"the store has no space for {name}")
        self.data[at:at + len(new)] = new

    def save(self, path):
        with open(path, "wb") as f:
            f.write(self.data)
