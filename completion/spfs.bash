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

# Settings, and the keys that the configuration has.
_spfs_keys()
{
	"$1" --help 2>/dev/null | sed -n '/ -o OPT/,/nonempty/s/^    \([a-z_]*\) .*(.*)$/\1/p'
	"$1" config list 2>/dev/null | sed 's/=.*//' | sort -u
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
		case $command:$COMP_CWORD:${COMP_WORDS[2]} in
		config:2:*)
			mapfile -t COMPREPLY < <(compgen -W $'get\nset\nunset\nlist\nedit\npath\ncheck' -- "$cur")
			return
			;;
		config:*:get | config:3:set | config:3:unset)
			mapfile -t COMPREPLY < <(compgen -W "$(_spfs_keys "$1")" -- "$cur")
			return
			;;
		conflicts:2:*)
			mapfile -t COMPREPLY < <(compgen -W $'show\nkeep-mine\nkeep-theirs\nmerge' -- "$cur")
			return
			;;
		esac
		case $command in
		sync | remove | login | logout)
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
