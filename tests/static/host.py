# SPDX-License-Identifier: GPL-2.0-only
"""
Tests of the tree and the image, without a machine
"""

import contextlib
import os
import re
import subprocess
import tempfile

from lib.registry import TOP, test

# (ARCH, configuration)
UNCHANGED = (("x86_64", "x86_64_defconfig"), ("i386", "i386_defconfig"),
             ("x86_64", "tinyconfig"), ("x86_64", "allmodconfig"))


def config(tree, arch, names, out):
    """
    Return the .config that the targets @names generate if there is none before

    The other files in @out stay, so that make need not compile kconfig again.
    """
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(out, ".config"))
    names = (names,) if isinstance(names, str) else names
    subprocess.run(["make", "-s", "-C", tree, f"ARCH={arch}", f"O={out}", *names],
                   check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    with open(os.path.join(out, ".config"), encoding="utf-8") as f:
        return f.read()


def base_of(opt):
    """Return the kernel base, and the folder for its tree without our patches"""
    base = os.path.basename(opt.tree).removeprefix("linux-")
    return base, os.path.join(opt.build, f"pristine-{base}")


@test("static", beside=True, needs=("image",))
def same_config(opt, results):
    """The patches change no configuration of the architectures x86_64 and i386"""
    base, pristine = base_of(opt)
    subprocess.run([os.path.join(TOP, "scripts/prepare-tree.sh"), "--pristine",
                    base, pristine], check=True)
    for arch, name in UNCHANGED:
        ours = config(opt.tree, arch, name, os.path.join(opt.tmp, "ours"))
        theirs = config(pristine, arch, name, os.path.join(opt.tmp, "theirs"))
        results.add(ours == theirs, f"ARCH={arch} {name} is unchanged")


# Lines of existing files that the patches of a base may change
CHANGED_LINES = 150


@test("static", beside=True, needs=("tree",))
def changed_lines(opt, results):
    """The patches change few lines of existing files"""
    done = subprocess.run([os.path.join(TOP, "scripts/count-changes.sh"), *base_of(opt)],
                          check=False, capture_output=True, text=True)
    found = re.search(r"^(\d+) lines changed in existing files", done.stdout, re.M)
    results.add(done.returncode == 0 and found and 0 < int(found[1]) <= CHANGED_LINES,
                f"at most {CHANGED_LINES} lines of existing files are changed",
                done.stdout + done.stderr)


def enabled(text):
    """Return the options of a configuration that have a value"""
    return set(re.findall(r"^(CONFIG_\w+)=", text, re.M))


@test("static", beside=True, needs=("tree",))
def secure_config(opt, results):
    """secure.config sets its options, and loses none of defconfig except CONFIG_KEXEC"""
    out = os.path.join(opt.tmp, "secure")
    before = config(opt.tree, "efi", "defconfig", out)
    after = config(opt.tree, "efi", ("defconfig", "secure.config"), out)
    with open(os.path.join(TOP, "arch/efi/configs/secure.config"),
              encoding="utf-8") as f:
        wanted = {line for line in f.read().splitlines()
                  if re.match(r"CONFIG_|# CONFIG_\w+ is not set", line)}
    lost = wanted - set(after.splitlines())
    results.add(len(wanted) > 10 and not lost, "secure.config: every option is set",
                "; ".join(sorted(lost)))
    new = wanted - set(before.splitlines())
    results.add(new, "secure.config: defconfig lacks some of them")
    # Compare names only, because a module may have become built-in
    lost = enabled(before) - enabled(after) - {"CONFIG_KEXEC"}
    results.add(not lost, "secure.config: no other option is lost", "; ".join(sorted(lost)))


@test("static", beside=True, needs=("image",))
def image(opt, results):
    """The image is an EFI application that can be signed"""
    with open(opt.kernel, "rb") as f:
        data = f.read()
    pe = int.from_bytes(data[0x3c:0x40], "little")
    results.add(data[:2] == b"MZ" and data[pe:pe + 4] == b"PE\0\0" and
                data[pe + 4:pe + 6] == b"\x64\x86" and
                data[pe + 24:pe + 26] == b"\x0b\x02" and
                data[pe + 24 + 68:pe + 24 + 70] == b"\x0a\0",
                "bzImage is a PE32+ EFI application for x86-64")


@test("static", name="bad-patch", beside=True, needs=("tree",))
def patch_that_does_not_apply(opt, results):
    """If a patch does not apply, prepare-tree.sh prints its name and leaves no tree"""
    base = os.path.basename(opt.tree).removeprefix("linux-")
    with tempfile.TemporaryDirectory(dir=opt.tmp) as tmp:
        copy = os.path.join(tmp, "repository")
        os.makedirs(os.path.join(copy, "scripts"))
        os.makedirs(os.path.join(copy, "patches", base))
        # The source package, if it was downloaded
        os.symlink(os.path.join(TOP, "build"), os.path.join(copy, "build"))
        suite = f"patches/{base}/suite"
        for name in ("scripts/prepare-tree.sh", suite):
            if not os.path.exists(os.path.join(TOP, name)):
                continue
            with open(os.path.join(TOP, name), "rb") as f:
                data = f.read()
            path = os.path.join(copy, name)
            with open(path, "wb") as f:
                f.write(data)
            os.chmod(path, 0o755)
        with open(os.path.join(copy, "patches", base, "0001-bad.patch"), "w",
                  encoding="utf-8") as f:
            f.write("--- a/init/main.c\n+++ b/init/main.c\n"
                    "@@ -1,3 +1,3 @@\n-no such line\n+another\n x\n y\n")
        tree = os.path.join(tmp, "tree")
        p = subprocess.run([os.path.join(copy, "scripts/prepare-tree.sh"), base,
                            tree], capture_output=True, text=True, check=False)
        results.add(p.returncode != 0 and "0001-bad.patch" in p.stderr and
                    "init/main.c" in p.stderr and not os.path.exists(tree),
                    "prepare-tree.sh prints the name of a patch that does not apply")


@test("static", beside=True, needs=("debug-image",))
def warnings(opt, results):
    """W=1 and sparse print no warnings for our files"""
    objects = os.path.join(opt.build, "debug")
    # The command with which the Makefile has built this kernel. With another one, make would
    # compile all files again.
    compiler = [f"CC={os.environ['CC']}"] if "CC" in os.environ else []
    # "make -s check" must not hide which files are checked
    env = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    p = subprocess.run(["make", "-C", opt.tree, "ARCH=efi", f"O={objects}", *compiler,
                        "W=1", "C=2", "arch/efi/", "drivers/efi-mode/"],
                       capture_output=True, text=True, check=False, env=env)
    output = p.stdout + p.stderr
    found = [line for line in output.splitlines()
             if ("warning:" in line or "error:" in line) and "efi" in line]
    results.add(p.returncode == 0 and not found and "CHECK" in output,
                "W=1 and sparse print no warnings",
                "; ".join(found[:5]) or f"make: {p.returncode}: {output[-300:]}")
