"""The words of the No answer page."""

from __future__ import annotations

from collections.abc import Sequence

from softphone.extension.settings import NoAnswer
from softphone.ui.text import joined, tr
from softphone.ui.text_settings import strong, strong_list


def title() -> str:
    return tr("No answer")


def about() -> str:
    return tr("What happens when nobody picks up.")


def about_plain() -> str:
    return tr("What happens when nobody picks up. This works only while this app is running.")


def if_i_dont_answer() -> str:
    return tr("If I don't answer")


def action(name: str) -> str:
    return {
        "forward": tr("Forward to a phone number"),
        "hang_up": tr("Hang up"),
        "record_number": tr("Email me the caller's number"),
        "voicemail": tr("Take a voicemail and email it"),
    }[name]


def action_help(name: str) -> str:
    return tr("Up to 1 minute each") if name == "voicemail" else ""


def keep_ringing() -> str:
    """With a plain SIP account: nothing here ends the call."""
    return tr("Let it ring")


def keep_ringing_help() -> str:
    return tr("Until the caller gives up, or your provider takes the call")


def phone_number() -> str:
    return tr("Phone number")


def number_example() -> str:
    return tr("+65 0000 0000")


def bad_number() -> str:
    return tr("This isn't a phone number. Start with + and the country.")


def wait_for() -> str:
    return tr("Wait for")


def seconds(count: int) -> str:
    return tr("{n} s", n=count)


def notify_by_email() -> str:
    return tr("Notify by email")


def add_email() -> str:
    return tr("Add email")


def bad_email(text: str) -> str:
    return tr("{address} is not a full email address.", address=text)


# --- live sentences ---------------------------------------------------------------------------------------------------


def sentence(no_answer: NoAnswer, number: str) -> str:
    """What happens to a call that nobody answers; `number` as it is shown. "" where a number is missing."""
    after = strong(seconds_long(no_answer.after_seconds))
    emails = joined(strong_list(no_answer.emails))
    if no_answer.action == "forward":
        return tr("Calls you don't answer go to {number}.", number=strong(number)) if number else ""
    if no_answer.action == "hang_up":
        return tr("After {seconds}, the call ends.", seconds=after)
    if no_answer.action == "record_number":
        if not emails:
            return tr("After {seconds}, the call ends.", seconds=after)
        return tr("After {seconds}, the call ends and we email the caller's number to {emails}.",
                  seconds=after, emails=emails)  # fmt: skip
    if not emails:
        return tr("After {seconds}, callers hear your message and can leave a voicemail.", seconds=after)
    return tr("After {seconds}, callers hear your message and can leave a voicemail. We email it to {emails}.",
              seconds=after, emails=emails)  # fmt: skip


def seconds_long(count: int) -> str:
    return tr("%n second", count) if count == 1 else tr("%n seconds", count)


def add_a_number(before: str) -> str:
    """`before`: the action that still applies."""
    return tr('Add a phone number. Until then, "{action}" applies.', action=before)


def no_email_yet() -> str:
    return tr("Add an email address, or nobody is told.")


# --- message ----------------------------------------------------------------------------------------------------------


def message() -> str:
    return tr("Message")


def message_help() -> str:
    return tr("What callers hear before they leave a voicemail")


def text_to_speech() -> str:
    return tr("Text to speech")


def mp3_file() -> str:
    return tr("MP3 file")


def spoken_text() -> str:
    return tr("Spoken message")


def type_the_message() -> str:
    return tr("Type the message callers will hear.")


def shorten(most: int) -> str:
    return tr("Shorten it to {n} characters.", n=most)


def of_most(count: int, most: int) -> str:
    return tr("{n} / {most}", n=count, most=most)


def language() -> str:
    return tr("Language")


def voice() -> str:
    return tr("Voice")


def woman() -> str:
    return tr("Woman")


def man() -> str:
    return tr("Man")


def pitch() -> str:
    return tr("Pitch")


def low() -> str:
    return tr("Low")


def high() -> str:
    return tr("High")


def rate() -> str:
    return tr("Rate")


def slow() -> str:
    return tr("Slow")


def fast() -> str:
    return tr("Fast")


def listen() -> str:
    return tr("Listen")


def stop() -> str:
    return tr("Stop")


def about_seconds(count: int) -> str:
    return tr("About %n second", count) if count == 1 else tr("About %n seconds", count)


def heard_on() -> str:
    return tr("Heard on")


def on_speaker() -> str:
    return tr("Speaker")


