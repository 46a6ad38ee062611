"""What one row adds to which count, by hand: a made-up row goes in, and exactly the expected numbers are there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from ccsim.jit import jit
from ccsim.outcomes import AGENT_STATE, CONTACT, EPISODE, SEGMENT, Counts, new_counts
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program, records
from ccsim.rules.tables import bind_program
from ccsim.rules.tally import (
    bind_counts,
    interval_of,
    micros,
    tally_agent_state,
    tally_contact,
    tally_episode,
    tally_segment,
    wait_bin,
)
from ccsim.scenario import from_dict
from ccsim.vocabulary import AgentState, Outcome, SegmentKind

INF = math.inf
HALF = 1800.0
NINE = 18  # the interval that starts at 09:00
OPEN = 9 * 3600.0
S = 1_000_000  # microseconds in a second


def program_of(**changes: Any) -> Program:
    """Two call types in one queue, 09:00 to 11:00 by half-hours; thresholds 20 s, 60 s and 0 s."""
    base: dict[str, Any] = {
        "open": "09:00-11:00",
        "interval": "30m",
        "calls": {"a": {"volume": "9/h", "handle": "30s"}, "b": {"volume": "9/h", "handle": "30s"}},
        "queues": {"q": {"calls": ["a", "b"]}},
        "agents": {"x": {"headcount": 2}, "y": {"headcount": 1}},
        "target": "80/20",
    }
    metrics = {"also_within": ["60s", "0s"], "short_abandon": "5s"} | changes.pop("metrics", {})
    return compile_scenario(from_dict(base | {"metrics": metrics} | changes)).program


PROGRAM = program_of()


def counted(tally: Any, dtype: np.dtype, program: Program = PROGRAM, **fields: Any) -> Counts:
    """Counts after this row alone."""
    row, counts = records(dtype, 1), new_counts(program)
    for name, value in fields.items():
        row[name] = value
    tally(row[0], bind_program(program)[0], bind_counts(counts)[0])
    return counts


def told(counts: Counts) -> dict[tuple[Any, ...], int]:
    """Everything that is not zero: (table, place..., field) -> number, waits' bins left out."""
    found = {}
    for name, table in counts._asdict().items():
        if name.endswith("_waits"):
            continue
        for field in table.dtype.names:
            for place in zip(*np.nonzero(table[field]), strict=True):
                found[name, *(int(p) for p in place), field] = int(table[field][place])
    return found


def bins(table: np.ndarray) -> dict[tuple[Any, ...], int]:
    """Histogram cells that are not zero."""
    return {
        (*(int(p) for p in place), field): int(table[field][place])
        for field in table.dtype.names
        for place in zip(*np.nonzero(table[field]), strict=True)
    }


def stay(outcome: Outcome, entered: float, left: float, program: Program = PROGRAM, **more: Any) -> Counts:
    """A stay of call type b in the queue; answered ones talk for 100 s, 30 s of them on hold, and wrap up for 7.5 s."""
    served = outcome in (Outcome.SERVED, Outcome.TRANSFERRED)
    fields = {
        "kind": SegmentKind.QUEUE,
        "place": 0,
        "call_type": 1,
        "outcome": outcome,
        "agent": 0 if served else -1,
        "came_by": -1,
        "entered_at": entered,
        "clock_at": entered,
        "assigned_at": left if served else INF,
        "answered_at": left if served else INF,
        "ended_at": left + 100.0 if served else left,
        "hold_time": 30.0 if served else 0.0,
        "wrap_ended_at": left + 107.5 if served else INF,
    }
    return counted(tally_segment, SEGMENT, program, **(fields | more))


WORK = {"talk_time": 70 * S, "hold_time": 30 * S, "wrap_time": 7_500_000}


# -- Stays in a queue ------------------------------------------------------------------------------------------------------


