"""The account's background jobs: what they post, what they keep, and what a cancelled attempt leaves."""

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from softphone.account_jobs import AccountJobs
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry, ThisDevice
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.phone_services import LARGEST_MESSAGE, CallerIdRequest, OutboundRuleEntry
from softphone.phone.ports import SoundFile
from softphone.phone.secret import Secret
from softphone.phone.server_calls import ServerCall
from softphone.phone.voicemail import Voicemail
from softphone.store.credentials import SavedAccount
from softphone.store.sound_cache import SoundCache
from tests.fakes.phone_ports import ANY_PASSWORD, any_document, any_provisioning, any_session

A_REQUEST = CallerIdRequest("+6567890000", 1_795_000_000.0, "refused", "It is not yours.")
A_VOICEMAIL = Voicemail("v1", "+6591234567", 1_790_000_000.0, 4.5)
A_CALL = ServerCall(7, "c7", False, "+6591234567", 1_790_000_000.0, "busy")
DEVICE = ThisDevice("d1", "desk", "linux", "0.1.0")


def wait_until(true, deadline=5.0):
    give_up = time.monotonic() + deadline
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.005)


class Queue:
    """A worker driven by the test."""

    def __init__(self):
        self.jobs = []

    def submit(self, job):
        self.jobs.append(job)

    def run(self):
        while self.jobs:
            self.jobs.pop(0)()


@dataclass
class Keychain:
    saved: SavedAccount | None = None
    broken: bool = False

    def _check(self):
        if self.broken:
            raise Refused(Failure(FailureKind.NO_KEYCHAIN, detail="none"))

    def load(self):
        self._check()
        return self.saved

    def save(self, account):
        self._check()
        self.saved = account

    def remove(self):
        self._check()
        self.saved = None


@dataclass
class Service:
    refusals: dict = field(default_factory=dict)
    done: list = field(default_factory=list)
    stream: tuple = ()

    def _do(self, name):
        self.done.append(name)
        if name in self.refusals:
            raise Refused(self.refusals[name])

    def sign_in(self, email, password, device, *, service=None, replace_device=None):
        self._do("sign_in")
        return any_session(email=email)

    def resume(self, session):
        self._do("resume")

    def provisioning(self):
        self._do("provisioning")
        return any_provisioning()

    def extension(self):
        self._do("extension")
        return any_document(), '"1"'

    def directory(self):
        self._do("directory")
        return [DirectoryEntry("101", "Arun")]

    def patch_extension(self, patch, etag):
        self._do("patch_extension")
        return any_document(**patch), '"2"'

    def voicemails(self):
        self._do("voicemails")
        return [A_VOICEMAIL]

    def voicemail_audio(self, voicemail_id):
        self._do("voicemail_audio")
        return SoundFile(b"sound", ".mp3")

    def mark_voicemail(self, voicemail_id, read):
        self._do("mark_voicemail")

    def delete_voicemail(self, voicemail_id):
        self._do("delete_voicemail")

    def caller_id_requests(self):
        self._do("caller_id_requests")
        return [A_REQUEST]

    def outbound_rules(self):
        self._do("outbound_rules")
        return [OutboundRuleEntry("standard", "Standard")]

    def calls(self):
        self._do("calls")
        return [A_CALL]

    def preview_speech(self, speech):
        self._do("preview_speech")
        return SoundFile(speech["text"].encode(), ".mp3")

    def put_message(self, mp3, name):
        self._do("put_message")
        self.message = mp3, name

    def sign_out(self):
        self._do("sign_out")

    def events(self):
        yield from self.stream

    def close(self):
        self._do("close")


@pytest.fixture
def scene(tmp_path):
    class Scene:
        def __init__(self):
            self.service, self.keychain, self.worker, self.posted = Service(), Keychain(), Queue(), []
            self.rotate = None
            sounds = SoundCache(tmp_path / "sounds")
            self.jobs = AccountJobs(self.new, self.keychain, self.worker, self.posted.append, DEVICE, sounds)

        def new(self, rotated):
            self.rotate = rotated
            return self.service

        def kinds(self):
            return [type(e).__name__ for e in self.posted]

    scene = Scene()
    yield scene
    scene.jobs.close()


