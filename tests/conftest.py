"""What all tests share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo phones' clips are kept: drawn and coded once a run."""
    return tmp_path_factory.mktemp("clips")
