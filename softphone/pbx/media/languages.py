"""The languages that speech is offered in, by their BCP 47 tags, and the voice that espeak-ng has for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """`name` is English, `own_name` its speakers' own."""

    code: str
    name: str
    own_name: str
    voice: str = ""  # espeak-ng's name, where it is not the code

    @property
    def voice_name(self) -> str:
        return self.voice or self.code


LANGUAGES = (
    Language("en", "English", "English"),
    Language("en-US", "English (United States)", "English (United States)"),
    Language("zh", "Chinese (Mandarin)", "中文", "cmn"),
    Language("yue", "Chinese (Cantonese)", "粵語"),
    Language("ms", "Malay", "Bahasa Melayu"),
    Language("ta", "Tamil", "தமிழ்"),
    Language("hi", "Hindi", "हिन्दी"),
    Language("id", "Indonesian", "Bahasa Indonesia"),
    Language("th", "Thai", "ไทย"),
    Language("vi", "Vietnamese", "Tiếng Việt"),
    Language("ja", "Japanese", "日本語"),
    Language("ko", "Korean", "한국어"),
    Language("my", "Burmese", "မြန်မာ"),
    Language("bn", "Bengali", "বাংলা"),
    Language("te", "Telugu", "తెలుగు"),
    Language("ml", "Malayalam", "മലയാളം"),
    Language("pa", "Punjabi", "ਪੰਜਾਬੀ"),
    Language("ur", "Urdu", "اردو"),
    Language("ar", "Arabic", "العربية"),
    Language("fa", "Persian", "فارسی"),
    Language("he", "Hebrew", "עברית"),
    Language("de", "German", "Deutsch"),
    Language("fr", "French", "Français"),
    Language("es", "Spanish (Spain)", "Español (España)"),
    Language("es-419", "Spanish (Latin America)", "Español (Latinoamérica)"),
    Language("it", "Italian", "Italiano"),
    Language("pt", "Portuguese (Portugal)", "Português (Portugal)"),
    Language("pt-BR", "Portuguese (Brazil)", "Português (Brasil)"),
    Language("nl", "Dutch", "Nederlands"),
    Language("sv", "Swedish", "Svenska"),
    Language("da", "Danish", "Dansk"),
    Language("nb", "Norwegian", "Norsk bokmål"),
    Language("fi", "Finnish", "Suomi"),
    Language("pl", "Polish", "Polski"),
    Language("cs", "Czech", "Čeština"),
    Language("hu", "Hungarian", "Magyar"),
    Language("ro", "Romanian", "Română"),
    Language("el", "Greek", "Ελληνικά"),
    Language("tr", "Turkish", "Türkçe"),
    Language("uk", "Ukrainian", "Українська"),
    Language("ru", "Russian", "Русский"),
    Language("sw", "Swahili", "Kiswahili"),
)


def voice_names(code: str) -> tuple[str, ...]:
    """What to ask espeak-ng for, best first: a country that it does not know still has its language."""
    whole = code.lower()
    base = whole.partition("-")[0]
    found = [next((one.voice_name for one in LANGUAGES if one.code.lower() == tag), tag) for tag in (whole, base)]
    return tuple(dict.fromkeys(found))
