# SPDX-License-Identifier: GPL-2.0-only
"""
A TPM emulator behind QEMU
"""

import contextlib
import os
import subprocess
import time

# Seconds until swtpm has made its socket, and until it has ended after QEMU
START = 10
END = 10


class Swtpm:
    """
    A swtpm process, and the QEMU arguments for a device that uses it

    The process ends when QEMU does. Its state stays in @folder, for the next process.
    """

    def __init__(self, folder, device, version):
        socket = os.path.join(folder, "swtpm.sock")
        state = os.path.join(folder, "tpm")
        os.makedirs(state, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(socket)
        with open(os.path.join(folder, "swtpm.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["swtpm", "socket", *(["--tpm2"] if version == "2.0" else []),
                 "--tpmstate", f"dir={state}",
                 "--ctrl", f"type=unixio,path={socket}", "--terminate"],
                stdout=log, stderr=log)
        self.args = ["-chardev", f"socket,id=swtpm,path={socket}",
                     "-tpmdev", "emulator,id=tpm0,chardev=swtpm",
                     "-device", f"{device},tpmdev=tpm0"]
        end = time.monotonic() + START
        while not os.path.exists(socket):
            if time.monotonic() > end:
                raise TimeoutError("swtpm makes no socket")
            time.sleep(0.05)

    def end(self):
        """Wait until the process has saved its state and ended, or end it"""
        try:
            self.process.wait(END)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        """End the process at once, as if the TPM had failed"""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def swtpm(folder, device, version="2.0"):
    """
    A TPM whose state is in @folder; at first it is empty

    QEMU must have ended before the end of the with statement.

    @device: the QEMU device: "tpm-tis" or "tpm-crb"
    @version: "2.0" or "1.2"
    """
    tpm = Swtpm(folder, device, version)
    try:
        yield tpm
    finally:
        tpm.end()
