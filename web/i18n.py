"""The user's language. In: catalogues under web/locales and a request's wishes. Out: `Texts` to translate with.

Chinese is the source language: msgids are the Chinese texts themselves, so it needs no catalogue. Every other language
is the sum of its `.po` files, one a slice, read at start; nothing is compiled to disk.
"""

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup

LOCALES = Path(__file__).parent / "locales"
SOURCE = "zh-CN"
LANGUAGES: tuple[str, ...] = (SOURCE, *sorted(path.name for path in LOCALES.iterdir() if path.is_dir()))
"""BCP 47 tags, the source first."""


class Texts:
    """One language's words. `__call__` translates and fills `%(name)s`."""

    def __init__(self, lang: str, translations: NullTranslations) -> None:
        self.lang = lang
        self.locale = Locale.parse(lang, sep="-")
        self.translations = translations

    def __call__(self, text: str, /, **params: object) -> str:
        said: str = self.translations.ugettext(text) if text else ""
        return said % {key: self._param(value) for key, value in params.items()} if params else said.replace("%%", "%")

    def _param(self, value: object) -> object:
        """A parameter that is itself one of our words (a role, a state) is said in the same language."""
        return self.translations.ugettext(value) if isinstance(value, str) and value else value

    def plural(self, one: str, many: str, count: int, /, **params: object) -> str:
        """The form for `count`, which fills `%(num)s`."""
        said: str = self.translations.ungettext(one, many, count)
        return said % {"num": count, **params}

    def markup(self, text: str, /, **params: object) -> Markup:
        """As `__call__`, for msgids that hold markup of ours; the parameters are escaped."""
        return Markup(self(text)) % params  # noqa: S704 - our own catalogue


@cache
def texts(lang: str) -> Texts:
    """The words of one of `LANGUAGES`."""
    return Texts(lang, NullTranslations() if lang == SOURCE else _merged(lang))


def _merged(lang: str) -> Translations:
    whole = Catalog(locale=lang.replace("-", "_"), charset="utf-8")
    for path in sorted((LOCALES / lang).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string:
                    whole.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Translations(compiled)


def chosen(wishes: Iterable[str | None], accept: str = "") -> str:
    """The first wish we speak, else the best of an Accept-Language header, else Chinese."""
    for wish in wishes:
        if wish in LANGUAGES:
            return wish
    ranked: list[tuple[float, int, str]] = []
    for place, item in enumerate(accept.split(",")[:20]):
        tag, _, rest = item.strip().partition(";")
        known = _known(tag.strip())
        if known:
            ranked.append((-_quality(rest), place, known))
    return min(ranked)[2] if ranked else SOURCE


def _known(tag: str) -> str | None:
    main = tag.lower().split("-", 1)[0]
    return next((lang for lang in LANGUAGES if lang.lower().split("-", 1)[0] == main), None)


def _quality(rest: str) -> float:
    try:
        return float(rest.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
