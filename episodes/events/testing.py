"""Facts of the house's tables and its instruments. In: checked values. Out: frozen, tagged structs."""

from typing import Literal, TypeAlias

from episodes.events.base import Event


class HouseTableSet(Event, frozen=True, kw_only=True):
    """A dated table was replaced as a whole; `sha256` is of its rows' canonical JSON."""

    table: Literal["limits", "methods", "deadlines"]
    version: int
    rows: int
    sha256: str
    by: str


class TestDeviceRegistered(Event, frozen=True, kw_only=True):
    """An instrument may send readings; its key was shown once and stands in no record."""

    __test__ = False

    device_id: str
    name: str
    by: str


class TestDeviceRevoked(Event, frozen=True, kw_only=True):
    __test__ = False

    device_id: str
    by: str


class DeviceReadingArrived(Event, frozen=True, kw_only=True):
    """An instrument sent a reading, which waits for a tester. Its value stands in no record before."""

    reading_id: str
    device_id: str
    measurement_id: str
    read_utc_ns: int


TestingFact: TypeAlias = HouseTableSet | TestDeviceRegistered | TestDeviceRevoked | DeviceReadingArrived
