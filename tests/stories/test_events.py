"""Events: longer calls, closed queues, people off the phones. The centre is open from 0 to 600 s on Monday 1 January 2024."""

from __future__ import annotations

from typing import Any

from tests.stories.centre import FOR_EVER, NEVER, centre

MINUTE = {"call": {"handle": {"deterministic": "60s"}}}


def event(start: int, end: int, **what: Any) -> dict[str, Any]:
    """One event from minute `start` to minute `end`."""
    return {"event": {"when": f"mon 00:{start:02d}-00:{end:02d}", **what}}


def longer(factor: str) -> dict[str, Any]:
    return {"set": {"calls.call.handle": {"times": factor}}}


def test_calls_that_dial_in_the_window_take_longer(tell):
    """
    From 60 to 120 calls take half as long again; a call takes 60 s.
    59   A dials before: 60 s, until 119
    60   B dials in the first instant of it: waits until 119 and takes 90 s, until 209
    120  C dials in the first instant after: waits until 209, takes 60 s, until 269
    """
    calls = [(59, None, FOR_EVER), (60, None, FOR_EVER), (120, None, FOR_EVER)]
    told = tell(centre(calls, kinds=MINUTE, events=event(1, 2, **longer("150%"))))
    assert told.contacts == [
        (0, 0, "SERVED", 59, 59, 119, 0),
        (1, 0, "SERVED", 60, 60, 209, 59),
        (2, 0, "SERVED", 120, 120, 269, 89),
    ]


def test_talk_hold_and_wrap_are_longer_and_a_recorded_time_is_not(tell):
    """
    All day twice as long. 0: A talks 40, holds 20, wraps 20 s, agent free at 80. 10: B was recorded with 30 s: 80 to 110.
    """
    times = {"talk": {"deterministic": "20s"}, "hold": {"deterministic": "10s"}, "wrap": {"deterministic": "10s"}}
    told = tell(centre([(0, None, FOR_EVER), (10, 30, FOR_EVER)], kinds={"call": times}, events=event(0, 10, **longer("200%"))))
    assert told.contacts == [(0, 0, "SERVED", 0, 0, 60, 0), (1, 0, "SERVED", 10, 10, 110, 70)]
    assert told.agents[:2] == [(0, "TALK", 0, 0, 60), (0, "WRAP", 0, 60, 80)]


def test_overlapping_factors_multiply(tell):
    """
    From 0 to 120 calls take twice as long, from 60 to 180 half as long: 0: A 120 s; 60: B 60 s; 120: C 30 s. Three agents.
    """
    events = {
        "long": {"when": "mon 00:00-00:02", **longer("200%")},
        "short": {"when": ["mon 00:01-00:03"], **longer("50%")},
    }
    calls = [(0, None, FOR_EVER), (60, None, FOR_EVER), (120, None, FOR_EVER)]
    told = tell(centre(calls, kinds=MINUTE, agents=3, events=events))
    assert [contact[5] for contact in told.contacts] == [120, 120, 150]


def test_a_redial_takes_the_factor_of_its_own_dial(tell):
    """
    From 0 to 60 calls take three times as long.
    0    A talks until 180
    10   B dials, patient until 30; he dials again 40 s later, at 70, waits until 180 and takes 60 s, until 240
    """
    again = {"redial": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}}
    kinds = {"call": {"handle": {"deterministic": "60s"}, "patience": {"deterministic": "20s"}}}
    calls = [(0, None, FOR_EVER), (10, None, 200)]
    told = tell(centre([calls[0], (10, None, None)], kinds=kinds, events=event(0, 1, **longer("300%")), after_contact=again))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 180, 0),
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (1, 1, "ABANDONED", 70, 70, 90, 20),
    ]
    kinds["call"]["patience"] = {"deterministic": "110s"}
    told = tell(centre([calls[0], (10, None, None)], kinds=kinds, events=event(0, 1, **longer("300%")), after_contact=again))
    assert told.contacts[1:] == [(1, 0, "ABANDONED", 10, 10, 120, 110), (1, 1, "SERVED", 160, 160, 240, 20)]


