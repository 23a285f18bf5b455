# SPDX-License-Identifier: GPL-2.0-only
"""
Type on a keyboard of QEMU
"""

import time


def send_keys(m, keys, down):
    """Press or release @keys, which are QEMU key names"""
    m.command_qmp("input-send-event", events=[
        {"type": "key", "data": {"down": down,
                                 "key": {"type": "qcode", "data": key}}}
        for key in keys])


def send_chord(m, chord, hold):
    """
    Press the keys of a chord one after the other, and release them in reverse order

    @hold: seconds between two events, because a person does not press all keys at once
    """
    keys = chord.split("-")
    for key in keys:
        send_keys(m, [key], True)
        if key != keys[-1]:
            time.sleep(hold)
    time.sleep(hold)
    for key in reversed(keys):
        send_keys(m, [key], False)


def type_keys(m, ms, chords):
    """Type one chord every @ms milliseconds, or more slowly on a busy host"""
    start = time.monotonic()
    for i, chord in enumerate(chords):
        send_chord(m, chord, ms / 3000)
        time.sleep(max(0, start + (i + 1) * ms / 1000 - time.monotonic()))


NAMES = {" ": "spc", "\r": "ret", ">": "shift-dot", "$": "shift-4",
         "(": "shift-9", ")": "shift-0", "*": "shift-8", "/": "slash",
         "-": "minus", "|": "shift-backslash", ";": "semicolon", ".": "dot",
         "&": "shift-7", "_": "shift-minus", "?": "shift-slash", "'": "apostrophe"}


def type_text(m, text, ms=40):
    """Type @text on an American keyboard, one character every @ms milliseconds"""
    type_keys(m, ms, [NAMES.get(c) or ("shift-" + c.lower() if c.isupper()
                                       else c) for c in text])
