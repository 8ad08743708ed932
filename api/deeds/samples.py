"""What the deeds of rapid tests take and answer. In: nothing. Out: frozen values."""

import msgspec


class TestMade(msgspec.Struct, frozen=True):
    test_id: str


class Reviewed(msgspec.Struct, frozen=True):
    """`matched` False: the two readings differ, nothing airs, both read again. `apart`: repeats lie too far apart."""

    state: str
    matched: bool = True
    apart: bool = False


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the tester says about a sample. `stall_code` never is a trade name."""

    sample_no: str
    item: str
    food_category: str = ""
    batch: str = ""
    stall_code: str = ""
    method_id: str
    reagent_batch: str
    reagent_expires: str
    device_id: str = ""
    minutes: float = 0.0
