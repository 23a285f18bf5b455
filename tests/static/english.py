# SPDX-License-Identifier: GPL-2.0-only
"""
The text of our files is plain English

The rules reject sentences that do not name the actor, "firmware" without an article, and
phrases that are not English. They apply to comments and strings in C, assembly and Python
files, and to everything in other text files, such as documentation, Kconfig and scripts.
"""

import io
import os
import re
import subprocess
import tokenize

from lib.registry import TOP, test

# Text of the kernel, the licence, names of kernel selftests, and pictures. Configurations
# are not checked, because a change of a comment there rebuilds everything.
SKIPPED = re.compile(r"^(patches/|arch/efi/configs/|COPYING$)|\.(png|expected)$")

# The start of a sentence, or of an item in a list
BEGIN = r"(?:\A\s*|\n\s*\n\s*|[.!?:;][)\"]?\s+|\n\s*[-*|]+\s+)"

# The end of a phrase without another noun
END = r"\s*(?:[.,;:()]|\Z|\n\s*\n)"

VERBS = (r"(?:is|isn't|are|was|were|has|have|had|does|do|did|can|cannot|could|may|might|"
         r"must|shall|should|will|would|asks|brings|chooses|comes|expects|finds|gets|gives|"
         r"goes|keeps|knows|lets|looks|makes|means|needs|puts|reads|returns|says|sees|shows|"
         r"takes|tells|thinks|uses|wants|works|writes)")

JOINTS = (r"(?:again|alone|and|as|at|because|by|for|from|if|in|itself|on|or|so|"
          r"than|that|then|to|until|when|where|which|while|with)")

# A word before "firmware" that is not an article, pronoun or adjective
BARE = (r"(?:about|after|and|as|ask|asked|asking|asks|at|because|before|beside|but|by|call|"
        r"called|calling|calls|for|from|give|gives|has|have|if|in|into|is|leave|leaves|let|"
        r"lets|not|of|on|once|or|since|so|stop|stops|tell|tells|than|that|then|though|to|"
        r"unless|until|what|when|where|whether|which|while|why|with|without)")

ARTICLES = (r"(?:a|an|another|any|broken|each|every|good|many|modern|most|no|one|other|our|"
            r"real|same|some|such|that|the|these|this|those|UEFI|EFI|whose|your)")

PERSONS = r"(?:developers?|maintainers?|people|persons?|programmers?|readers?|users?)"

# Before and after a word that is not a part of an identifier or a path
WORD = r"(?<![\w$./-])"
NO_NAME = r"\b(?![./=-]\w|[=(])"


def unless_after(words):
    """Return a pattern for the start of a text, punctuation, or a word not in @words"""
    return rf"(?:(?:\A|[^\w\s$./-]|[./-]\s)\s*|\b(?!(?i:{words})\b)[\w']+\s+)"


# (reason, pattern); the group "hit" is what is wrong, if not everything
RULES = tuple((reason, re.compile(pattern)) for reason, pattern in (
    (r'name the actor instead of "who"',
     unless_after(PERSONS) + r"(?P<hit>[Ww]ho(?:ever|m|mever)?)" + NO_NAME),
    (r'name the actor instead of "somebody"',
     WORD + r"(?:[Ss]omebody|[Ss]omeone|[Nn]obody|[Nn]o one|[Aa]nybody|[Ee]verybody)" +
     NO_NAME),
    (r'a program or a device is "it"',
     WORD + r"(?:[Hh]e|[Hh]im|[Hh]is|[Hh]imself)" + NO_NAME),
    # A question and a heading may begin with it
    (r'name the subject instead of "what"',
     BEGIN + r"(?P<hit>[Ww]hat\s+(?!(?:to|kind|kinds)\b)\w+)(?![\s\w,'()]*\?)"
     r"(?![^\n]*\n[=~^\"'-]{4})"),
    (r'name the object instead of "what"',
     r"\b(?:of|than|with|for|from|by|beside|without|like)\s+what\s+(?:is|was|are|were|has|"
     r"had|comes|goes|it)\b"),
    (r'name the subject instead of "one that"',
     r"(?:\A\s*|\n\s*\n\s*|[.!?]\s+)"
     r"(?P<hit>(?:[Oo]ne|[Tt]hose|That)\s+(?:that|which|whose|of\s+which))\b"),
    ("write \"a Linux timer\", not \"a timer of Linux's\"",
     rf"\bof\s+(?:the\s+|an?\s+)?(?:[\w-]+\s+)?[\w-]+'s(?={END}|\s+(?:{VERBS}|{JOINTS})\b)"),
    ("write \"the firmware's\"",
     unless_after(ARTICLES) + r"(?P<hit>[Ff]irmware's)\b"),
    (r'write "the firmware"',
     rf"(?:{BEGIN}|\b(?P<bare>{BARE})\s+)(?P<hit>[Ff]irmware)"
     rf"(?(bare)(?={END}|\s+(?:{VERBS}|{JOINTS})\b)|(?=\s+{VERBS}\b))"),
    (r'this is not English',
     r"\b(?:so\s+(?:is|are|was|it\s+is)\s+done|(?:is|are|was)\s+so\s+done|"
     r"(?:is|are|to\s+be)\s+had|as\s+many\s+as|[Aa]nother\s+(?:\w+\s+)?than|"
     r"of\s+theirs|taken\s+for\s+(?:none|one))\b|"
     rf"\b(?:that|which)\s+(?:is|are)\s+(?:none|one)(?={END}|\s+{JOINTS}\b)|"
     rf"\bthat\s+there\s+(?:is|are|was|were)(?={END})"),
))

