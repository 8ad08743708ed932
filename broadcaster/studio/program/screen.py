"""The picture under the graphics. In: what a tick shows and the sources' planes. Out: one frame's planes, filled.

Holds what outlives a tick: the frame of a freeze, and room for the second picture of a dissolve. One thread.
"""

from collections.abc import Mapping

from broadcaster.studio.program.compose import blend, compose
from broadcaster.studio.program.planes import Planes, blank, copy, views
from broadcaster.studio.program.switch import Showing


class Screen:
    """One size's picture."""

    def __init__(self, width: int, height: int) -> None:
        # The frames own the memory that the views write to.
        self._frames = (blank(width, height), blank(width, height))
        self._spare, self._still = (views(frame) for frame in self._frames)
        self._standing = False

    @property
    def standing(self) -> bool:
        """Whether a frozen picture is held."""
        return self._standing

    def lay(self, showing: Showing, pictures: Mapping[str, Planes], target: Planes, *, frozen: bool) -> None:
        """Fill `target`. With `frozen` the picture is the one this was first asked to freeze."""
        if frozen and self._standing:
            copy(self._still, target)
            return
        compose(pictures, showing.shot, target)
        if showing.before is not None and any(name in pictures for name in showing.before.sources):
            compose(pictures, showing.before, self._spare)
            blend(self._spare, target, showing.share, target)
        self._standing = frozen
        if frozen:
            copy(target, self._still)

    def clear(self) -> None:
        """Nothing is held."""
        self._standing = False
