"""The one banner between the box and the list: offline, do not disturb, forwarding, little use left, not kept, demo."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from softphone.phone.phone import Phone
from softphone.phone.publisher import Topic
from softphone.phone.registration import RegistrationState
from softphone.phone.session import SessionState
from softphone.ui import text_status
from softphone.ui.availability import DND, FORWARDING, Availability
from softphone.ui.text_main import BannerText, demo_banner, keychain_banner, offline_banner
from softphone.ui.widgets.banner import Banner


class NoticeBanner(QWidget):
    """Shows itself when there is something to say; counts down once a second while it does."""

    def __init__(
        self, phone: Phone, availability: Availability, *, demo: bool, parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._phone = phone
        self._availability = availability
        self._demo = demo
        self._told_of_keychain = False
        self._was_offline = False
        self._shown: BannerText | None = None
        self.banner = Banner()
        self.banner.action.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 12, 6)
        column.addWidget(self.banner)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh)
        for topic in (Topic.REGISTRATION, Topic.SESSION, Topic.SETTINGS):
            phone.on(topic, lambda _: self.refresh())
        availability.changed.connect(self.refresh)
        self.refresh()

    @property
    def shown(self) -> BannerText | None:
        return self._shown

    def refresh(self) -> None:
        what = self._what()
        if what != self._shown:
            self._shown = what
            if what is not None:
                quiet = not self._was_offline and self._availability.reach == "dnd"
                self.banner.set_content(what.kind, what.title, what.text, icon=what.icon, button=what.button,
                                        presence="dnd" if quiet else None)  # fmt: skip
        self.setVisible(what is not None)
        self._count()

    def _what(self) -> BannerText | None:
        phone = self._phone
        if phone.session.state is not SessionState.SIGNED_IN:
            self._was_offline = False
            return None
        registration = phone.registration
        if registration.state is RegistrationState.REGISTERED:
            self._was_offline = False
        elif registration.state is RegistrationState.FAILED:
            self._was_offline = True
        if self._was_offline:
            # While a try is under way the banner stays: it would only flicker.
            seconds = None if registration.next_try is None else registration.next_try - phone.now()
            return offline_banner(registration.failure, seconds)
        reach = self._availability.reach
        if reach == "dnd":
            now, may = self._availability.now, self._availability.can_change(DND)
            return text_status.quiet_banner(self._availability.until, now, may_change=may)
        if reach == "forwarding":
            return self._forwarding()
        if (usage := self._usage()) is not None:
            return usage
        if not phone.session.kept and not self._told_of_keychain and not self._demo:
            return keychain_banner()
        return demo_banner() if self._demo else None

    def _forwarding(self) -> BannerText:
        directory = self._phone.directory
        names = tuple(
            directory[key].label if key in directory else key for key in self._availability.targets
        )  # fmt: skip
        may = self._availability.can_change(FORWARDING)
        return text_status.forwarding_banner(names, self._availability.has_vips, may_change=may)

    def _usage(self) -> BannerText | None:
        """From 85 % of a limit on."""
        document = self._phone.settings.document
        if document is None or document.usage_limit.kind == "unlimited":
            return None
        from softphone.ui.settings.panels.usage_limit import usage_notice

        words = usage_notice(document.usage_limit)
        return BannerText("warning", *words, "hourglass") if words is not None else None

    def _act(self) -> None:
        if self._was_offline:
            self._phone.register_now()
        elif self._availability.reach == "dnd":
            self._availability.end_quiet()
        elif self._availability.reach == "forwarding":
            self._availability.forward(False)
        else:
            self._told_of_keychain = True
        self.refresh()

    def _count(self) -> None:
        if self.isVisible() and self._was_offline and self._phone.registration.next_try is not None:
            if not self._second.isActive():
                self._second.start()
        else:
            self._second.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._count()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._second.stop()
