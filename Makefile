# SPDX-License-Identifier: GPL-2.0-only
#
# Targets of efi-mode. All other targets are passed to the kernel tree, with ARCH=efi
# unless the command line says otherwise. See `make help`.

BASE	?= 6.12
ARCH	?= efi
V	?= 0
export ARCH

MAKEFLAGS += --no-print-directory

top	:= $(CURDIR)
# Another base has a folder of its own for everything that is built
build	:= $(top)/build$(if $(filter-out 6.12,$(BASE)),/$(BASE))
tree	:= $(build)/linux-$(BASE)

# As in a kernel tree, O= is relative to the folder in which make was called
objects	:= $(abspath $(or $(O),$(build)/$(ARCH)))

# Make the results of ccache independent of the place of the repository
export CCACHE_BASEDIR	:= $(top)
export CCACHE_NOHASHDIR	:= 1
# Expanded in a recipe, because "make packages" may have installed ccache just before. If
# the compiler command changed from one build to the next, the kernel would be rebuilt.
ccache	 = $(if $(filter undefined default,$(origin CC)),$(shell command -v ccache))
kernel-cc = $(if $(ccache),CC="ccache gcc")

ours	:= run check check-long kselftests-stock bench tree packages image initrd \
	   image-modules tests-initrd kselftests-initrd runtime-initrd root-image \
	   root-initrd debug-image debug-initrd stock-image native-image efi-programs \
	   second-firmware debian-kernel efi-applications shim sign

# Use all processors, unless the command line has -j. MAKEFLAGS is complete only in a recipe.
jobs	 = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
kernel	 = +$(MAKE) $(jobs) -C $(tree) ARCH=$(ARCH) O=$(objects) $(kernel-cc)

# The default target builds the kernel image, as in a kernel tree
PHONY	:= all
all: image

PHONY += packages
packages:
	@scripts/install-packages.sh

PHONY += tree
tree: packages
	@scripts/prepare-tree.sh $(BASE) $(tree)
	@mkdir -p $(objects)

PHONY += help
help: tree
	@echo  'Targets of efi-mode:'
	@echo  '  run             - build and boot to a prompt in QEMU (leave with Ctrl-A X)'
	@echo  '                    MEM=1G INITRD=file APPEND="options" FIRMWARE=file VARS=file'
	@echo  '                    DISPLAY_MODE=none|gtk|sdl|vnc=:1 QEMU_ARGS="..."'
	@echo  '                    NET=user|none|tap:NAME: network card; user has DHCP'
	@echo  '                    ROOT=file: raw disk image with a Linux system'
	@echo  '                    SECURE_BOOT=1: by shim, with a key of its own, or KEY= CERT='
	@echo  '  sign            - sign the image and the modules: KEY=file CERT=file, in PEM'
	@echo  '  root-image      - build a disk image with Debian for ROOT=: build/root.img'
	@echo  '  root-initrd     - build an initramfs for it that opens encrypted disks'
	@echo  '  tests-initrd    - build the initramfs archive of the tests'
	@echo  '  check           - run the quick tests; LIST=1 lists all, quick and long'
	@echo  '                    TESTS="..." selects tests: names, areas, globs of names'
	@echo  '  check-long      - run the long tests; TESTS= and LIST=1 as above'
	@echo  '  kselftests-stock - write tests/switch/kselftests.expected from the stock kernel'
	@echo  '  bench           - measure the figures of performance.rst, beside the stock kernel'
	@echo  '  tree            - prepare the kernel tree in build/linux-$(BASE)'
	@echo  '  BASE=$(BASE)       - kernel base, one of: $(notdir $(wildcard patches/*))'
	@echo  ''
	@echo  'Targets of the kernel (ARCH=$(ARCH), objects in $(patsubst $(top)/%,%,$(objects))):'
	$(kernel) help

# Build all kernel targets of the command line by one make, in their order
kernel-goals := $(filter-out all help $(ours),$(MAKECMDGOALS))
ifneq ($(kernel-goals),)
PHONY += $(kernel-goals)
$(kernel-goals): kernel-build
	@:
