# SPDX-License-Identifier: GPL-2.0-only
#
# Completion for efi-kexec: copy this file to
# /usr/share/bash-completion/completions/efi-kexec

_efi_kexec()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}

	# bash splits words at "="
	[ "$word" != "=" ] || word=
	[ "$before" != "=" ] || before=${COMP_WORDS[COMP_CWORD-2]}
	case $before in
	-b|--boot)
		COMPREPLY=($(compgen -W "$(efi-kexec --list 2> /dev/null |
					   cut -c 1-4)" -- "$word"))
		return
		;;
	-w|--windows)
		COMPREPLY=($(compgen -W "auto chain bootnext" -- "$word"))
		return
		;;
	-d|--device)
		COMPREPLY=($(compgen -W "$(ls /sys/bus/efi/devices 2> /dev/null)
					 $(compgen -G '/dev/efida*')" -- "$word"))
		return
		;;
	-a|--append|-f|--path)
		return
		;;
	esac
	case $word in
	-*)
		COMPREPLY=($(compgen -W "--initrd= --append= --device= --path= --boot=
					 --windows= --predict --list --exec --unload
					 --help" -- "$word"))
		[[ ${COMPREPLY-} != *= ]] || compopt -o nospace
		;;
	*)
		compopt -o filenames
		COMPREPLY=($(compgen -f -- "$word"))
		;;
	esac
}
complete -F _efi_kexec efi-kexec
