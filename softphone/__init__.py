"""Softphone: a desktop telephone.

The map. Three processes: `softphone` (windows, the telephone's state), `softphone user-agent` (the child that speaks
SIP and sound), `softphone pbx` (a local phone system for the demo and the tests). Rooms, and what each may import of
ours (import contracts in `pyproject.toml`, run by a test):

- `extension`   the extension's settings document, pure values                         (nothing)
- `phone`       the telephone: `Phone.handle(event)`, intents, state tables            (extension)
- `user_agent`  starts and supervises the child, encodes the pipe                      (phone)
- `sip`         the child: pjsua2, TLS relay, locating servers        (phone, user_agent.wire, audio, logs)
- `audio`       the child's sound: devices, buffers, tones, echo cancellation          (phone)
- `account`     client of the account service                                          (phone, extension)
- `store`       what stays on this computer                                            (phone)
- `logs`        logging and redaction                                                  (nothing)
- `control`     one instance, and the command line's verbs over a local socket         (phone, extension)
- `ui`          windows, widgets, theme, every sentence                                (phone, extension)
- `pbx`         the local phone system                                                 (extension)
- `app`, `desktop`, `__main__` put it together (`early_post`, `this_computer` help them start); `account_jobs`,
  `service_jobs` and `worker` are the background; `demo` and `tour` show it; `resources` finds bundled files
"""

__version__ = "0.1.0"
