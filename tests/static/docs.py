# SPDX-License-Identifier: GPL-2.0-only
"""
The documentation builds, and agrees with the code
"""

import glob
import os
import re
import subprocess

from lib.registry import TOP, test

GUIDE = "Documentation/efi-mode/user-guide.rst"
PARAMETERS = "Documentation/efi-mode/kernel-parameters.txt"
ABI = ("Documentation/ABI/testing/sysfs-bus-efi",
       "Documentation/ABI/testing/sysfs-firmware-efi-mode")

# Without drivers/efi-mode/test: its modules are a part of the tests, and the documentation
# for users does not mention them
FOLDERS = ("arch/efi", "drivers/efi-mode/bus", "drivers/efi-mode/disk",
           "drivers/efi-mode/kexec", "drivers/efi-mode/net", "drivers/efi-mode/screen",
           "drivers/efi-mode/text", "drivers/efi-mode/tpm")


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return f.read()


def sources(folders=FOLDERS):
    """Return a dictionary of paths and texts of the C and assembly files in @folders"""
    return {path: read(path) for folder in folders
            for path in glob.glob(folder + "/**/*.[chS]", root_dir=TOP,
                                  recursive=True)}


# The build

# Warnings and errors of make, sphinx-build, kernel-doc, and perl, which runs kernel-doc
COMPLAINT = re.compile(r"warning|error|severe|undefined|uninitialized|not found", re.I)


def complaints(output):
    """Return the warnings and errors in the output of a documentation build"""
    return [line for line in output.splitlines() if COMPLAINT.search(line)]


@test("static", beside=True, needs=("tree",))
def htmldocs(opt, results):
    """make htmldocs prints no warnings, and exported symbols are documented"""
    out = os.path.join(opt.tmp, "htmldocs")
    p = subprocess.run(["make", "-C", TOP, "htmldocs", "SPHINXDIRS=efi-mode",
                        f"O={out}"], capture_output=True, text=True, check=False)
    found = complaints(p.stdout + p.stderr)
    results.add(p.returncode == 0 and not found, "htmldocs: no warnings",
                f"status {p.returncode}, {len(found)} warnings")
    results.quote(found[:20])

    headers = sorted(glob.glob("include/efi-mode/*.h", root_dir=TOP))
    p = subprocess.run([os.path.join(opt.tree, "scripts/kernel-doc"), "-none",
                        *(os.path.join(TOP, path) for path in headers)],
                       capture_output=True, text=True, check=False)
    found = complaints(p.stdout + p.stderr)
    results.add(headers and not found, "htmldocs: kernel-doc understands all headers",
                "; ".join(found[:5]))
    source = read("Documentation/efi-mode/driver-guide.rst")
    missing = [path for path in headers
               if "\n/**\n" in read(path) and path not in source]
    results.add(not missing, "htmldocs: the driver guide names all headers",
                " ".join(missing))

    html = os.path.join(out, "Documentation/output/efi-mode")
    pages = {os.path.basename(path)[:-4] for path in
             glob.glob(os.path.join(TOP, "Documentation/efi-mode/*.rst"))}
    missing = [page for page in sorted(pages)
               if not os.path.exists(os.path.join(html, page + ".html"))]
    if not results.add("index" in pages and not missing, "htmldocs: all pages are built",
                       " ".join(missing)):
        return
    with open(os.path.join(html, "driver-guide.html"), encoding="utf-8") as f:
        guide = f.read()
    exported = {name for text in sources().values()
                for name in re.findall(r"^EXPORT_SYMBOL_GPL\((\w+)\)", text, re.M)}
    # A symbol that no header for drivers declares is for another file of the same driver
    headers = "".join(sources(("include/efi-mode", "arch/efi/include")).values())
    public = {name for name in exported if re.search(rf"\b{name}\b", headers)}
    missing = [name for name in sorted(public)
               if not re.search(rf"\b{name}\b", guide)]
    results.add(len(public) > 20 and not missing,
                "htmldocs: the driver guide has all exported symbols",
                " ".join(missing))


@test("static", beside=True, needs=("tree",))
def htmldocs_complaints(_opt, results):
    """The htmldocs check finds the warnings of each program that takes part in the build"""
    lines = ("efi-mode/index.rst:7: WARNING: Unknown target name: \"disks\".",
             "include/efi-mode/call.h:53: warning: Excess struct member 'x'",
             "Use of uninitialized value $param in hash element at scripts/kernel-doc",
             "make: *** [Makefile:236: __sub-make] Error 2")
    missed = [line for line in lines if not complaints(line)]
    results.add(not missed, "htmldocs: each kind of warning is found", "; ".join(missed))
    found = complaints("  PARSE   include/uapi/linux/cec.h\nUsing alabaster theme\n")
    results.add(not found, "htmldocs: other lines are no warnings", "; ".join(found))


