# SPDX-License-Identifier: GPL-2.0-only
"""
Start the kernel with unusual and invalid load options
"""

import re

from lib.machine import BOOT, START, files, load_option, machine
from lib.registry import test

# An invalid parameter, which ends the start after the EFI stub has loaded the initrd
END = "efi_mode.reserve=none"

ENDED = re.compile(r"efi_mode\.reserve=none is not a size")


def wide(text):
    return text.encode("utf-16-le", "surrogatepass")


# (name, load options, another expected message)
GOOD = (
    ("an odd size", wide(f"{END} initrd=\\a.img ") + b"x", None),
    ("an EFI_LOAD_OPTION", load_option("Linux", "\\a", f"initrd=\\a.img {END}"),
     "LoadOptions is an EFI_LOAD_OPTION descriptor"),
    ("a line that ends with CR LF", wide(f"{END} initrd=\\a.img\r\n"), None),
    ("two lines", wide(f"initrd=\\a.img\n{END}"), None),
    ("a tab", wide(f"initrd=\\a.img\t{END}"), None),
    ("file names that are not ASCII",
     wide(f"initrd=\\ünïcode-name.img x=\U0001f600\ud83d {END}"), None),
    ("5000 characters", wide(f"{END} initrd=\\a.img " + "x " * 2500),
     r"Command line is too long: truncated"),
    ("300 KiB", wide(f"{END} initrd=\\a.img " + "x " * (75 << 10)),
     r"Command line is too long: truncated"),
    ("two files", wide(f"initrd=\\a.img initrd=\\b.img {END}"), None),
    ("names without a backslash, and with a slash",
     wide(f"initrd=a.img initrd=/b.img {END}"), None),
    ("bytes after the text, and no NUL",
     wide(f"initrd=\\b.img {END}\x01\x02"),
     r"ignoring the load options after character \d+"),
)


@test("boot", beside=True, efi=("rawoptions",))
def load_options(opt, results):
    """Load options that are text are cleaned and used; other bytes are ignored

    Only the last case, the options of a Windows boot entry, starts the kernel: its
    command line must be empty.
    """
    content = {name: b"x"
               for name in ("a.img", "b.img", "ünïcode-name.img")}
    script = []
    for i, (_, options, _) in enumerate(GOOD):
        content[f"case{i}"] = options
        script += [f"echo CASE {i}", f"rawoptions \\case{i}"]
    content["windows"] = b"WINDOWS\0\1\0\0\0\x88\0\0\0x\0\0\0"
    script += ["echo CASE windows", "rawoptions \\windows"]
    content = files(opt, *script) | content
    with machine(opt, results, "load options", content) as m:
        for i, (what, _, message) in enumerate(GOOD):
            m.expect(rf"^CASE {i}\s", START)
            begin = m.position
            m.expect(r"OPTIONS ENDED", START)
            text = m.text[begin:m.position]
            results.add(ENDED.search(text) and "Failed" not in text and
                        (not message or re.search(message, text)),
                        f"load options: {what}", text[-400:])
        m.expect(r"^CASE windows\s", START)
        m.expect(r"the load options are not UTF-16 text and are ignored: "
                 r"57 49 4e 44 4f 57 53 00 01", START)
        found = m.expect(r"Kernel command line: ([^\r\n]*)\r?\n", BOOT)
        results.add(not found[1].strip(), "load options: bytes that are not text",
                    found[1])
        m.expect(r"Kernel panic - not syncing: VFS: Unable to mount root", BOOT)
