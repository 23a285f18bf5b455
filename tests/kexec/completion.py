# SPDX-License-Identifier: GPL-2.0-only
"""
Completion of efi-kexec in bash
"""

import os
import pty
import re
import select
import subprocess
import tempfile
import time

from lib.registry import TOP, test

COMPLETION = os.path.join(TOP, "tools/efi-mode/efi-kexec/efi-kexec.bash")
SOURCE = os.path.join(TOP, "tools/efi-mode/efi-kexec/efi-kexec.c")

# Seconds for one line
PATIENCE = 20

# The output of efi-kexec --list
ENTRIES = "0003* Windows Boot Manager\\n0010  Shell\\n"


class Shell:
    """An interactive bash that has read the completion"""

    def __init__(self, folder):
        inputrc = os.path.join(folder, "inputrc")
        with open(inputrc, "w", encoding="utf-8") as f:
            f.write("set bell-style none\nset show-all-if-ambiguous on\n"
                    "set page-completions off\nset completion-query-items 0\n"
                    "set enable-bracketed-paste off\n")
        self.master, terminal = pty.openpty()
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"], stdin=terminal, stdout=terminal,
            stderr=terminal, cwd=folder, start_new_session=True,
            env={"PATH": f"{folder}:/usr/bin:/bin", "INPUTRC": inputrc, "TERM": "dumb",
                 "PS1": "$ ", "COLUMNS": "200"})
        os.close(terminal)
        self.type(f"source {COMPLETION}; echo rea''dy\n", "ready")

    def type(self, keys, end):
        """Type @keys, and return what is on the terminal then, up to @end"""
        os.write(self.master, keys.encode())
        text, limit = "", time.monotonic() + PATIENCE
        while end not in text and time.monotonic() < limit:
            if select.select([self.master], [], [], 0.1)[0]:
                text += os.read(self.master, 65536).decode(errors="replace")
        return text

    def complete(self, words):
        """Return what bash makes of @words and a tab: the line is printed, not run"""
        # Ctrl-A goes to the beginning of the line
        text = self.type(words + "\t\x01echo \n\n\necho do''ne\n", "done")
        ran = re.findall(r"^(efi-kexec.*?)\s*$", text.replace("\r", ""), re.M)
        return ran[-1] if ran else text

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


# A line, and what a tab makes of it
LINES = (
    ("efi-kexec --pre", "efi-kexec --predict"),
    ("efi-kexec --ini", "efi-kexec --initrd="),
    ("efi-kexec --boot=000", "efi-kexec --boot=0003"),
    ("efi-kexec -b 001", "efi-kexec -b 0010"),
    ("efi-kexec --windows=bo", "efi-kexec --windows=bootnext"),
    ("efi-kexec -w ch", "efi-kexec -w chain"),
    ("efi-kexec --initrd=ini", "efi-kexec --initrd=initrd.img"),
    ("efi-kexec --exec lin", "efi-kexec --exec linux.efi"),
    ("efi-kexec --append=lin", "efi-kexec --append=lin"),
)


@test("kexec", beside=True)
def kexec_completion(_opt, results):
    """bash completes options, boot options and files of efi-kexec"""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("initrd.img", "linux.efi"):
            with open(os.path.join(folder, name), "w", encoding="utf-8"):
                pass
        tool = os.path.join(folder, "efi-kexec")
        with open(tool, "w", encoding="utf-8") as f:
            f.write(f"#!/bin/sh\n[ \"$1\" != --list ] || printf '{ENTRIES}'\n")
        os.chmod(tool, 0o755)
        shell = Shell(folder)
        for words, wanted in LINES:
            found = shell.complete(words)
            results.add(found == wanted, f"kexec-completion: {words}", found)
        shell.end()
    with open(COMPLETION, encoding="utf-8") as f:
        completion = f.read()
    with open(SOURCE, encoding="utf-8") as f:
        options = re.findall(r'\{ "(\w+)", (\w+)_argument', f.read())
    missing = [name for name, argument in options if not re.search(
        rf"--{name}{'=' if argument == 'required' else ''}(?![\w=])", completion)]
    results.add(options and not missing, "kexec-completion: all options", str(missing))
    page = os.path.join(os.path.dirname(SOURCE), "efi-kexec.8")
    with open(page, encoding="utf-8") as f:
        text = f.read().replace("\\-", "-")
    missing = [name for name, _ in options if f"--{name}" not in text]
    results.add(not missing, "kexec-completion: the manual page has all options",
                str(missing))
