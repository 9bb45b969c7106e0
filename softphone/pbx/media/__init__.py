"""Media of the local phone system: who is heard at the other end.

`supervisor` runs in the phone system's process, starts two children and knows no pjsua2. A child (`__main__`) is one
pjsua2 process with four calls at most; a fifth is busy.

- `child` `leg` `native_call`       a child's numbers, its calls, and pjsua2's call behind them
- `services` `numbers`              what the phone system answers by itself: echo, the reader of keypad digits
- `voicemail` `mailbox` `passcode`  messages played, recorded and kept; passcodes asked for
- `people`                          robots that behave like people, and the telephone world outside
- `sounds` `speech` `languages`     what they say: made once by espeak-ng, kept as files
- `mp3` `sound_work`                recordings into MP3, messages out of it; the process that makes them
- `endpoint` `guard` `json_lines`   the thread that owns pjsua2, its callbacks, and the lines to the parent
"""
