"""The phone system's signalling: registrar, forking, dialogs, transfer, MWI, over UDP, TCP and TLS.

The public door is `sippy_core.SippyCore` (`softphone.pbx.ports.SipCore`). Messages and transactions are sippy's, the
loop and the sockets are asyncio's, dialogs and calls are ours. No sippy type leaves this package; no other room imports
anything of it but `SippyCore` and `Timings`; only `pbx.kamailio`, which puts an edge in front, replaces parts of it.
From the socket up:

- `listeners` `flow` `framing`       sockets, connections kept for the requests back, stream framing
- `transactions` `malformed`         RFC 3261 17 on sippy's transaction layer, with its faults mended
- `sippy_library` `messages`         what is taken of sippy; reading and making parts of messages
- `digest` `location` `registrar`    who may, and where they are
- `dialog` `leg` `relay`             one end of a call, and what passes from one to the other
- `placing` `passcode`               what the caller's rules say, before anything rings
- `ringing` `forking`                what the rules of those it reaches say (`pbx.routing`); one INVITE to many devices
- `call` `journal`                   two legs, from the INVITE to the records at the end
- `usage` `warning_tone`             talk time outside, its limit, and the tone before it
- `transfer` `blind_transfer` `attended_transfer` `refer_progress` `patient_reinvite` `joining`      REFER
- `message_waiting`                  RFC 3842
- `media_routes` `switchboard`       numbers of the media children; where every new request enters
- `exchange` `timings`               what all of them share
- `sippy_core`                       the thread, and the calls that come from other threads

A request's way: `listeners` -> `transactions` -> `switchboard` -> `registrar`, `message_waiting`, or `placing` ->
`ringing` -> `forking` -> `leg`; within a call: `switchboard` -> `leg` -> `relay` or `transfer`. Another SIP server
would take the place of the whole package behind `softphone.pbx.ports.SipCore`.
"""