# Lines of a comment start with one of these
LEADER = re.compile(r"^[ \t]*(?:/\*+|\*+/?|//+|#+)|\*/\Z", re.M)

C_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)
ESCAPE = re.compile(r"\\(?:[nrtbaefv0]|x[0-9a-f]{2}|033)")
LITERAL = re.compile(r"``[^`]+``|`[^`\n]+`|\{[^{}\n]*\}")

# A literal block in reStructuredText: commands or a figure
BLOCK = re.compile(r"^([ \t]*)(?:\S.*)?::\n(?:[ \t]*\n)+((?:\1[ \t]+\S.*\n|[ \t]*\n)+)", re.M)


def c_texts(source):
    """Yield (offset, text) of each comment and string in C or assembly"""
    for found in C_TEXT.finditer(source):
        if found[0][0] != "'":
            yield found.start(), found[0].strip('"')


def python_texts(source):
    """Yield (offset, text) of each block of comments and each string in Python

    Raw strings are patterns, or samples of bad text, and are left out.
    """
    lines = [0]
    for line in source.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))
    comment = None
    for kind, text, (row, column), _, _ in tokenize.generate_tokens(
            io.StringIO(source).readline):
        offset = lines[row - 1] + column
        name = tokenize.tok_name[kind]
        if name == "COMMENT":
            if comment and comment[2] == row - 1:
                comment = (comment[0], source[comment[0]:offset + len(text)], row)
            else:
                if comment:
                    yield comment[:2]
                comment = (offset, text, row)
        elif name == "FSTRING_MIDDLE":
            yield offset, text
        elif name == "STRING" and "r" not in text.split(text[-1])[0].lower():
            prefix = len(text.split(text[-1])[0])
            yield offset + prefix, text[prefix:].strip(text[-1])
    if comment:
        yield comment[:2]


def texts(path, source):
    """Yield (offset, text) of everything in a file that people read"""
    if path.endswith((".c", ".h", ".S")):
        yield from c_texts(source)
    elif path.endswith(".py") or re.match(r"#!.*python", source):
        yield from python_texts(source)
    elif path.endswith(".rst"):
        yield 0, BLOCK.sub(blank, source)
    else:
        yield 0, source


def blank(found):
    """Replace a match by spaces, so that the rest keeps its place"""
    return re.sub(r"[^\n]", " ", found[0])


def plain(text):
    """Return @text without all that is not English"""
    for pattern in (LEADER, ESCAPE):
        text = pattern.sub(blank, text)
    return LITERAL.sub(lambda found: "X" * len(found[0]), text)


def judge(text):
    """Yield (offset, hit, reason) of each violation in @text"""
    text = plain(text)
    for reason, pattern in RULES:
        for found in pattern.finditer(text):
            group = "hit" if "hit" in pattern.groupindex else 0
            yield found.start(group), " ".join(found[group].split()), reason


def judge_source(path, source):
    """Return (line number, hit, reason) of each violation in the content of a file"""
    wrong = {(source.count("\n", 0, offset + at) + 1, hit, reason)
             for offset, text in texts(path, source)
             # A single word is a name
             if " " in text
             for at, hit, reason in judge(text)}
    return sorted(wrong)


