"""Pages and fragments from templates. In: a request (its language, person and CSRF token) and values. Out: HTML.

One template serves the first paint and the update: `page` renders a whole page, `fragment` the same part for the hub.
What a request brings is read from `request.state`, which `api.access` fills; nothing here asks who may see it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from web import moments
from web.assets import manifest
from web.i18n import LANGUAGES, SOURCE, Texts, texts

TEMPLATES = Path(__file__).parent / "templates"
_YEAR_S = 365 * 24 * 3600
STATE_GLYPHS = {
    "lab_pending": "lab",
    "lab_compliant": "lab_ok",
    "lab_noncompliant": "lab_bad",
    "running": "preliminary",
}
"""Tones whose glyph has another name; `withdrawn` and `voided` are drawn as invalid."""


@dataclass(frozen=True)
class Site:
    """Whose broadcast this is, as every page's head says it."""

    name: str = ""
    agency: str = ""
    demo: bool = False


def icon(name: str, extra: str = "") -> Markup:
    """An outline icon of the sprite; says nothing to screen readers."""
    if name not in manifest().icons:
        raise KeyError(f"no such icon: {name}")
    return Markup('<svg class="i {}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        extra, manifest().url("icons.svg"), name
    )


def glyph(name: str, extra: str = "") -> Markup:
    """A filled state glyph; the word always stands beside it."""
    name = glyph_name(name)
    if name not in manifest().glyphs:
        raise KeyError(f"no such glyph: {name}")
    return Markup('<svg class="g {}" aria-hidden="true"><use href="{}#s-{}"/></svg>').format(
        extra, manifest().url("icons.svg"), name
    )


def glyph_name(tone: str) -> str:
    """The glyph of a card's tone."""
    return STATE_GLYPHS.get(tone, "invalid" if tone in {"withdrawn", "voided"} else tone)


def mark() -> Markup:
    """The sign: an open door that is also 日."""
    return Markup('<svg class="mark" aria-hidden="true"><use href="{}#mark"/></svg>').format(
        manifest().url("icons.svg")
    )


def chip(state: str, text: str, extra: str = "") -> Markup:
    """A state chip: glyph and word, always both."""
    return Markup('<span class="st st-{} {}">{}<span>{}</span></span>').format(
        glyph_name(state), extra, glyph(state), text
    )


def as_json(value: object) -> Markup:
    """For `<script type="application/json">`: nothing in it can end the block."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704 - escaped above


@cache
def environment(lang: str) -> Environment:
    """The templates in one language."""
    words = texts(lang)
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        lang=lang,
        languages=LANGUAGES,
        source_lang=SOURCE,
        asset=manifest().url,
        icon=icon,
        glyph=glyph,
        mark=mark,
        chip=chip,
        as_json=as_json,
        text=words,
    )
    made.filters.update(moments.filters(words))
    made.filters["said"] = words
    return made


def fragment(template: str, lang: str, /, **view: Any) -> str:
    """One part in one language, the same markup as on the page."""
    return environment(lang).get_template(template).render(**view)


def words_of(connection: HTTPConnection) -> Texts:
    """The reader's language."""
    return texts(getattr(connection.state, "lang", SOURCE))


def page(
    request: Request, template: str, /, *, status: int = 200, headers: Mapping[str, str] | None = None, **view: Any
) -> HTMLResponse:
    """A whole page for whoever asks."""
    state = request.state
    lang = words_of(request).lang
    body = (
        environment(lang)
        .get_template(template)
        .render(
            person=getattr(state, "person", None),
            csrf=getattr(state, "csrf", ""),
            site=getattr(request.app.state, "site", Site()),
            live_place=json.dumps(getattr(state, "live_place", {})),  # escaped as an attribute
            here=request.url.path,
            **view,
        )
    )
    answer = HTMLResponse(body, status, dict(headers or {}))
    answer.headers["Content-Language"] = lang
    answer.headers.setdefault("Cache-Control", "no-store" if getattr(state, "person", None) else "no-cache")
    if cookie := getattr(state, "visitor_cookie", None):
        secure = request.url.scheme == "https"
        name, value = cookie
        answer.set_cookie(name, value, max_age=_YEAR_S, path="/", httponly=True, samesite="lax", secure=secure)
    answer.headers.add_vary_header("Accept-Language")
    answer.headers.add_vary_header("Cookie")
    return answer
