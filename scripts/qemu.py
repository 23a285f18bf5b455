# SPDX-License-Identifier: GPL-2.0-only
"""
A machine with EFI firmware, in QEMU

Makes the disk that the firmware boots from, gives every machine its own variable
store, and communicates with it: by text on the serial console, and by QMP, for
example for screenshots. Nothing here depends on what is tested.
"""

import fcntl
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

# The programs for disk images are in folders that need not be in the path
os.environ["PATH"] += ":/usr/sbin:/sbin"

OVMF_CODE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
OVMF_VARS = "/usr/share/OVMF/OVMF_VARS_4M.fd"

# The UEFI shell waits five seconds for a key before it runs startup.nsh. Any key but
# ESC makes it start at once.
COUNTDOWN = " in 5 seconds to skip "


class Timeout(Exception):
    pass


# Offset in the boot sector
PARTITION_TABLE = 0x1be


def fat_image(path, files):
    """Make a FAT file system with @files: a dict that maps a path in the image to bytes
    or to the path of a file."""
    size = 8 << 20
    for source in files.values():
        size += len(source) if isinstance(source, bytes) else os.path.getsize(source)
    mib = (size + (size >> 3) >> 20) + 40
    with open(path, "wb") as f:
        f.truncate(mib << 20)
    env = dict(os.environ, MTOOLS_SKIP_CHECK="1")

    def mtools(*args, data=None):
        subprocess.run(args, input=data, check=True, env=env,
                       stdout=subprocess.DEVNULL)

    mtools("mformat", "-i", path, "-F", "-v", "EFI-MODE", "::")
    # mtools writes a partition table, with a partition that is larger than the disk
    with open(path, "r+b") as f:
        f.seek(PARTITION_TABLE)
        f.write(bytes(64))
    made = set()
    for name, source in files.items():
        parts = name.split("/")
        for i in range(1, len(parts)):
            folder = "/".join(parts[:i])
            if folder not in made:
                mtools("mmd", "-i", path, "::/" + folder)
                made.add(folder)
        if isinstance(source, bytes):
            with tempfile.NamedTemporaryFile(dir=os.path.dirname(path)) as t:
                t.write(source)
                t.flush()
                mtools("mcopy", "-i", path, t.name, "::/" + name)
        else:
            mtools("mcopy", "-i", path, source, "::/" + name)


def joined(folder, *names):
    """Concatenate the initramfs archives @names in @folder"""
    data = b""
    for name in names:
        with open(os.path.join(folder, name + ".img"), "rb") as f:
            data += f.read()
    return data


def shell_script(*lines):
    """Make a startup.nsh: the UEFI shell expects CR LF"""
    return "".join(line + "\r\n" for line in lines).encode()