def test_nobody_enters_a_closed_queue_and_who_waits_is_served(tell):
    """
    The queue is closed from 60 to 120.
    0    A talks until 100
    30   B waits until 100 and talks until 130
    60   C dials: CLOSED, though nobody sends B away
    119  D dials: CLOSED
    120  E dials: waits until 130, talks until 190
    """
    calls = [(0, 100, FOR_EVER), (30, 30, FOR_EVER), (60, 30, FOR_EVER), (119, 30, FOR_EVER), (120, 60, FOR_EVER)]
    told = tell(centre(calls, events=event(1, 2, set={"queues.call": "closed"})))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 100, 0),
        (1, 0, "SERVED", 30, 30, 130, 70),
        (2, 0, "CLOSED", 60, 60, 60, 0),
        (3, 0, "CLOSED", 119, 119, 119, 0),
        (4, 0, "SERVED", 120, 120, 190, 10),
    ]
    assert told.stays[2] == (2, 0, 0, "CLOSED", -1, 60, NEVER, NEVER, 60, NEVER)


def test_a_closed_queue_turns_away_also_where_agents_are_idle_and_callers_dial_again(tell):
    """
    Closed from 60 to 120; who is turned away dials again 50 s later.
    70   A dials: CLOSED, again at 120: agent 0 answers, until 150
    """
    again = {"redial": {"share": "100%", "after": {"deterministic": "50s"}}}
    told = tell(centre([(70, 30, FOR_EVER)], events=event(1, 2, set={"queues.*": "closed"}), after_contact=again))
    assert told.contacts == [(0, 0, "CLOSED", 70, 70, 70, 0), (0, 1, "SERVED", 120, 120, 150, 0)]


def test_one_queue_closes_and_the_other_does_not(tell):
    """Queue a is closed from 0 to 60; 10: A of type a is turned away, B of type b is answered at once."""
    kinds = {"a": MINUTE["call"], "b": MINUTE["call"]}
    calls = [(10, 30, FOR_EVER, "a"), (10, 30, FOR_EVER, "b")]
    told = tell(centre(calls, kinds=kinds, events=event(0, 1, set={"queues.a": "closed"})))
    assert [(c[0], c[2]) for c in told.contacts] == [(0, "CLOSED"), (1, "SERVED")]


def test_two_of_three_are_called_off_the_phones_and_come_back(tell):
    """
    Three agents; from 60 to 120 two are off the phones. Agent 0 talks 0 to 70, agents 1 and 2 are idle.
    60   the two idle longest, 1 and 2, go
    65   B dials: nobody is idle; waits until 70, agent 0, until 100
    100  C dials: agent 0 again, until 130
    110  D dials, waits
    120  agents 1 and 2 come back, the lowest first: agent 1 takes D, until 150
    """
    calls = [(0, 70, FOR_EVER), (65, 30, FOR_EVER), (100, 30, FOR_EVER), (110, 30, FOR_EVER)]
    told = tell(centre(calls, agents={"desk": {"headcount": 3}}, events=event(1, 2, off_phones={"desk": 2})))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 70, 0),
        (1, 0, "SERVED", 65, 65, 100, 5),
        (2, 0, "SERVED", 100, 100, 130, 0),
        (3, 0, "SERVED", 110, 110, 150, 10),
    ]
    away = [row for row in told.agents if row[1] == "OFF_PHONE"]
    assert away == [(1, "OFF_PHONE", -1, 60, 120), (2, "OFF_PHONE", -1, 60, 120)]
    assert (1, "TALK", 3, 120, 150) in told.agents


def by_chance(chance: str, start: str, minutes: int, n: int = 2) -> dict[str, Any]:
    """An event that may call `n` of the desk off the phones."""
    lasts = {"deterministic": f"{minutes}m"}
    return {"event": {"chance": f"{chance} per day", "start": start, "for": lasts, "off_phones": {"desk": n}}}


def test_who_is_called_off_by_chance_goes_and_comes_back_as_by_plan(tell):
    """
    As above, but what calls them off happens by chance, and surely. One that never happens calls nobody.
    60   the two idle longest, 1 and 2, go; B waits from 65 until 70
    110  D dials, waits
    120  agent 1 comes back and takes D, until 150
    """
    calls = [(0, 70, FOR_EVER), (65, 30, FOR_EVER), (100, 30, FOR_EVER), (110, 30, FOR_EVER)]
    desk = {"desk": {"headcount": 3}}
    told = tell(centre(calls, agents=desk, events=by_chance("100%", "00:01", 1)))
    assert [contact[6] for contact in told.contacts] == [0, 5, 0, 10]
    assert [row for row in told.agents if row[1] == "OFF_PHONE"] == [
        (1, "OFF_PHONE", -1, 60, 120),
        (2, "OFF_PHONE", -1, 60, 120),
    ]
    planned = tell(centre(calls, agents=desk, events=event(1, 2, off_phones={"desk": 2})))
    assert (told.contacts, told.stays, told.agents) == (planned.contacts, planned.stays, planned.agents)
    never = tell(centre(calls, agents=desk, events=by_chance("0%", "00:01", 1)))
    without = tell(centre(calls, agents=desk))
    assert (never.contacts, never.stays, never.agents) == (without.contacts, without.stays, without.agents)


