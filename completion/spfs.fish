# fish completion for spfs. Commands and options are read from --help, list names
# from the registry: neither waits for a mount or a server.

function __spfs_commands
    spfs --help 2>/dev/null | sed -n '/^Commands/,/^[^ C]/s/^  \([a-z-]*\)  *\(.*\)/\1\t\2/p'
end

function __spfs_options
    set -l words (commandline -opc)
    spfs $words[2] --help 2>/dev/null | grep -oE -- '(^|[[:space:],[|])-{1,2}[a-z][a-z-]*' | grep -oE -- '-{1,2}[a-z][a-z-]*' | sort -u
end

# Settings, and the keys that the configuration has.
function __spfs_keys
    spfs --help 2>/dev/null | sed -n '/ -o OPT/,/nonempty/s/^    \([a-z_]*\) .*(.*)$/\1/p'
    spfs config list 2>/dev/null | sed 's/=.*//' | sort -u
end

function __spfs_word_is
    set -l words (commandline -opc)
    test (count $words) -eq $argv[1]; and test "$words[2]" = $argv[2]
    and begin; test (count $argv) -lt 3; or contains -- "$words[3]" $argv[3..]; end
end

complete -c spfs -n __fish_use_subcommand -a '(__spfs_commands)'
complete -c spfs -n __fish_use_subcommand -l help -s h -d 'show the commands'
complete -c spfs -n __fish_use_subcommand -l version -s V -d 'show the version'
complete -c spfs -n __fish_use_subcommand -l foreground -s f -d 'stay in the foreground'
complete -c spfs -n 'not __fish_use_subcommand' -a '(string match -- "-*" (commandline -ct) >/dev/null; and __spfs_options)'
complete -c spfs -f -n '__fish_seen_subcommand_from sync remove login logout' -a '(spfs lists --names 2>/dev/null)'
complete -c spfs -f -n '__fish_seen_subcommand_from add; and contains -- --print-link (commandline -opc)' -a '(spfs lists --names 2>/dev/null)'
complete -c spfs -f -n '__fish_seen_subcommand_from umount demo' -a '(__fish_complete_directories)'
complete -c spfs -f -n '__spfs_word_is 2 config' -a 'get set unset list edit path check'
complete -c spfs -f -n '__spfs_word_is 3 config get set unset' -a '(__spfs_keys)'
complete -c spfs -f -n '__spfs_word_is 2 conflicts' -a 'show keep-mine keep-theirs merge'