endif

PHONY += kernel-build
kernel-build: tree
	$(kernel) $(if $(kernel-goals),$(kernel-goals),bzImage)
	@if [ "$(ARCH)" = efi ] && [ -e $(objects)/arch/efi/boot/bzImage ]; then \
		ln -sfn $(objects)/arch/efi/boot/bzImage arch/efi/boot/bzImage; \
	fi

# Targets of efi-mode

# A Linux system on a disk needs no initramfs
INITRD	?= $(if $(ROOT),,$(objects)/initrd.img)
MEM	?= 1G
DISPLAY_MODE ?= none

kernel-image := $(objects)/arch/efi/boot/bzImage

# One target at a time, because the kernel build uses all processors
.NOTPARALLEL:

PHONY += objects-config
objects-config: tree
	@[ -e $(objects)/.config ] || $(MAKE) -C $(tree) -s O=$(objects) defconfig

PHONY += image
image: objects-config
	$(kernel) bzImage
	@ln -sfn $(objects)/arch/efi/boot/bzImage arch/efi/boot/bzImage

# Separate from "image", so that "make run" need not build the modules
PHONY += image-modules
image-modules: objects-config
	$(kernel) bzImage modules
	@ln -sfn $(objects)/arch/efi/boot/bzImage arch/efi/boot/bzImage

PHONY += initrd
initrd: image
	@scripts/make-initrd.sh $(objects) $(objects)/initrd.img

PHONY += root-image
root-image: image-modules
	@scripts/make-root.sh $(tree) $(objects) $(build)/root.img

PHONY += root-initrd
root-initrd: root-image
	@scripts/make-root-initrd.sh $(build)/root.img.d $(build)/root-initrd.img

# Archives that are appended to the initrd
PHONY += tests-initrd
tests-initrd: image-modules
	@scripts/make-initrd.sh $(objects) $(objects)/initrd.img
	@$(kernel-cc) scripts/make-tests.sh $(tree) $(objects) $(build)/selftests \
		$(objects)/initrd-tests.img

PHONY += kselftests-initrd
kselftests-initrd: image-modules
	@scripts/make-kselftests.sh $(tree) $(objects) $(objects)/initrd-kselftests.img

PHONY += runtime-initrd
runtime-initrd: image-modules
	@scripts/make-runtime.sh $(tree) $(objects) $(objects)/initrd-runtime.img

ifneq ($(SECURE_BOOT),)
run: shim
endif

PHONY += run
run: initrd
	@scripts/run.py --kernel $(kernel-image) $(if $(INITRD),--initrd $(INITRD)) \
		$(if $(ROOT),--root $(ROOT)) \
		--memory $(MEM) --append "$(APPEND)" --display $(DISPLAY_MODE) \
		$(if $(FIRMWARE),--firmware $(FIRMWARE)) \
		$(if $(VARS),--vars $(VARS)) \
		$(if $(SECURE_BOOT),--secure-boot $(build)/secure-boot \
			--shim $(build)/shim/shimx64.efi \
			$(if $(KEY),--key $(KEY)) $(if $(CERT),--cert $(CERT))) \
		$(if $(NET),--net $(NET)) \
		--qemu-args "$(QEMU_ARGS)"

# Sign with a key of your own. The kernel build does not do it, because the key need not be
# on the machine that builds.
PHONY += sign
sign: image-modules
	@[ -n "$(KEY)" ] && [ -n "$(CERT)" ] || { \
		echo "usage: make sign KEY=key.pem CERT=certificate.pem" >&2; exit 1; }
	@scripts/sign.sh $(tree) $(objects) $(KEY) $(CERT) $(build)/signed

# The same kernel with the debugging options that are worth their time
debug	:= $(build)/debug
configs	:= $(addprefix arch/efi/configs/,efi_defconfig debug.config)

