"""The phone system's signalling: registrar, forking, dialogs, transfer, MWI, over UDP, TCP and TLS.

The public door is `sippy_core.SippyCore` (`softphone.pbx.ports.SipCore`). Messages and transactions are sippy's, the
loop and the sockets are asyncio's, dialogs and calls are ours. No sippy type leaves this package; no other room imports
anything of it but `SippyCore` and `Timings`. From the socket up:

- `listeners` `flow` `framing`   sockets, connections kept for the requests back, stream framing
- `transactions` `malformed`     RFC 3261 17 on sippy's transaction layer, with its faults mended
- `sippy_library` `messages`     what is taken of sippy; reading and making parts of messages
- `digest` `location` `registrar`     who may, and where they are
- `dialog` `leg` `relay` `forking` `call` `transfer`     calls
- `message_waiting`              RFC 3842
- `routing` `switchboard`        where a request goes; every new request enters there
- `sippy_core`                   the thread, and the calls that come from other threads
"""
