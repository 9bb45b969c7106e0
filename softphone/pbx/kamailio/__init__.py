"""Kamailio behind `softphone.pbx.ports.SipCore`: the way out for an organisation that outgrows one machine.

Kamailio is the *edge*: registrar with digest, UDP, TCP and TLS, NAT, and the location of devices, which the machines of
a cluster share (DMQ). The rules stay in the one implementation there is: behind each edge, on a loopback socket that
only the edge may use, runs the *node*, `sip_core` with `pbx.routing`. It stays a back-to-back user agent, because some
rules need one (a passcode is keyed in and then the call goes on; a tone a minute before the usage limit; who is shown
after a transfer), and because two implementations of who is rung would drift apart.

    device --UDP/TCP/TLS-- Kamailio --loopback UDP-- node          one machine
                              |
                       cluster socket, DMQ                         other machines, each with its own node

- `cluster` `configuration`                          the other machines; what Kamailio is told
- `launcher` `kamailio_process`                      its life as our child
- `kemi_script`                                      what it does with each message, in its own Python
- `questions` `registrations`                        what it asks and tells us; who is registered here
- `rpc` `edge_location`                              what we ask it: where a device is, on any machine
- `edge_node`                                        the node: `sip_core` with an edge in front
- `core`                                             the door, `KamailioCore`

A device is one address of record of its own (`sip:DEVICE@realm`) with one contact. A call is known to the machine that
it was placed on: calls up, and with them busy, are counted there. The machines share the database; recordings and
messages are files of the machine that made them, so their folder has to be shared storage.
"""