def on_ringer() -> str:
    return tr("Ringtone device")


def not_heard(reason: str) -> str:
    if reason:
        return tr("Couldn't play the message. {reason}", reason=reason)
    return tr("Couldn't play the message. The server didn't answer.")


def not_during_a_call() -> str:
    return tr("You're on a call. Listen when it's over.")


def no_sound() -> str:
    return tr("Couldn't play the message.")


# --- MP3 --------------------------------------------------------------------------------------------------------------


def drop_here() -> str:
    return tr("Drop an MP3 here, or")


def choose_a_file() -> str:
    return tr("choose a file")


def choose_mp3() -> str:
    return tr("Choose an MP3 file")


def mp3_files() -> str:
    return tr("MP3 files")


def limits(minutes: int, megabytes: int) -> str:
    return tr("Up to {m} minute and {n} MB", m=minutes, n=megabytes)


def play() -> str:
    return tr("Play")


def replace() -> str:
    return tr("Replace…")


def remove() -> str:
    return tr("Remove")


def uploading() -> str:
    return tr("Uploading")


def checking() -> str:
    return tr("Checking")


def doing_with(doing: str, file: str) -> str:
    """A file on its way."""
    return tr("{doing} {file}", doing=doing, file=file)


def not_an_mp3(file: str) -> str:
    return tr("{file} is not an MP3 file. Convert it to MP3, then try again.", file=file)


def too_large(file: str, megabytes: int) -> str:
    return tr("{file} is larger than {n} MB.", file=file, n=megabytes)


def too_long(file: str) -> str:
    return tr("{file} is longer than 1 minute.", file=file)


def cannot_be_read(file: str) -> str:
    return tr("{file} can't be opened. Check that it is still there.", file=file)


def not_uploaded(reason: str) -> str:
    return tr("Not saved. {reason}", reason=reason) if reason else tr("Not saved. The server didn't answer.")


def length_and_size(length: str, size: str) -> str:
    return tr("{length} · {size}", length=length, size=size) if size else length


def file_size(count: int) -> str:
    """186 kB, 1.2 MB."""
    if count < 1_000_000:
        return tr("{n} kB", n=max(1, round(count / 1000)))
    return tr("{n} MB", n=f"{count / 1_000_000:.1f}")


def waveform(name: str, length: int, at: int) -> str:
    """For screen readers: "Message, 12 seconds, at 3"."""
    return tr("{name}, {length} seconds, at {at}", name=name, length=length, at=at)


# --- toasts and search ------------------------------------------------------------------------------------------------


def changed() -> str:
    return tr("No answer is changed")


def emails_changed() -> str:
    return tr("Email addresses are changed")


def message_changed() -> str:
    return tr("Message is changed")


def keywords() -> str:
    return tr("unanswered missed voicemail hang up forward notify")


def wait_keywords() -> str:
    return tr("seconds ring time delay")


def email_keywords() -> str:
    return tr("mail notify voicemail missed call")


def message_keywords() -> str:
    return tr("greeting announcement mp3 speech voice language pitch rate")


def language_names() -> Sequence[tuple[str, str]]:
    """BCP 47 tags of the languages spoken, and their names in themselves with the English one beside it."""
    return _LANGUAGES


_LANGUAGES = (
    ("en", "English"), ("en-US", "English (United States)"), ("zh", "中文 (Mandarin)"), ("yue", "粵語 (Cantonese)"),
    ("ms", "Bahasa Melayu"), ("ta", "தமிழ் (Tamil)"), ("hi", "हिन्दी (Hindi)"), ("id", "Bahasa Indonesia"),
    ("th", "ไทย (Thai)"), ("vi", "Tiếng Việt"), ("ja", "日本語 (Japanese)"), ("ko", "한국어 (Korean)"),
    ("ar", "العربية (Arabic)"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español (España)"),
    ("es-419", "Español (Latinoamérica)"), ("it", "Italiano"), ("pt", "Português (Portugal)"),
    ("pt-BR", "Português (Brasil)"), ("nl", "Nederlands"), ("sv", "Svenska"), ("da", "Dansk"), ("nb", "Norsk bokmål"),
    ("fi", "Suomi"), ("pl", "Polski"), ("cs", "Čeština"), ("hu", "Magyar"), ("ro", "Română"),
    ("el", "Ελληνικά (Greek)"), ("tr", "Türkçe"), ("uk", "Українська"), ("ru", "Русский"), ("sw", "Kiswahili"),
)  # fmt: skip
