"""Drawing by the numbers of the 1280×720 and 1080×1920 pictures. In: logical units. Out: RGBA pixels at scale.

A `Frame` maps logical units to an output's pixels; a `Sheet` is one plate being drawn; `Painted` is a finished one.
"""

import functools
from dataclasses import dataclass

import msgspec
from PIL import Image, ImageDraw

from overlay import vector
from overlay.icons import ICON_GRID, ICONS, LOGO, LOGO_GRID, STATE_GRID, STATES
from overlay.theme import Colour, Theme
from overlay.typeset import Style, baseline, clean, draw, fit, width, wrap

SAFE_X, SAFE_Y = 64.0, 36.0
BAND_TOP = 440.0
"""Portrait: the header's plates stand above the cameras' band, everything else below it."""
RADIUS, RIM = 6.0, 2.0
_RIM_ALPHA = 41
_OVER = 4


class Frame(msgspec.Struct, frozen=True):
    """An output's size in pixels."""

    width: int
    height: int

    @property
    def portrait(self) -> bool:
        """Whether it is higher than wide: then units are those of a 1080×1920 picture, and the layout is another."""
        return self.height > self.width

    @property
    def scale(self) -> float:
        """Pixels per logical unit."""
        if self.portrait:
            return min(self.width / 1080, self.height / 1920)
        return min(self.width / 1280, self.height / 720)

    @property
    def camera(self) -> tuple[int, int, int, int]:
        """Where the cameras' 16:9 picture stands: left, top, width, height, all even. Portrait has it in a band."""
        if not self.portrait:
            return 0, 0, self.width, self.height
        high = self.width * 9 // 16 // 2 * 2
        return 0, round(BAND_TOP * self.scale / 2) * 2, self.width, high

    @property
    def wide(self) -> float:
        """The frame's width in logical units."""
        return self.width / self.scale

    @property
    def high(self) -> float:
        """The frame's height in logical units."""
        return self.height / self.scale


