"""Changes of settings on their way to the service, and back."""

from dataclasses import replace

import pytest

from softphone.extension.document import Fault, merge_patch
from softphone.extension.settings import CallerId, Settings
from softphone.phone import events as ev
from softphone.phone.account import DirectoryEntry
from softphone.phone.extension_settings import MOST_COLLISIONS
from softphone.phone.failure import Failure, FailureKind, Refused, SettingAuthor
from softphone.phone.kept_settings import KeptInMemory
from softphone.phone.phone import Phone, PhoneConfig
from softphone.phone.publisher import Topic
from softphone.phone.settings_change import SettingState
from tests.fakes.phone_ports import (
    HandClock,
    MemoryHistory,
    RecordingAccount,
    RecordingUserAgent,
    any_provisioning,
    any_session,
)

AWAY = Failure(FailureKind.NO_NETWORK)
STALE = Failure(FailureKind.CONFLICT, 412)


def a_document(**changes) -> dict:
    settings = Settings(
        key="100", label="Alice Tan", passcode="4821",
        caller_id=CallerId(number="+6561234567", numbers=("+6561234567", "+6591112222")),
    )
    return replace(settings, **changes).to_json()


class Scene:
    """A telephone signed in to an account, and its service, which the test plays."""

    def __init__(self, store=None, document=None):
        self.store, self.account = store or KeptInMemory(), RecordingAccount()
        self.phone = Phone(
            RecordingUserAgent(), self.account, MemoryHistory(), HandClock(), PhoneConfig("installation-1"), self.store
        )
        self.settings = self.phone.settings
        self.phone.handle(ev.SessionOpened(any_session()))
        self.phone.handle(ev.ProvisioningLoaded(any_provisioning()))
        self.document, self.version = document or a_document(), 1
        self.answered = 0

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    def load(self):
        self.phone.handle(ev.ExtensionLoaded(self.document, self.etag))
        return self

    def change_elsewhere(self, patch):
        """Somebody else changes the document; the phone has yet to hear of it."""
        self.document, self.version = merge_patch(self.document, patch), self.version + 1

    @property
    def unanswered(self):
        return self.account.saves[self.answered:]

    def answer(self):
        """The service answers the save in flight as it would."""
        (patch, etag), *more = self.unanswered
        assert more == [], "one save is in flight at a time"
        self.answered += 1
        if etag != self.etag:
            self.phone.handle(ev.SettingsRefused(STALE))
            return
        self.document = Settings.from_json(merge_patch(self.document, patch)).to_json()
        self.version += 1
        self.phone.handle(ev.SettingsSaved(self.document, self.etag))

    def refuse(self, failure):
        self.answered += 1
        self.phone.handle(ev.SettingsRefused(failure))


@pytest.fixture
def scene():
    return Scene().load()


