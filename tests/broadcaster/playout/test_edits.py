"""The edit list: what remains of a span, and a file that survives."""

import resource
import signal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcaster import edits as disk
from episodes.edits import Edit, Span, remaining, removed


def edit(from_ns: int, to_ns: int | None, edit_id: str = "e") -> Edit:
    return Edit(
        edit_id=edit_id,
        kind="kill" if to_ns is None else "dump",
        from_mono_ns=from_ns - 5,
        to_mono_ns=None if to_ns is None else to_ns - 5,
        from_utc_ns=from_ns,
        to_utc_ns=to_ns,
        boot="b",
        made_utc_ns=from_ns,
        by="u1",
        reason="路人入镜",
    )


def test_what_remains():
    spans = (Span(0, 100), Span(150, 200))
    assert remaining(spans, ()) == spans
    assert remaining(spans, [edit(10, 20)]) == (Span(0, 10), Span(20, 100), Span(150, 200))
    assert remaining(spans, [edit(0, 100)]) == (Span(150, 200),)
    assert remaining(spans, [edit(90, 160)]) == (Span(0, 90), Span(160, 200))
    assert remaining(spans, [edit(50, None), edit(160, 170)]) == (Span(0, 50),)


def test_edits_that_touch_are_one():
    assert removed([edit(20, 30), edit(0, 10), edit(10, 15), edit(25, 28)]) == ((0, 15), (20, 30))
    assert removed([edit(5, None), edit(0, 6), edit(9, 10)]) == ((0, None),)


_MOMENT = st.integers(0, 60)
_EDITS = st.lists(st.tuples(_MOMENT, st.none() | _MOMENT).filter(lambda pair: pair[1] is None or pair[0] < pair[1]))


@given(_EDITS, st.lists(st.tuples(_MOMENT, _MOMENT).filter(lambda pair: pair[0] < pair[1])))
def test_each_moment_remains_unless_it_was_removed(stretches, spans):
    edits = [edit(from_ns, to_ns) for from_ns, to_ns in stretches]
    for from_ns, to_ns in spans:
        left = remaining([Span(from_ns, to_ns)], edits)
        for moment in range(61):
            taken = any(a <= moment and (b is None or moment < b) for a, b in stretches)
            kept = sum(span.from_ns <= moment < span.to_ns for span in left)
            assert kept == (from_ns <= moment < to_ns and not taken)


def test_the_file_keeps_the_last_word_of_each(tmp_path):
    path = tmp_path / "e1" / "edits.jsonl"
    assert disk.read(path) == ()
    kill, dump = edit(10, None, "k"), edit(1, 5, "d")
    disk.append(path, kill)
    disk.append(path, dump)
    restored = msgspec.structs.replace(kill, to_utc_ns=90, to_mono_ns=85, restored_by="u2")
    disk.append(path, restored)
    assert disk.read(path) == (restored, dump)


def test_a_torn_line_is_no_edit_and_harms_none(tmp_path):
    path = tmp_path / "edits.jsonl"
    disk.append(path, edit(1, 5, "a"))
    with path.open("ab") as file:
        file.write(msgspec.json.encode(edit(6, 7, "torn"))[:40])
    assert [each.edit_id for each in disk.read(path)] == ["a"]
    disk.append(path, edit(8, 9, "b"))
    assert [each.edit_id for each in disk.read(path)] == ["a", "b"]


def test_a_full_disk_adds_nothing(tmp_path):
    path = tmp_path / "edits.jsonl"
    disk.append(path, edit(1, 5, "a"))
    most = path.stat().st_size + 40
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
    try:
        with pytest.raises(OSError, match="space"):
            disk.append(path, edit(6, 7, "b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, heard)
    disk.append(path, edit(8, 9, "c"))
    assert [each.edit_id for each in disk.read(path)] == ["a", "c"]