class Machine:
    """A QEMU process. Use it in a with statement, at whose end the process is killed."""

    def __init__(self, disk=None, memory="1G", cpu=None, firmware=OVMF_CODE,
                 variables=OVMF_VARS, secure=False, display="none", args=(),
                 icount=False, directory=None, serial="socket", bios=None):
        self.dir = tempfile.mkdtemp(prefix="qemu-", dir=directory)
        self.text = ""
        self.position = 0
        self.process = None
        self.events = []
        self.serial = self.keyboard = self.qmp = None

        self.command = [
            "qemu-system-x86_64", "-accel", "tcg",
            "-m", memory, "-no-user-config", "-nic", "none",
            "-display", display,
        ]
        if bios:
            self.command += ["-machine", "pc", "-bios", bios]
        else:
            # Without firmware in flash, QEMU uses its own BIOS
            if firmware:
                self.command += self._flash(firmware, variables)
            self.command += ["-machine", "q35,smm=on" if secure else "q35"]
        if secure:
            self.command += ["-global",
                             "driver=cfi.pflash01,property=secure,value=on"]
        if cpu:
            self.command += ["-cpu", cpu]
        if icount:
            self.command += ["-icount", "shift=0,sleep=off"]
        if disk:
            self.command += ["-drive", f"if=none,id=esp,format=raw,file={disk}",
                             "-device", "virtio-blk-pci,drive=esp,bootindex=1"]
        if serial == "socket":
            # A pipe, because a socket is full after a few hundred single
            # characters. QEMU's serial port then drops further characters.
            self.command += [
                "-chardev", f"pipe,id=serial,path={self.dir}/serial",
                "-serial", "chardev:serial",
            ]
        elif serial == "none":
            self.command += ["-serial", "none"]
        else:
            # For a user: Ctrl-A X ends QEMU, Ctrl-C goes to the guest
            self.command += ["-serial", "mon:stdio"]
        if serial in ("socket", "none"):
            self.command += ["-qmp",
                             f"unix:{self.dir}/qmp,server=on,wait=off"]
        self.command += list(args)

    def _flash(self, firmware, variables):
        """Get the options for OVMF with a private copy of the variable store"""
        store = os.path.join(self.dir, "vars.fd")
        shutil.copy(variables, store)
        os.chmod(store, 0o600)
        return [
            # The boot manager of OVMF waits for splash-time, in milliseconds
            "-boot", "menu=off,splash-time=0",
            "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={firmware}",
            "-drive", f"if=pflash,unit=1,format=raw,file={store}",
        ]

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def start(self):
        for end in ("in", "out"):
            os.mkfifo(os.path.join(self.dir, f"serial.{end}"))
        self.serial = os.open(os.path.join(self.dir, "serial.out"),
                              os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self.serial, fcntl.F_SETPIPE_SZ, 1 << 20)
        self.keyboard = os.open(os.path.join(self.dir, "serial.in"),
                                os.O_RDWR | os.O_NONBLOCK)
        log = open(os.path.join(self.dir, "qemu.log"), "wb")
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log)
        self.qmp = self._connect("qmp")
        self._qmp_file = self.qmp.makefile("rb")
        json.loads(self._qmp_file.readline())
        self.command_qmp("qmp_capabilities")
        return self

    def _connect(self, name):
        path = os.path.join(self.dir, name)
        end = time.monotonic() + 20
        while True:
            try:
                s = socket.socket(socket.AF_UNIX)
                s.connect(path)
                return s
            except OSError:
                s.close()
                if self.process.poll() is not None or time.monotonic() > end:
                    with open(os.path.join(self.dir, "qemu.log")) as f:
                        raise RuntimeError("QEMU did not start: " + f.read())
                time.sleep(0.05)

    def stop(self):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
        if self.qmp:
            self.qmp.close()
        for fd in (self.serial, self.keyboard):
            if fd is not None:
                os.close(fd)
        shutil.rmtree(self.dir, ignore_errors=True)

    def command_qmp(self, name, **arguments):
        self.qmp.sendall(json.dumps({"execute": name,
                                     "arguments": arguments}).encode())
        while True:
            answer = json.loads(self._qmp_file.readline())
            if "event" in answer:
                self.events.append(answer)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])

    def last_events(self):
        """Get all QMP events of a machine that has ended"""
        try:
            for line in self._qmp_file:
                answer = json.loads(line)
                if "event" in answer:
                    self.events.append(answer)
        except ConnectionResetError:
            pass
        return self.events

    def monitor(self, line):
        return self.command_qmp("human-monitor-command",
                                **{"command-line": line})

    def screenshot(self, path):
        self.command_qmp("screendump", filename=path, format="png")

    def running(self):
        return self.process.poll() is None

    def read(self):
        """Read the serial port. Returns bytes, b"" after QEMU's end, or None if there are none."""
        try:
            data = os.read(self.serial, 65536)
        except BlockingIOError:
            return None
        # The countdown may be split over two reads
        start = max(0, len(self.text) - len(COUNTDOWN) + 1)
        self.text += data.decode("utf-8", "replace")
        for _ in range(self.text.count(COUNTDOWN, start)):
            self.send("\r")
        return data

    def expect(self, pattern, timeout):
        """Wait for @pattern after the end of the last match. Returns the match."""
        end = time.monotonic() + timeout
        regex = re.compile(pattern, re.M)
        while True:
            match = regex.search(self.text, self.position)
            if match:
                self.position = match.end()
                return match
            if self.read() == b"" and not self.running():
                # Search once more in the output that came last
                match = regex.search(self.text, self.position)
                if match:
                    self.position = match.end()
                    return match
                raise Timeout(f"the machine ended before {pattern!r}")
            if time.monotonic() > end:
                raise Timeout(f"no {pattern!r} within {timeout} s")
            time.sleep(0.02)

    def send(self, text):
        data = text.encode()
        while data:
            try:
                n = os.write(self.keyboard, data)
                data = data[n:]
            except BlockingIOError:
                time.sleep(0.01)

    def wait_end(self, timeout):
        """Wait until QEMU ends, after a power-off or a reset. Returns False after a timeout."""
        end = time.monotonic() + timeout
        while self.running():
            self.read()
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        while self.read():
            pass
        return True