@dataclass(frozen=True)
class Painted:
    """A finished graphic: RGBA pixels and the place of their upper left corner, even in both directions."""

    image: Image.Image
    x: int
    y: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels."""
        return self.x, self.y, self.x + self.image.width, self.y + self.image.height


class Sheet:
    """One plate of `wide` × `high` logical units, opaque while it is drawn."""

    def __init__(self, frame: Frame, theme: Theme, wide: float, high: float, colour: Colour | None = None) -> None:
        self.frame, self.theme, self.wide, self.high = frame, theme, wide, high
        size = (max(1, self._px(wide)), max(1, self._px(high)))
        self.image = Image.new("RGB", size, colour or theme.plate)
        self._ink = ImageDraw.Draw(self.image)

    def _px(self, units: float) -> int:
        return round(units * self.frame.scale)

    def rect(self, box: tuple[float, float, float, float], colour: Colour) -> None:
        """A filled box: x, y, width, height."""
        x, y, w, h = box
        right, bottom = max(self._px(x + w), self._px(x) + 1), max(self._px(y + h), self._px(y) + 1)
        self._ink.rectangle((self._px(x), self._px(y), right - 1, bottom - 1), fill=colour)

    def text(self, at: tuple[float, float], height: float, text: str, style: Style, colour: Colour) -> float:
        """One line, left at `at`, centred in `height`; returns its right end."""
        scale = self.frame.scale
        big = msgspec.structs.replace(style, size=style.size * scale)
        pen = (at[0] * scale, baseline(at[1] * scale, height * scale, big.size))
        return draw(self._ink, pen, text, big, colour) / scale

    def line(
        self, at: tuple[float, float], room: tuple[float, float], text: str, style: Style, colour: Colour
    ) -> float:
        """One cleaned line fitted in `room` (width, height); returns its right end."""
        fitted, small = self.fitted(text, style, room[0])
        return self.text(at, room[1], fitted, small, colour)

    def fitted(self, text: str, style: Style, room: float) -> tuple[str, Style]:
        """Text and style that fit `room`; see `typeset.fit`."""
        return fit(clean(text), style, room)

    def wrapped(self, text: str, style: Style, room: float, most: int) -> tuple[str, ...]:
        """Lines that fit `room`; see `typeset.wrap`."""
        return wrap(clean(text), style, room, most)

    def width(self, text: str, style: Style) -> float:
        """Logical width of a cleaned line."""
        return width(clean(text), style)

    def state(self, name: str, at: tuple[float, float], size: float, colour: Colour, cut: Colour) -> None:
        """A state glyph."""
        self._icon(_masks("state", name, self._px(size)), at, {"ink": colour, "cut": cut})

    def icon(self, name: str, at: tuple[float, float], size: float, colour: Colour) -> None:
        """An outline icon."""
        self._icon(_masks("icon", name, self._px(size)), at, {"ink": colour})

    def logo(self, at: tuple[float, float], size: float) -> None:
        """Daylight's mark."""
        colours = {"sun": self.theme.sun, "ink": self.theme.on_block}
        self._icon(_masks("logo", "", self._px(size)), at, colours)

    def shape(self, path: str, colour: Colour) -> None:
        """A filled path in logical units, over-sampled."""
        scale = self.frame.scale * 2
        layer = Image.new("L", (self.image.width * 2, self.image.height * 2), 0)
        for line in vector.flattened(path):
            ImageDraw.Draw(layer).polygon([(x * scale, y * scale) for x, y in line], fill=255)
        self.image.paste(colour, (0, 0), layer.resize(self.image.size, Image.Resampling.BOX))

    def paste(self, image: Image.Image, at: tuple[float, float]) -> None:
        """Finished pixels, already at the output's scale."""
        self.image.paste(image, (self._px(at[0]), self._px(at[1])))

    def _icon(self, masks: dict[vector.Role, Image.Image], at: tuple[float, float], colours: dict[str, Colour]) -> None:
        for role, mask in masks.items():
            self.image.paste(colours[role], (self._px(at[0]), self._px(at[1])), mask)

    def plate(self, x: float, y: float) -> Painted:
        """The sheet as a plate with round corners and a faint rim, its upper left corner near `x`, `y`."""
        rim, radius = max(1, self._px(RIM)), max(1, self._px(RADIUS))
        left, top = self._px(x) - rim, self._px(y) - rim
        pad_x, pad_y = left % 2, top % 2
        w, h = self.image.width + 2 * rim, self.image.height + 2 * rim
        out = Image.new("RGBA", (w + pad_x + (w + pad_x) % 2, h + pad_y + (h + pad_y) % 2), (*self.theme.ink, 0))
        shade = Image.new("RGBA", (w, h), (*self.theme.ink, _RIM_ALPHA))
        out.paste(shade, (pad_x, pad_y), _corners(w, h, radius + rim))
        face = self.image.convert("RGBA")
        out.paste(face, (pad_x + rim, pad_y + rim), _corners(*self.image.size, radius))
        return Painted(out, left - pad_x, top - pad_y)

    def page(self) -> Painted:
        """The sheet as a whole frame."""
        return Painted(self.image.convert("RGBA"), 0, 0)


@functools.lru_cache(maxsize=64)
def _masks(kind: str, name: str, size: int) -> dict[vector.Role, Image.Image]:
    if kind == "logo":
        return vector.mask(LOGO, LOGO_GRID, size)
    if kind == "icon":
        return vector.mask(ICONS[name], ICON_GRID, size)
    return vector.mask(STATES[name], STATE_GRID, size)


@functools.lru_cache(maxsize=32)
def _corners(wide: int, high: int, radius: int) -> Image.Image:
    """A mask with round corners, over-sampled in the corners only."""
    out = Image.new("L", (wide, high), 255)
    big = Image.new("L", (2 * radius * _OVER, 2 * radius * _OVER), 0)
    ImageDraw.Draw(big).ellipse((0, 0, 2 * radius * _OVER - 1, 2 * radius * _OVER - 1), fill=255)
    disc = big.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
    for right in (False, True):
        for low in (False, True):
            quarter = disc.crop((radius * right, radius * low, radius * (right + 1), radius * (low + 1)))
            out.paste(quarter, ((wide - radius) * right, (high - radius) * low))
    return out
