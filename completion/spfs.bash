# bash completion for spfs. Commands and options are read from --help, list names
# from the registry: neither waits for a mount or a server.

_spfs_commands()
{
	"$1" --help 2>/dev/null | sed -n '/^Commands/,/^[^ C]/s/^  \([a-z-]*\) .*/\1/p'
}

_spfs_options()
{
	"$1" "$2" --help 2>/dev/null | grep -oE -- '(^|[[:space:],[|])-{1,2}[a-z][a-z-]*' | grep -oE -- '-{1,2}[a-z][a-z-]*' | sort -u
}

_spfs()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} IFS=$'\n'

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_spfs_commands "$1")
--help
--version
--foreground
--debug
--verbose" -- "$cur")
		mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_spfs_options "$1" "$command")" -- "$cur")
	else
		[[ $command == add && ${COMP_WORDS[COMP_CWORD-1]} == --print-link ]] && command=remove
		case $command in
		sync | remove)
			mapfile -t COMPREPLY < <("$1" lists --names 2>/dev/null | while read -r name; do
				[[ $name == "$cur"* ]] && printf '%q\n' "$name"
			done)
			;;
		umount | demo)
			mapfile -t COMPREPLY < <(compgen -d -- "$cur")
			;;
		*)
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			;;
		esac
	fi
}

complete -o filenames -F _spfs spfs
