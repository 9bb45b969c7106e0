"""The registrar on the wire: digest, bindings, their end, and their life over a restart."""

import re

from softphone.pbx.sip_core.timings import Timings
from tests.fakes.signalling_fixture import Ground, scenario
from tests.fakes.sip_peer import sdp


@scenario()
async def test_a_device_registers_refreshes_and_leaves(ground: Ground):
    alice = await ground.peer("100-1")
    reply = await alice.register(600)
    assert reply.code == 200
    assert reply.contact == alice.contact
    assert 598 <= int(re.search(r"expires=(\d+)", reply.get("contact")).group(1)) <= 600
    assert list(ground.core.reachable_devices("100")) == ["device-100-1"]
    assert (await alice.register(700)).code == 200
    [binding] = ground.subscribers.bindings()
    assert (binding.extension, binding.device_id, binding.contact) == ("100", "device-100-1", alice.contact)
    assert (binding.transport, binding.source) == ("udp", ("127.0.0.1", int(alice.address.split(":")[1])))
    gone = await alice.register(0)
    assert (gone.code, gone.get("contact")) == (200, "")
    assert list(ground.core.reachable_devices("100")) == []
    assert ground.subscribers.bindings() == []
    assert ground.changes == ["100", "100"]  # a refresh is no change


@scenario()
async def test_a_wrong_password_and_an_unknown_device_are_403(ground: Ground):
    for name, password in (("100-1", "wrong"), ("nobody", "secret")):
        peer = await ground.peer(name, user="100")
        peer.password = password
        assert (await peer.register()).code == 403
    assert ground.subscribers.bindings() == []


@scenario()
async def test_a_device_may_register_its_own_extension_only(ground: Ground):
    peer = await ground.peer("100-1", user="110")
    assert (await peer.register()).code == 403


@scenario(Timings(nonce=0.0))
async def test_an_old_nonce_is_challenged_again_as_stale(ground: Ground):
    alice = await ground.peer("100-1")
    again = await alice.register()
    assert again.code == 401
    assert "stale=true" in again.get("www-authenticate")


@scenario()
async def test_a_digest_overheard_is_not_good_twice(ground: Ground):
    alice, thief = await ground.peer("100-1"), await ground.peer("100-1")
    first = await alice.outside("REGISTER", "sip:pbx.test", authenticate=False)
    credentials = alice.credentials(first, "REGISTER", "sip:pbx.test")
    contact = ("To", "<sip:100@pbx.test>")
    own = alice.conversation("sip:pbx.test")
    own.remote = contact[1]
    assert (await own.ask("REGISTER", headers=(credentials,))).code == 200
    stolen = thief.conversation("sip:pbx.test")
    stolen.remote = contact[1]
    reply = await stolen.ask("REGISTER", headers=(credentials,))
    assert reply.code == 401
    assert "stale=true" in reply.get("www-authenticate")


@scenario()
async def test_too_short_an_interval_is_423_with_the_least(ground: Ground):
    alice = await ground.peer("100-1")
    reply = await alice.register(30)
    assert (reply.code, reply.get("min-expires")) == (423, "60")


@scenario()
async def test_several_contacts_with_their_own_expires(ground: Ground):
    alice = await ground.peer("100-1")
    both = f"<{alice.contact}>;expires=120, <sip:100@127.0.0.1:9>;expires=300"
    reply = await alice.register(contact=both)
    lives = sorted(int(text) for line in reply.all("contact") for text in re.findall(r"expires=(\d+)", line))
    assert lives in ([119, 300], [120, 300], [119, 299], [120, 299])
    reply = await alice.register(contact="*", expires=0)
    assert (reply.code, reply.all("contact")) == (200, [])


@scenario()
async def test_a_star_contact_needs_expires_0(ground: Ground):
    alice = await ground.peer("100-1")
    assert (await alice.register(contact="*", expires=600)).code == 400


@scenario()
async def test_a_query_lists_the_contacts_of_all_devices(ground: Ground):
    alice, mobile = await ground.phone("100-1"), await ground.phone("100-2")
    reply = await alice.register(contact="")
    assert {line.split(">")[0].lstrip("<") for line in reply.all("contact")} == {alice.contact, mobile.contact}


@scenario()
async def test_a_fourth_device_is_refused(ground: Ground):
    for number in (1, 2, 3):
        await ground.phone(f"100-{number}")
    fourth = await ground.peer("100-4")
    assert (await fourth.register()).code == 403
    assert len(ground.core.reachable_devices("100")) == 3


@scenario()
async def test_the_same_installation_on_a_new_port_takes_its_old_place(ground: Ground):
    first, second = await ground.peer("100-1"), await ground.peer("100-1")
    for peer in (first, second):
        contact = f'<{peer.contact}>;+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>"'
        assert (await peer.register(contact=contact)).code == 200
    assert [binding.contact for binding in ground.subscribers.bindings()] == [second.contact]


@scenario(Timings(min_expires=1, sweep=0.05))
async def test_a_binding_expires(ground: Ground):
    alice = await ground.peer("100-1")
    await alice.register(1)
    await ground.until(lambda: not ground.subscribers.bindings(), "expired")
    assert ground.changes == ["100", "100"]


@scenario()
async def test_bindings_survive_a_restart(ground: Ground):
    alice, bob = await ground.phone("100-1"), await ground.phone("110-1")
    ground.restart()
    assert list(ground.core.reachable_devices("110")) == ["device-110-1"]
    outgoing = await alice.call("110", sdp(4000))
    incoming = await bob.incoming()
    await incoming.answer(sdp(5000))
    await outgoing.answered()


@scenario()
async def test_a_required_extension_that_is_unknown_is_420(ground: Ground):
    alice = await ground.peer("100-1")
    reply = await alice.register(headers=(("Require", "gruu, path"),))
    assert (reply.code, reply.get("unsupported")) == (420, "gruu, path")


@scenario()
async def test_who_has_no_credentials_is_challenged_with_407(ground: Ground):
    stranger = await ground.peer(user="100")
    for method in ("INVITE", "SUBSCRIBE", "REFER"):
        reply = await stranger.outside(method, "sip:110@pbx.test", authenticate=False)
        assert reply.code == 407
        assert 'realm="pbx.test"' in reply.get("proxy-authenticate")


@scenario()
async def test_options_is_answered_and_what_is_unknown_is_405(ground: Ground):
    stranger = await ground.peer(user="x")
    assert (await stranger.outside("OPTIONS", "sip:pbx.test")).code == 200
    for method in ("PUBLISH", "MESSAGE", "FROBNICATE"):
        reply = await stranger.outside(method, "sip:100@pbx.test")
        assert reply.code == 405
        assert "INVITE" in reply.get("allow")
    for method in ("BYE", "INFO", "UPDATE", "NOTIFY"):
        assert (await stranger.outside(method, "sip:100@pbx.test")).code == 481


@scenario()
async def test_a_registration_out_of_order_changes_nothing(ground: Ground):
    alice = await ground.phone("100-1")
    await alice.register(700)
    before = ground.subscribers.bindings()
    alice._register_cseq = 0
    assert (await alice.register(0)).code == 500
    assert ground.subscribers.bindings() == before
