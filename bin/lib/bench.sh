# What bench-startup and bench-overhead share: a folder with the compiled benchmark, the program and an empty agent's jar, and, if asked
# for, a daemon that nobody else uses. All of it ends with the script. For POSIX sh; source it with SSI_ROOT set.

. "$SSI_ROOT/bin/lib/jdk.sh"
. "$SSI_ROOT/bin/lib/build.sh"
. "$SSI_ROOT/bin/lib/end.sh"

bench_end() {
    status=$?
    trap - EXIT
    trap '' INT TERM HUP
    end_all "$bench_dir"
    rm -rf "$bench_dir"
    exit "$status"
}

# The benchmark's daemon and programs are its own: nothing that is set for the user's may reach them.
bench_prepare() {
    ssi_build_if_missing
    for variable in $(env | sed -n 's/^\(SSI_[A-Z_]*\)=.*/\1/p') JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS; do
        [ "$variable" = SSI_ROOT ] || unset "$variable"
    done
    bench_dir=$(mktemp -d "${TMPDIR:-/tmp}/ssi-bench.XXXXXX")
    trap bench_end EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir "$bench_dir/bench" "$bench_dir/program" "$bench_dir/agent"
    "$JDK25/bin/javac" -d "$bench_dir/bench" "$SSI_ROOT/bin/lib/bench/Bench.java"
    "$JDK25/bin/javac" -d "$bench_dir/program" "$SSI_ROOT/bin/lib/bench/Hello.java" "$SSI_ROOT/bin/lib/bench/Kernels.java"
    "$JDK25/bin/javac" -d "$bench_dir/agent" "$SSI_ROOT/bin/lib/bench/EmptyAgent.java"
    printf 'Premain-Class: EmptyAgent\n' >"$bench_dir/manifest"
    "$JDK25/bin/jar" cfm "$bench_dir/empty.jar" "$bench_dir/manifest" -C "$bench_dir/agent" EmptyAgent.class
}

# On a free port of loopback; its socket is $bench_dir/state/daemon.sock.
bench_daemon() {
    port=$("$JDK25/bin/java" -cp "$bench_dir/bench" Bench port)
    printf 'state-dir=%s\naddress=127.0.0.1\nport=%s\nname=bench\n' "$bench_dir/state" "$port" >"$bench_dir/ssi.conf"
    "$SSI_ROOT/bin/ssi-node" start -c "$bench_dir/ssi.conf" >"$bench_dir/start.out" 2>&1 || { cat "$bench_dir/start.out" >&2; exit 1; }
}

bench() {
    "$JDK25/bin/java" -cp "$bench_dir/bench" Bench "$1" "$2" "$JDK25/bin/java" "$SSI_ROOT/ssi-agent/target/ssi-agent.jar" "$bench_dir"
}

# bench_node NUMBER start|join ...: one of several daemons, on 127.0.0.(NUMBER + 1); its socket is $bench_dir/stateNUMBER/daemon.sock.
bench_node() {
    number=$1
    shift
    [ "$number" != 1 ] || port=$("$JDK25/bin/java" -cp "$bench_dir/bench" Bench port)
    printf 'state-dir=%s\naddress=127.0.0.%s\nport=%s\nname=bench%s\n' "$bench_dir/state$number" $((number + 1)) "$port" "$number" >"$bench_dir/ssi$number.conf"
    "$SSI_ROOT/bin/ssi-node" "$@" -c "$bench_dir/ssi$number.conf" >"$bench_dir/start.out" 2>&1 || { cat "$bench_dir/start.out" >&2; exit 1; }
}
