"""Marks texts for translation far from any user. In and out: a Chinese msgid, unchanged.

`N_("直播中")` lets the extractor find the msgid; the edge (`web.i18n`) turns it into the reader's language. The text of
`UserProblem` is a msgid too and needs no mark.
"""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """`text` itself."""
    return text