def test_answered_at_once() -> None:
    counts = stay(Outcome.SERVED, OPEN + 10.0, OPEN + 10.0)
    cell = ("segments", NINE, 1)
    assert told(counts) == {
        (*cell, "offered"): 1,
        (*cell, "answered"): 1,
        **{(*cell, name): value for name, value in WORK.items()},
        **{("segments_within", NINE, 1, t, "answered"): 1 for t in (0, 1, 2)},
    }
    assert bins(counts.segment_waits) == {(1, 0, "answered"): 1, (1, 0, "ended"): 1}


@pytest.mark.parametrize(
    ("wait", "within"),
    [(20.0, (0, 1)), (np.nextafter(20.0, 21.0), (1,)), (60.0, (1,)), (60.000001, ()), (1e-9, (0, 1)), (0.0, (0, 1, 2))],
)
def test_within_means_at_most_the_threshold(wait: float, within: tuple[int, ...]) -> None:
    for outcome, field in [(Outcome.SERVED, "answered"), (Outcome.ABANDONED, "abandoned"), (Outcome.CLOSED, "flowed_out")]:
        counts = stay(outcome, 0.0, wait, program_of(open="00:00-02:00"))
        found = {key for key in told(counts) if key[0] == "segments_within"}
        assert found == {("segments_within", 0, 1, t, field) for t in within}


@pytest.mark.parametrize(("wait", "short"), [(4.999999, True), (5.0, False), (0.0, True)])
def test_a_short_abandonment_is_below_the_limit(wait: float, short: bool) -> None:
    counts = stay(Outcome.ABANDONED, 0.0, wait, program_of(open="00:00-02:00"))
    assert counts.segments["short_abandoned"].sum() == short
    assert counts.segments["abandoned"].sum() == 1


def test_abandoned_adds_its_wait_to_the_queue_and_to_the_abandoned() -> None:
    counts = stay(Outcome.ABANDONED, OPEN + 1.25, OPEN + 31.75)
    cell = ("segments", NINE, 1)
    assert told(counts) == {
        (*cell, "offered"): 1,
        (*cell, "abandoned"): 1,
        (*cell, "delayed"): 1,
        (*cell, "wait_time"): 30_500_000,
        (*cell, "abandoned_wait_time"): 30_500_000,
        ("segments_within", NINE, 1, 1, "abandoned"): 1,
        ("queue_time", NINE, 1, "time"): 30_500_000,
    }
    assert bins(counts.segment_waits) == {(1, 31, "ended"): 1}


def test_balking_is_an_abandonment_after_no_wait() -> None:
    counts = stay(Outcome.BALKED, OPEN, OPEN)
    cell = counts.segments[NINE, 1]
    assert (cell["offered"], cell["abandoned"], cell["balked"], cell["short_abandoned"], cell["delayed"]) == (1, 1, 1, 1, 1)
    assert cell["wait_time"] == 0


def test_cleared_at_closing_flows_out() -> None:
    cell = stay(Outcome.CLOSED, OPEN, OPEN + 40.0).segments[NINE, 1]
    assert (cell["offered"], cell["flowed_out"], cell["abandoned"], cell["wait_time"]) == (1, 1, 0, 40 * S)


def test_an_unfinished_wait_is_offered_waits_to_the_end_of_the_count_and_has_no_wait_time() -> None:
    counts = stay(Outcome.UNFINISHED, OPEN + 3599.0, INF)
    until = float(PROGRAM.settings.count_until[0])
    cell = ("segments", NINE + 1, 1)
    queue = {key: value for key, value in told(counts).items() if key[0] == "queue_time"}
    others = {key: value for key, value in told(counts).items() if key[0] != "queue_time"}
    assert others == {(*cell, "offered"): 1, (*cell, "unfinished"): 1, (*cell, "delayed"): 1}
    assert sum(queue.values()) == round((until - OPEN - 3599.0) * S)
    assert bins(counts.segment_waits) == {}


