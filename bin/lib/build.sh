# Builds what is missing with Maven, with a line for each module. For POSIX sh; needs SSI_ROOT and JDK25.

ssi_is_built() {
    [ -f "$SSI_ROOT/ssi-node/target/ssi-node.jar" ] && [ -d "$SSI_ROOT/ssi-node/target/lib" ] && [ -f "$SSI_ROOT/ssi-agent/target/ssi-agent.jar" ]
}

ssi_build_if_missing() {
    ssi_is_built && return 0
    maven=$(command -v mvn) || {
        echo "ssi: Maven is needed to build, and there is no mvn; install it (apt install maven) or build elsewhere" >&2
        exit 1
    }
    echo "ssi: building, once (log: $SSI_ROOT/target/build.log)" >&2
    mkdir -p "$SSI_ROOT/target"
    if ! (cd "$SSI_ROOT" && JAVA_HOME=$JDK25 "$maven" -B -ntp -DskipTests package >target/build.log 2>&1 &
            builder=$!
            trap 'kill $builder 2>/dev/null; exit 130' INT TERM
            shown=0
            while kill -0 $builder 2>/dev/null; do
                sleep 1
                lines=$(grep -c '^\[INFO\] Building ssi' target/build.log 2>/dev/null || true)
                if [ "${lines:-0}" -gt $shown ]; then
                    grep '^\[INFO\] Building ssi' target/build.log | sed -n "$((shown + 1)),${lines}p" | sed 's/^\[INFO\] Building/ssi:  /; s/ 0\.1\.0-SNAPSHOT//' >&2
                    shown=$lines
                fi
            done
            wait $builder); then
        echo "ssi: the build failed:" >&2
        grep -m 12 'ERROR' "$SSI_ROOT/target/build.log" >&2
        exit 1
    fi
}
