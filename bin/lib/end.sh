# Ends what a script started: every process that has the script's own folder in its command line. For POSIX sh; source it.

END_TENTHS_MAX=30

# pids_of FOLDER
pids_of() {
    for folder in /proc/[0-9]*; do
        if tr '\0' ' ' 2>/dev/null <"$folder/cmdline" | grep -qF "$1"; then
            echo "${folder#/proc/}"
        fi
    done 2>/dev/null
}

# end_all FOLDER
end_all() {
    for signal in TERM KILL; do
        tenths=0
        left=$(pids_of "$1")
        # shellcheck disable=SC2086
        [ -z "$left" ] || kill -$signal $left 2>/dev/null || true
        while [ -n "$left" ] && [ $tenths -lt $END_TENTHS_MAX ]; do
            sleep 0.1
            tenths=$((tenths + 1))
            left=$(pids_of "$1")
        done
    done
}
