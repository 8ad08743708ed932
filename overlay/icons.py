"""State glyphs (16 grid, filled) and icons (24 grid, 2 px strokes) of the on-air family, as data."""

from overlay.vector import Mark, circle, rounded

STATE_GRID, ICON_GRID, LOGO_GRID = 16.0, 24.0, 32.0

# Round = screening, square = laboratory, diamond = suspicion, hexagon = corrected.
STATES: dict[str, tuple[Mark, ...]] = {
    "live": (Mark(circle(8, 8, 4)), Mark(circle(8, 8, 6.6), 1.4)),
    "running": (Mark(circle(8, 8, 6.2), 1.8, dash=(29, 10)), Mark("M8 4.8V8.2l2.4 1.4", 1.8)),
    "negative": (Mark(circle(8, 8, 6.2), 1.8), Mark("M5 8h6", 2.0)),
    "positive": (Mark("M8 .6L15.4 8L8 15.4L.6 8Z"), Mark("M5 8h6M8 5v6", 1.9, "cut")),
    "invalid": (Mark(circle(8, 8, 6.2), 1.8, dash=(3.4, 2.1)), Mark("M4.6 11.4l6.8 -6.8", 1.8)),
    "withdrawn": (Mark(circle(8, 8, 6.2), 1.8, dash=(3.4, 2.1)), Mark("M5.2 8h.1M8 8h.1M10.8 8h.1", 1.9)),
    "lab_pending": (
        Mark(rounded(1.8, 1.8, 12.4, 12.4, 1.5), 1.8),
        Mark("M1.8 8h12.4v4.7a1.5 1.5 0 0 1 -1.5 1.5H3.3a1.5 1.5 0 0 1 -1.5 -1.5Z"),
    ),
    "lab_compliant": (Mark(rounded(1, 1, 14, 14, 2)), Mark("M4.5 8.3l2.5 2.5l4.7 -5", 1.9, "cut")),
    "lab_noncompliant": (Mark(rounded(1, 1, 14, 14, 2)), Mark("M5 5l6 6M11 5l-6 6", 1.9, "cut")),
    "corrected": (
        Mark("M4.3 1.3h7.4L15.5 8L11.7 14.7H4.3L.5 8Z"),
        Mark("M5.4 10.6l.5 -2l4 -4l1.5 1.5l-4 4Z", role="cut"),
    ),
    "voided": (
        Mark("M4.3 1.3h7.4L15.5 8L11.7 14.7H4.3L.5 8Z"),
        Mark("M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6", 1.9, "cut"),
    ),
    "ok": (Mark("M2 8.5l4 4l8 -9", 2.2),),
    "open": (Mark(circle(8, 8, 6.2), 1.8),),
}

ICONS: dict[str, tuple[Mark, ...]] = {
    "ask": (
        Mark("M4 4h16v12H11l-5 4v-4H4Z", 2),
        Mark("M9.5 8.5a2.5 2.5 0 1 1 3.2 2.4c-.5 .2 -.7 .5 -.7 1.1M12 14v.01", 2),
    ),
    "law": (Mark("M12 4v16M7 20h10M4 7h16", 2), Mark("M6 7l-3 7h6ZM18 7l-3 7h6Z", 2)),
    "shield": (
        Mark("M12 3L5 6v5c0 5 3 8 7 10c4 -2 7 -5 7 -10V6Z", 2),
        Mark("M9 12l2.2 2.2L15.5 10", 2),
    ),
    "eye": (
        Mark("M2 12c0 0 3.5 -7 10 -7c6.5 0 10 7 10 7c0 0 -3.5 7 -10 7c-6.5 0 -10 -7 -10 -7Z", 2),
        Mark(circle(12, 12, 3), 2),
    ),
}

LOGO: tuple[Mark, ...] = (
    Mark("M10.4 16a5.6 5.6 0 0 1 11.2 0Z", role="sun"),
    Mark(rounded(5.5, 3, 21, 26, 4.5), 3),
    Mark("M5.5 16.8h21", 3),
)
