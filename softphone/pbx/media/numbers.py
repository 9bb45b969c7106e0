"""Numbers that only signalling dials, each followed by a key or token; a telephone that dials them is refused."""

ANNOUNCE = "*85"  # KEY: plays the no-answer message of the extension, and ends
DEPOSIT = "*86"  # KEY: plays it, and takes a voice message
PASSCODE = "*87"  # TOKEN: asks for a passcode
WARNING = "*88"  # one short double beep
