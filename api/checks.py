"""One thing looked at before a show. In: what a check saw. Out: a finding that can be said in any of our languages.

`daylight doctor` and the pre-flight panel of /studio show the same findings: the machine's (`api.doctor`) and the
show's (`api.show_checks`).
"""

import msgspec

from web.i18n import Texts


class Said(msgspec.Struct, frozen=True):
    """A msgid and what fills it."""

    text: str
    params: dict[str, object] = {}

    def in_words(self, words: Texts) -> str:
        """In one language."""
        return words(self.text, **self.params) if self.text else ""


def said(text: str, **params: object) -> Said:
    """A sentence to be said later."""
    return Said(text, params)


class Finding(msgspec.Struct, frozen=True):
    """`name` is stable; `mend` says what to do when it is not `ok`.

    `stage` and the rest are the gate's (`episodes.gate`): whether the show waits for it, whether a named person may go
    on without it (`open_to`), and who has.
    """

    name: str
    ok: bool
    says: Said
    mend: Said = Said("")
    stage: str = "minutes"
    blocks: bool = False
    decided: Said | None = None
    open_to: bool = False