def tracked():
    """Return the paths of our text files"""
    paths = subprocess.run(["git", "-C", TOP, "ls-files", "-z"], check=True,
                           capture_output=True, text=True).stdout.split("\0")
    return [path for path in paths if path and not SKIPPED.search(path) and
            os.path.isfile(os.path.join(TOP, path))]


@test("static", beside=True, needs=())
def english(_opt, results):
    """The text of our files is plain English"""
    if not os.path.exists(os.path.join(TOP, ".git")):
        results.skip("english", "not a git repository")
        return
    for path in tracked():
        with open(os.path.join(TOP, path), encoding="utf-8") as f:
            source = f.read()
        wrong = judge_source(path, source)
        if wrong:
            lines = source.splitlines()
            results.add(False, f"english: {path}", f"{len(wrong)} places")
            results.quote(f"{path}:{line}: {lines[line - 1].strip()}: \"{hit}\": {reason}"
                          for line, hit, reason in wrong)
    results.add(not results.failed, "english: no bad patterns are found")


# Each line is found. Most of them are from earlier versions of our files.
BAD = r"""
who computes beside a virtio disk has 66 % of the CPU
Whoever holds it must not wait for pages to be written.
It waits for those who call after it.
nobody has called it
Somebody who types on a keyboard
A call that finds nobody makes the bus look at once.
all pages that he has
What is not taken from it its event goes on telling of.
The lock is released. What is then over is to be ended without it.
what it was cannot be called: %ld
The mutex is for the list and for what is in the devices.
One that means nothing here is taken for none.
Those that are typed while the reading blocks
A timer of Linux's is due.
a keyboard of QEMU's
drivers of firmware's are connected
one of the firmware's
keep the clock of firmware's
Firmware's clock keeps its time.
the drift of firmware's clock in 3 s
Firmware says when a key is pressed.
while firmware is idle
What Linux has from firmware.
a timer of firmware is late
Linux calls firmware for it.
So it is done; so is done a larger one.
a status that is none
all other memory that there is
It may not be to be had.
Another device than expected fires.
"""

# No line is found
GOOD = r"""
Users who have no root access can read the file.
Print the devices that the firmware lists.
What to do if the kernel does not start
Return: what kind of clock it is
What is the status? See the log.
It compares the disk with that of the kernel, because firmware before 2.8 has none.
The driver does not know what is wrong.
The disk driver returns -EIO because the medium has changed.
Linux can interrupt a firmware call when a Linux timer expires.
The firmware's clock does not drift, and each firmware driver keeps its timers.
Firmware drivers and firmware calls run at TPL_CALLBACK.
A firmware that stops its clock is not supported.
one of Linux's timers, and the end of edk2's memory map
The log says that there is no clock.
It has none of these. Another handle is better than no handle.
Call the firmware's function, and then return to the firmware.
setuid(NOBODY), ./who and $nobody and sched.who are names.
"""

C_SAMPLE = r"""
/* Fine */ /* but a timer of firmware */
static int who, nobody; /*
 * Call a timer of
 * Linux's
 */
char c = '"'; const char *what = "ok\nwhoever it is";
"""

RST_SAMPLE = r"""
What the user sees
------------------
Type this command::

    who    # nobody knows

Then Linux has the memory of
firmware.
"""

PYTHON_SAMPLE = r"""
who = nobody = r"who"  # The first line is good,
# but somebody is here
print(f"{who} is fine", "what is left")
"""


@test("static", beside=True, needs=())
def english_rules(_opt, results):
    """The rules for plain English find bad sentences and no good ones"""
    used = set()
    for line in BAD.strip().splitlines():
        found = {reason for _, _, reason in judge(line)}
        results.add(found, f"english-rules: found: {line}")
        used |= found
    for line in GOOD.strip().splitlines():
        found = list(judge(line))
        results.add(not found, f"english-rules: not found: {line}", f"{found}")
    unused = {reason for reason, _ in RULES} - used
    results.add(not unused, "english-rules: each rule is used", f"{unused}")
    for name, source, wanted in (
            ("sample.c", C_SAMPLE, [(2, "firmware"), (4, r"of Linux's"),
                                    (7, "whoever")]),
            ("sample.rst", RST_SAMPLE, [(9, "firmware")]),
            ("sample.py", PYTHON_SAMPLE, [(3, "somebody"), (4, r"what is")])):
        found = [(line, hit) for line, hit, _ in judge_source(name, source)]
        results.add(found == wanted, f"english-rules: only comments and strings: {name}",
                    f"{found}")
