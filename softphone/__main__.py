"""The command line: the program itself, its child processes, and the verbs for a running one."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from softphone import __version__

DONE, REFUSED, WRONG_USAGE, NOT_RUNNING = 0, 1, 2, 3
#: What verbs take, by the names of their options.
TAKEN = ("email", "service", "sip", "server", "transport", "auth_username", "replace_device", "number", "digits", "id",
         "microphone", "speaker", "ringer", "until", "pointer", "caller_id")  # fmt: skip
NO_SOFTPHONE = "Softphone is not running. Start it with: softphone"


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 refused (the reason on stderr), 2 wrong usage, 3 not running."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # The child processes come first and import nothing of the windows.
    if arguments[:1] == ["user-agent"]:
        from softphone.sip.main import main as user_agent

        return user_agent()
    if arguments[:1] == ["pbx"]:
        from softphone.pbx.main import run as pbx

        return pbx(arguments[1:])
    options = _parser().parse_args(arguments)
    if options.verb is None:
        return _start(options)
    return _ask(options)


def _start(options: argparse.Namespace) -> int:
    if options.tour is not None and not options.demo:
        print("softphone: --tour goes with --demo", file=sys.stderr)
        return WRONG_USAGE
    from softphone.app import start

    return start(
        profile=options.profile or ("demo" if options.demo else "default"),
        demo=options.demo,
        tour=options.tour,
        link=options.link or "",
    )


def _ask(options: argparse.Namespace) -> int:
    from softphone.control.client import NotRunning, ask
    from softphone.control.protocol import Question
    from softphone.control.settings_options import asked
    from softphone.store.paths import paths_of

    try:
        verb, more = asked(options)
        paths = paths_of(options.profile or ("demo" if options.demo else "default"))
    except ValueError as problem:
        print(f"softphone: {problem}", file=sys.stderr)
        return WRONG_USAGE
    try:
        reply = ask(paths.control_socket, Question(verb, _arguments(options) | more))
    except NotRunning:
        print(NO_SOFTPHONE, file=sys.stderr)
        return NOT_RUNNING
    except TimeoutError:
        print("Softphone did not answer in time.", file=sys.stderr)
        return REFUSED
    if reply.code != DONE:
        print(reply.error, file=sys.stderr)
        return reply.code
    _show(options, reply.result)
    return DONE


def _arguments(options: argparse.Namespace) -> dict[str, Any]:
    """What the verb takes, by name; the password comes by standard input only."""
    arguments = {name: value for name in TAKEN if (value := getattr(options, name, None)) is not None}
    if options.verb == "sign-in":
        arguments["password"] = sys.stdin.readline().rstrip("\r\n")
    if options.verb == "mute":
        arguments["on"] = options.on == "on"
    if options.verb == "answer" and options.end_other:
        arguments["others"] = "end"
    return arguments


def _show(options: argparse.Namespace, result: Any) -> None:
    from softphone.control.settings_options import show

    if show(options, result):
        return
    if options.verb == "status" and not options.json:
        _show_status(result)
    elif options.verb == "devices" and not options.json:
        _show_devices(result)
    elif options.verb == "call":
        print(result["id"])
    elif options.verb in ("status", "devices"):
        print(json.dumps(result, indent=2, ensure_ascii=False))


def _show_status(status: dict[str, Any]) -> None:
    who, registration = status["signed_in"], status["registration"]
    print(f"{who['label']} ({who['address']})" if who else f"Not signed in. {status['failure']}".strip())
    print(f"Registration: {registration['state']} {registration['transport']} {registration['reason']}".rstrip())
    for call in status["calls"]:
        print(f"Call {call['id'][:8]}: {call['direction']} {call['state']} {call['peer']['name']} {call['duration']} s")


def _show_devices(sound: dict[str, Any]) -> None:
    for device in sound["devices"]:
        default = " (default)" if device["default"] else ""
        print(f"{device['kind']:6} {device['id']}  {device['name']}{default}")
    for role, chosen in sound["chosen"].items():
        print(f"{role}: {chosen}")


def _parser() -> argparse.ArgumentParser:
    from softphone.control.settings_options import add_parsers as settings_parsers

    parser = argparse.ArgumentParser(
        prog="softphone",
        description="A desktop telephone. Without a verb it starts; a verb asks the one that runs.",
        epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not running.",
    )
    parser.add_argument("--version", action="version", version=f"softphone {__version__}")
    parser.add_argument("--profile", metavar="NAME", help="a second, wholly separate telephone on this computer")
    parser.add_argument("--demo", action="store_true", help="start with a local phone system of its own")
    parser.add_argument("--tour", metavar="DIR", help="with --demo: a scripted tour; transcript and pictures go to DIR")
    parser.add_argument("--link", metavar="URI", help="a tel: or sip: link to put into the box")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    _sign_in_parser(verbs)
    verbs.add_parser("sign-out", help="sign out and deactivate this device")
    devices = verbs.add_parser("devices", help="list the sound devices, or choose some")
    for role in ("microphone", "speaker", "ringer"):
        devices.add_argument(f"--{role}", metavar="ID", help='a device, or "default"')
    devices.add_argument("--json", action="store_true")
    call = verbs.add_parser("call", help="call a number, an extension or a SIP address")
    call.add_argument("number")
    call.add_argument("--caller-id", metavar="NUMBER", help='show this number, for this call; or "anonymous"')
    for name, text in (
        ("answer", "answer the ringing call; one that is active goes on hold"),
        ("decline", "decline the ringing call"),
        ("hangup", "end, cancel or decline the call"),
        ("hold", "put the call on hold"),
        ("resume", "take the call off hold"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("--id", help="which call, where there are several (see status)")
        if name == "answer":
            verb.add_argument("--end-other", action="store_true", help="end the active call instead of holding it")
    mute = verbs.add_parser("mute", help="mute or unmute the microphone in the call")
    mute.add_argument("on", choices=("on", "off"))
    mute.add_argument("--id")
    dtmf = verbs.add_parser("dtmf", help="send digits in the call")
    dtmf.add_argument("digits")
    dtmf.add_argument("--id")
    status = verbs.add_parser("status", help="registration and calls")
    status.add_argument("--json", action="store_true")
    settings_parsers(verbs)
    verbs.add_parser("quit", help="end the running Softphone")
    verbs.add_parser("pbx", help="the local phone system; see: softphone pbx --help")
    return parser


def _sign_in_parser(verbs: Any) -> None:
    sign_in = verbs.add_parser("sign-in", help="sign in; the password comes by standard input")
    account = sign_in.add_mutually_exclusive_group(required=True)
    account.add_argument("--email", help="of the account on the phone system")
    account.add_argument("--sip", metavar="USER@DOMAIN", help="any other SIP account")
    sign_in.add_argument("--password-stdin", action="store_true", required=True)
    sign_in.add_argument("--auth-username", metavar="NAME", help="with --sip, where it is not USER")
    sign_in.add_argument("--service", metavar="URL", help="the account service, where the domain does not tell it")
    sign_in.add_argument("--replace-device", metavar="ID", help="sign in in the place of this device")
    sign_in.add_argument("--server", metavar="HOST:PORT", help="the SIP server, where the domain does not tell it")
    sign_in.add_argument("--transport", choices=("udp", "tcp", "tls"))


if __name__ == "__main__":
    sys.exit(main())
