# Runs one command of io.ssi.node.cli; the caller sets SSI_COMMAND to its name and SSI_ROOT to the installation. For POSIX sh.

. "$SSI_ROOT/bin/lib/jdk.sh"
. "$SSI_ROOT/bin/lib/build.sh"

ssi_build_if_missing
# The first two answer for nearly all classes of a command; the rest is opened only when a daemon needs it.
exec "$JDK25/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx64m -XX:-UsePerfData \
    -cp "$SSI_ROOT/ssi-node/target/ssi-node.jar:$SSI_ROOT/ssi-node/target/lib/*" io.ssi.node.cli.Main "$SSI_COMMAND" "$@"
