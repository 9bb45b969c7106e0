"""The words of the pages about the program itself: notifications, appearance, about."""

from __future__ import annotations

from softphone.ui.text import PRODUCT, tr

# --- notifications ----------------------------------------------------------------------------------------------------


def notifications() -> str:
    return tr("Notifications")


def about_notifications() -> str:
    return tr("How you hear about calls.")


def incoming_calls() -> str:
    return tr("Incoming calls")


def where() -> str:
    return tr("Where")


def where_help() -> str:
    return tr("Calls ring in a window on top of other apps")


def beside_main_window() -> str:
    return tr("Screen of the main window")


def first_screen() -> str:
    return tr("Main screen")


def raise_on_answer() -> str:
    return tr("Bring the main window to the front when I answer")


def tell_me_about() -> str:
    return tr("Tell me about")


def missed_calls() -> str:
    return tr("Missed calls")


def voicemail() -> str:
    return tr("Voicemail")


def more() -> str:
    return tr("More")


def names_in_notices() -> str:
    return tr("Show names and numbers in notices")


def names_in_notices_help() -> str:
    return tr("Off, notices of missed calls and voicemail don't say who it was")


def remind_missed() -> str:
    return tr("Remind me of a missed call after 10 minutes")


def keywords_notices() -> str:
    return tr("notice popup window alert missed voicemail privacy reminder screen monitor")


def new_voicemail() -> str:
    return tr("New voicemail")


def new_voicemails(count: int) -> str:
    return tr("You have 1 new message.") if count == 1 else tr("You have %n new messages.", count)


def somebody_called() -> str:
    return tr("Open {product} to see who", product=PRODUCT)


# --- appearance -------------------------------------------------------------------------------------------------------


def appearance() -> str:
    return tr("Appearance")


def about_appearance() -> str:
    return tr("How the app looks on this computer.")


def theme() -> str:
    return tr("Theme")


def light() -> str:
    return tr("Light")


def dark() -> str:
    return tr("Dark")


def same_as_system() -> str:
    return tr("Same as system")


def text_size() -> str:
    return tr("Text size")


def per_cent(value: int) -> str:
    return tr("{n} %", n=value)


def time() -> str:
    return tr("Time")


def twenty_four_hours() -> str:
    return tr("24-hour")


def twelve_hours() -> str:
    return tr("12-hour")


def reduce_motion() -> str:
    return tr("Reduce motion")


def reduce_motion_help() -> str:
    return tr("No pulsing or sliding")


def on() -> str:
    return tr("On")


def off() -> str:
    return tr("Off")


def window() -> str:
    return tr("Window")


def keep_running() -> str:
    return tr("Keep running when I close the window")


def keep_running_help() -> str:
    return tr("You can still receive calls. Find it in the tray.")


def small_bar() -> str:
    return tr("Small bar during calls")


def small_bar_help() -> str:
    return tr("Shown when the main window is behind others")


def keywords_look() -> str:
    return tr("dark light theme colour color contrast font zoom big bigger small animation clock hours")


def keywords_window() -> str:
    return tr("close quit tray background mini bar")


# --- about ------------------------------------------------------------------------------------------------------------


def about() -> str:
    return tr("About")


def version(number: str) -> str:
    return tr("Version {version}", version=number)


def help_() -> str:
    return tr("Help")


def copy_details() -> str:
    return tr("Copy system details")


def copy_details_help() -> str:
    return tr("For support. No passwords or numbers.")


def copy() -> str:
    return tr("Copy")


def copied() -> str:
    return tr("System details copied")


def log_folder() -> str:
    return tr("Open the log folder")


def log_folder_help() -> str:
    return tr("What the app did, without passwords")


def open_() -> str:
    return tr("Open")


def not_opened(folder: str) -> str:
    return tr("The folder couldn't be opened. It is {folder}.", folder=folder)


def licence() -> str:
    return tr("Licence")


def licence_words() -> str:
    return tr("GNU GPL, version 3 or later")


def parts() -> str:
    return tr("Made with")


def parts_words() -> str:
    return tr("Qt, PJSIP, Inter and Phosphor Icons")


def keywords_about() -> str:
    return tr("version update help support log licence license open source")
