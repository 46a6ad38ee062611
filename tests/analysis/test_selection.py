"""Selection: the best plan is chosen as often as promised where plans are as hard to tell apart as the promise allows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ccsim.analysis.paired import Sample
from ccsim.analysis.selection import Limit, Selection

Floats = NDArray[np.float64]

N_MACRO = 400
FIRST, STEP, MOST = 15, 3, 2000


def samples(values: Floats) -> list[Sample]:
    """One sample per plan of values of shape (n, n_plans): means are ratios with denominators of 1."""
    return [Sample(values[:, plan], np.ones(len(values))) for plan in range(values.shape[1])]


def observations(rng: np.random.Generator, means: list[float], shared: float) -> Floats:
    """Normal, of standard deviation 1; replications of all plans have a correlation of `shared`."""
    common, own = rng.standard_normal((MOST, 1)), rng.standard_normal((MOST, len(means)))
    return np.asarray(means + np.sqrt(shared) * common + np.sqrt(1.0 - shared) * own)


def chosen(selection: Selection, best: Floats, limited: Floats | None = None) -> int | None:
    """The plan that is left when replications go on as long as they must."""
    n = FIRST
    while True:
        selection.look(samples(best[:n]), [] if limited is None else [samples(limited[:n])])
        if selection.finished:
            return selection.chosen
        n += STEP
        assert n <= MOST, "never finishes"


def right_choices(means: list[float], shared: float, sign: int, seed: int, zone: float = 0.5) -> tuple[float, float]:
    """How often plan 1 is chosen, and the mean number of replications of all plans."""
    rng, right, spent = np.random.default_rng(seed), 0, 0
    for _ in range(N_MACRO):
        selection = Selection(len(means), sign, zone, (), 0.9)
        right += chosen(selection, observations(rng, means, shared)) == 1
        spent += sum(out.n for out in selection.out.values()) + selection.n
    return right / N_MACRO, spent / N_MACRO


@pytest.mark.parametrize("shared", [0.0, 0.7])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_best_is_chosen_as_often_as_promised(shared: float, sign: int) -> None:
    """All others worse by just the indifference zone, the hardest case of the promise of 90 %; standard error .015."""
    right, _ = right_choices([0.0, sign * 0.5, 0.0, 0.0], shared, sign, seed=5)
    assert right >= 0.9


def test_it_is_no_guess_and_no_waste() -> None:
    """The promise is nearly met with equality for two plans, where no error is shared out; pairing spares replications."""
    right, apart = right_choices([0.0, 0.2], 0.0, 1, seed=7, zone=0.2)
    assert 0.88 <= right <= 0.97
    _, paired = right_choices([0.0, 0.2], 0.8, 1, seed=7, zone=0.2)
    assert paired < 0.5 * apart


def test_easy_cases_end_after_the_first_look() -> None:
    rng = np.random.default_rng(3)
    selection = Selection(3, 1, 0.5, (), 0.95)
    assert chosen(selection, observations(rng, [0.0, 9.0, 0.0], 0.0)) == 1
    assert selection.n == FIRST and selection.out[0] == (FIRST, 1, None)


def test_limits_are_told_from_their_tolerance_on() -> None:
    """Plan 0 would be best but breaks the limit by the tolerance, plan 1 keeps it by as much, plan 2 is worse by the zone."""
    rng, right = np.random.default_rng(11), 0
    for _ in range(N_MACRO):
        selection = Selection(3, 1, 0.5, (Limit(1, 10.0, 0.4),), 0.9)
        best, limited = observations(rng, [2.0, 0.5, 0.0], 0.3), observations(rng, [9.6, 10.4, 12.0], 0.3)
        right += chosen(selection, best, limited) == 1
    assert right / N_MACRO >= 0.9


def test_where_no_plan_keeps_the_limit_none_is_chosen() -> None:
    rng = np.random.default_rng(13)
    selection = Selection(2, 1, 0.5, (Limit(-1, 3.0, 0.5),), 0.95)
    assert chosen(selection, observations(rng, [0.0, 1.0], 0.0), observations(rng, [5.0, 6.0], 0.0)) is None
    assert selection.alive == [] and {out.breaks for out in selection.out.values()} == {0}


def test_an_infeasible_plan_beats_nobody() -> None:
    """The better plan is not known to keep the limit yet: the other one stays."""
    rng = np.random.default_rng(17)
    best, limited = observations(rng, [9.0, 0.0], 0.0), observations(rng, [10.05, 20.0], 0.0)
    selection = Selection(2, 1, 0.5, (Limit(1, 10.0, 0.1),), 0.95)
    selection.look(samples(best[:FIRST]), [samples(limited[:FIRST])])
    assert selection.alive == [0, 1] and selection.keeps == {(1, 0): True}


def test_copies_are_settled_in_favour_of_the_first() -> None:
    rng = np.random.default_rng(19)
    values = observations(rng, [0.0], 0.0)
    selection = Selection(2, 1, 0.5, (), 0.95)
    assert chosen(selection, np.hstack([values, values])) == 0
    assert selection.n == FIRST and selection.alive == [0, 1]


def test_it_says_beforehand_how_long_it_may_take() -> None:
    rng = np.random.default_rng(23)
    selection = Selection(2, 1, 0.3, (Limit(1, 0.0, 0.3),), 0.9)
    best, limited = observations(rng, [0.0, 0.0], 0.0), observations(rng, [0.0, 0.0], 0.0)
    selection.look(samples(best[:FIRST]), [samples(limited[:FIRST])])
    most = selection.most_replications()
    assert FIRST < most < MOST
    chosen_selection = Selection(2, 1, 0.3, (Limit(1, 0.0, 0.3),), 0.9)
    chosen(chosen_selection, best, limited)
    assert chosen_selection.n <= most + STEP