def test_a_wait_over_several_intervals_is_split_by_the_clock_and_counted_where_it_began() -> None:
    counts = stay(Outcome.SERVED, OPEN + 1700.0, OPEN + 3700.0)
    assert bins(counts.queue_time) == {
        (NINE, 1, "time"): 100 * S,
        (NINE + 1, 1, "time"): 1800 * S,
        (NINE + 2, 1, "time"): 100 * S,
    }
    assert counts.segments["answered"][NINE, 1] == 1
    assert counts.segments["answered_wait_time"][NINE, 1] == 2000 * S


def test_a_stay_that_begins_on_the_boundary_belongs_to_the_later_interval() -> None:
    assert stay(Outcome.SERVED, OPEN + HALF, OPEN + HALF).segments["offered"][NINE + 1, 1] == 1
    before = np.nextafter(OPEN + HALF, 0.0)
    assert stay(Outcome.SERVED, before, before).segments["offered"][NINE, 1] == 1


@pytest.mark.parametrize(
    ("attribute", "outcome", "place"),
    [
        ("arrival", Outcome.SERVED, 0),
        ("answer", Outcome.SERVED, 1),
        ("end", Outcome.SERVED, 2),
        ("arrival", Outcome.ABANDONED, 0),
        ("answer", Outcome.ABANDONED, 1),  # never answered: its end
        ("end", Outcome.ABANDONED, 1),
    ],
)
def test_the_attribute_decides_the_interval(attribute: str, outcome: Outcome, place: int) -> None:
    """Enters at 09:20, leaves the queue at 09:40; who is answered talks until 10:10."""
    program = program_of(metrics={"attribute": attribute})
    more = {"ended_at": OPEN + 4200.0, "wrap_ended_at": OPEN + 4200.0} if outcome == Outcome.SERVED else {}
    counts = stay(outcome, OPEN + 1200.0, OPEN + 2400.0, program, **more)
    assert counts.segments["offered"].nonzero()[0].tolist() == [NINE + place]
    assert counts.segments["wait_time"][NINE + place, 1] == 1200 * S
    assert counts.queue_time["time"][NINE, 1] == 600 * S  # the clock's intervals, whatever the attribute


def test_an_unfinished_stay_counts_where_it_arrived_whatever_the_attribute() -> None:
    for attribute in ("answer", "end"):
        counts = stay(Outcome.UNFINISHED, OPEN, INF, program_of(metrics={"attribute": attribute}))
        assert counts.segments["unfinished"].nonzero()[0].tolist() == [NINE]


WITH_IVR = program_of(ivr={"start": "menu", "nodes": {"menu": {"time": "9s", "next": "service"}, "service": {"time": "9s"}}})


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (Outcome.PASSED_ON, ""),
        (Outcome.HUNG_UP, "hung_up"),
        (Outcome.CONTAINED, "contained"),
        (Outcome.OPTED_OUT, "opted_out"),
        (Outcome.RETRIED, "retried"),
        (Outcome.MISROUTED, "misrouted"),
    ],
)
def test_a_stay_in_the_ivr_is_a_visit_of_its_node_from_10_to_20_past_the_interval(outcome: Outcome, field: str) -> None:
    at = OPEN + 1790.0
    counts = stay(outcome, at, at + 20.0, WITH_IVR, kind=SegmentKind.IVR_NODE, place=1)
    assert told(counts) == {
        **{("ivr_nodes", NINE, 1, name): 1 for name in ("entered_ivr", field) if name},
        ("ivr_nodes", NINE, 1, "ivr_time"): 20 * S,
        ("node_time", NINE, 1, "time"): 10 * S,
        ("node_time", NINE + 1, 1, "time"): 10 * S,
    }


STEADY = program_of(run={"mode": "steady", "length": "2h", "warm_up": "30m"})


def test_warm_up_drops_who_entered_earlier_and_clips_the_queue() -> None:
    counts = stay(Outcome.SERVED, 1700.0, 1900.0, STEADY)
    assert told(counts) == {("queue_time", 1, 1, "time"): 100 * S}
    assert stay(Outcome.SERVED, 1800.0, 1900.0, STEADY).segments["answered"][1, 1] == 1
    assert told(stay(Outcome.ABANDONED, 100.0, 1800.0, STEADY)) == {}


