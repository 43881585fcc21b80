#!/bin/sh
# Make .venv with what a requirements file asks for; do nothing where that is already done.
#   sh scripts/environment.sh requirements.txt
# Environment: PYTHON names the interpreter to build on (default: the first found, 3.11 or newer).
set -eu
requirements=${1:-requirements.txt}
venv=.venv

say() { printf '%s\n' "$*" >&2; }

new_enough() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in ${PYTHON:-python3 python python3.14 python3.13 python3.12 python3.11}; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() {
    say "Installing $* with apt-get"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq \
        --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"; } >&2
}

need_python() {
    find_python && return
    if [ -z "${PYTHON:-}" ] && may_install; then
        apt_install python3 python3-venv || true
        find_python && return
    fi
    say "No Python 3.11 or newer was found (looked for: ${PYTHON:-python3, python, python3.11 to 3.14})."
    say "Install one, or name one:  make run PYTHON=/path/to/python3"
    return 1
}

# Two may start at once in a fresh copy: the second waits until the first has finished or has died,
# which gives the lock back. The lock is on the open file, which this shell keeps.
wait_for_others() {
    exec 9<>requirements.txt
    "$python" -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print(sys.argv[1], file=sys.stderr, flush=True)
    fcntl.flock(9, fcntl.LOCK_EX)
except OSError:
    pass  # a file system without locks
' "Waiting for another make that is making $venv"
}

has_venv() { "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; }  # Debian's bare python3 has not

create() {
    say "Making $venv with $("$python" --version)"
    rm -rf "$venv"
    if ! has_venv && may_install; then
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$version" || apt_install python3-venv || true
    fi
    if has_venv; then
        if "$python" -m venv "$venv" >&2; then return; fi
        say "$python -m venv $venv failed; what it said stands above."
        return 1
    fi
    if "$python" -m virtualenv "$venv" >&2; then return; fi
    say "$python cannot make a virtual environment: its venv module is missing."
    say "On Debian or Ubuntu:  sudo apt-get install python3-venv   (or: pip install virtualenv)"
    return 1
}

fingerprint() {
    { "$venv/bin/python" --version; cat requirements.txt requirements-dev.txt; } | cksum
}

# A developer's environment holds all that a reader's does, so `make run` accepts either stamp.
stamped() {
    for file in requirements-dev.txt "$requirements"; do
        [ -f "$venv/$file.stamp" ] && [ "$(cat "$venv/$file.stamp")" = "$(fingerprint)" ] && return 0
        [ "$requirements" = requirements-dev.txt ] && return 1
    done
    return 1
}

works() { new_enough "$venv/bin/python" && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

if works && stamped; then exit; fi
if works; then python=$venv/bin/python; else python=$(need_python); fi
wait_for_others
if ! works; then create; fi
if ! stamped; then
    say "Installing $requirements into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" >&2
    fingerprint >"$venv/$requirements.stamp"
fi
