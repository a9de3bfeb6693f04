# bin/ssi demo: starts a cluster of three daemons on this host and moves a running program through it. For POSIX sh; sourced with
# SSI_ROOT set and the demo's own arguments. Everything it starts has the demo's folder in its command line, and by that it is ended.

demo_usage() {
    cat <<END
Usage: ssi demo [--keep]
Starts three node daemons on this host, starts a program on node 1, moves it to node 2 and 3 while it runs, and compares its output
with that of a run without ssi. Takes one to three minutes; everything it started is ended and removed at the end.
  --keep    leave the cluster and a program running, and say what to try next
Example: ssi demo --keep
END
}

demo_keep=no
for argument in "$@"; do
    case $argument in
        --keep) demo_keep=yes ;;
        -h|--help) demo_usage; exit 0 ;;
        *) echo "ssi demo: there is no option '$argument'; see: ssi demo --help" >&2; exit 2 ;;
    esac
done

. "$SSI_ROOT/bin/lib/jdk.sh"
. "$SSI_ROOT/bin/lib/build.sh"
. "$SSI_ROOT/bin/lib/end.sh"

DEMO_PROGRAM=org.luaj:luaj-jse:3.0.1
DEMO_JAR=$SSI_ROOT/target/demo/luaj-jse-3.0.1.jar
DEMO_SCRIPT=$SSI_ROOT/examples/lua/bench.lua
DEMO_ROUNDS=14
# The moves come when the program has printed so many of its 4 lines a round.
DEMO_LINES_FIRST=10
DEMO_LINES_SECOND=30
DEMO_SECONDS_MAX=300

bold='' dim='' green='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[2m') green=$(printf '\033[32m') plain=$(printf '\033[0m')
fi

demo_step=0
step() {
    demo_step=$((demo_step + 1))
    printf '%s%d  %s%s\n' "$bold" $demo_step "$*" "$plain"
}

# What a command prints, below its step.
indented() {
    sed 's/^/     /; s/ *$//'
}

command_line() {
    printf '   %s$ %s%s\n' "$dim" "$*" "$plain"
}

fail() {
    printf 'ssi demo: %s\n' "$*" >&2
    exit 1
}

# ---- the end of what was started

demo_end() {
    status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ "$status" -eq 0 ] && [ $demo_keep = yes ]; then
        exit 0
    fi
    [ "$status" -le 128 ] || printf '\nssi demo: interrupted; ending what it started\n' >&2
    end_all "$demo_dir"
    if [ "$status" -eq 0 ] || [ "$status" -gt 128 ]; then
        rm -rf "$demo_dir"
    else
        printf 'ssi demo: everything it started has been ended; logs: %s\n' "$demo_dir/node*/daemon.log $demo_dir/program.err" >&2
    fi
    exit "$status"
}

# ---- waiting

# Since the start of this host, in hundredths of a second.
now() {
    read -r up _ </proc/uptime
    echo "${up%.*}${up#*.}"
}

lines_of() {
    wc -l <"$1" | tr -d ' '
}

# Waits until the program has printed so many lines.
await_lines() {
    deadline=$(($(now) + DEMO_SECONDS_MAX * 100))
    while [ "$(lines_of "$demo_dir/program.out")" -lt "$1" ]; do
        if ! kill -0 "$demo_program" 2>/dev/null; then
            tail -n 5 "$demo_dir/program.err" >&2
            fail "the program ended after $(lines_of "$demo_dir/program.out") lines, before it was to be moved"
        fi
        [ "$(now)" -lt $deadline ] || fail "the program printed only $(lines_of "$demo_dir/program.out") lines in $DEMO_SECONDS_MAX s"
        sleep 0.1
    done
}

# ---- the cluster

# A port that nothing on this host uses.
free_port() {
    port=7700
    while grep -qi ":$(printf %04X $port) " /proc/net/tcp /proc/net/tcp6 2>/dev/null; do
        port=$((port + 1))
        [ $port -lt 7800 ] || fail "no port from 7700 to 7799 is free on this host"
    done
    echo $port
}

socket() {
    echo "$demo_dir/node$1/daemon.sock"
}

# start_node NUMBER NAME ssi-node-arguments...
start_node() {
    node=$1
    mkdir "$demo_dir/node$node"
    cat >"$demo_dir/node$node/ssi.conf" <<END
name = $2
address = 127.0.0.$((node + 1))
port = $demo_port
state-dir = $demo_dir/node$node
END
    shift 2
    "$SSI_ROOT/bin/ssi-node" "$@" -c "$demo_dir/node$node/ssi.conf" >"$demo_dir/node$node/start.txt" 2>&1 \
        || fail "node $node did not start: $(tail -n 1 "$demo_dir/node$node/start.txt")"
    tail -n 1 "$demo_dir/node$node/start.txt" | sed 's/, socket .*//' | indented
}

# ask NODE COMMAND ARGUMENT...: shows a command to that node's daemon, and what it answers.
ask() {
    node=$1 asked=$2
    shift 2
    command_line "$asked -s \$NODE$node${*:+ $*}"
    if ! "$SSI_ROOT/bin/$asked" -s "$(socket "$node")" "$@" >"$demo_dir/answer" 2>&1; then
        indented <"$demo_dir/answer" >&2
        fail "$asked $* did not work"
    fi
    indented <"$demo_dir/answer"
}

# The program's number, as node 3 sees it.
find_vpid() {
    demo_vpid=$("$SSI_ROOT/bin/ssi-ps" -s "$(socket 3)" --json "lua bench.lua" | sed -n 's/.*"vpid" *: *\([0-9]*\).*/\1/p')
    [ -n "$demo_vpid" ] || fail "node 3 does not show the program"
}

