# SPDX-License-Identifier: GPL-2.0-only
"""
What is on a screen: text in the font of the kernel or of firmware, and pixels
"""

import re

# Of a character, in both fonts
WIDTH = 8

# In the font of the kernel
HEIGHT = 16


def read_font(tree):
    """The characters by their bitmaps, from the font of the kernel"""
    with open(f"{tree}/lib/fonts/font_8x16.c", encoding="utf-8") as f:
        text = f.read()
    data = bytes(int(value, 16) for value in
                 re.findall(r"^\s*(0x[0-9a-f]{2}),", text, re.M | re.I))
    font = {}
    for code in (*range(32, 127), *range(256)):
        font.setdefault(data[code * HEIGHT:(code + 1) * HEIGHT], chr(code))
    return font


class Picture:
    """A screenshot of QEMU in the format PPM"""

    def __init__(self, data):
        header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        self.width, self.height = int(header[1]), int(header[2])
        self.stride = 3 * self.width
        self.data = data[header.end():]

    def line(self, y):
        return self.data[y * self.stride:(y + 1) * self.stride]

    def pixel(self, x, y):
        start = y * self.stride + 3 * x
        return tuple(self.data[start:start + 3])

    def colours(self, left, top, width, height):
        """How many different ones there are in a rectangle"""
        return len({self.pixel(x, y) for y in range(top, top + height)
                    for x in range(left, left + width)})


def cell(lines, column):
    """The bitmap of a character, and its colours: of the background, which is
    that of the upper left pixel, and of the rest"""
    start, rows = 3 * WIDTH * column, []
    back = lines[0][start:start + 3]
    fore = None
    for line in lines:
        bits = 0
        for x in range(start, start + 3 * WIDTH, 3):
            bits <<= 1
            pixel = line[x:x + 3]
            if pixel != back:
                bits |= 1
                fore = fore or pixel
        rows.append(bits)
    return bytes(rows), back, fore


def read_line(picture, font, top, left=0, height=HEIGHT):
    """The characters of one line, and their colours. What is none is a NUL."""
    lines = [picture.line(y)[3 * left:] for y in range(top, top + height)]
    blank = lines[0][:3] * (picture.width - left)
    if all(line == blank for line in lines):
        return "", []
    text, colours = "", []
    for column in range((picture.width - left) // WIDTH):
        bitmap, _, fore = cell(lines, column)
        text += font.get(bitmap, "\0")
        colours.append(tuple(fore) if fore else None)
    return text.rstrip(), colours


def read_text(picture, font, centred=False):
    """All lines. What does not make a line is at the lower edge, or half of it at
    each."""
    rest = picture.height % HEIGHT
    first = rest - rest // 2 if centred else 0
    return [read_line(picture, font, top)[0]
            for top in range(first, picture.height - HEIGHT + 1, HEIGHT)]


class Console:
    """Firmware's text console, which is in the middle of the screen. Nobody here knows
    its font, which is learnt from a picture with all characters in the first line."""

    HEIGHT = 19
    CHARACTERS = "".join(map(chr, range(32, 127)))

    def __init__(self, picture, columns, rows):
        self.rows = rows
        self.left = (picture.width - columns * WIDTH) // 2
        self.top = (picture.height - rows * self.HEIGHT) // 2
        lines = [picture.line(self.top + y)[3 * self.left:]
                 for y in range(self.HEIGHT)]
        self.font = {cell(lines, i)[0]: c
                     for i, c in enumerate(self.CHARACTERS)}

    def read_line(self, picture, row):
        return read_line(picture, self.font, self.top + row * self.HEIGHT,
                         self.left, self.HEIGHT)

    def read_text(self, picture):
        return [self.read_line(picture, row)[0] for row in range(self.rows)]
