"""One episode's record page. In: its folded show. Out: corrections, tests, rectification. Pure."""

from dataclasses import dataclass

from episodes.figures import rate
from episodes.public import PublicShow
from episodes.rapid_test import RapidTest, State
from web.pages.episodes import is_corrected

_IN_THE_LABORATORY = {
    State.LAB_PENDING: "lab_pending",
    State.LAB_COMPLIANT: "lab_compliant",
    State.LAB_NONCOMPLIANT: "lab_noncompliant",
}


@dataclass(frozen=True)
class Correction:
    """What was wrong on screen, at equal size."""

    sample: str
    what: str
    reason: str
    voided: bool


@dataclass(frozen=True)
class EpisodeRecord:
    """What the page says beside the tests and findings themselves."""

    corrections: tuple[Correction, ...]
    found: int
    verified: int
    rate: str
    seconds: float

    @property
    def share(self) -> float:
        """Verified of found, in per cent, for the bar."""
        return 100 * self.verified / self.found if self.found else 0.0


def of(show: PublicShow) -> EpisodeRecord:
    """The record of an ended show."""
    found, verified = len(show.findings), sum(each.verified for each in show.findings)
    return EpisodeRecord(
        corrections=tuple(_correction(test) for test in show.tests if is_corrected(test)),
        found=found,
        verified=verified,
        rate=rate(verified, found),
        seconds=max(0, show.ended_utc_ns - show.started_utc_ns) / 1e9,
    )


def laboratory(test: RapidTest) -> str:
    """The test's tone in the laboratory's column; empty when nothing was sent."""
    return _IN_THE_LABORATORY.get(test.state, "lab_pending" if test.laboratory else "")


def _correction(test: RapidTest) -> Correction:
    if test.correction is None:
        return Correction(test.started.sample_no, "", test.void_reason, voided=True)
    return Correction(test.started.sample_no, test.correction.what, test.correction.reason, voided=False)