# start_java JVM-ARGUMENT OUTPUT ROUNDS [PREFIX...]: the program in the demo's folder, in the background.
start_java() {
    argument=$1 output=$2 rounds=$3
    shift 3
    (cd "$demo_dir" && exec "$@" "$JDK25/bin/java" -Xmx256m "$argument" -cp luaj-jse-3.0.1.jar lua bench.lua "$rounds" >"$output.out" 2>"$output.err" </dev/null) &
    demo_started=$!
}

start_program() {
    : >"$demo_dir/program.out"
    start_java -javaagent:"$SSI_ROOT/ssi-agent/target/ssi-agent.jar=socket=$(socket 1)" program "$1"
    demo_program=$demo_started
}

# ---- the story

fetch_program() {
    [ -f "$DEMO_JAR" ] && return 0
    echo "ssi: fetching $DEMO_PROGRAM from Maven Central, once" >&2
    mkdir -p "$SSI_ROOT/target/demo"
    (cd "$SSI_ROOT" && JAVA_HOME=$JDK25 mvn -B -ntp -q -N dependency:copy -Dartifact=$DEMO_PROGRAM -DoutputDirectory="$SSI_ROOT/target/demo") \
        >"$SSI_ROOT/target/demo/fetch.log" 2>&1 || fail "$DEMO_PROGRAM could not be fetched; see $SSI_ROOT/target/demo/fetch.log"
}

show_cluster() {
    step "Three node daemons on this host form a cluster"
    start_node 1 red start
    start_node 2 green join 127.0.0.2:"$demo_port" --key "$demo_dir/node1/cluster.key"
    start_node 3 blue join 127.0.0.2:"$demo_port" --key "$demo_dir/node1/cluster.key"
    ask 1 ssi-cluster
    [ "$(grep -c ' UP ' "$demo_dir/answer")" = 3 ] || fail "the cluster does not have three nodes up"
}

show_program() {
    step "A Lua interpreter from Maven Central ($DEMO_PROGRAM) starts on node 1, with half a minute of work"
    command_line "java -Xmx256m -javaagent:ssi-agent.jar -cp luaj-jse-3.0.1.jar lua bench.lua $DEMO_ROUNDS > program.out"
    cp "$DEMO_SCRIPT" "$DEMO_JAR" "$demo_dir"
    start_program $DEMO_ROUNDS
    step "Beside it the same in a plain JVM without ssi, to compare with; it gets what processor time is left"
    command_line "nice java -Xmx256m -cp luaj-jse-3.0.1.jar lua bench.lua $DEMO_ROUNDS > plain.out"
    start_java -Ddemo="$demo_dir" plain $DEMO_ROUNDS nice
    demo_reference=$demo_started
    await_lines 1
    step "Node 3 sees the program"
    ask 3 ssi-ps
    find_vpid
}

show_move() {
    step "It moves to node $1 while it runs; it has printed $(lines_of "$demo_dir/program.out") of $((DEMO_ROUNDS * 4 + 1)) lines"
    ask 3 ssi-migrate "$demo_vpid" "$1"
    ask 3 ssi-where "$demo_vpid"
}

show_end() {
    step "The program goes on to its end"
    status=0 plain_status=0
    wait "$demo_program" || status=$?
    wait "$demo_reference" || plain_status=$?
    tail -n 2 "$demo_dir/program.out" | indented
    [ $status = $plain_status ] || fail "it ended with status $status, the plain run with $plain_status"
    cmp "$demo_dir/plain.out" "$demo_dir/program.out" >&2 || fail "the outputs of the two runs differ"
    cmp "$demo_dir/plain.err" "$demo_dir/program.err" >&2 || fail "what the two runs wrote to standard error differs"
    step "Both ended with status $status and wrote the same $(wc -c <"$demo_dir/program.out" | tr -d ' ') bytes: ${green}identical${plain}"
}

# ---- --keep

demo_next() {
    step "The cluster stays, and a longer run of the program starts on node 1 for you to move"
    trap '' HUP
    start_program 500
    trap 'exit 143' HUP
    await_lines 1
    find_vpid
    cat <<END
${bold}Try${plain}
   export PATH=$SSI_ROOT/bin:\$PATH NODE1=$(socket 1) NODE2=$(socket 2) NODE3=$(socket 3)
   ssi-ps -s \$NODE2
   ssi-migrate -s \$NODE2 $demo_vpid 3
   ssi-where -s \$NODE1 $demo_vpid
   tail -f $demo_dir/program.out
   ssi-kill -s \$NODE3 $demo_vpid
${bold}A program of yours, as a process of node 1${plain}
   $JDK25/bin/java -javaagent:$SSI_ROOT/ssi-agent/target/ssi-agent.jar=socket=\$NODE1 -jar YOUR.jar
${bold}The end of it all${plain}
   for n in 1 2 3; do ssi-node stop -c $demo_dir/node\$n/ssi.conf; done; rm -r $demo_dir
END
}

demo_main() {
    printf '%sssi demo: one running program, three nodes%s\n' "$bold" "$plain"
    show_cluster
    show_program
    await_lines $DEMO_LINES_FIRST
    show_move 2
    await_lines $DEMO_LINES_SECOND
    show_move 3
    show_end
    [ $demo_keep = no ] || demo_next
}

ssi_build_if_missing
fetch_program
# The demo's daemons are its own: nothing that is set for the user's may reach them.
for variable in $(env | sed -n 's/^\(SSI_[A-Z_]*\)=.*/\1/p') JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS; do
    [ "$variable" = SSI_ROOT ] || unset "$variable"
done
demo_dir=$(mktemp -d "${TMPDIR:-/tmp}/ssi-demo.XXXXXX")
trap demo_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
demo_port=$(free_port)
demo_main
exit 0
