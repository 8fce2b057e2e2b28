# Cleans up after a bench run, however that ended. Arguments: the prefix of its namespaces' names, its temporary folder.
# Standard input is a pipe from the bench: it ends when the bench closes it, and also when the bench is killed.
cat >/dev/null
for path in /run/netns/"$1"*; do
    [ -e "$path" ] || continue
    name=${path##*/}
    while pids=$(ip netns pids "$name") && [ -n "$pids" ]; do
        kill -KILL $pids 2>/dev/null
    done
    ip netns delete "$name"
done
rm -rf "$2"
