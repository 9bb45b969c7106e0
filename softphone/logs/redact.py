"""Removes what must not reach a log from a line of text: passwords, digest answers, SRTP keys, tokens.

Works line by line, in microseconds, on PJSIP's own lines and on whatever else the child writes.
"""

from __future__ import annotations

import re

REMOVED = "[removed]"

#: A line without any of these words cannot hold a secret; most lines stop here.
_HINTS = re.compile(
    r"auth|cookie|crypto|inline|response|secret|passw|pwd|token|bearer|digest|key|cnonce|dtmf|sip:[^@\s]*:", re.I
)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Whole values of headers that carry credentials (the challenge, WWW-Authenticate, carries none).
    (re.compile(r"(?i)\b((?:proxy-)?authorization\s*:\s*)\S.*"), rf"\1{REMOVED}"),
    (re.compile(r"(?i)\b((?:set-)?cookie\s*:\s*)\S.*"), rf"\1{REMOVED}"),
    # RFC 4568: a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:KEY||LIFETIME|MKI. The suite stays: it explains failures.
    (re.compile(r"(?i)(inline:)[A-Za-z0-9+/=_-]+"), rf"\1{REMOVED}"),
    (re.compile(r"(?i)(a=crypto:\d+ +\S+ +)(?!inline:)\S.*"), rf"\1{REMOVED}"),
    # Digest parameters wherever they stand, quoted or not; never "Response msg 200/..." of PJSIP.
    (re.compile(r'(?i)\b(response|cnonce|rspauth|ha1)(\s*=\s*)("[^"]*"|[^\s,;"]+)'), rf"\1\2{REMOVED}"),
    (
        re.compile(
            r"(?i)\b([a-z0-9_.-]*(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|private[_-]?key))"
            r"""(["']?\s*[:=]\s*)(?!None\b|null\b)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&}\])]+)"""
        ),
        rf"\1\2{REMOVED}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1\2{REMOVED}"),
    # PJSIP tells every digit that is pressed: a passcode, one line a digit.
    (re.compile(r"(?i)\b(dtmf(?: digit id)?\s+)[0-9a-d*#](?=\s|$)"), rf"\1{REMOVED}"),
    # sip:user:password@host
    (re.compile(r"(?i)\b(sips?:[^\s:@<>;\"]+:)[^\s@<>\"]+@"), rf"\1{REMOVED}@"),
)


def redact(line: str) -> str:
    """The line without its secrets. What it was about stays readable."""
    if not _HINTS.search(line):
        return line
    for pattern, replacement in _PATTERNS:
        line = pattern.sub(replacement, line)
    return line