def test_after_the_run_waits_are_followed_to_their_end_but_integrals_are_not() -> None:
    counts = stay(Outcome.SERVED, 7100.0, 7300.0, STEADY)
    assert bins(counts.queue_time) == {(3, 1, "time"): 100 * S}
    assert counts.segments["answered_wait_time"][3, 1] == 200 * S


# -- Contacts --------------------------------------------------------------------------------------------------------------


def contact(outcome: Outcome, program: Program = PROGRAM, **more: Any) -> Counts:
    fields: dict[str, Any] = {"call_type": 1, "outcome": outcome, "queue": 0, "n_answered": int(outcome == Outcome.SERVED)}
    return counted(tally_contact, CONTACT, program, **(fields | more))


def test_a_contact_counts_where_it_reached_the_queue_and_its_line_where_it_was() -> None:
    counts = contact(
        Outcome.SERVED,
        arrived_at=OPEN + 1790.0,
        queued_at=OPEN + 1810.0,
        ended_at=OPEN + 1925.0,
        wait=15.0,
        talk_time=70.0,
        hold_time=30.0,
        wrap_time=7.5,
    )
    cell = ("contacts", NINE + 1, 1)
    assert told(counts) == {
        **{(*cell, field): 1 for field in ("arrived", "contacts", "offered", "answered", "delayed")},
        (*cell, "wait_time"): 15 * S,
        (*cell, "answered_wait_time"): 15 * S,
        **{(*cell, name): value for name, value in WORK.items()},
        **{("contacts_within", NINE + 1, 1, t, "answered"): 1 for t in (0, 1)},
        ("line_time", NINE, "time"): 10 * S,
        ("line_time", NINE + 1, "time"): 125 * S,
    }


def test_a_blocked_contact_has_no_line_and_was_not_offered() -> None:
    at = OPEN + 5.0
    counts = contact(Outcome.BLOCKED, arrived_at=at, queued_at=INF, ended_at=at, queue=-1)
    assert told(counts) == {("contacts", NINE, 1, field): 1 for field in ("arrived", "contacts", "blocked")}


def test_who_hangs_up_in_the_ivr_held_a_line_and_was_not_offered() -> None:
    for outcome, field in ((Outcome.HUNG_UP, "hung_up"), (Outcome.CONTAINED, "contained")):
        counts = contact(outcome, WITH_IVR, arrived_at=OPEN, queued_at=INF, ended_at=OPEN + 20.0, queue=-1)
        cell = ("contacts", NINE, 1)
        assert told(counts) == {
            **{(*cell, f): 1 for f in ("arrived", "contacts", "entered_ivr", field)},
            (*cell, "ivr_time"): 20 * S,
            ("line_time", NINE, "time"): 20 * S,
        }


def test_time_in_the_ivr_ends_at_the_queue() -> None:
    counts = contact(Outcome.ABANDONED, WITH_IVR, arrived_at=OPEN, queued_at=OPEN + 30.0, ended_at=OPEN + 90.0, wait=60.0)
    assert (counts.contacts["entered_ivr"][NINE, 1], counts.contacts["ivr_time"][NINE, 1]) == (1, 30 * S)
    for at_the_door in (Outcome.BLOCKED, Outcome.CLOSED):  # never inside
        counts = contact(at_the_door, WITH_IVR, arrived_at=OPEN, queued_at=INF, ended_at=OPEN, queue=-1)
        assert (counts.contacts["entered_ivr"].sum(), counts.contacts["ivr_time"].sum()) == (0, 0)