# Parameters, attributes and other files

def module_name(path):
    """Return the name of the module of a C file, which is the prefix of its parameters"""
    name = os.path.basename(path)[:-2]
    makefile = read(os.path.join(os.path.dirname(path), "Makefile"))
    for module, objects in re.findall(r"^([\w-]+)-(?:y|\$\(\w+\))\s*[:+]?=(.*)$",
                                      makefile.replace("\\\n", " "), re.M):
        if module != "obj" and name + ".o" in objects.split():
            name = module
            break
    return name.replace("-", "_")


def defined_parameters(files):
    """Return the full names of the kernel parameters that C files define"""
    found = set()
    for path, text in files.items():
        prefix = re.search(r'^#define MODULE_PARAM_PREFIX "(.*)"', text, re.M)
        for name in re.findall(r"^module_param\w*\((\w+)", text, re.M):
            found.add((prefix[1] if prefix else module_name(path) + ".") + name)
        found |= set(re.findall(r'^(?:early_param|__setup|core_param)\("?([\w.]+)=?',
                                text, re.M))
        # The resident half has no module_param(), and compares the names itself
        if path.startswith("arch/efi/boot/"):
            found |= set(re.findall(r'strcmp\(param, "([\w.]+)"\)', text))
    return found


@test("static", beside=True, needs=("tree",))
def parameters(_opt, results):
    """The user guide and kernel-parameters.txt have all parameters and no others"""
    defined = defined_parameters(sources())
    results.add({"efi_mode.arena", "efi_mode.share", "efi_disk.mode", "mem"} <= defined,
                "parameters: they are found in the code", f"{defined}")
    section = re.search(r"^Parameters\n=+$(.*?)^Limits\n=+$", read(GUIDE), re.M | re.S)
    for path, text, pattern in ((GUIDE, section[1], r"^``([\w.]+)=``"),
                                (PARAMETERS, read(PARAMETERS), r"^\t([\w.]+)=")):
        documented = re.findall(pattern, text, re.M)
        missing = sorted(defined - set(documented))
        results.add(not missing, f"parameters: {path} has all of the code",
                    " ".join(missing))
        unknown = sorted(set(documented) - defined)
        results.add(not unknown, f"parameters: {path} has no others", " ".join(unknown))
        results.add(len(documented) == len(set(documented)),
                    f"parameters: {path} has each of them once")


@test("static", beside=True, needs=("tree",))
def attributes(_opt, results):
    """Documents have all sysfs attributes, debugfs files, counters and tracepoints

    The ABI document must have the sysfs attributes, and the user guide must have all.
    """
    text = "".join(sources().values())
    guide = read(GUIDE)
    defined = set(re.findall(r"\bDEVICE_ATTR\w*\((\w+)", text))
    defined |= set(re.findall(r"^EINFO_FILE\((\w+)\);", text, re.M))
    defined |= set(re.findall(r"\b__ATTR\((\w+),", text))
    documented = {path.split("/")[-1] for document in ABI for path in
                  re.findall(r"^What:\s+(\S+)", read(document), re.M)} - {"efiN"}
    # The driver core creates these, not our code
    documented -= {"bind", "unbind"}
    results.add(defined and defined == documented, f"attributes: {' and '.join(ABI)} have them",
                f"{sorted(defined ^ documented)}")
    missing = {name for name in defined if f"/{name}``" not in guide}
    results.add(not missing, f"attributes: {GUIDE} has them", f"{missing}")

    files = set(re.findall(r'debugfs_create_file\("(\w+)"', text))
    missing = {name for name in files if f"``{name}``" not in guide}
    results.add(files and not missing, "attributes: files in debugfs", f"{missing}")
    counters = set(re.findall(r'"(\w+) %llu\\n"', read("arch/efi/kernel/debugfs.c")))
    ledger = read("drivers/efi-mode/bus/devres.c").replace("\\n", "\\n ")
    counters |= set(re.findall(r"(\w+) %d\\n", ledger))
    missing = {name for name in counters if f"``{name}``" not in guide}
    results.add(len(counters) > 15 and not missing, "attributes: counters in debugfs",
                f"{missing}")
    events = set(re.findall(r"^TRACE_EVENT\((\w+)", read("arch/efi/kernel/trace.h"), re.M))
    missing = {name for name in events if f"``{name}``" not in guide}
    results.add(events and not missing, "attributes: tracepoints", f"{missing}")


# Time limits

LIMITS = "include/efi-mode/time-limits.h"
INTERNALS = "Documentation/efi-mode/internals.rst"
MICROSECONDS = {"us": 1, "ms": 1000, "s": 1000 * 1000}


