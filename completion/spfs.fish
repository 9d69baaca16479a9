# fish completion for spfs. Commands and options are read from --help, list names
# from the registry: neither waits for a mount or a server.

function __spfs_commands
    spfs --help 2>/dev/null | sed -n '/^Commands/,/^[^ C]/s/^  \([a-z-]*\)  *\(.*\)/\1\t\2/p'
end

function __spfs_options
    set -l words (commandline -opc)
    spfs $words[2] --help 2>/dev/null | grep -oE -- '(^|[[:space:],[|])-{1,2}[a-z][a-z-]*' | grep -oE -- '-{1,2}[a-z][a-z-]*' | sort -u
end

complete -c spfs -n __fish_use_subcommand -a '(__spfs_commands)'
complete -c spfs -n __fish_use_subcommand -l help -s h -d 'show the commands'
complete -c spfs -n __fish_use_subcommand -l version -s V -d 'show the version'
complete -c spfs -n __fish_use_subcommand -l foreground -s f -d 'stay in the foreground'
complete -c spfs -n 'not __fish_use_subcommand' -a '(string match -- "-*" (commandline -ct) >/dev/null; and __spfs_options)'
complete -c spfs -f -n '__fish_seen_subcommand_from sync remove' -a '(spfs lists --names 2>/dev/null)'
complete -c spfs -f -n '__fish_seen_subcommand_from add; and contains -- --print-link (commandline -opc)' -a '(spfs lists --names 2>/dev/null)'
complete -c spfs -f -n '__fish_seen_subcommand_from umount demo' -a '(__fish_complete_directories)'