def test_signing_in_posts_everything_and_keeps_it(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert scene.kinds()[:2] == ["SessionOpened", "ProvisioningLoaded"]
    assert {"ExtensionLoaded", "DirectoryLoaded", "ServiceReached"} <= set(scene.kinds())
    assert scene.keychain.saved.session.email == "alice@example.com"


def test_a_refusal_is_posted_and_nothing_kept(scene):
    scene.service.refusals["sign_in"] = Failure(FailureKind.INVALID_CREDENTIALS, 401)
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert scene.kinds() == ["SignInRefused"]
    assert scene.keychain.saved is None


def test_a_cancelled_sign_in_that_succeeds_is_signed_out_again(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.jobs.cancel_sign_in()
    scene.worker.run()
    assert scene.posted == []
    assert "sign_out" in scene.service.done
    assert scene.keychain.saved is None


def test_without_a_keychain_one_is_signed_in_for_this_run_and_told(scene):
    scene.keychain.broken = True
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert "SessionOpened" in scene.kinds()
    assert "KeychainFailed" in scene.kinds()


def test_not_keeping_keeps_nothing(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, False)
    scene.worker.run()
    assert scene.keychain.saved is None
    assert "KeychainFailed" not in scene.kinds()


def test_the_next_start_goes_straight_in(scene):
    scene.keychain.saved = SavedAccount(any_provisioning(), any_session())
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds()[:2] == ["SessionOpened", "ProvisioningLoaded"]
    assert scene.posted[0].restored
    assert scene.posted[1].saved, "registered before the service was asked"


def test_nothing_saved_and_no_keychain_both_lead_to_sign_in(scene):
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds() == ["NothingSaved"]
    scene.keychain.broken = True
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds() == ["NothingSaved", "KeychainFailed", "NothingSaved"]


def test_an_attempt_is_overtaken_by_the_next(scene):
    scene.jobs.restore()
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds() == ["NothingSaved"]


def test_a_saved_sip_account_needs_no_service(scene):
    scene.keychain.saved = SavedAccount(any_provisioning(), None)
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds() == ["SipAccountLoaded"]
    assert scene.service.done == []


def test_a_service_that_is_away_is_no_reason_to_sign_out(scene):
    scene.keychain.saved = SavedAccount(any_provisioning(), any_session())
    scene.service.refusals["provisioning"] = Failure(FailureKind.NO_NETWORK)
    scene.jobs.restore()
    scene.worker.run()
    assert scene.kinds() == ["SessionOpened", "ProvisioningLoaded", "ServiceReached"]
    assert scene.posted[-1].failure.kind is FailureKind.NO_NETWORK
    assert scene.keychain.saved is not None


@pytest.mark.parametrize("kind", [FailureKind.EXPIRED, FailureKind.REPLACED])
def test_the_services_word_that_it_is_over_signs_out_and_forgets(scene, kind):
    scene.keychain.saved = SavedAccount(any_provisioning(), any_session())
    scene.service.refusals["provisioning"] = Failure(kind, 401)
    scene.jobs.restore()
    scene.worker.run()
    assert scene.posted[-1] == ev.SignedOut(Failure(kind, 401))
    assert scene.keychain.saved is None


def test_signing_out_tells_the_service_and_forgets_even_when_it_is_away(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    scene.service.refusals["sign_out"] = Failure(FailureKind.NO_NETWORK)
    scene.jobs.sign_out()
    scene.worker.run()
    assert "sign_out" in scene.service.done
    assert scene.keychain.saved is None


def test_a_rotated_token_is_kept_at_once(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    scene.rotate(Secret("second"))
    assert scene.keychain.saved.session.refresh_token == Secret("second")
    assert scene.posted[-1] == ev.SecretRotated(Secret("second"))


def test_cancelling_while_the_provisioning_is_fetched_leaves_nothing(scene):
    fetch = scene.service.provisioning

    def cancelled_meanwhile():
        scene.jobs.cancel_sign_in()
        return fetch()

    scene.service.provisioning = cancelled_meanwhile
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert scene.posted == []
    assert scene.keychain.saved is None
    assert scene.service.done[-2:] == ["sign_out", "close"]


def test_provisioning_that_is_refused_gives_the_device_back(scene):
    scene.service.refusals["provisioning"] = Failure(FailureKind.SERVER, 500)
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert scene.kinds() == ["SignInRefused"]
    assert "sign_out" in scene.service.done


def test_a_bug_while_signing_in_is_no_endless_wait(scene):
    def broken(*_, **__):
        raise ZeroDivisionError

    scene.service.sign_in = broken
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert [e.failure.kind for e in scene.posted] == [FailureKind.INTERNAL]


def test_a_token_that_rotates_after_the_sign_out_is_not_kept(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    scene.jobs.sign_out()
    scene.worker.run()
    scene.rotate(Secret("late"))
    assert scene.keychain.saved is None


# --- settings and the smaller parts -----------------------------------------------------------------------------------


@pytest.fixture
def signed_in(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    scene.posted.clear()
    return scene


def test_after_signing_in_the_requests_for_a_caller_id_are_listed(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert ev.CallerIdRequestsLoaded((A_REQUEST,)) in scene.posted


def test_after_signing_in_voice_messages_rules_and_calls_are_listed(scene):
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert ev.VoicemailsLoaded((A_VOICEMAIL,)) in scene.posted
    assert ev.OutboundRulesLoaded((OutboundRuleEntry("standard", "Standard"),)) in scene.posted
    assert ev.ServerCallsLoaded((A_CALL,)) in scene.posted


def test_a_service_without_the_smaller_parts_is_a_service_all_the_same(scene):
    gone = Failure(FailureKind.NOT_FOUND, 404)
    scene.service.refusals = {"voicemails": gone, "outbound_rules": gone}
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    assert ev.RequestRefused("voicemails", gone) in scene.posted
    assert ev.ServiceReached() in scene.posted
    assert "SignedOut" not in scene.kinds()


def test_a_change_of_settings_is_sent_and_its_answer_posted(signed_in):
    signed_in.jobs.save_settings({"label": "Alice"}, '"1"')
    signed_in.worker.run()
    (saved,) = signed_in.posted
    assert (saved.document["label"], saved.etag) == ("Alice", '"2"')


def test_a_refused_change_of_settings_is_posted_and_the_service_is_not_asked_again(signed_in):
    signed_in.service.refusals["patch_extension"] = Failure(FailureKind.INVALID, 422)
    signed_in.jobs.save_settings({"label": ""}, '"1"')
    signed_in.worker.run()
    assert signed_in.posted == [ev.SettingsRefused(Failure(FailureKind.INVALID, 422))]


def test_a_change_that_meets_a_service_that_is_away_waits_for_it(signed_in):
    away = Failure(FailureKind.NO_NETWORK)
    signed_in.service.refusals["patch_extension"] = away
    signed_in.jobs.save_settings({"label": "Alice"}, '"1"')
    signed_in.worker.run()
    assert signed_in.posted == [ev.SettingsRefused(away), ev.ServiceReached(away)]


def test_a_change_that_meets_the_end_of_the_session_signs_out(signed_in):
    over = Failure(FailureKind.REPLACED, 401)
    signed_in.service.refusals["patch_extension"] = over
    signed_in.jobs.save_settings({"label": "Alice"}, '"1"')
    signed_in.worker.run()
    assert signed_in.posted == [ev.SettingsRefused(over), ev.SignedOut(over)]


def test_the_answer_to_a_change_of_a_session_that_is_over_is_dropped(signed_in):
    signed_in.jobs.save_settings({"label": "Alice"}, '"1"')
    signed_in.jobs.sign_out()
    signed_in.worker.run()
    assert signed_in.posted == []
    assert "patch_extension" not in signed_in.service.done


def test_a_voice_message_is_fetched_once_and_its_file_is_for_this_user_only(signed_in):
    for _ in range(2):
        signed_in.jobs.fetch_voicemail("v1")
        signed_in.worker.run()
    first, second = signed_in.posted
    assert (first, first.subject) == (second, "v1")
    path = Path(first.path)
    assert (path.read_bytes(), path.stat().st_mode & 0o777, path.suffix) == (b"sound", 0o600, ".mp3")
    assert signed_in.service.done.count("voicemail_audio") == 1


def test_a_deleted_voice_message_is_deleted_here_too_and_so_is_everything_at_sign_out(signed_in):
    for voicemail_id in ("v1", "v2"):
        signed_in.jobs.fetch_voicemail(voicemail_id)
    signed_in.jobs.delete_voicemail("v1")
    signed_in.worker.run()
    first, second, done = signed_in.posted
    assert done == ev.RequestDone("voicemail_delete", "v1")
    assert not Path(first.path).exists()
    assert Path(second.path).exists()
    signed_in.jobs.sign_out()
    signed_in.worker.run()
    assert not Path(second.path).exists()


def test_two_previews_have_a_file_each(signed_in):
    for text in ("one", "two"):
        signed_in.jobs.preview_speech({"text": text})
    signed_in.worker.run()
    assert [Path(event.path).read_text() for event in signed_in.posted] == ["one", "two"]


def test_a_message_is_uploaded_with_its_name_unless_it_is_too_large(signed_in, tmp_path):
    greeting, film = tmp_path / "greeting.mp3", tmp_path / "film.mp3"
    greeting.write_bytes(b"mp3")
    with film.open("wb") as file:
        file.truncate(LARGEST_MESSAGE + 1)
    signed_in.jobs.upload_message(greeting)
    signed_in.jobs.upload_message(film)
    signed_in.jobs.upload_message(tmp_path / "gone.mp3")
    signed_in.worker.run()
    assert signed_in.service.message == (b"mp3", "greeting.mp3")
    assert [type(event).__name__ for event in signed_in.posted] == ["RequestDone", "RequestRefused", "RequestRefused"]
    assert signed_in.posted[1].failure.code == 413


def test_a_new_voice_message_is_told_by_the_stream(scene):
    arrive = threading.Event()

    def stream():
        arrive.wait(5.0)
        yield "voicemail", "v2"

    scene.service.events = stream
    scene.jobs.sign_in("alice@example.com", ANY_PASSWORD, None, None, True)
    scene.worker.run()
    arrive.set()
    wait_until(lambda: scene.worker.jobs)
    scene.worker.run()
    assert scene.kinds().count("VoicemailsLoaded") == 2