def test_people_go_in_the_very_window_in_which_calls_take_longer(tell):
    """
    An event that surely begins some time between 120 and 300 takes the one agent off the phones for a minute, and whoever
    dials in it takes twice as long: both windows are one. A dials every 10 s; who dials while the agent is gone waits for him.
    """
    drill = by_chance("100%", "00:02-00:05", 1, n=1)
    drill["event"] |= longer("200%")
    calls = [(10 * n, None, FOR_EVER) for n in range(12, 40)]
    told = tell(
        centre(calls, kinds={"call": {"handle": {"deterministic": "2s"}}}, agents={"desk": {"headcount": 1}}, events=drill)
    )
    ((_, _, _, begin, end),) = (row for row in told.agents if row[1] == "OFF_PHONE")
    assert 120 <= begin <= 302 and 58 <= end - begin <= 60
    for _, _, _, _, _, entered, _, answered, ended, _ in told.stays:
        assert ended - answered == (4 if end - 60 <= entered < end else 2)
        assert not begin < answered < end


def test_called_off_beyond_closing_one_goes_home_when_called_back(tell):
    """
    From 540 to 660 the one of two agents idle longest is off the phones; lines close at 600.
    560  A is answered by agent 1, until 590; at 600 agent 1 goes home, agent 0 is still away until 660
    """
    told = tell(centre([(560, 30, FOR_EVER)], agents={"desk": {"headcount": 2}}, events=by_chance("100%", "00:09", 2, n=1)))
    assert told.contacts == [(0, 0, "SERVED", 560, 560, 590, 0)]
    ends = {agent: max(row[4] for row in told.agents if row[0] == agent) for agent in (0, 1)}
    assert ends == {0: 660, 1: 600}
    assert (0, "OFF_PHONE", -1, 540, 660) in told.agents


def test_an_event_on_another_day_does_nothing(tell):
    told = tell(centre([(59, None, FOR_EVER)], kinds=MINUTE, events={"e": {"when": "tue 00:00-00:10", **longer("300%")}}))
    assert told.contacts == [(0, 0, "SERVED", 59, 59, 119, 0)]


SERVICE = {"start": "balance", "nodes": {"balance": {"time": {"deterministic": "20s"}, "contained": "100%"}}}


def test_a_node_that_serves_nobody_any_more_passes_callers_on(tell):
    """
    The node serves everybody, but from 60 to 120 nobody; it takes 20 s.
    30   A is served there at 50
    50   B is at its end at 70: passed on, agent 0 until 100
    100  C is at its end at 120, when it works again: served
    """
    events = event(1, 2, set={"ivr.nodes.balance.contained": None})
    told = tell(centre([(30, 30, FOR_EVER), (50, 30, FOR_EVER), (100, 30, FOR_EVER)], ivr=SERVICE, events=events))
    assert told.contacts == [
        (0, 0, "CONTAINED", 30, NEVER, 50, 0),
        (1, 0, "SERVED", 50, 70, 100, 0),
        (2, 0, "CONTAINED", 100, NEVER, 120, 0),
    ]


def test_a_closed_node_lasts_no_time_and_leads_to_the_queue(tell):
    """
    As above, but the node is closed.
    50   A is in it already: it goes on as it is, and serves him at 70
    60   B dials and is in his queue at once: agent 0 until 90
    120  C dials when it is open again: served at 140
    """
    events = event(1, 2, set={"ivr.nodes.balance": "closed"})
    told = tell(centre([(50, 30, FOR_EVER), (60, 30, FOR_EVER), (120, 30, FOR_EVER)], ivr=SERVICE, events=events))
    assert told.contacts == [
        (0, 0, "CONTAINED", 50, NEVER, 70, 0),
        (1, 0, "SERVED", 60, 60, 90, 0),
        (2, 0, "CONTAINED", 120, NEVER, 140, 0),
    ]
