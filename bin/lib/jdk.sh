# Finds a JDK 25 and sets JDK25 to its folder, or says what to install and ends with 1. For POSIX sh; source it.
# Order: JAVA_HOME if it is one, JAVA25_HOME and JAVA_HOME_25*, then the usual places of packages and tools.

is_jdk25() {
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

find_jdk25() {
    for candidate in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" \
            $(env | sed -n 's/^JAVA_HOME_25[^=]*=//p') \
            "${JAVA_HOME:+$JAVA_HOME/../}"*25* /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* \
            "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.jdks/* "${HOME:-/}"/.asdf/installs/java/* \
            "${HOME:-/}"/.m2/jdks/* /opt/* /opt/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
            JDK25=$(cd "$candidate" && pwd -P)
            return 0
        fi
    done
    on_path=$(command -v javac 2>/dev/null) || return 1
    on_path=$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")
    is_jdk25 "${on_path%/bin/javac}" || return 1
    JDK25=${on_path%/bin/javac}
}

if ! find_jdk25; then
    cat >&2 <<'END'
ssi: a JDK 25 is needed and none was found. Install one beside what you have, for example
ssi:   Debian, Ubuntu: apt install openjdk-25-jdk    Fedora: dnf install java-25-openjdk-devel
ssi:   sdkman: sdk install java 25-tem               or https://adoptium.net/temurin/releases/?version=25
ssi: and, if it is in an unusual place, set JAVA_HOME to its folder.
END
    exit 1
fi