def test_an_unfinished_contact_keeps_its_line() -> None:
    counts = contact(Outcome.UNFINISHED, arrived_at=OPEN, queued_at=OPEN, ended_at=INF, wait=INF)
    assert counts.contacts["unfinished"][NINE, 1] == 1
    assert counts.contacts["wait_time"].sum() == 0
    assert counts.line_time["time"].sum() == round((float(PROGRAM.settings.count_until[0]) - OPEN) * S)


def test_warm_up_looks_at_the_queue_entry_of_a_contact() -> None:
    """Dialled before the end of warm-up, reached the queue after it."""
    counts = contact(Outcome.ABANDONED, STEADY, arrived_at=1790.0, queued_at=1810.0, ended_at=1820.0, wait=10.0)
    assert counts.contacts["abandoned"][1, 1] == 1
    assert bins(counts.line_time) == {(1, "time"): 20 * S}


# -- Episodes --------------------------------------------------------------------------------------------------------------


def episode(outcome: Outcome, program: Program = PROGRAM, **more: Any) -> Counts:
    fields: dict[str, Any] = {"call_type": 0, "outcome": outcome, "n_contacts": 3, "n_offered": 2, "first_at": OPEN + 1799.0}
    fields["n_answered"] = int(outcome == Outcome.SERVED)
    return counted(tally_episode, EPISODE, program, **(fields | more))


def test_an_episode_counts_where_it_began_with_all_its_waits() -> None:
    counts = episode(Outcome.SERVED, ended_at=OPEN + 4000.0, wait=61.5, talk_time=70.0, hold_time=30.0, wrap_time=7.5)
    cell = ("episodes", NINE, 0)
    assert told(counts) == {
        **{(*cell, field): 1 for field in ("arrived", "offered", "answered", "delayed")},
        (*cell, "contacts"): 3,
        (*cell, "wait_time"): 61_500_000,
        (*cell, "answered_wait_time"): 61_500_000,
        **{(*cell, name): value for name, value in WORK.items()},
    }
    assert bins(counts.episode_waits) == {(0, 62, "answered"): 1, (0, 62, "ended"): 1}


def test_an_episode_that_never_reached_a_queue_was_blocked_or_hung_up() -> None:
    for outcome, field in [(Outcome.BLOCKED, "blocked"), (Outcome.HUNG_UP, "hung_up")]:
        counts = episode(outcome, n_offered=0, n_contacts=2)
        cell = ("episodes", NINE, 0)
        assert told(counts) == {(*cell, "arrived"): 1, (*cell, "contacts"): 2, (*cell, field): 1}


def test_an_episode_whose_last_contact_the_ivr_served_is_contained_whatever_was_tried_before() -> None:
    for n_offered in (0, 1):
        counts = episode(Outcome.CONTAINED, n_offered=n_offered, n_contacts=2, wait=30.0)
        cell = ("episodes", NINE, 0)
        assert told(counts) == {(*cell, "arrived"): 1, (*cell, "contacts"): 2, (*cell, "contained"): 1}


def test_a_customer_who_met_an_agent_is_answered_even_if_the_ivr_serves_him_when_he_comes_back() -> None:
    counts = episode(Outcome.CONTAINED, n_offered=1, n_answered=1, n_contacts=2, wait=4.0)
    cell = counts.episodes[NINE, 0]
    assert (cell["offered"], cell["answered"], cell["contained"], cell["lost_in_transfer"]) == (1, 1, 0, 0)


def test_an_episode_that_reached_a_queue_and_was_blocked_at_last_was_abandoned() -> None:
    counts = episode(Outcome.BLOCKED, wait=4.0, n_offered=1)
    cell = counts.episodes[NINE, 0]
    assert (cell["offered"], cell["abandoned"], cell["blocked"], cell["short_abandoned"]) == (1, 1, 0, 1)


def test_warm_up_drops_an_episode_by_its_first_dial() -> None:
    assert told(episode(Outcome.SERVED, STEADY, first_at=1799.0)) == {}
    assert episode(Outcome.SERVED, STEADY, first_at=1800.0).episodes["arrived"].sum() == 1