def test_a_change_shows_at_once_is_sent_with_its_version_and_settles(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    assert scene.settings.document.dnd.enabled
    assert not scene.settings.saved.dnd.enabled
    assert scene.settings.state("/dnd/enabled") is SettingState.PENDING
    assert scene.account.saves == [({"dnd": {"enabled": True}}, '"1"')]
    scene.answer()
    assert scene.settings.saved.dnd.enabled
    assert scene.settings.state("/dnd/enabled") is SettingState.SAVED
    assert not scene.settings.unsaved


def test_changes_made_while_one_is_in_flight_go_out_together_on_the_new_version(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.settings.change({"label": "Alice"})
    scene.settings.change({"call_waiting": False})
    scene.settings.change({"label": "Alice T."})
    assert len(scene.account.saves) == 1
    scene.answer()
    assert scene.unanswered == [({"call_waiting": False, "label": "Alice T."}, '"2"')]
    scene.answer()
    assert (scene.settings.saved.label, scene.settings.saved.call_waiting) == ("Alice T.", False)


def test_a_member_changed_again_in_flight_shows_the_last_value_throughout(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.settings.change({"dnd": {"enabled": False}})
    assert not scene.settings.document.dnd.enabled
    scene.answer()
    assert not scene.settings.document.dnd.enabled
    assert scene.unanswered == [({"dnd": {"enabled": False}}, '"2"')]


def test_a_change_to_what_is_saved_already_sends_nothing(scene):
    scene.settings.change({"call_waiting": True})
    assert scene.account.saves == []
    assert scene.settings.can_undo == ""


def test_listeners_hear_of_every_step(scene):
    heard = []
    scene.phone.on(Topic.SETTINGS, lambda _: heard.append(scene.settings.state("/dnd")))
    scene.settings.change({"dnd": {"enabled": True}})
    scene.answer()
    assert heard == [SettingState.PENDING, SettingState.SAVED]


def test_an_answer_that_changes_nothing_lets_the_next_change_go_out(scene):
    scene.settings.change({"label": "Alice"})
    scene.settings.change({"call_waiting": False})
    scene.answered += 1
    scene.phone.handle(ev.SettingsSaved(scene.document, scene.etag))
    assert scene.unanswered == [({"call_waiting": False}, '"1"')]


def test_a_version_that_is_known_is_no_news(scene):
    heard = []
    scene.phone.on(Topic.SETTINGS, heard.append)
    scene.load()
    scene.phone.handle(ev.ServiceReached())
    assert heard == []


# --- what is wrong ----------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_refused_before_anything_is_sent_and_the_fault_is_named(scene):
    with pytest.raises(Refused) as refused:
        scene.settings.change({"forwarding": {"enabled": True, "number": "+6531234567, +6569876543"}})
    assert refused.value.failure.kind is FailureKind.INVALID
    assert refused.value.failure.sentence == "Maximum 1 Phone Number."
    assert [fault.pointer for fault in refused.value.failure.faults] == ["/forwarding/number"]
    assert scene.account.saves == []
    assert not scene.settings.document.forwarding.enabled


def test_what_an_older_fault_in_the_document_is_does_not_keep_from_changing_something_else():
    scene = Scene(document=a_document(ring_devices=("desktop", "desktop"))).load()
    scene.settings.change({"call_waiting": False})
    assert scene.account.saves


def test_a_locked_setting_says_so_and_is_not_sent():
    scene = Scene(document=a_document(locked=("/label", "/dnd"))).load()
    for where in ("/label", "/dnd", "/dnd/enabled", "/debug_mode", "/usage_limit/used"):
        assert scene.settings.locked(where)
    assert not scene.settings.locked("/usage_limit")
    with pytest.raises(Refused) as refused:
        scene.settings.change({"dnd": {"enabled": True}})
    assert refused.value.failure.kind is FailureKind.LOCKED
    assert scene.account.saves == []


def test_before_the_settings_are_known_nothing_can_be_changed():
    with pytest.raises(Refused) as refused:
        Scene().settings.change({"dnd": {"enabled": True}})
    assert refused.value.failure.kind is FailureKind.NOT_NOW


def test_a_setting_that_the_service_does_not_have_is_not_available():
    document = a_document()
    del document["hot_desking"], document["no_answer"]["emails"]
    settings = Scene(document=document).load().settings
    assert settings.available("/dnd/until")
    assert settings.available("/gateway"), "there, and empty"
    assert not settings.available("/hot_desking")
    assert not settings.available("/no_answer/emails")


# --- refused by the service -------------------------------------------------------------------------------------------


def test_a_refused_change_goes_back_with_the_services_sentence(scene):
    scene.settings.change({"label": "Alice"})
    fault = Fault("/label", "taken", "Somebody else is called so.")
    scene.refuse(Failure(FailureKind.INVALID, 422, sentence="Not valid.", faults=(fault,)))
    assert scene.settings.document.label == "Alice Tan"
    assert scene.settings.value("/label") == "Alice", "what the person typed is not lost"
    assert scene.settings.state("/label") is SettingState.REFUSED
    assert scene.settings.fault("/label") == "Somebody else is called so."
    assert scene.settings.failure("/label").code == 422
    assert scene.settings.state("/dnd") is SettingState.SAVED


def test_a_refused_change_can_be_tried_again_or_given_up(scene):
    scene.settings.change({"label": "Alice"})
    scene.refuse(Failure(FailureKind.SERVER, 500))
    scene.settings.retry("/label")
    assert scene.unanswered == [({"label": "Alice"}, '"1"')]
    scene.refuse(Failure(FailureKind.SERVER, 500))
    scene.settings.discard("/label")
    assert scene.settings.value("/label") == "Alice Tan"
    assert scene.settings.state("/label") is SettingState.SAVED
    assert scene.unanswered == []


def test_only_what_the_fault_names_is_refused_with_what_belongs_to_it_and_the_rest_is_saved(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.settings.change({"label": "Alice"})
    scene.settings.change({"no_answer": {"action": "forward", "number": "+6531234567"}})
    scene.answer()
    wrong = Fault("/no_answer/number", "premium", "This number cannot be forwarded to.")
    scene.refuse(Failure(FailureKind.INVALID, 422, faults=(wrong,)))
    assert scene.settings.state("/no_answer/action") is SettingState.REFUSED
    assert scene.unanswered == [({"label": "Alice"}, '"2"')]
    scene.answer()
    assert scene.settings.saved.label == "Alice"
    assert scene.settings.document.no_answer.action == "voicemail"


def test_a_later_change_replaces_a_refused_one(scene):
    scene.settings.change({"label": "Alice"})
    scene.refuse(Failure(FailureKind.INVALID, 422))
    scene.settings.change({"label": "Alice B."})
    assert scene.settings.failure("/label") is None
    scene.answer()
    assert scene.settings.saved.label == "Alice B."


# --- changed elsewhere ------------------------------------------------------------------------------------------------


def test_a_change_made_elsewhere_appears(scene):
    scene.change_elsewhere({"dnd": {"enabled": True}})
    scene.load()
    assert scene.settings.document.dnd.enabled
    assert scene.settings.state("/dnd") is SettingState.SAVED


def test_a_stale_save_is_made_again_on_the_new_version_when_other_members_were_changed(scene):
    scene.settings.change({"label": "Alice"})
    scene.change_elsewhere({"dnd": {"enabled": True}})
    scene.answer()
    assert scene.account.asked[-1] == ("load_settings",)
    assert scene.unanswered == [], "not before the new version is known"
    scene.load()
    assert scene.unanswered == [({"label": "Alice"}, '"2"')]
    scene.answer()
    assert (scene.settings.saved.label, scene.settings.saved.dnd.enabled) == ("Alice", True)


def conflicting(scene):
    scene.settings.change({"forwarding": {"vip": ["+6531234567", "+6569876543"]}})
    scene.settings.change({"call_waiting": False})
    scene.change_elsewhere({"forwarding": {"vip": ["+6531234567"]}})
    scene.answer()
    scene.load()


def test_the_same_member_changed_elsewhere_is_a_conflict_and_nothing_is_overwritten(scene):
    conflicting(scene)
    settings = scene.settings
    assert settings.state("/forwarding/vip") is SettingState.CONFLICT
    assert settings.state("/forwarding") is SettingState.CONFLICT
    assert settings.theirs("/forwarding/vip") == ["+6531234567"]
    assert settings.value("/forwarding/vip") == ["+6531234567", "+6569876543"]
    assert settings.document.forwarding.vip == ("+6531234567",), "what acts is what is saved"
    assert scene.unanswered == [({"call_waiting": False}, '"2"')], "what does not collide is saved"


def test_keep_mine_saves_mine_over_theirs(scene):
    conflicting(scene)
    scene.answer()
    scene.settings.keep_mine("/forwarding/vip")
    scene.answer()
    assert scene.settings.saved.forwarding.vip == ("+6531234567", "+6569876543")
    assert scene.settings.state("/forwarding/vip") is SettingState.SAVED


def test_who_has_changed_it_is_told(scene):
    author = SettingAuthor("/forwarding/vip", "Dana Lim", 1_795_000_000.0, "Dana's laptop")
    scene.settings.change({"forwarding": {"vip": ["+6569876543"]}})
    scene.change_elsewhere({"forwarding": {"vip": ["+6531234567"]}})
    scene.refuse(replace(STALE, authors=(author,)))
    scene.load()
    assert scene.settings.changed_by("/forwarding/vip") == author
    assert scene.settings.changed_by("/label") is None
    assert not [one for one in scene.account.asked if one[0] == "load_setting_authors"]


def test_who_has_changed_it_is_asked_for_when_the_change_is_heard_of_first(scene):
    scene.settings.change({"label": "Alice"})
    scene.refuse(AWAY)
    scene.change_elsewhere({"label": "Alison"})
    scene.load()
    assert scene.account.asked[-1] == ("load_setting_authors", '"1"')
    author = SettingAuthor("/label", "Dana Lim", 1_795_000_000.0)
    scene.phone.handle(ev.SettingAuthorsLoaded((author,)))
    assert scene.settings.changed_by("/label") == author


def test_an_extension_that_is_not_in_the_directory_is_named_before_anything_is_sent(scene):
    scene.phone.handle(ev.DirectoryLoaded((DirectoryEntry("101", "Arun"),)))
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101"]}})
    with pytest.raises(Refused) as refused:
        scene.settings.change({"forwarding": {"extensions": ["101", "199"]}})
    assert "199" in refused.value.failure.sentence


def test_take_theirs_leaves_the_saved_value(scene):
    conflicting(scene)
    scene.answer()
    scene.settings.take_theirs("/forwarding/vip")
    assert scene.settings.value("/forwarding/vip") == ["+6531234567"]
    assert scene.settings.state("/forwarding/vip") is SettingState.SAVED
    assert scene.unanswered == []


def test_the_same_change_made_elsewhere_is_no_conflict(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.change_elsewhere({"dnd": {"enabled": True}})
    scene.answer()
    scene.load()
    assert scene.settings.state("/dnd") is SettingState.SAVED
    assert scene.unanswered == []


def test_a_change_that_collides_again_and_again_is_given_up_with_a_reason(scene):
    scene.settings.change({"label": "Alice"})
    for number in range(MOST_COLLISIONS):
        scene.change_elsewhere({"outbound_rule": f"rule-{number}"})
        scene.answer()
        scene.load()
    assert scene.settings.state("/label") is SettingState.REFUSED
    assert scene.unanswered == []
    scene.settings.retry("/label")
    scene.answer()
    assert scene.settings.saved.label == "Alice"


# --- offline ----------------------------------------------------------------------------------------------------------


def test_a_change_waits_while_the_service_is_away_and_is_sent_when_it_is_back(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.refuse(AWAY)
    scene.settings.change({"label": "Alice"})
    assert scene.settings.state("/dnd/enabled") is SettingState.WAITING
    assert scene.settings.state("/label") is SettingState.WAITING
    assert scene.settings.document.dnd.enabled
    assert scene.unanswered == []
    scene.phone.handle(ev.ServiceReached())
    assert scene.unanswered == [({"dnd": {"enabled": True}, "label": "Alice"}, '"1"')]
    scene.answer()
    assert not scene.settings.unsaved


@pytest.mark.parametrize("code", [None, 502, 503, 504])
def test_a_service_that_does_not_answer_is_away(scene, code):
    scene.settings.change({"label": "Alice"})
    scene.refuse(Failure(FailureKind.SERVER, code))
    assert scene.settings.state("/label") is SettingState.WAITING


def test_an_answer_that_was_lost_is_noticed_and_nothing_is_saved_twice(scene):
    scene.settings.change({"label": "Alice"})
    scene.change_elsewhere({"label": "Alice"})  # saved, but the answer never arrived
    scene.refuse(AWAY)
    scene.load()
    assert scene.settings.state("/label") is SettingState.SAVED
    assert scene.unanswered == []


def test_a_change_that_waits_survives_the_programs_end(scene):
    scene.settings.change({"dnd": {"enabled": True}})
    scene.refuse(AWAY)
    scene.settings.change({"passcode": "1357"})
    again = Scene(scene.store)
    assert again.settings.document.dnd.enabled, "known before the service has been asked"
    assert again.settings.state("/dnd/enabled") is SettingState.WAITING
    assert again.unanswered == []
    again.load()
    assert again.unanswered == [({"dnd": {"enabled": True}}, '"1"')]
    again.answer()
    assert again.settings.saved.dnd.enabled
    assert not Scene(scene.store).settings.unsaved


def test_a_change_in_flight_when_the_program_is_killed_is_sent_again(scene):
    scene.settings.change({"label": "Alice"})
    again = Scene(scene.store).load()
    assert again.unanswered == [({"label": "Alice"}, '"1"')]


def test_the_passcode_is_never_kept_on_the_disk(scene):
    scene.settings.change({"passcode": "1357"})
    kept = scene.store.kept("alice@example.com")
    assert "4821" not in str(kept.document)
    assert "passcode" not in kept.document
    assert kept.changes == ()


def test_signing_out_forgets_what_was_kept_and_an_expired_sign_in_does_not(scene):
    scene.settings.change({"label": "Alice"})
    scene.phone.handle(ev.SignedOut(Failure(FailureKind.EXPIRED)))
    assert scene.settings.document is None
    assert scene.store.kept("alice@example.com").changes
    scene.phone.handle(ev.SignInRefused(Failure(FailureKind.SERVER)))
    again = Scene(scene.store).load()
    again.phone.sign_out()
    assert not scene.store.kept("alice@example.com").changes
    assert not scene.store.kept("alice@example.com").document


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_takes_the_last_change_back(scene):
    scene.settings.change({"forwarding": {"enabled": True, "extensions": ["101", "102"]}}, what="Call forwarding")
    scene.answer()
    assert scene.settings.can_undo == "Call forwarding"
    scene.settings.undo()
    assert not scene.settings.document.forwarding.enabled
    scene.answer()
    assert scene.settings.saved.forwarding.extensions == ()
    assert scene.settings.can_undo == ""


def test_undo_before_it_is_sent_sends_nothing_of_it(scene):
    scene.settings.change({"label": "Alice"})
    scene.settings.change({"dnd": {"enabled": True}})
    scene.settings.undo()
    scene.answer()
    assert scene.unanswered == []
    assert scene.settings.state("/dnd") is SettingState.SAVED


def test_undo_goes_back_step_by_step(scene):
    for label in ("A", "B", "C"):
        scene.settings.change({"label": label}, what=label)
        scene.answer()
    shown = []
    while scene.settings.can_undo:
        scene.settings.undo()
        scene.answer()
        shown.append(scene.settings.document.label)
    assert shown == ["B", "A", "Alice Tan"]
    with pytest.raises(Refused):
        scene.settings.undo()


def test_undo_of_a_refused_change_is_to_give_it_up(scene):
    scene.settings.change({"label": "Alice"})
    scene.refuse(Failure(FailureKind.INVALID, 422))
    scene.settings.undo()
    assert scene.settings.state("/label") is SettingState.SAVED
    assert scene.unanswered == []


def test_undo_brings_an_object_back_that_was_not_there(scene):
    audio = {"kind": "audio", "audio": {"name": "greeting.mp3", "seconds": 3.0}}
    scene.settings.change({"no_answer": {"message": audio}})
    scene.answer()
    scene.settings.undo()
    scene.answer()
    assert scene.settings.saved.no_answer.message.audio is None
    assert scene.settings.saved.no_answer.message.kind == "speech"


def test_undo_that_is_refused_can_be_done_once_it_is_possible(scene):
    scene.settings.change({"label": "Alice"}, what="Name")
    scene.answer()
    scene.change_elsewhere({"locked": ["/label"]})
    scene.load()
    with pytest.raises(Refused):
        scene.settings.undo()
    assert scene.settings.can_undo == "Name"
    scene.change_elsewhere({"locked": []})
    scene.load()
    scene.settings.undo()
    scene.answer()
    assert scene.settings.saved.label == "Alice Tan"
