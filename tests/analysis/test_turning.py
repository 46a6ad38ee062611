"""Where a difference turns, worked out on lines whose zeros are known."""

from __future__ import annotations

import pytest

from ccsim.analysis.turning import Point, Turn, between, crossing, sign_changes, undecided_until


def line(*xs: float, slope: float = 2.0, zero: float = 3.0, half: float = 1.0) -> list[Point]:
    """Differences on a straight line through `zero`, each with the same half width."""
    return [Point(x, slope * (x - zero), slope * (x - zero) - half, slope * (x - zero) + half) for x in xs]


def test_a_side_is_what_the_interval_leaves_no_doubt_of() -> None:
    assert [point.side for point in line(2.0, 2.6, 3.0, 3.4, 4.0)] == [-1, 0, 0, 0, 1]


def test_signs_change_where_the_line_passes_zero_and_nowhere_else() -> None:
    assert [(a.x, b.x) for a, b in sign_changes(line(0.0, 2.0, 4.0, 6.0))] == [(2.0, 4.0)]
    assert sign_changes(line(4.0, 5.0)) == []


def test_a_value_of_exactly_zero_lies_inside_its_bracket() -> None:
    assert [(a.x, b.x) for a, b in sign_changes(line(2.0, 3.0, 4.0))] == [(2.0, 4.0)]
    assert sign_changes(line(3.0, 4.0)) == []  # equal at the end of the range is no turn


def test_the_crossing_of_a_line_is_its_zero() -> None:
    a, b = line(1.0, 8.0)
    assert crossing(a, b, lambda point: point.value) == pytest.approx(3.0)
    assert crossing(a, b, lambda point: point.low) == pytest.approx(3.5)
    assert crossing(a, b, lambda point: point.high) == pytest.approx(2.5)


def test_every_third_look_is_halfway_and_none_lies_near_an_end() -> None:
    a, b = line(1.0, 8.0)
    looks = [between(a, b, lambda point: point.value, times) for times in range(3)]
    assert looks == pytest.approx([3.0, 3.0, 4.5])
    steep = Point(8.0, 1e9, 1e9, 1e9)
    assert between(a, steep, lambda point: point.value, 0) == pytest.approx(1.7)


def test_away_from_a_turn_the_first_value_that_shows_its_side_is_found() -> None:
    points = line(1.0, 2.6, 3.2, 3.4, 4.0, 5.0)
    found = undecided_until(points, 3.0, True, 1)
    assert found is not None and (found[0].x, found[1].x) == (3.4, 4.0)
    found = undecided_until(points, 3.0, False, -1)
    assert found is not None and (found[0].x, found[1].x) == (2.6, 1.0)


def test_a_side_that_is_never_shown_before_the_next_turn_has_no_end() -> None:
    points = [Point(1.0, 0.5, -1.0, 2.0), Point(2.0, -5.0, -6.0, -4.0), Point(3.0, 9.0, 8.0, 10.0)]
    assert undecided_until(points, 0.5, True, 1) is None
    assert undecided_until(points[:1], 0.5, True, 1) is None


@pytest.mark.parametrize(
    ("turn", "meets"),
    [
        (Turn(3.0, 2.0, 4.0, True), True),
        (Turn(6.0, 4.5, 7.0, True), True),  # only its interval reaches into the range
        (Turn(7.0, 6.0, None, True), False),
        (Turn(7.0, None, None, True), True),
        (Turn(0.5, 0.1, 0.9, True), False),
    ],
)
def test_a_turn_meets_a_range_with_any_part_of_its_interval(turn: Turn, meets: bool) -> None:
    assert turn.meets(1.0, 5.0) is meets
