"""The approved pictures. `python -m tests.overlay.goldens` draws them anew; look at each before you commit it."""

from pathlib import Path

import cv2
import numpy as np
from msgspec.structs import replace
from PIL import Image

from episodes.shot import HOLD_WORDS
from overlay.graphics.paint import paint
from overlay.graphics.sheet import Frame
from overlay.layout import slate_page
from overlay.render import picture
from overlay.scene import Rules, Scene
from overlay.theme import DAYLIGHT
from tests.overlay.material import CASES, T0, S, scene_of

FOLDER = Path(__file__).parent / "golden"
GROUND = (96, 112, 104, 255)
NAMES = (*CASES, "delayed", "rehearsal", "slate", "hold")
PORTRAIT = (1080, 1920)
NIGHT = (14, 26, 38, 255)


def drawn(name: str, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    """A case on a plain ground."""
    frame = Frame(*size)
    if name == "slate":
        header = scene_of().header
        return paint(slate_page(header, "直播没有结束，画面暂时切换"), frame, DAYLIGHT).image.convert("RGB")
    if name == "hold":
        headline, line = HOLD_WORDS["premises"]
        held = slate_page(scene_of().header, line, headline)
        return paint(held, frame, DAYLIGHT).image.convert("RGB")
    if name == "rehearsal":
        practised = scene_of(*CASES["positive"])
        return _on_ground(replace(practised, header=replace(practised.header, rehearsal=True)), frame)
    scene: Scene = scene_of(rules=Rules(delay_s=30)) if name == "delayed" else scene_of(*CASES[name])
    return _on_ground(scene, frame)


def _on_ground(scene: Scene, frame: Frame) -> Image.Image:
    size = (frame.width, frame.height)
    out = Image.new("RGBA", size, NIGHT)
    left, top, wide, high = frame.camera
    out.paste(GROUND, (left, top, left + wide, top + high))
    out.alpha_composite(picture(scene, T0 + S, frame))
    return out.convert("RGB")


def small(image: Image.Image) -> np.ndarray:
    """What is kept: half the size, luma only."""
    size = (540, 960) if image.height > image.width else (640, 360)
    return np.asarray(image.convert("L").resize(size, Image.Resampling.BOX))


def ssim(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Structural similarity of every pixel (Wang 2004: 11×11 Gaussian, σ 1.5)."""
    x, y = a.astype(np.float64), b.astype(np.float64)

    def blurred(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    mx, my = blurred(x), blurred(y)
    vx, vy, cov = blurred(x * x) - mx * mx, blurred(y * y) - my * my, blurred(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2))


if __name__ == "__main__":
    for each in NAMES:
        Image.fromarray(small(drawn(each))).save(FOLDER / f"{each}.png", optimize=True)
        Image.fromarray(small(drawn(each, PORTRAIT))).save(FOLDER / f"portrait-{each}.png", optimize=True)
