#!/bin/sh
# Sets up what `make demo` and `make test` need: system libraries, a virtual environment, locked dependencies.
# usage: installer/prepare.sh demo|tour|test     Does nothing, and needs no network, when all of it is there.
set -eu
cd "$(dirname "$0")/.."
purpose=$1

say() { printf '%s\n' "$*" >&2; }

# --- system libraries (Debian, Ubuntu) ----------------------------------------------------------------------------
# library or program : package
libraries='libEGL.so.1:libegl1 libGL.so.1:libgl1 libxkbcommon-x11.so.0:libxkbcommon-x11-0 libdbus-1.so.3:libdbus-1-3
libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1
libxcb-image.so.0:libxcb-image0 libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0
libxcb-randr.so.0:libxcb-randr0 libxcb-xkb.so.1:libxcb-xkb1
libfontconfig.so.1:libfontconfig1 libglib-2.0.so.0:libglib2.0-0 libpulse.so.0:libpulse0'
programs=''
case $purpose in
    tour) programs='pulseaudio:pulseaudio pactl:pulseaudio-utils' ;;
    test) programs='pulseaudio:pulseaudio pactl:pulseaudio-utils Xvfb:xvfb openbox:openbox xdotool:xdotool xprop:x11-utils
dbus-daemon:dbus gnome-keyring-daemon:gnome-keyring sipp:sip-tester' ;;
esac

ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
known=$("$ldconfig" -p 2>/dev/null || true)
missing=''
if [ "$(uname -s)" = Linux ]; then
    for pair in $libraries; do
        case $known in *"${pair%%:*} "*) ;; *) missing="$missing ${pair#*:}" ;; esac
    done
    for pair in $programs; do
        command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
    done
    if [ "$purpose" = test ] && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
        missing="$missing postgresql"
    fi
    if [ "$purpose" = test ] && ! ls /usr/sbin/kamailio /usr/lib/*/kamailio/modules/app_python3.so \
            /usr/lib/*/kamailio/modules/tls.so >/dev/null 2>&1; then
        missing="$missing kamailio kamailio-tls-modules kamailio-python3-modules"
    fi
fi

# --- Python --------------------------------------------------------------------------------------------------------
fits='import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))'
python=''
for candidate in ${PYTHON:-} python3 python3.12 python3.11 python3.10; do
    if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$fits" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    if command -v apt-get >/dev/null 2>&1 && ! command -v python3 >/dev/null 2>&1; then
        missing="$missing python3 python3-venv"
        python=python3
    else
        say "Softphone needs Python 3.10, 3.11 or 3.12 (the SIP library has no wheels for others)."
        say "This machine has: $(python3 --version 2>&1 || echo none). Install one beside it, for example: apt-get install python3.12 python3.12-venv"
        exit 1
    fi
fi
if command -v "$python" >/dev/null 2>&1 && ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    missing="$missing $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi

if [ -n "$missing" ]; then
    line="apt-get install -y --no-install-recommends$missing"
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Missing system libraries. On Debian or Ubuntu they are these packages:$missing"
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then sudo=''; elif sudo -n true 2>/dev/null; then sudo='sudo'; elif [ -t 0 ] && command -v sudo >/dev/null 2>&1; then sudo='sudo'; else
        say "Missing system packages. Run this once, then try again:"
        say "    sudo apt-get update && sudo $line"
        exit 1
    fi
    say "Installing system packages:$missing"
    $sudo apt-get update -q >&2
    # Kamailio is only to be there: the tests run their own. (Without systemd its start script does nothing by itself.)
    case $missing in *" kamailio "*)
        if [ -d /run/systemd/system ] && [ ! -e /usr/sbin/kamailio ]; then
            $sudo systemctl mask --quiet kamailio.service >&2 || true
        fi ;;
    esac
    # postgresql must not start a server of its own: the tests make their own small cluster.
    $sudo env DEBIAN_FRONTEND=noninteractive $line >&2
fi

# --- virtual environment, locked dependencies ----------------------------------------------------------------------
stamp=.venv/locked-$(cksum < requirements.lock | cut -d' ' -f1)-$(cksum < pyproject.toml | cut -d' ' -f1)
if [ ! -f "$stamp" ] || ! .venv/bin/python -c '' 2>/dev/null; then
    say "Installing the locked dependencies into .venv (once)"
    .venv/bin/python -c "$fits" 2>/dev/null || { rm -rf .venv; "$python" -m venv .venv; }
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . >&2
    rm -f .venv/locked-*
    : > "$stamp"
fi
