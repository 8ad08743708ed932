"""A JPEG loses everything but its picture; what is none is refused in words."""

import io

import pytest
from PIL import Image

from api.photo_strip import MOST_BYTES, stripped
from runtime.problems import UserProblem

SECRET = b"GPS 22.5431 113.0945"


def jpeg(wide: int = 96, high: int = 64, **how: object) -> bytes:
    picture = Image.linear_gradient("L").resize((wide, high)).convert("RGB")
    made = io.BytesIO()
    picture.save(made, "JPEG", **how)
    return made.getvalue()


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    return data[:2] + bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}])
def test_the_picture_stays_and_everything_else_goes(how: dict[str, object]) -> None:
    plain = jpeg(**how)
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    loaded = jpeg(**how, exif=exif.tobytes(), comment=SECRET)
    for marker in (0xE1, 0xE2, 0xED, 0xFE):
        loaded = with_segment(loaded, marker, b"Exif\0\0" + SECRET)
    loaded += SECRET
    assert SECRET in loaded
    clean = stripped(loaded)
    assert SECRET not in clean
    with Image.open(io.BytesIO(clean)) as shown, Image.open(io.BytesIO(plain)) as before:
        assert shown.tobytes() == before.tobytes()
        assert not shown.getexif()
        assert "comment" not in shown.info


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_kind"),
        (b"GIF89a" + b"0" * 50, "photo_kind"),
        (b"\xff\xd8\xff\xd9", "photo_broken"),
        (jpeg()[:-40], "photo_broken"),
        (jpeg()[:30], "photo_broken"),
        (b"\xff\xd8" + b"<script>" * 20, "photo_broken"),
        (b"\xff\xd8" + b"0" * MOST_BYTES, "photo_large"),
        (jpeg(6001, 8), "photo_large"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UserProblem, match=code):
        stripped(data)
