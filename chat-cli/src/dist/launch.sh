# What the two launchers share: that of the sources (parley at the root) and the packed one (chat-cli/src/dist/parley).
# Functions alone, for any POSIX shell; .ci/run and the build of the package use them too.

fail() {
    status=$1
    shift
    printf 'parley: %s\n' "$*" >&2
    exit "$status"
}

# Sets install_deps, needs_native and lasts by what the user typed, as far as it matters before Java runs.
scan() {
    install_deps=no
    # Both unless the command is known for less: one that is not known here has to work as well.
    needs_native=yes
    # Whether it may run for hours.
    lasts=yes
    watches=no
    command=
    before=
    for argument do
        case $command$before in
            # Options that may come before the command: this word is the value, and no command.
            --emotes | --home | --ice-server | --log-file | --name | --pictures | --signaling)
                before=
                continue
                ;;
        esac
        before=$argument
        case $argument in
            --install-deps) install_deps=yes ;;
            --watch) watches=yes ;;
            # Whatever the command is, it does no more.
            --help | -h | --version | -V) command=help ;;
            --) break ;;
            -*) ;;
            *) command=${command:-$argument} ;;
        esac
    done
    case $command in
        send | demo) lasts=no ;;
        serve) needs_native=no ;;
        rooms) needs_native=no lasts=$watches ;;
        doctor) needs_native=$install_deps lasts=no ;;
        completion | config | conformance | emotes | help | history | identity | login | logout | man | whoami)
            needs_native=no lasts=no
            ;;
    esac
}

# The shared libraries that the WebRTC library needs on Linux, and the Debian package of each.
native_libraries='libX11.so.6=libx11-6 libXcomposite.so.1=libxcomposite1 libXfixes.so.3=libxfixes3
    libXrandr.so.2=libxrandr2 libpulse.so.0=libpulse0 libdbus-1.so.3=libdbus-1-3 libudev.so.1=libudev1'

# The packages of those that this machine lacks, as far as it can tell.
missing_packages() {
    cache=$( (/sbin/ldconfig -p || ldconfig -p) 2>/dev/null) || return 0
    [ -n "$cache" ] || return 0
    for pair in $native_libraries; do
        case $cache in
            *"${pair%%=*} "*) ;;
            *) printf '%s ' "${pair#*=}" ;;
        esac
    done
}

# Names the packages that are missing for the command, or installs them where that is wanted and allowed. After scan.
require_libraries() {
    [ "$needs_native" = yes ] && [ "$(uname -s)" = Linux ] && [ -z "${LD_LIBRARY_PATH:-}" ] || return 0
    packages=$(missing_packages)
    packages=${packages% }
    [ -n "$packages" ] || return 0
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ] \
        && { [ "$install_deps" = yes ] || [ "${CI:-}" = true ]; }; then
        printf 'parley: installing %s\n' "$packages" >&2
        # The names are meant to be split.
        # shellcheck disable=SC2086
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } \
            </dev/null >&2 || fail 8 "apt-get could not install $packages"
    else
        fail 8 "shared libraries are missing; run: apt-get install -y $packages"
    fi
}

# The first number of the version of a Java, or nothing: version_of_java JAVA HOME-OF-JAVA
version_of_java() {
    if [ -r "$2/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$2/release"
    else
        "$1" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
    fi
}

# The jars of a folder, always in the same order: a shared archive of classes fits no other.
class_path() {
    (
        LC_ALL=C
        classpath=
        for jar in "$1"/*.jar; do
            classpath=$classpath${classpath:+:}$jar
        done
        printf %s "$classpath"
    )
}

main_class=dev.parley.chat.cli.ParleyMain
flags='-XX:+UseSerialGC -Xshare:auto -Djava.awt.headless=true -Dfile.encoding=UTF-8'

# Becomes the program: run JAVA VERSION-OF-JAVA FOLDER-OF-JARS ARGUMENT... The archive classes.jsa among the jars is used
# if it is there. After scan.
run() {
    java=$1
    version=$2
    app=$3
    shift 3
    for argument do
        shift
        [ "$argument" = --install-deps ] || set -- "$@" "$argument"
    done
    set -- -cp "$(class_path "$app")" "$main_class" "$@"
    if [ -f "$app/classes.jsa" ]; then
        set -- "-XX:SharedArchiveFile=$app/classes.jsa" -Xlog:cds=off -Xlog:cds+dynamic=off "$@"
    fi
    # What runs for seconds starts sooner without the optimising compiler; what runs for hours wants it.
    [ "$lasts" = yes ] || flags="$flags -XX:TieredStopAtLevel=1"
    [ "$version" -lt 22 ] || flags="$flags --enable-native-access=ALL-UNNAMED"
    if [ -t 0 ]; then
        flags="$flags -Dparley.terminal=true"
    else
        flags="$flags -Dparley.terminal=false"
    fi
    if [ -t 1 ]; then
        flags="$flags -Dparley.screen=true"
        # The full-screen client writes to the standard error, since descriptor 1 is not its own (see below).
        [ ! -t 2 ] || flags="$flags -Dparley.client=true"
    fi
    # The WebRTC library prints to descriptor 1 when it pleases. The program writes to a private duplicate instead, and
    # descriptor 1 becomes the standard error. Java opens the duplicate by its name, which is the same as sharing it for
    # a pipe and a terminal only: a file would get a second write position, a socket cannot be opened. For those the
    # program itself silences descriptor 1 before it exits.
    if [ -p /dev/fd/1 ] || [ -c /dev/fd/1 ]; then
        if [ -t 1 ] && [ -t 2 ]; then
            # Into the full-screen client nobody prints.
            exec 3>&1 1>/dev/null
        else
            exec 3>&1 1>&2
        fi
        flags="$flags -Dparley.out.fd=3"
    fi
    # shellcheck disable=SC2086
    exec "$java" $flags "$@"
}
