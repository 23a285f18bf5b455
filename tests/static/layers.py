# SPDX-License-Identifier: GPL-2.0-only
"""
Calls between our files run one way

The internal header of each folder states the order of its files. The tests compare it with
the symbols of the object files.
"""

import os
import re
import subprocess

from lib.registry import TOP, test

# The folders, callers before callees, each with the header that states its files' order
FOLDERS = {
    "drivers/efi-mode/test": None,
    "drivers/efi-mode/disk": "drivers/efi-mode/disk/disk.h",
    "drivers/efi-mode/net": "drivers/efi-mode/net/efi-net.h",
    "drivers/efi-mode/tpm": "drivers/efi-mode/tpm/efi-tpm.h",
    "drivers/efi-mode/kexec": "drivers/efi-mode/kexec/efi-kexec.h",
    "drivers/efi-mode/screen": "drivers/efi-mode/screen/screen.h",
    "drivers/efi-mode/text": "drivers/efi-mode/text/text.h",
    "drivers/efi-mode/bus": "drivers/efi-mode/bus/bus.h",
    "arch/efi/kernel": "arch/efi/include/asm/efi-mode.h",
    "arch/efi/boot": "arch/efi/boot/boot.h",
}

# The folders that a folder may call. arch/efi/kernel and arch/efi/boot are different
# programs, so neither can call the other.
BELOW = {
    "drivers/efi-mode/test": ("drivers/efi-mode/bus", "drivers/efi-mode/tpm",
                              "arch/efi/kernel"),
    "drivers/efi-mode/disk": ("drivers/efi-mode/bus", "arch/efi/kernel"),
    "drivers/efi-mode/net": ("drivers/efi-mode/bus", "arch/efi/kernel"),
    "drivers/efi-mode/tpm": ("drivers/efi-mode/bus", "arch/efi/kernel"),
    "drivers/efi-mode/kexec": ("drivers/efi-mode/bus", "drivers/efi-mode/tpm",
                               "arch/efi/kernel"),
    "drivers/efi-mode/screen": ("drivers/efi-mode/bus", "arch/efi/kernel"),
    "drivers/efi-mode/text": ("drivers/efi-mode/bus", "arch/efi/kernel"),
    "drivers/efi-mode/bus": ("arch/efi/kernel",),
    "arch/efi/kernel": (),
    "arch/efi/boot": (),
}

ORDER = re.compile(r"^ \* Calls run downwards\..*\n(?: \*\n)?((?: \*\t.*\n)+)",
                   re.M)

# Compiled, but not part of the image
APART = ("asm-offsets",)


def parse_order(text):
    """Return the layers that a header states: a list of lists of files, or None"""
    found = ORDER.search(text)
    if not found:
        return None
    return [re.split(r",\s*", line[3:].strip().rstrip(","))
            for line in found[1].splitlines()]


def sources(folder):
    """Return the compiled files of a folder, without KUnit tests"""
    names = {os.path.splitext(name)[0]
             for name in os.listdir(os.path.join(TOP, folder))
             if name.endswith((".c", ".S"))}
    return {name for name in names
            if name not in APART and not name.endswith("_test")}


def symbols(path):
    """Return the global symbols that an object file defines, and those that it uses"""
    lines = subprocess.run(["nm", path], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    defined, used = set(), set()
    for line in lines:
        *_, kind, name = line.split()
        # U is undefined; w and v are weak and undefined
        if kind in "Uwv":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def objects(opt, folder):
    """Return a dictionary of the compiled files of a folder and their symbols"""
    found = {}
    for name in sources(folder):
        for root in (opt.objects, os.path.join(opt.objects, "test-modules")):
            path = os.path.join(root, folder, name + ".o")
            if os.path.exists(path):
                found[name] = symbols(path)
    return found


def upward(order, found):
    """Describe the calls within one folder that violate @order"""
    level = {name: i for i, names in enumerate(order) for name in names}
    wrong = []
    for caller, (_, used) in found.items():
        for callee, (defined, _) in found.items():
            if caller != callee and level[caller] >= level[callee]:
                wrong += [f"{caller} uses {name} of {callee}"
                          for name in sorted(used & defined)]
    return wrong


@test("static", beside=True, needs=("tests-initrd",))
def layers(opt, results):
    """Calls between our files run one way"""
    found = {folder: objects(opt, folder) for folder in FOLDERS}
    for folder, header in FOLDERS.items():
        missing = sorted(sources(folder) - set(found[folder]))
        results.add(not missing, f"layers: {folder}: all files are compiled",
                    " ".join(missing))
        if not header:
            continue
        with open(os.path.join(TOP, header), encoding="utf-8") as f:
            order = parse_order(f.read())
        if not results.add(order, f"layers: {folder}: {header} states the order"):
            continue
        listed = [name for names in order for name in names]
        results.add(sorted(listed) == sorted(sources(folder)),
                    f"layers: {folder}: the order names each file once",
                    f"{set(listed) ^ sources(folder)}")
        if set(found[folder]) <= set(listed):
            wrong = upward(order, found[folder])
            results.add(not wrong, f"layers: {folder}: no call runs upwards",
                        "; ".join(wrong))
    for caller in FOLDERS:
        used = set().union(*(u for _, u in found[caller].values()))
        for callee in FOLDERS:
            if callee == caller or callee in BELOW[caller]:
                continue
            # arch/efi/boot is not linked to the other folders, so that it may use the
            # same names
            if "arch/efi/boot" in (caller, callee):
                continue
            defined = set().union(*(d for d, _ in found[callee].values()))
            wrong = sorted(used & defined)
            results.add(not wrong, f"layers: {caller} does not call {callee}",
                        " ".join(wrong))


@test("static", beside=True, needs=("tree",))
def layers_parser(_opt, results):
    """The layer check finds calls that run upwards or sideways"""
    order = parse_order("/*\n * Calls run downwards. Files on a line do not call "
                        "each other:\n *\n *\ttop\n *\tleft, right\n *\tbottom\n"
                        " *\n * text\n */\n")
    results.add(order == [["top"], ["left", "right"], ["bottom"]],
                "layers: the order is read", f"{order}")
    found = {"top": ({"t"}, {"l"}), "left": ({"l"}, {"b"}),
             "right": ({"r"}, {"l"}), "bottom": ({"b"}, {"t", "printk"})}
    wrong = upward(order, found)
    results.add(wrong == ["right uses l of left", "bottom uses t of top"],
                "layers: calls that run upwards or sideways are found",
                f"{wrong}")