$(debug)/.config: $(configs) | tree
	@mkdir -p $(debug)
	@$(tree)/scripts/kconfig/merge_config.sh -m -O $(debug) $(configs) > /dev/null
	@$(MAKE) -s -C $(tree) ARCH=efi O=$(debug) olddefconfig

PHONY += debug-image
debug-image: $(debug)/.config
	+$(MAKE) $(jobs) -C $(tree) ARCH=efi O=$(debug) $(kernel-cc) bzImage modules

PHONY += debug-initrd
debug-initrd: debug-image
	@scripts/make-initrd.sh $(debug) $(debug)/initrd.img
	@$(kernel-cc) scripts/make-tests.sh $(tree) $(debug) $(build)/selftests \
		$(debug)/initrd-tests.img

PHONY += efi-programs
efi-programs: packages
	@$(MAKE) $(jobs) -s -C tests/lib/efi OUT=$(build)/firmware

PHONY += second-firmware
second-firmware: packages
	@scripts/second-firmware.sh $(build)/second-firmware

PHONY += debian-kernel
debian-kernel: packages
	@scripts/debian-kernel.sh $(build)/debian-kernel

PHONY += efi-applications
efi-applications: packages
	@scripts/efi-applications.sh $(build)/efi-applications

PHONY += shim
shim: packages
	@scripts/shim.sh $(build)/shim

# Run the tests that TESTS selects. Build only what these tests use.
check-tests = $(kernel-cc) tests/check.py --build $(build) --tree $(tree) --objects $(objects) \
	$(if $(FIRMWARE),--firmware $(FIRMWARE)) $(if $(VARS),--vars $(VARS))

PHONY += check check-long
check: long	:=
check-long: long := --long
ifneq ($(LIST),)
check check-long: packages
	@set -f; tests/check.py --list $(long) -- $(TESTS)
else
# set -f, because check.py expands the globs in TESTS, not the shell
check check-long: packages
	+@set -f; needs=$$(tests/check.py --needs $(long) -- $(TESTS)) && \
	$(MAKE) efi-programs $$needs
	@set -f; $(check-tests) $(long) -- $(TESTS)
endif

# The stock kernel: the same tree and the same options for ARCH=x86_64. It also has a driver
# for the serial port, which it does not share with the firmware.
stock	:= $(build)/x86_64

PHONY += stock-image
stock-image: image
	@mkdir -p $(stock)
	@sed -e '/EFI_MODE/d' -e '/CONFIG_SERIAL_8250/d' $(objects)/.config > $(stock)/.config
	@printf 'CONFIG_SERIAL_8250=y\nCONFIG_SERIAL_8250_CONSOLE=y\n' >> $(stock)/.config
	@$(MAKE) -s -C $(tree) ARCH=x86_64 O=$(stock) olddefconfig
	+$(MAKE) $(jobs) -C $(tree) ARCH=x86_64 O=$(stock) $(kernel-cc) bzImage

# The stock kernel with native disk drivers
native	:= $(build)/native

PHONY += native-image
native-image: stock-image
	@mkdir -p $(native)
	@$(tree)/scripts/kconfig/merge_config.sh -m -O $(native) $(stock)/.config \
		tests/native.config > /dev/null
	@$(MAKE) -s -C $(tree) ARCH=x86_64 O=$(native) olddefconfig
	+$(MAKE) $(jobs) -C $(tree) ARCH=x86_64 O=$(native) $(kernel-cc) bzImage

PHONY += bench
bench: tests-initrd stock-image native-image efi-programs
	@scripts/bench.py --build $(build) --objects $(objects) --kernel $(kernel-image) \
		--stock $(stock)/arch/x86/boot/bzImage \
		--native $(native)/arch/x86/boot/bzImage

PHONY += kselftests-stock
kselftests-stock: tests-initrd kselftests-initrd stock-image efi-programs
	@tests/switch/kselftests.py --objects $(objects) --build $(build) --kernel $(stock)/arch/x86/boot/bzImage

.PHONY: $(PHONY)
