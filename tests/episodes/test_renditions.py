"""Renditions: sizes that encoders take, and a sum that says what a machine carries."""

import typing

import pytest

from episodes.renditions import BY_NAME, RENDITIONS, SHOW_CORES, RenditionName, load, rendition_of


def test_the_table_and_the_names_are_the_same() -> None:
    assert {"main", *BY_NAME} == set(typing.get_args(RenditionName))
    assert rendition_of("no longer offered") == "main"
    for each in RENDITIONS:
        assert rendition_of(each.name) == each.name
        assert each.width % 2 == each.height % 2 == 0
        assert each.portrait == each.name.startswith("portrait")


def test_each_is_counted_once_and_the_programme_costs_nothing_more() -> None:
    total = load(["main", "360p", "360p", "main"], 2)
    assert [name for name, _ in total.parts] == ["360p"]
    assert total.needed == pytest.approx(SHOW_CORES + BY_NAME["360p"].cores, abs=0.006)


def test_two_cores_carry_one_large_portrait_and_no_two() -> None:
    assert load(["portrait-1080"], 2).fits
    assert not load(["portrait-1080", "portrait-720"], 2).fits
    assert load(["portrait-1080", "portrait-720", "480p"], 4).fits
    assert not load(["360p"], 1).fits
    assert load([], 1).fits, "the show itself is never refused"
