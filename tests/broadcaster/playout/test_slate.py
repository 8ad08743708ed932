"""The slate that fills every hole: one keyframe a group, whatever picture it is made of."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from broadcaster.playout.slate_encode import encode
from runtime.settings.model import Encode

SMALL = Encode(width=320, height=180)


@pytest.mark.parametrize("drawn", [True, False])
def test_a_group_has_one_keyframe(tmp_path: Path, *, drawn: bool) -> None:
    picture = tmp_path / "slate.png"
    if drawn:
        Image.fromarray(np.full((180, 320, 3), 40, np.uint8)).save(picture)
    slate = encode(SMALL, picture if drawn else None)
    assert [unit.key for unit in slate.units] == [True] + [False] * (round(SMALL.keyframe_s * SMALL.fps) - 1)
