"""The pictures as approved, and their deciding words read back by tesseract."""

import io
import os
import re
import shutil
import subprocess

import cv2
import numpy as np
import pytest
from PIL import Image

from overlay.graphics.sheet import Frame
from overlay.theme import DAYLIGHT
from tests.overlay.goldens import FOLDER, GROUND, NAMES, NIGHT, PORTRAIT, drawn, small, ssim

LEAST_MEAN, LEAST_TILE = 0.995, 0.9
TILE = 20


def likeness(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Mean SSIM, and that of the worst tile: one changed character must show."""
    values = ssim(a, b)
    high, wide = (side // TILE * TILE for side in values.shape)
    tiles = values[:high, :wide].reshape(high // TILE, TILE, wide // TILE, TILE).mean((1, 3))
    return float(values.mean()), float(tiles.min())


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_as_approved(name: str) -> None:
    approved = np.asarray(Image.open(FOLDER / f"{name}.png"))
    mean, worst = likeness(small(drawn(name)), approved)
    assert mean >= LEAST_MEAN
    assert worst >= LEAST_TILE


@pytest.mark.parametrize("name", NAMES)
def test_the_portrait_picture_is_as_approved(name: str) -> None:
    approved = np.asarray(Image.open(FOLDER / f"portrait-{name}.png"))
    mean, worst = likeness(small(drawn(name, PORTRAIT)), approved)
    assert mean >= LEAST_MEAN
    assert worst >= LEAST_TILE


def test_one_changed_character_is_seen() -> None:
    mean, worst = likeness(small(drawn("within")), small(drawn("over")))
    assert mean < LEAST_MEAN
    assert worst < LEAST_TILE
    name = drawn("officer")
    other = name.copy()
    other.paste(name.crop((230, 572, 272, 626)), (186, 572))
    assert likeness(small(name), small(other))[1] < LEAST_TILE


def test_a_larger_frame_shows_the_same() -> None:
    mean, worst = likeness(small(drawn("positive", (1920, 1080))), small(drawn("positive")))
    assert mean > 0.97
    assert worst > 0.6


def read(image: Image.Image, box: tuple[int, int, int, int], *options: str) -> str:
    """What tesseract sees, without spaces."""
    part = image.convert("L").crop(box)
    png = io.BytesIO()
    part.resize((part.width * 2, part.height * 2), Image.Resampling.LANCZOS).save(png, "PNG")
    tool = shutil.which("tesseract")
    assert tool, "apt-get install tesseract-ocr tesseract-ocr-chi-sim"
    one = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run([tool, "-", "-", *options], input=png.getvalue(), capture_output=True, check=True, env=one)
    return re.sub(r"\s+", "", done.stdout.decode())


WORDS = (178, 450, 870, 684)
VALUE = (892, 528, 1021, 592)
CHINESE = ("-l", "chi_sim", "--psm", "6")
FIGURES = ("-l", "eng", "--psm", "7", "-c", "tessedit_char_whitelist=0123456789.")
DECIDING = {
    "running": ("还需15:00", ""),
    "negative": ("未见异", "12.8"),
    "positive": ("阳性", "62.4"),
    "invalid": ("无效", ""),
    "within": ("未超限值", "18.5"),
    "over": ("超出限值", "31.0"),
    "withdrawn": ("暂不作准", ""),
    "lab-pending": ("已抽样送检", ""),
    "lab-noncompliant": ("不合格", ""),
    "corrected": ("更正", "12.8"),
    "voided": ("作废", ""),
}


@pytest.mark.parametrize("name", DECIDING)
def test_the_deciding_words_and_figures_can_be_read(name: str) -> None:
    word, value = DECIDING[name]
    image = drawn(name)
    assert word in read(image, WORDS, *CHINESE)
    if value:
        assert read(image, VALUE, *FIGURES) == value


@pytest.mark.parametrize("name", [*DECIDING, "lab-compliant"])
def test_the_block_has_the_colour_of_its_state(name: str) -> None:
    tone = {"within": "negative", "over": "positive"}.get(name, name.replace("-", "_"))
    assert drawn(name).getpixel((80, 470)) == DAYLIGHT.tone(tone)


PORTRAIT_WORDS = (80, 1150, 910, 1374)
PORTRAIT_VALUE = (320, 1382, 530, 1464)


@pytest.mark.parametrize("name", ["positive", "over", "withdrawn", "lab-pending", "corrected"])
def test_the_deciding_words_and_figures_can_be_read_in_portrait(name: str) -> None:
    word, value = DECIDING[name]
    image = drawn(name, PORTRAIT)
    assert word in read(image, PORTRAIT_WORDS, *CHINESE)
    if value:
        assert value in read(image, PORTRAIT_VALUE, *FIGURES)
    tone = {"over": "positive"}.get(name, name.replace("-", "_"))
    assert image.getpixel((900, 1080)) == DAYLIGHT.tone(tone)


@pytest.mark.parametrize("size", [(1080, 1920), (720, 1280), (540, 960)])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"slate", "hold", "two-cards", "law"}])
def test_portrait_graphics_leave_the_cameras_and_the_platforms_room(name: str, size: tuple[int, int]) -> None:
    image = np.asarray(drawn(name, size).convert("RGB"))
    left, top, wide, high = Frame(*size).camera
    band = image[top + 4 : top + high - 4, left : left + wide]
    assert (band == GROUND[:3]).all(), "the picture is not covered"
    scale = size[0] / 1080
    for part in (image[: int(214 * scale)], image[int(1486 * scale) :], image[:, int(936 * scale) :]):
        plain = (part == NIGHT[:3]).all(2) | (part == GROUND[:3]).all(2)
        assert plain.all(), "a platform's buttons would cover it"


def test_a_question_about_a_result_says_that_it_is_preliminary() -> None:
    assert "非最终结论" in read(drawn("question"), (202, 560, 1080, 684), *CHINESE)


def test_the_delay_can_be_read() -> None:
    image = drawn("delayed")
    assert "延时" in read(image, (790, 38, 980, 88), *CHINESE)
    assert "直播" in read(image, (790, 38, 980, 88), *CHINESE)


def test_the_code_on_the_tip_line_opens_the_address() -> None:
    image = np.asarray(drawn("tip-line"))
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert text == "https://tip.jiangbei.example/t"
