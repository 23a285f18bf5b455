# SPDX-License-Identifier: GPL-2.0-only
"""
Read text and pixels from a screenshot

The text is in the font of the kernel or in that of the firmware.
"""

import re

# Width of a character in pixels, in both fonts
WIDTH = 8

# Height of a character in pixels, in the kernel's font
HEIGHT = 16


def read_font(tree):
    """Return a dictionary that maps each bitmap of the kernel's font to its character"""
    with open(f"{tree}/lib/fonts/font_8x16.c", encoding="utf-8") as f:
        text = f.read()
    data = bytes(int(value, 16) for value in
                 re.findall(r"^\s*(0x[0-9a-f]{2}),", text, re.M | re.I))
    font = {}
    for code in (*range(32, 127), *range(256)):
        font.setdefault(data[code * HEIGHT:(code + 1) * HEIGHT], chr(code))
    return font


class Picture:
    """A QEMU screenshot in PPM format"""

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

    def turned(self):
        """Return the picture after a quarter turn to the left"""
        rows = [self.line(y) for y in range(self.height)]
        lines = (b"".join(row[3 * x:3 * x + 3] for row in rows)
                 for x in range(self.width - 1, -1, -1))
        return Picture(b"P6 %d %d 255\n" % (self.height, self.width) + b"".join(lines))

    def colours(self, left, top, width, height):
        """Count the different colours in a rectangle"""
        return len({self.pixel(x, y) for y in range(top, top + height)
                    for x in range(left, left + width)})


def cell(lines, column):
    """
    Return the bitmap of a character, its background colour and its foreground colour

    The upper left pixel has the background colour.
    """
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
    """
    Return the characters of one line of text, and their colours

    A cell that is not a character of the font becomes a NUL.
    """
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
    """
    Return all lines of text

    The height of a picture may not be a multiple of the height of a line. The rest is at
    the lower edge or, with @centred, half of it at each edge.
    """
    rest = picture.height % HEIGHT
    first = rest - rest // 2 if centred else 0
    return [read_line(picture, font, top)[0]
            for top in range(first, picture.height - HEIGHT + 1, HEIGHT)]


class Console:
    """
    The firmware's text console, which is in the middle of the screen

    Its font is learnt from a picture whose first line shows all characters.
    """

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
