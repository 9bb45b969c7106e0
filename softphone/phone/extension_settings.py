"""The extension's settings: what is saved, what is on its way, and what came of it. Main thread only.

One save is in flight at a time; later changes merge and follow it. What the service has not got is kept on this
computer and sent when it can be. A plain SIP account has no service: its settings are kept here, and act here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timezone
from typing import Any

from softphone.extension.document import Fault, InvalidDocument, Json, merge_patch, value_at
from softphone.extension.settings import Settings
from softphone.extension.validation import READ_ONLY, change_faults, refused_changes
from softphone.phone.account import DirectoryEntry, Provisioning
from softphone.phone.failure import Failure, FailureKind, Refused, SettingAuthor, is_away
from softphone.phone.plain_settings import acts_here, caller_id_to_ask, plain_document, with_own_number
from softphone.phone.ports import AccountRequests, SettingsStore
from softphone.phone.publisher import Publisher, Topic
from softphone.phone.settings_change import Change, SettingState, concerns, leaves, patch_of, to_keep, with_changes

log = logging.getLogger(__name__)

State = SettingState

MOST_COLLISIONS = 3  # as often as a change meets another version before it is given up
MOST_UNDOS = 20
#: In every document, and nothing here acts on it yet: a dead STUN server stops the SIP thread for seconds.
_IDLE = "/network/stun"
_BY_WEIGHT = tuple(State)
_UNSENT = (State.PENDING, State.WAITING)


class ExtensionSettings:
    """Published on `Topic.SETTINGS`. `now` is Unix time.

    `document` is what is saved with what is on its way: what acts, or is about to. `value` is what a row shows: that,
    and the person's own value where it was refused or meets somebody else's.
    """

    def __init__(
        self, account: AccountRequests, store: SettingsStore, publisher: Publisher,
        directory: Callable[[], Mapping[str, DirectoryEntry]], now: Callable[[], float],
    ) -> None:  # fmt: skip
        self._account = account
        self._store = store
        self._publisher = publisher
        self._directory = directory
        self._now = now
        self._clear()

    def _clear(self) -> None:
        self.document: Settings | None = None
        self.saved: Settings | None = None
        self.kept_here = False
        self.hide_number = False
        self.last_call = -1  # see `KeptSettings`
        self._address = ""
        self._json: dict[str, Any] = {}  # saved
        self._etag = ""  # "": the version is not known, nothing can be sent
        self._away = False
        self._changes: dict[str, Change] = {}  # the older ones first
        self._flight: dict[str, Change] = {}
        self._undo: list[tuple[str, dict[str, Json]]] = []
        self._group = 0
        self._authors: dict[str, SettingAuthor] = {}  # of the members that somebody else has changed

    # --- what is shown --------------------------------------------------------------------------------------------

    def available(self, pointer: str) -> bool:
        """Whether this account has that setting at all."""
        if self.document is None or pointer == _IDLE:
            return False
        if self.kept_here:
            return acts_here(pointer)
        above, _, name = pointer.rpartition("/")
        holder = value_at(self._json, above)
        return isinstance(holder, dict) and name in holder

    def locked(self, pointer: str) -> bool:
        """Only an administrator changes it."""
        if self.kept_here:
            return not acts_here(pointer)
        told = value_at(self._json, "/locked") or ()
        return any(pointer == where or pointer.startswith(f"{where}/") for where in (*READ_ONLY, *told))

    def state(self, pointer: str) -> SettingState:
        """Of the setting, and of all inside it: the worst."""
        found = [change.state for _, change in self._concerning(pointer)]
        return max(found, key=_BY_WEIGHT.index, default=State.SAVED)

    def failure(self, pointer: str) -> Failure | None:
        """Why it is not saved."""
        return next((c.failure for _, c in self._concerning(pointer) if c.failure is not None), None)

    def fault(self, pointer: str) -> str:
        """What the service says of it, in its own words; "" when it says nothing."""
        failure = self.failure(pointer)
        if failure is None:
            return ""
        named = next((fault.detail for fault in failure.faults if concerns(fault.pointer, pointer)), "")
        return named or failure.sentence

    def value(self, pointer: str) -> Json:
        """What its row shows; plain JSON."""
        return value_at(with_changes(self._json, [*self._flight.items(), *self._changes.items()]), pointer)

    def theirs(self, pointer: str) -> Json:
        """The saved value, which in a conflict is somebody else's."""
        return value_at(self._json, pointer)

    def changed_by(self, pointer: str) -> SettingAuthor | None:
        """Of a conflict: who has changed it, where the service tells."""
        return next((author for where, author in self._authors.items() if concerns(where, pointer)), None)

    @property
    def is_open(self) -> bool:
        """Signed in, whether or not the settings are known yet."""
        return bool(self._address)

    @property
    def unsaved(self) -> bool:
        """Something is on its way, or waits."""
        return bool(self._flight) or any(change.state in _UNSENT for change in self._changes.values())

    @property
    def unsettled(self) -> dict[str, SettingState]:
        """Every member that is not as saved."""
        return {where: change.state for where, change in self._concerning("")}

    @property
    def can_undo(self) -> str:
        """What `undo` would take back, in the words given to `change`; "" for nothing."""
        return self._undo[-1][0] if self._undo else ""

    def own_caller_id(self, destination: str) -> str | None:
        """What a plain SIP account asks to be shown as; with an account the phone system decides."""
        here = self.document if self.kept_here else None
        return None if here is None else caller_id_to_ask(here, destination, hidden=self.hide_number)

    # --- intents --------------------------------------------------------------------------------------------------

    def change(self, patch: dict[str, Any], *, what: str = "") -> None:
        """Apply a merge patch (RFC 7396). Raises `Refused`: INVALID or LOCKED, its failure naming the faults."""
        if self.document is None:
            raise Refused(Failure(FailureKind.NOT_NOW, detail="no settings yet"))
        shown = self._shown()
        if self.kept_here:
            patch = with_own_number(patch)
        self._check(shown, patch)
        wanted = leaves(patch, shown)
        before = {where: value_at(shown, where) for where in wanted}
        if all(before[where] == value and self.state(where) in (State.SAVED, *_UNSENT)
               for where, value in wanted.items()):  # fmt: skip
            return
        self._undo = [*self._undo, (what or next(iter(wanted)), before)][-MOST_UNDOS:]
        self._apply(wanted)

    def undo(self) -> None:
        """Take the last change back. Raises `Refused` where that is not possible any more."""
        if not self._undo:
            raise Refused(Failure(FailureKind.NOT_NOW, detail="nothing to undo"))
        _, before = self._undo[-1]
        self._check(self._shown(), patch_of(before))
        self._undo = self._undo[:-1]
        self._apply(before)

    def retry(self, pointer: str = "") -> None:
        """Try again what was refused, or what waits."""
        self._away = False
        for where, change in self._concerning(pointer):
            if change.state is State.REFUSED:
                change.base, change.collisions = value_at(self._base(), where), 0
                change.state, change.failure = State.PENDING, None
        self._resume()

    def discard(self, pointer: str) -> None:
        """Give up what is not saved of it; the saved value stays."""
        self._drop(pointer, *State)

    def keep_mine(self, pointer: str) -> None:
        """Of a conflict: save the person's own value over the other."""
        for where, change in self._concerning(pointer):
            if change.state is State.CONFLICT:
                change.base, change.state = value_at(self._base(), where), State.PENDING
        self._resume()

    def take_theirs(self, pointer: str) -> None:
        """Of a conflict: the saved value stays."""
        self._drop(pointer, State.CONFLICT)

    def show_number(self, shown: bool) -> None:
        """Plain SIP account: whether those who are called see the number (RFC 3323)."""
        if not self.kept_here:
            raise Refused(Failure(FailureKind.NOT_NOW, detail="the phone system shows the number"))
        self.hide_number = not shown
        self._changed()

    # --- events ---------------------------------------------------------------------------------------------------

    def open_account(self, address: str) -> None:
        """Signed in: what was last known is shown until the service says more."""
        self._clear()
        self._address = address
        kept = self._store.kept(address)
        self._json, self.last_call, self._away = kept.document, kept.last_call, True
        for one in kept.changes:
            self._changes[one.pointer] = Change(one.value, one.base, one.group, State.WAITING)
            self._group = max(self._group, one.group)
        self._changed()

    def open_plain(self, provisioning: Provisioning) -> None:
        """A plain SIP account: its settings live on this computer."""
        self._clear()
        self._address, self.kept_here = provisioning.address_of_record, True
        kept = self._store.kept(self._address)
        self.hide_number = kept.hide_number
        self._json = plain_document(provisioning, kept.document)
        self._changed()

    def close(self, *, forget: bool) -> None:
        """The session is over. `forget` what is kept of it here, too; a plain account's settings stay."""
        if self._address and not self.kept_here and forget:
            self._store.keep(self._address, None)
        self._clear()
        self._publisher.publish(Topic.SETTINGS)

    def loaded(self, document: dict[str, Any], etag: str) -> None:
        """The service tells its version: after the start, or after a change made elsewhere."""
        if etag and etag == self._etag and document == self._json and not self._away:
            return  # asked for because of something else
        self._take(document, etag)

    def _take(self, document: dict[str, Any], etag: str) -> None:
        before, self._json, self._etag, self._away = self._etag, document, etag, False
        self._rebase()
        if before and any(self.state(w) is State.CONFLICT and not self.changed_by(w) for w in self._changes):
            self._account.load_setting_authors(before)
        self._resume()

    def authors_loaded(self, authors: tuple[SettingAuthor, ...]) -> None:
        """Who has changed what; the newest first."""
        self._authors = {author.pointer: author for author in reversed((*authors, *self._authors.values()))}
        self._publisher.publish(Topic.SETTINGS)

    def keep_last_call(self, row: int) -> None:
        if row != self.last_call:
            self.last_call = row
            self._changed()

    def save_answered(self, document: dict[str, Any], etag: str) -> None:
        self._flight = {}
        self._take(document, etag)

    def save_refused(self, failure: Failure) -> None:
        if failure.kind is FailureKind.CONFLICT:
            self._collided(failure)
        elif is_away(failure):
            self._put_back(State.WAITING)
            self.service_reached(failure)
        else:
            self._answered_no(failure)
        self._resume()

    def service_reached(self, failure: Failure | None) -> None:
        away = failure is not None and is_away(failure)
        if away is not self._away:
            self._away = away
            self._resume()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _concerning(self, pointer: str) -> list[tuple[str, Change]]:
        every = [*self._flight.items(), *self._changes.items()]
        return [(where, change) for where, change in every if not pointer or concerns(where, pointer)]

    def _base(self) -> dict[str, Any]:
        """What is saved once the save in flight has succeeded."""
        return with_changes(self._json, self._flight.items())

    def _shown(self) -> dict[str, Any]:
        unsent = [(where, change) for where, change in self._changes.items() if change.state in _UNSENT]
        return with_changes(self._base(), unsent)

    def _check(self, shown: dict[str, Any], patch: dict[str, Any]) -> None:
        """What this version finds wrong is refused at once; the service has the last word on the rest."""
        before = Settings.from_json(shown).to_json()
        after = merge_patch(before, patch)
        wrong: tuple[Fault, ...] = () if self.kept_here else refused_changes(before, after)
        if self.kept_here:
            wrong = tuple(Fault(where, "unknown", "") for where in leaves(patch, before) if not acts_here(where))
        if wrong:
            raise Refused(Failure(FailureKind.LOCKED, sentence=wrong[0].detail, faults=wrong))
        directory = {} if self.kept_here else self._directory()
        groups = [entry.key for entry in directory.values() if entry.kind == "group"]
        now = datetime.fromtimestamp(self._now(), timezone.utc)
        wrong = change_faults(before, after, groups, now=now, known=directory.keys() or None)
        if wrong:
            raise Refused(Failure(FailureKind.INVALID, sentence=wrong[0].detail, faults=wrong))

    def _apply(self, wanted: dict[str, Json]) -> None:
        if self.kept_here:
            self._json = Settings.from_json(merge_patch(self._json, patch_of(wanted))).to_json()
            self._changed()
            return
        base = self._base()
        self._group += 1
        for where, value in wanted.items():
            for older in [other for other in self._changes if other == where or other.startswith(f"{where}/")]:
                del self._changes[older]
            under = any(where.startswith(f"{other}/") for other in self._changes)
            if value != value_at(base, where) or under:
                self._changes[where] = Change(value, value_at(base, where), self._group)
        self._resume()

    def _drop(self, pointer: str, *states: SettingState) -> None:
        for where in [where for where, c in self._changes.items() if concerns(where, pointer) and c.state in states]:
            del self._changes[where]
        self._resume()

    def _resume(self) -> None:
        """Send what can be sent, and show where everything stands."""
        for change in self._changes.values():
            if change.state in _UNSENT:
                change.state = State.WAITING if self._away else State.PENDING
        if self._etag and not (self._flight or self._away):
            self._flight = {where: c for where, c in self._changes.items() if c.state is State.PENDING}
            if self._flight:
                self._changes = {where: c for where, c in self._changes.items() if c.state is not State.PENDING}
                patch = patch_of({where: change.value for where, change in self._flight.items()})
                self._account.save_settings(patch, self._etag)
        self._changed()

    def _rebase(self) -> None:
        """On a new version: what it says already is done, and what somebody else has changed too is a conflict."""
        base = self._base()
        for where, change in tuple(self._changes.items()):
            theirs = value_at(base, where)
            if theirs == change.value:
                del self._changes[where]
            elif theirs == change.base:
                if change.state is State.CONFLICT:
                    change.state = State.PENDING
            elif change.state in _UNSENT:
                change.state = State.CONFLICT

    def _put_back(self, state: SettingState, failure: Failure | None = None, groups: Collection[int] = ()) -> None:
        """What was in flight is unsent again, under what has been changed since. `groups` limits `state` to some."""
        newer, self._changes = self._changes, {}
        for where, change in self._flight.items():
            if where in newer:
                newer[where].base = change.base
            elif not any(where.startswith(f"{other}/") for other in newer):
                hit = not groups or change.group in groups
                change.state, change.failure = (state, failure) if hit else (State.PENDING, None)
                self._changes[where] = change
        self._changes.update(newer)
        self._flight = {}

    def _collided(self, failure: Failure) -> None:
        """412: another version is saved. It is read, and what it leaves alone is sent once more."""
        for change in self._flight.values():
            change.collisions += 1
        self.authors_loaded(failure.authors)
        tired = {change.group for change in self._flight.values() if change.collisions >= MOST_COLLISIONS}
        self._put_back(State.REFUSED if tired else State.PENDING, failure if tired else None, tired)
        self._etag = ""
        self._account.load_settings()

    def _answered_no(self, failure: Failure) -> None:
        """The changes that its faults name are refused, with what was asked together with them; else all of them."""
        log.warning("settings were not saved: %s %s", failure.kind.value, failure.code)
        named = {
            change.group for where, change in self._flight.items()
            if any(concerns(where, fault.pointer) for fault in failure.faults if fault.pointer)
        }
        self._put_back(State.REFUSED, failure, named)

    def _changed(self) -> None:
        self.saved, self.document = _read(self._json), _read(self._shown())
        if self._address:
            unsaved = [pair for pair in self._concerning("") if pair[1].state is not State.REFUSED]
            self._store.keep(self._address, to_keep(self._json, unsaved, self.hide_number, self.last_call))
        self._publisher.publish(Topic.SETTINGS)


def _read(document: dict[str, Any]) -> Settings | None:
    try:
        return Settings.from_json(document) if document else None
    except InvalidDocument as problem:
        log.warning("settings cannot be read: %s", ", ".join(fault.pointer for fault in problem.faults))
        return None
