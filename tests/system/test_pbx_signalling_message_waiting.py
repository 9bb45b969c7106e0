"""Message waiting on the wire (RFC 3842)."""

from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import Message, SipPeer

EVENT = ("Event", "message-summary")


async def subscribe(peer: SipPeer, expires: int = 600, mailbox: str = "100") -> Message:
    return await peer.outside("SUBSCRIBE", f"sip:{mailbox}@pbx.test", (EVENT, ("Expires", str(expires))))


@scenario()
async def test_a_subscriber_is_told_at_once_and_on_every_change(ground: Ground):
    alice = await ground.phone("100-1")
    reply = await subscribe(alice)
    assert (reply.code, reply.get("expires")) == (200, "600")
    notify = await alice.expect("NOTIFY")
    assert notify.get("event") == "message-summary"
    assert notify.get("content-type") == "application/simple-message-summary"
    assert notify.get("subscription-state").startswith("active;expires=")
    assert "Messages-Waiting: yes\r\n" in notify.body
    assert "Voice-Message: 2/5 (0/0)\r\n" in notify.body
    ground.core.notify_mailbox("110", 9, 9)
    ground.core.notify_mailbox("100", 0, 7)
    notify = await alice.expect("NOTIFY")
    assert "Messages-Waiting: no\r\n" in notify.body
    assert "Voice-Message: 0/7 (0/0)\r\n" in notify.body
    again = await subscribe(alice)
    assert again.code == 200
    assert "Voice-Message: 0/7" in (await alice.expect("NOTIFY")).body


@scenario()
async def test_a_subscription_is_refreshed_and_ended_by_the_device(ground: Ground):
    alice = await ground.phone("100-1")
    reply = await subscribe(alice)
    await alice.expect("NOTIFY")
    talk = alice.last
    talk.remote, talk.target = reply.get("to"), reply.contact
    assert (await talk.ask("SUBSCRIBE", headers=(EVENT, ("Expires", "300")))).get("expires") == "300"
    await alice.expect("NOTIFY")
    late = talk.send("SUBSCRIBE", headers=(EVENT, ("Expires", "0")), cseq=talk.cseq - 1)
    assert (await alice.final(late)).code == 500
    assert (await talk.ask("SUBSCRIBE", headers=(EVENT, ("Expires", "0")))).code == 200
    assert (await alice.expect("NOTIFY")).get("subscription-state").startswith("terminated")
    assert ground.core.open_tables()["subscriptions"] == 0
    assert (await talk.ask("SUBSCRIBE", headers=(EVENT,))).code == 481


@scenario(Timings(min_expires=1))
async def test_a_subscription_runs_out(ground: Ground):
    alice = await ground.phone("100-1")
    await subscribe(alice, 1)
    await alice.expect("NOTIFY")
    assert (await alice.expect("NOTIFY")).get("subscription-state") == "terminated;reason=timeout"


@scenario()
async def test_what_cannot_be_subscribed_is_refused(ground: Ground):
    alice = await ground.phone("100-1")
    other = await alice.outside("SUBSCRIBE", "sip:110@pbx.test", (("Event", "presence"),))
    assert (other.code, other.get("allow-events")) == (489, "message-summary, refer")
    assert (await subscribe(alice, mailbox="110")).code == 403
    assert (await subscribe(alice, expires=10)).code == 423


@scenario()
async def test_a_subscriber_that_has_forgotten_is_forgotten(ground: Ground):
    alice = await ground.phone("100-1")
    alice.automatic.discard("NOTIFY")
    await subscribe(alice)
    alice.reply(await alice.expect("NOTIFY"), 481, "No Such Subscription")
    await ground.until(lambda: ground.core.open_tables()["subscriptions"] == 0, "forgotten")


@scenario()
async def test_a_revoked_device_is_told_so_and_dropped(ground: Ground):
    alice = await ground.phone("100-1")
    await subscribe(alice)
    await alice.expect("NOTIFY")
    ground.core.revoke_device("device-100-1")
    assert (await alice.expect("NOTIFY")).get("subscription-state") == "terminated;reason=rejected"
