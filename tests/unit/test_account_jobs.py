"""The account's background jobs: what they post, what they keep, and what a cancelled attempt leaves."""

from dataclasses import dataclass, field

import pytest

from softphone.account_jobs import AccountJobs
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry, ThisDevice
from softphone.phone.failure import Failure, FailureKind, Refused
from softphone.phone.secret import Secret
from softphone.store.credentials import SavedAccount
from tests.fakes.phone_ports import ANY_PASSWORD, any_document, any_provisioning, any_session

DEVICE = ThisDevice("d1", "desk", "linux", "0.1.0")


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

    def sign_out(self):
        self._do("sign_out")

    def events(self):
        yield from self.stream

    def close(self):
        self._do("close")


@pytest.fixture
def scene():
    class Scene:
        def __init__(self):
            self.service, self.keychain, self.worker, self.posted = Service(), Keychain(), Queue(), []
            self.rotate = None
            self.jobs = AccountJobs(self.new, self.keychain, self.worker, self.posted.append, DEVICE)

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