# -- Agents ----------------------------------------------------------------------------------------------------------------


def state(what: AgentState, start: float, end: float, program: Program = PROGRAM, agent: int = 2) -> dict[tuple[Any, ...], int]:
    fields = {"agent": agent, "team": 1, "state": what, "customer": -1, "started_at": start, "ended_at": end}
    return bins(counted(tally_agent_state, AGENT_STATE, program, **fields).agent_time)


def test_agent_time_is_split_by_the_clock() -> None:
    assert state(AgentState.AVAILABLE, OPEN + 1000.0, OPEN + 3700.0) == {
        (NINE, 1, "available_time"): 800 * S,
        (NINE + 1, 1, "available_time"): 1800 * S,
        (NINE + 2, 1, "available_time"): 100 * S,
    }
    assert state(AgentState.WRAP, OPEN, OPEN + 0.25, agent=0) == {(NINE, 0, "wrap_time"): 250_000}


def test_after_closing_it_is_overtime() -> None:
    closes = OPEN + 7200.0
    assert state(AgentState.TALK, closes - 60.0, closes + 2000.0) == {
        (NINE + 3, 1, "talk_time"): 60 * S,
        (NINE + 4, 1, "overtime_talk_time"): 1800 * S,
        (NINE + 5, 1, "overtime_talk_time"): 200 * S,
    }


def test_overtime_inside_an_interval_that_is_open_in_part() -> None:
    """A steady run of 100 minutes by half-hours: the last interval is open for ten minutes, and counted so far."""
    program = program_of(run={"mode": "steady", "length": "100m"})
    assert state(AgentState.WRAP, 5300.0, 6100.0, program) == {(2, 1, "wrap_time"): 100 * S, (3, 1, "wrap_time"): 600 * S}


def test_an_agent_who_stays_for_ever_stays_to_the_end_of_the_count() -> None:
    told_ = state(AgentState.AVAILABLE, OPEN, INF)
    assert sum(told_.values()) == round((float(PROGRAM.settings.count_until[0]) - OPEN) * S)
    assert state(AgentState.AVAILABLE, 1000.0, 1900.0, STEADY) == {(1, 1, "available_time"): 100 * S}


# -- Rounding and bins -----------------------------------------------------------------------------------------------------


@jit
def _micros(seconds):  # type: ignore[no-untyped-def]
    return micros(seconds)


@jit
def _wait_bin(wait):  # type: ignore[no-untyped-def]
    return wait_bin(wait)


@jit
def _interval_of(program, at):  # type: ignore[no-untyped-def]
    return interval_of(program, at)


def test_microseconds_are_rounded_to_nearest() -> None:
    cases = {0.0: 0, 4e-7: 0, 5e-7: 1, 1.0000004: 1_000_000, 1.0000006: 1_000_001, 86400.000001: 86_400_000_001}
    assert {seconds: _micros(seconds) for seconds in cases} == cases


def test_bins_of_a_second_up_to_an_hour_then_two_percent_wide() -> None:
    cases = {
        0.0: 0,
        1e-9: 1,
        0.999: 1,
        1.0: 2,
        59.5: 60,
        3599.999: 3600,
        3600.0: 3601,
        3600.0 * 1.021: 3602,
        1e12: 1 + 3600 + 511,
    }
    assert {wait: _wait_bin(wait) for wait in cases} == cases
    for n in (1, 10, 100, 300):  # well inside the n-th wide bin
        assert _wait_bin(3600.0 * 1.02 ** (n + 0.5)) == 3601 + n


def test_every_interval_holds_its_first_instant_and_not_the_next_ones() -> None:
    """For lengths whose multiples are not exact in binary."""
    for length in ("30m", "7m", "1m", "0.1m"):
        program = program_of(open="00:00-03:30", interval=length)
        bound, starts = bind_program(program), program.intervals.starts_at
        assert [_interval_of(bound[0], at) for at in starts[:2000]] == list(range(min(2000, len(starts))))
        before = np.nextafter(starts[1:2000], 0.0)
        assert [_interval_of(bound[0], at) for at in before] == list(range(len(before)))
        assert _interval_of(bound[0], 1e9) == len(starts) - 1