def defined_limits(text):
    """
    Return a dictionary of the time limits that a header defines, in microseconds

    A value may be a number, a product of numbers, or the name of an earlier limit. The
    unit is the last part of the name.
    """
    values, found = {}, {}
    for name, value in re.findall(r"^#define (EFI_MODE_\w+)[ \t]+(\S.*)$", text, re.M):
        for known, number in values.items():
            value = re.sub(rf"\b{known}\b", str(number), value)
        number = 1
        for factor in re.findall(r"(\d+)U?L*", value):
            number *= int(factor)
        values[name] = number
        found[name.removeprefix("EFI_MODE_")] = \
            number * MICROSECONDS[name.split("_")[-1].lower()]
    return found


@test("static", beside=True, needs=("tree",))
def time_limits(_opt, results):
    """The table of time limits in the internals agrees with the header"""
    sample = defined_limits("#define EFI_MODE_A_US\t50\n"
                            "#define EFI_MODE_B_US\tEFI_MODE_A_US\n"
                            "#define EFI_MODE_C_MS\t(60 * 1000L)\n")
    results.add(sample == {"A_US": 50, "B_US": 50, "C_MS": 60000000},
                "time-limits: the header is understood", f"{sample}")
    # The table does not have the limits that only the tests use
    defined = {name: value for name, value in defined_limits(read(LIMITS)).items()
               if not name.startswith("TEST_")}
    table = {name: int(value) * MICROSECONDS[unit] for name, value, unit in
             re.findall(r"^   \* - ``(\w+)``\n     - (\d+) (\w+)$", read(INTERNALS), re.M)}
    wrong = sorted(set(defined.items()) ^ set(table.items()))
    results.add(len(defined) > 10 and not wrong, f"time-limits: {INTERNALS} has them",
                f"{wrong}")


# Files, functions and sections that documents name



def documents():
    return ["README.md", "tests/README.md", "Documentation/efi-mode.rst",
            *glob.glob("Documentation/efi-mode/*", root_dir=TOP)]


def anchors(text, is_markdown):
    """Return the anchors that GitHub derives from the titles of a document"""
    titles = (re.findall(r"^#+ (.*)$", text, re.M) if is_markdown else
              re.findall(r"^(\S.*)\n(?:=+|-+)$", text, re.M))
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-")
            for title in titles}


def broken_links(path, text):
    """Return the links of a Markdown document whose file or section does not exist"""
    wrong = []
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"\w+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name \
            else path
        if not os.path.exists(os.path.join(TOP, target)):
            wrong.append(link)
        elif anchor and anchor not in anchors(read(target), target.endswith(".md")):
            wrong.append(link)
    return wrong


OURS = r"(?:arch/efi|(?:drivers|include|tools|Documentation)/efi-mode|tests|scripts)"


def stale_names(text, known, code):
    """
    Return the names of our files and functions in a document that do not exist

    @known: paths of all files and folders
    @code: text in which the functions must occur
    """
    wrong = []
    # tests/AREA stands for the folder of any area
    for name in re.findall(rf"(?<![\w/.*-])({OURS}/[\w./-]*\w)", text):
        if "AREA" not in name and name not in known:
            wrong.append(name)
    for name in re.findall(r"`([\w-]+\.(?:c|h|S|py|sh|rules))`", text):
        if name not in {os.path.basename(path) for path in known}:
            wrong.append(name)
    for name in re.findall(r"\b((?:__)?(?:efi_[a-z]\w*|start_\w+))\(\)", text):
        if not re.search(rf"\b{name}\b", code):
            wrong.append(name + "()")
    return sorted(set(wrong))


@test("static", beside=True, needs=("tree",))
def references(_opt, results):
    """Documents name files, functions and sections that exist"""
    known = {"arch/efi/boot/bzImage"}
    for folder in ("arch", "drivers", "include", "tools", "tests", "scripts",
                   "Documentation"):
        for root, folders, files in os.walk(os.path.join(TOP, folder)):
            root = os.path.relpath(root, TOP)
            known |= {os.path.join(root, name) for name in (*folders, *files)}
    code = "".join(sources(("arch", "drivers", "include")).values())
    # The names of functions in other kernel files may occur only in our patches
    code += "".join(read(path) for path in glob.glob("patches/*/*.patch", root_dir=TOP))
    for path in documents():
        text = read(path)
        wrong = stale_names(text, known, code)
        if path.endswith(".md"):
            wrong += broken_links(path, text)
        results.add(not wrong, f"references: {path}", "; ".join(wrong))
    wrong = (broken_links("README.md", "[a](Documentation/efi-mode/none.rst) "
                          "[b](README.md#licence) [c](README.md#none)") +
             stale_names("``arch/efi/boot/none.c``, ``start.c``, ``none.c``, "
                         "efi_mode_none(), efi_call_submit()", known, code))
    results.add(wrong == ["Documentation/efi-mode/none.rst", "README.md#none",
                          "arch/efi/boot/none.c", "efi_mode_none()", "none.c"],
                "references: those that lead nowhere are found", f"{wrong}")
