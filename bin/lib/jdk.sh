# Finds a JDK 25 and sets JDK25 to its folder, or says what to install and ends with 1. For POSIX sh; source it.
# Order: JAVA_HOME if it is one, JAVA*_HOME and JAVA_HOME_25*, then the usual places of packages and tools.
# With SSI_JDK_FOR=maven it says whether Maven will find one, which looks at fewer places (maven-toolchains-plugin, select-jdk-toolchain).

is_jdk25() {
    [ -x "$1/bin/javac" ] && [ -f "$1/release" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release"
}

# first_jdk25 FOLDER...
first_jdk25() {
    for candidate in "$@"; do
        if [ -n "$candidate" ] && is_jdk25 "$candidate"; then
            JDK25=$(cd "$candidate" && pwd -P)
            return 0
        fi
    done
    return 1
}

# Where Maven looks as well.
find_jdk25_of_maven() {
    first_jdk25 "${JAVA_HOME:-}" \
        $(env | sed -n 's/^JAVA[^=]*_HOME=//p') \
        /usr/lib/jvm/* /usr/java/* /usr/jdk/* /opt/java/* \
        "${HOME:-/}"/.jdks/* "${HOME:-/}"/.m2/jdks/* "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.gradle/jdks/* \
        "${HOME:-/}"/.jenv/versions/* "${HOME:-/}"/.jbang/cache/jdks/* "${HOME:-/}"/.asdf/installs/java/* "${HOME:-/}"/.jabba/jdk/*
}

find_jdk25_elsewhere() {
    first_jdk25 \
        $(env | sed -n 's/^JAVA_HOME_25[^=]*=//p') \
        "${JAVA_HOME:+$JAVA_HOME/../}"*25* /usr/lib64/jvm/* /opt/* /usr/local/* /Library/Java/JavaVirtualMachines/*/Contents/Home && return 0
    on_path=$(command -v javac 2>/dev/null) || return 1
    on_path=$(readlink -f "$on_path" 2>/dev/null || printf '%s' "$on_path")
    first_jdk25 "${on_path%/bin/javac}"
}

if ! find_jdk25_of_maven; then
    if ! find_jdk25_elsewhere; then
        cat >&2 <<'END'
ssi: a JDK 25 is needed and none was found. Install one beside what you have, for example
ssi:   Debian, Ubuntu: apt install openjdk-25-jdk    Fedora: dnf install java-25-openjdk-devel
ssi:   sdkman: sdk install java 25-tem               or https://adoptium.net/temurin/releases/?version=25
ssi: and, if it is in an unusual place, set JAVA_HOME to its folder.
END
        exit 1
    elif [ "${SSI_JDK_FOR:-}" = maven ]; then
        echo "ssi: the JDK 25 at $JDK25 is not where Maven looks; build with: JAVA_HOME=$JDK25 mvn verify" >&2
        exit 1
    fi
fi