# -- Several stays ---------------------------------------------------------------------------------------------------------


def test_a_stay_that_flows_out_waits_by_its_clock_and_the_next_one_flows_in() -> None:
    counts = stay(Outcome.OVERFLOWED, OPEN + 30.0, OPEN + 40.0, clock_at=OPEN)
    cell = ("segments", NINE, 1)
    expected = {(*cell, field): 1 for field in ("offered", "flowed_out", "delayed")} | {(*cell, "wait_time"): 40 * S}
    assert {key: n for key, n in told(counts).items() if key[0] == "segments"} == expected
    assert told(counts)["queue_time", NINE, 1, "time"] == 10 * S  # waiting here, however long elsewhere
    counts = stay(Outcome.SERVED, OPEN + 40.0, OPEN + 40.0, came_by=Outcome.OVERFLOWED, clock_at=OPEN)
    assert told(counts)["segments", NINE, 1, "flowed_in"] == 1
    assert told(counts)["segments", NINE, 1, "answered_wait_time"] == 40 * S


def test_a_stay_that_ends_in_a_transfer_is_answered() -> None:
    counts = stay(Outcome.TRANSFERRED, OPEN, OPEN + 5.0, assigned_at=OPEN + 2.0)
    cell = ("segments", NINE, 1)
    for field, n in {"answered": 1, "transferred": 1, "abandoned": 0, "ring_time": 3 * S}.items():
        assert told(counts).get((*cell, field), 0) == n, field


def test_who_is_turned_away_is_offered_and_neither_abandons_nor_flows_out() -> None:
    counts = stay(Outcome.TURNED_AWAY, OPEN, OPEN)
    cells = {key[-1]: n for key, n in told(counts).items() if key[0] == "segments"}
    assert cells == {"offered": 1, "turned_away": 1, "delayed": 1}
    assert not any(key[0] == "segments_within" for key in told(counts))


def test_who_leaves_a_message_is_offered_and_flows_out() -> None:
    counts = stay(Outcome.LEFT_MESSAGE, OPEN, OPEN + 30.0)
    cells = {key[-1]: n for key, n in told(counts).items() if key[0] == "segments"}
    assert cells == {"offered": 1, "flowed_out": 1, "messages_left": 1, "delayed": 1, "wait_time": 30 * S}


def test_a_contact_lost_after_its_first_answer_is_answered() -> None:
    fields = {"queued_at": OPEN, "arrived_at": OPEN, "ended_at": OPEN + 100.0, "wait": 5.0, "later_wait": 30.0}
    counts = contact(Outcome.ABANDONED, n_answered=1, n_stays=2, ring_time=2.0, talk_time=65.0, **fields)
    cells = {key[-1]: n for key, n in told(counts).items() if key[0] == "contacts"}
    assert cells == {
        **dict.fromkeys(("arrived", "contacts", "offered", "answered", "delayed", "lost_in_transfer"), 1),
        "wait_time": 5 * S,
        "answered_wait_time": 5 * S,
        "later_wait_time": 30 * S,
        "ring_time": 2 * S,
        "talk_time": 65 * S,
    }


def test_an_episode_answered_once_and_lost_is_answered_unless_it_waits_for_ever() -> None:
    lost = {key[-1]: n for key, n in told(episode(Outcome.ABANDONED, n_answered=1, wait=5.0)).items() if key[0] == "episodes"}
    assert (lost["answered"], lost["lost_in_transfer"], lost.get("abandoned", 0)) == (1, 1, 0)
    never = {key[-1]: n for key, n in told(episode(Outcome.UNFINISHED, n_answered=1, wait=INF)).items() if key[0] == "episodes"}
    assert (never["unfinished"], never.get("answered", 0)) == (1, 0)
