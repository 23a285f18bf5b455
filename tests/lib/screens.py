# SPDX-License-Identifier: GPL-2.0-only
"""
Screenshots of a machine, as pictures and as text
"""

import os
import re
import time

from lib import glyphs

PATIENCE = 20

# Size of the firmware's text console in characters
COLUMNS, ROWS = 100, 31


class Screens:
    """
    The screens of a machine, in the firmware's order

    @terminals: index of the screen with the virtual terminals
    """

    def __init__(self, opt, m, devices=(None,), terminals=-1):
        self.m = m
        self.devices = devices
        self.terminals = terminals
        self.font = glyphs.read_font(opt.tree)
        # Set while the screen shows the firmware's console
        self.console = None

    def take(self, card=None):
        path = os.path.join(self.m.dir, "screen.ppm")
        device = self.devices[self.terminals if card is None else card]
        more = {"device": device} if device else {}
        self.m.command_qmp("screendump", filename=path, **more)
        with open(path, "rb") as f:
            return glyphs.Picture(f.read())

    def wait(self, judge, card=None):
        """
        Take pictures until @judge accepts one

        Returns '', or the last complaint of @judge after PATIENCE seconds.
        """
        end = time.monotonic() + PATIENCE
        while True:
            wrong = judge(self.take(card))
            if not wrong or time.monotonic() > end:
                return wrong
            self.m.read()
            time.sleep(0.2)

    def wait_text(self, pattern, centred=False):
        """Wait until the text on the screen matches @pattern"""
        def judge(picture):
            text = "\n".join(self.console.read_text(picture) if self.console else
                             glyphs.read_text(picture, self.font, centred))
            return "" if re.search(pattern, text, re.M) else text

        return self.wait(judge)

    def learn(self):
        """
        Learn the font of the firmware's console

        The console must show all characters in its first line, and the word LEARN.
        """
        def judge(picture):
            self.console = glyphs.Console(picture, COLUMNS, ROWS)
            text = self.console.read_text(picture)
            return "" if "LEARN" in text else "\n".join(text)

        return self.wait(judge)
