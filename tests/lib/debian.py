# SPDX-License-Identifier: GPL-2.0-only
"""
The Debian system of scripts/make-root.sh
"""

import os
import re
import subprocess

import run
from lib.machine import START

# In seconds; systemd starts many processes, and QEMU has no accelerator
PATIENCE = 600
LOGIN = r"^efi-mode login: "
# bash may return the carriage first
PROMPT = r"^\r*root@efi-mode:.*# $"

# Offset of the root file system in the disk image
ROOT_OFFSET = 1 << 20


def copy_root(opt, folder):
    """Copy the disk image of the system to @folder, and return the path of the copy"""
    path = os.path.join(folder, "root.img")
    subprocess.run(["cp", "--sparse=always", os.path.join(opt.build, "root.img"), path],
                   check=True)
    return path


def disk(name, path):
    """Return the QEMU arguments for a disk"""
    return ["-drive", f"if=none,id={name},format=raw,file={path}",
            "-device", f"virtio-blk-pci,drive={name}"]


def boot_line(root):
    """Return the command of the UEFI shell that boots the system on the disk image @root"""
    return f"bzImage efi_mode.connect=1 root=PARTUUID={run.root_partition(root)} rw"


def add_file(image, path, source):
    """Write the file @source to @path in a disk image; the folder must exist"""
    folder, name = os.path.split(path)
    commands = f"cd {folder}\nrm {name}\nwrite {source} {name}\n"
    subprocess.run(["debugfs", "-w", "-f", "-", f"{image}?offset={ROOT_OFFSET}"],
                   input=commands, text=True, check=True, capture_output=True)


def log_in(m):
    """Log in as root at the prompt that has appeared"""
    m.send("root\r")
    m.expect(PROMPT, PATIENCE)


def boot_and_log_in(m):
    """Wait for the login prompt on the serial port, and log in as root"""
    m.expect(LOGIN, START + PATIENCE)
    log_in(m)


def shell(m, command, timeout=120):
    """Run a command at the login shell, and return its output"""
    m.send(command + "\r")
    m.expect(re.escape(command[-20:]) + r"\s", timeout)
    begin = m.position
    end = m.expect(PROMPT, timeout)
    return m.text[begin:end.start()]
