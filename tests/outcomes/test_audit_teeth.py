"""Every check of the audit is shown to bite: one place of a good day is changed, and the complaint names what is wrong.

Good days are those of `days.py`; rows are picked by their place in the table, which the comment beside each day tells.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccsim.outcomes import Counts, Rows
from ccsim.outcomes.audit import audit, audit_counts
from ccsim.vocabulary import Action, AgentState, CaseEnd, Cause, Event, Outcome, SegmentKind
from tests.outcomes.days import DAYS, counts_of, edit_program, put, rows_of

NEVER = np.inf
Change = Callable[[Rows], Rows]


def changed(table: str, index: int, **fields: Any) -> Change:
    """One row told differently."""
    return lambda rows: put(rows, table, index, **fields)


def dropped(table: str, index: int) -> Change:
    """One row missing."""
    return lambda rows: rows._replace(**{table: np.delete(getattr(rows, table), index)})


def swapped(table: str, index: int) -> Change:
    """A row and the next one in the wrong order."""

    def change(rows: Rows) -> Rows:
        order = np.arange(len(getattr(rows, table)))
        order[[index, index + 1]] = order[[index + 1, index]]
        return rows._replace(**{table: getattr(rows, table)[order]})

    return change


def both(*changes: Change) -> Change:
    """Several changes that tell one lie consistently."""

    def change(rows: Rows) -> Rows:
        for one in changes:
            rows = one(rows)
        return rows

    return change


@pytest.mark.parametrize("day", DAYS)
def test_good_days_pass(day):
    assert audit(DAYS[day], rows_of(day)) == []
    assert audit_counts(DAYS[day], rows_of(day), counts_of(day)) == []


FORM = [
    ("plain", "I07 row 1: ended_at is NaN", changed("segments", 1, ended_at=np.nan)),
    ("plain", "I07 row 0: wait is -0.0", changed("contacts", 0, wait=-0.0)),
    ("plain", "keys row 2 (replication 0, customer 1, episode 0) does not come after", swapped("episodes", 1)),
    ("plain", "keys row 1 (replication 0, customer 0, episode 0, contact 0)", changed("contacts", 1, customer=0)),
    ("plain", "codes row 0: outcome 99 means nothing", changed("contacts", 0, outcome=99)),
    ("plain", "codes row 0: agent 1 means nothing", changed("segments", 0, agent=1)),
    ("graph", "codes row 5: place of kind node: 2 means nothing", changed("segments", 5, place=2)),
    ("plain", "codes row 2: state -1 means nothing", changed("agent_states", 2, state=AgentState.ABSENT)),
    ("plain", "contact 3) is not among the contacts", changed("segments", 2, contact=3)),
    ("plain", "customer 2, episode 0) is not among the episodes", dropped("episodes", 2)),
    ("plain", "customer 2, episode 0): contact 1, should be number 0", changed("contacts", 2, contact=1)),
    ("ivr", "contact 0): segment 2, should be number 1", changed("segments", 1, segment=2)),
    ("plain", "customer 1, episode 0) has no contact", both(dropped("contacts", 1), dropped("segments", 1))),
]

FACTS = [
    ("plain", "I01 customer 2: n_contacts 2, contacts say 1", changed("episodes", 2, n_contacts=2)),
    ("lines", "I01 customer 1: n_offered 2, contacts say 1", changed("episodes", 1, n_offered=2)),
    ("plain", "I01 customer 1: outcome 0, contacts say 1", changed("episodes", 1, outcome=Outcome.SERVED)),
    ("plain", "I01 customer 2: wait 41.0, contacts say 40.0", changed("episodes", 2, wait=41.0)),
    ("plain", "I01 customer 2: first_at 21.0, contacts say 20.0", changed("episodes", 2, first_at=21.0)),
    ("plain", "I01 customer 2: ended_at 121.0, contacts say", changed("episodes", 2, ended_at=121.0)),
    ("plain", "I01 customer 2: talk_time 61.0, contacts say", changed("episodes", 2, talk_time=61.0)),
    ("plain", "I01 customer 2 dialled before customer 1", changed("episodes", 2, first_at=5.0)),
    ("plain", "I01 customer 2 contact 0: cause 1", changed("contacts", 2, cause=1)),
    ("lines", "I01 customer 1 dials again at 60.0 before", changed("contacts", 1, ended_at=61.0)),
    ("odds", "I01 customer 1 dials again after BLOCKED, and nobody does", changed("contacts", 1, outcome=Outcome.BLOCKED)),
    ("lines", "I01 customer 1 dials again after HUNG_UP", changed("contacts", 1, outcome=Outcome.HUNG_UP)),
    ("urgent", "I01 customer 2: call_type 1, contacts say 0", changed("contacts", 2, call_type=0)),
    ("plain", "I01 customer 0 contact 0: BLOCKED with 1 segments", changed("contacts", 0, outcome=Outcome.BLOCKED)),
    ("plain", "I01 customer 0 contact 0: SERVED with 0 segments", dropped("segments", 0)),
    ("plain", "I01 customer 0 contact 0: outcome of a segment only", changed("contacts", 0, outcome=Outcome.PASSED_ON)),
    ("ivr", "customer 0 contact 0 segment 0: outcome PASSED_ON there", changed("segments", 0, kind=SegmentKind.QUEUE)),
    (
        "ivr",
        "I01 customer 0 contact 0: stay entered at 31.0, the one before ended at 30.0",
        changed("segments", 1, entered_at=31.0),
    ),
    ("ivr", "passed on to nowhere", changed("segments", 0, outcome=Outcome.HUNG_UP)),
    ("plain", "I01 customer 2 contact 0: queued_at 21.0, segments say 20.0", changed("contacts", 2, queued_at=21.0)),
    ("plain", "I01 customer 2 contact 0: queue -1, segments say 0", changed("contacts", 2, queue=-1)),
    (
        "plain",
        "I06 customer 2 contact 0: wait 40.00000000000001, segments say 40.0",
        changed("contacts", 2, wait=np.nextafter(40, 41)),
    ),
    ("plain", "I01 customer 2 contact 0: ended_at 121.0, segments say 120.0", changed("contacts", 2, ended_at=121.0)),
    ("plain", "I01 customer 1 contact 0: outcome 2, segments say 1", changed("contacts", 1, outcome=Outcome.BALKED)),
    ("wrap", "I01 customer 0 contact 0: hold_time 21.0, segments say 20.0", changed("contacts", 0, hold_time=21.0)),
    ("urgent", "segment of another call type", changed("segments", 2, call_type=0)),
    ("wrap", "I01 customer 0 contact 0: ended_at 80.0, its times say 81.0", changed("contacts", 0, talk_time=61.0)),
    ("wrap", "I01 customer 0 contact 0: wrap_ended_at 110.0, its times say 111.0", changed("contacts", 0, wrap_time=31.0)),
    ("plain", "I01 customer 1 contact 0: unserved, but took agents' time", changed("contacts", 1, talk_time=1.0)),
    ("ivr", "segment 0: outcome SERVED there", changed("segments", 0, outcome=Outcome.SERVED)),
    ("plain", "segment 0: agent, slots or answer", changed("segments", 1, agent=0)),
    ("plain", "segment 0: agent, slots or answer", changed("segments", 0, slots=0)),
    ("plain", "I07 customer 2 contact 0 segment 0: the clock goes backwards", changed("segments", 2, answered_at=19.0)),
    ("plain", "I01 customer 1 contact 0 segment 0: ends at inf", changed("segments", 1, ended_at=NEVER)),
    ("left alone", "I01 customer 1 contact 0 segment 0: ends at 700.0", changed("segments", 1, ended_at=700.0)),
    ("urgent", "I01 customer 2 contact 0 segment 0: in queue 0", changed("segments", 2, place=0)),
    ("ivr", "HUNG_UP at node 0, where nobody is HUNG_UP", changed("segments", 0, outcome=Outcome.HUNG_UP)),
    (
        "authority",
        "customer 1 contact 0 segment 0 with agent 0: could settle 25.0, and did not",
        changed("settlements", 2, needed=25),
    ),
    ("authority", "agent 1: settled 500.0, and may not", changed("settlements", 4, needed=500, action=Action.SETTLED)),
    ("authority", "agent 1: SETTLED, and ESCALATED", changed("settlements", 4, action=Action.SETTLED)),
    ("authority", "agent 1: granted 99.0, should be 100.0", changed("settlements", 1, granted=99)),
    ("authority", "agent 1: granted 151.0, allowed 150.0", changed("settlements", 1, granted=151)),
    ("authority", "agent 0: gave away 14.0", changed("settlements", -1, leaked=14)),
    ("authority", "agent 2: resolved, but not settled", changed("settlements", 8, resolved=1)),
    ("authority", "agent 1: retold for 4.0, should be 5.0", changed("settlements", 1, retold_time=4)),
    ("authority", "agent 1: leg 0, the stays say 1", changed("settlements", 1, leg=0)),
    ("authority", "agent 2: agent 2, the stay says 1", changed("settlements", 1, agent=2)),
    ("authority", "I12 case of customer 0: granted 99.0, its legs say 100.0", changed("cases", 0, granted=99)),
    ("authority", "I12 case of customer 1: end 0, its legs say 2", changed("cases", 1, end=CaseEnd.SETTLED)),
    ("authority", "I12 case of customer 2: n_escalations 1, its legs say 2", changed("cases", 2, n_escalations=1)),
    ("authority", "needed 500.0, the case needs 499.0", changed("cases", 2, needed=499)),
    ("warm", "I12 case of customer 0: brief_time 21.0, its legs say 20.0", changed("cases", 0, brief_time=21)),
    ("warm", "retold for 5.0, should be 0.0", changed("settlements", 1, retold_time=5)),
    ("consult", "I12 case of customer 0: consult_time 61.0, its legs say 60.0", changed("cases", 0, consult_time=61)),
    ("consult", "action 2, the request says 3", changed("settlements", 0, action=Action.REFUSED)),
    ("consult", "asks who may grant 150.0", changed("settlements", 0, needed=151)),
    ("consult", "agent 1: CONSULT with customer 0 from 60.0 to 120.0, of which no call tells", changed("segments", 1, agent=0)),
    (
        "warm",
        "agent 0: BRIEF with customer 0 from 60.0 to 79.0, of which no call tells",
        both(changed("agent_states", 1, ended_at=79.0), changed("agent_states", 2, started_at=79.0)),
    ),
    (
        "callbacks",
        "I14 customer 2 contact 0 segment 0: took a callback that was not",
        changed("segments", 2, offered_callback=0),
    ),
    ("callbacks", "I14 customer 4 contact 0 segment 0: declined a callback", changed("segments", 7, offered_callback=1)),
    ("plain", "I14 customer 0 contact 0 segment 0: nobody is called back here", changed("segments", 0, offered_callback=1)),
    ("callbacks", "I14 customer 2 contact 0 segment 0: rang off, and is not", changed("segments", 3, clock_at=11.0)),
    ("callbacks", "I14 customer 2 contact 1 segment 1: dialled again in another place", changed("segments", 4, clock_at=11.0)),
    (
        "callbacks",
        "I14 customer 2 contact 1 segment 1: dialled again from 121.0 on, due",
        changed("segments", 4, entered_at=121.0),
    ),
    ("callbacks", "I14 customer 3 contact 1 segment 0: no answer, and everybody", changed("segments", 6, answered_at=NEVER)),
    (
        "callbacks",
        "I14 customer 6 contact 1 segment 0: taken off a list that stays",
        changed("segments", 10, outcome=Outcome.CLOSED),
    ),
    ("callbacks", "customer 2 contact 1 segment 0: dialled at 601.0", changed("segments", 3, assigned_at=601.0)),
    ("callbacks", "I14 customer 2 is called back, and did not ask", changed("contacts", 2, outcome=Outcome.ABANDONED)),
    ("callbacks", "I01 customer 2: wait 120.0, contacts say 0.0", changed("episodes", 2, wait=120.0)),
    ("callbacks", "I01 customer 3 contact 1: ring_time 9.0, segments say 10.0", changed("contacts", 5, ring_time=9.0)),
    ("callbacks", "agent 0: RING with customer 2 from 61.0 to 70.0", changed("agent_states", 1, started_at=61.0)),
    ("callbacks", "I14 lane 0: somebody is to be called back from 70.0 on", changed("segments", 3, assigned_at=75.0)),
    ("messages", "I01 customer 2 contact 0: ended_at 61.0, segments say 60.0", changed("contacts", 2, ended_at=61.0)),
    ("messages", "I14 customer 2 contact 0 segment 0: left a message from 41.0 on", changed("segments", 2, ended_at=41.0)),
    (
        "messages",
        "I14 customer 2: left a message in queue 0, and is not called back",
        changed("contacts", 3, cause=Cause.RETURN),
    ),
    (
        "messages",
        "I14 customer 3 contact 0 segment 0: turned away, and everybody",
        changed("segments", 4, outcome=Outcome.TURNED_AWAY),
    ),
    (
        "callbacks",
        "I14 customer 2 contact 0 segment 0: left a message where",
        changed("segments", 2, outcome=Outcome.LEFT_MESSAGE),
    ),
    (
        "plain",
        "I14 customer 0 contact 0 segment 0: nobody is called back here",
        changed("segments", 0, outcome=Outcome.LEFT_MESSAGE),
    ),
    ("messages at night", "leaves no message, and everybody does", changed("contacts", 0, outcome=Outcome.CLOSED)),
    ("while closed", "gets a line at", changed("contacts", 0, outcome=Outcome.SERVED)),
    ("authority", "I12 9 settlements and 5 cases of 10 answered", dropped("settlements", 3)),
    ("again", "I13 case of customer 1: n_contacts 1, his contacts say 2", changed("cases", 1, n_contacts=1)),
    ("again", "I13 case of customer 1: n_met 1, his contacts say 2", changed("cases", 1, n_met=1)),
    ("again", "I13 customer 1: returns 0, contacts say 1", changed("cases", 1, n_returns=0)),
    ("again", "I13 case of customer 1: waited 31.0, his contacts say 30.0", changed("cases", 1, waited=31)),
    ("again", "I13 case of customer 1: first_ended_at 230.0, his contacts say 120.0", changed("cases", 1, first_ended_at=230)),
    ("again", "I13 case of customer 1: back_at inf, his contacts say 170.0", changed("cases", 1, back_at=np.inf)),
    ("again", "I13 case of customer 0: back_at 99.0, his contacts say inf", changed("cases", 0, back_at=99)),
    ("again", "I13 case of customer 1: resolved_at 230.0, his contacts say 120.0", changed("cases", 1, resolved_at=230)),
    ("again", "I13 case of customer 1: at_first_contact 0", changed("cases", 1, at_first_contact=0)),
    ("again", "I13 customer 3 would come back at 599.0, and does not", changed("cases", 3, return_due_at=599)),
    ("again", "I13 customer 1: satisfaction 4.5, its terms say 4.0", changed("cases", 1, satisfaction=4.5)),
    ("again", "I13 customer 3 is gone for good, and nobody like him is", changed("cases", 3, left=1)),
    ("again", "I01 customer 1 dials again 1 times, allowed 0", changed("contacts", 2, cause=Cause.REDIAL)),
    ("again", "I01 customer 1 contact 1: cause 0", changed("contacts", 2, cause=Cause.FRESH)),
    ("graph", "MISROUTED at node 0, where nobody is MISROUTED", changed("segments", 1, outcome=Outcome.MISROUTED)),
    ("wrong", "misrouted to the queue of type 0", changed("segments", 1, call_type=0, place=0)),
    ("wrong", "customer 0 contact 0: segment of another call type", changed("segments", 0, outcome=Outcome.PASSED_ON)),
    ("wrong", "customer 0 contact 0 segment 2: in queue 1", changed("segments", 2, place=1)),
    ("graph", "I01 customer 0 contact 0 segment 0: does not begin at the start", changed("segments", 0, place=1)),
    ("graph", "CONTAINED at node 0, where nobody is CONTAINED", changed("segments", 1, outcome=Outcome.CONTAINED)),
    ("graph", "PASSED_ON at node 1, where everybody is OPTED_OUT", changed("segments", 5, outcome=Outcome.PASSED_ON)),
    ("graph", "OPTED_OUT at node 1, where everybody is CONTAINED", changed("segments", 2, outcome=Outcome.OPTED_OUT)),
    ("graph", "RETRIED at node 0, next at node 1", changed("segments", 1, outcome=Outcome.RETRIED)),
    ("graph", "node 0 heard again 2 times in a row, allowed 1", changed("segments", 1, outcome=Outcome.RETRIED)),
    ("graph", "PASSED_ON at node 0, next at node 0", changed("segments", 0, outcome=Outcome.PASSED_ON)),
    ("graph", "CONTAINED at node 1, next in the queue", changed("segments", 5, outcome=Outcome.CONTAINED)),
    ("graph", "OPTED_OUT at node 1, next nowhere", changed("segments", 2, outcome=Outcome.OPTED_OUT)),
    ("plain", "balked, and none of his type does", changed("segments", 1, outcome=Outcome.BALKED)),
    ("balk", "I06 customer 1 contact 0 segment 0: balked after a wait", changed("segments", 1, ended_at=31.0)),
    (
        "plain",
        "I06 customer 1 contact 0, patient until 59.0, hangs up at 59.00000000000001",
        changed("segments", 1, ended_at=np.nextafter(59, 60)),
    ),
    ("ivr", "I06 customer 2 contact 0, patient until 89.0, is answered at 90.0", changed("segments", 5, gives_up_at=89.0)),
    (
        "clear",
        "I06 customer 2 contact 0, patient until 600.0, is sent away at 600.0",
        changed("segments", 2, gives_up_at=600.0),
    ),
    ("left alone", "I06 customer 1 contact 0, patient until 900.0, waits for ever", changed("segments", 1, gives_up_at=900.0)),
    ("plain", "I06 customer 3 contact 0, patient until 300.0, never waited", changed("segments", 3, gives_up_at=300.0)),
    ("balk", "I06 customer 1 contact 0, patient until 40.0, never waited", changed("segments", 1, gives_up_at=40.0)),
    ("plain", "entered at 10.0 with a patience of 49.0 s", changed("segments", 1, gives_up_at=60.0, ended_at=60.0)),
    ("wrap", "entered at 100.0 with a patience of 40.0 s", changed("segments", 1, gives_up_at=141.0)),
    (
        "plain",
        "I01 customer 1 contact 0: passed on to nowhere, or on after an end",
        both(
            lambda rows: rows._replace(segments=np.insert(rows.segments, 2, rows.segments[1])),
            changed("segments", 2, segment=1),
        ),
    ),
    (
        "plain",
        "I01 4 arrivals recorded, 3 customers",
        both(dropped("episodes", 3), dropped("contacts", 3), dropped("segments", 3)),
    ),
    ("plain", "I01 customer 2: first_at 21.0, recorded 20.0", changed("episodes", 2, first_at=21.0)),
    ("plain", "I01 customer 2: handled for 61.0 s, recorded 60.0", changed("episodes", 2, talk_time=61.0)),
]

LINES = [
    ("plain", "I01 customer 3 contact 0 dials at 601.0 while lines are closed", changed("contacts", 3, arrived_at=601)),
    (
        "graph",
        "I08 customer 2 gets a line at 4.0 with 2 of 1099511627776 lines and 2 of 2 ports in use",
        changed("contacts", 2, outcome=Outcome.ABANDONED),
    ),
    (
        "graph",
        "I08 3 of 2 ports in use from 4.0",
        both(
            lambda rows: rows._replace(segments=np.insert(rows.segments, 7, rows.segments[0])),
            changed("segments", 7, customer=2, entered_at=4.0),
        ),
    ),
    ("lines", "I08 2 of 1 lines in use from 30.0", changed("contacts", 2, arrived_at=30.0)),
    (
        "lines",
        "I08 customer 1 is blocked at 60.0 with 0 of 1 lines in use",
        changed("contacts", 1, arrived_at=60.0, ended_at=65.0),
    ),
    ("lines", "I08 customer 1 gets a line at 10.0 with 1 of 1 lines in use", changed("contacts", 1, outcome=Outcome.ABANDONED)),
]

QUEUES = [
    (
        "plain",
        "I04 customer 1 waits in queue 0 from 40.0 on while agent 0 is idle",
        changed("agent_states", 0, state=0, started_at=40.0),
    ),
    ("balk", "I04 customer 1 finds no help in queue 0 at 30.0, 1 idle", changed("agent_states", 0, state=AgentState.AVAILABLE)),
    (
        "plain",
        "I10 customer 1 hangs up at 59.0 though an agent of queue 0 is freed just then",
        changed("agent_states", 1, state=0, started_at=59.0),
    ),
    (
        "two",
        "I10 customer 2 is answered at 100.0 by agent 0, but agent 1 is idle since 50.0",
        both(
            changed("segments", 2, agent=0),
            changed("agent_states", 1, ended_at=100.0),
            changed("agent_states", 3, ended_at=600.0),
        ),
    ),
    (
        "plain",
        "I05 customer 2, queued at 20.0, is answered at 50.0 before customer 1",
        changed("segments", 2, answered_at=50.0, assigned_at=50.0),
    ),
    (
        "urgent",
        "I05 customer 1 is answered at 50.0 before customer 2 of an earlier turn",
        changed("segments", 1, answered_at=50.0, assigned_at=50.0),
    ),
    (
        "clear ivr",
        "queued at 605.0, ends ABANDONED at 605.0 after waiting is over",
        changed("segments", 3, outcome=Outcome.ABANDONED),
    ),
    ("plain", "ends CLOSED at 59.0, when nobody is sent away", changed("segments", 1, outcome=Outcome.CLOSED)),
    ("clear", "ends ABANDONED at 601.0 though waiting is over at 600.0", changed("segments", 1, ended_at=601.0)),
    ("plain", "I02 queue 0: waiting 89.0 s along the path, 99.0 s told", changed("contacts", 2, wait=50.0)),
    ("plain", "I02 agents: talk 150.0 s along the path, 151.0 s told", changed("contacts", 2, talk_time=61.0)),
    ("wrap", "I02 agents: wrap 60.0 s along the path, 61.0 s told", changed("contacts", 1, wrap_time=31.0)),
]

STAYS = [
    ("transfer", "I01 customer 0 contact 0: n_answered 1, segments say 2", changed("contacts", 0, n_answered=1)),
    ("transfer", "I01 customer 0 contact 0: n_stays 1, segments say 2", changed("contacts", 0, n_stays=1)),
    ("transfer", "I01 customer 1 contact 0: later_wait 21.0, segments say 20.0", changed("contacts", 1, later_wait=21.0)),
    ("transfer", "I01 customer 0 contact 0: talk_time 90.0, its stays say 100.0", changed("contacts", 0, talk_time=90.0)),
    ("transfer", "I01 customer 0: n_stays 3, contacts say 2", changed("episodes", 0, n_stays=3)),
    ("transfer", "I01 customer 0 contact 0: segment of another call type", changed("segments", 1, call_type=0)),
    ("transfer", "I01 customer 0 contact 0: came_by -1, the stay before says 9", changed("segments", 1, came_by=-1)),
    ("transfer", "I01 customer 0 contact 0: came_from 1, the stay before says 0", changed("segments", 1, came_from=1)),
    ("overflow", "I01 customer 4 contact 0: ring_time 6.0, segments say 5.0", changed("contacts", 4, ring_time=6.0)),
    ("overflow", "I06 customer 0 contact 0 segment 0: entered at 0.0, his wait", changed("segments", 0, clock_at=-0.0 + 1.0)),
    (
        "overflow",
        "leaves at 51.0 for queue 1, where his wait counts from 20.0: no step says so",
        changed("segments", 1, ended_at=51.0),
    ),
    ("overflow", "for queue 1, where his wait counts from 50.0: no step says so", changed("segments", 2, clock_at=50.0)),
    (
        "overflow",
        "in queue 1 from 50.0, is turned away, and there is room",
        changed("segments", 6, assigned_at=40.0, answered_at=40.0),
    ),
    ("overflow", "in queue 1 from 50.0, is turned away after a wait", changed("segments", 2, ended_at=51.0)),
    (
        "overflow",
        "I06 2 wait in queue 1 from 50.0, not 1",
        changed("segments", 2, outcome=Outcome.ABANDONED, ended_at=60.0, gives_up_at=60.0),
    ),
    (
        "overflow",
        "in queue 0 from 195.0, waits on, but overflows at 225.0",
        changed("segments", 7, assigned_at=226.0, ended_at=227.0, gives_up_at=227.0),
    ),
    ("overflow", "RING with customer 4 from 200.0 to 204.0, of which no call", changed("agent_states", 2, ended_at=204.0)),
    (
        "expand",
        "I04 lane 0: a call waits longer than 30.0 s",
        both(changed("segments", 1, assigned_at=45.0, answered_at=45.0), changed("agent_states", 2, ended_at=45.0)),
    ),
]

TURNS = [
    (
        "late reserve",
        "I04 customer 0 waits in queue 1 from 600.0 on while agent 0 is idle",
        both(
            changed("segments", 0, assigned_at=650.0, answered_at=650.0, ended_at=750.0),
            changed("agent_states", 0, ended_at=650.0),
            changed("agent_states", 1, started_at=650.0, ended_at=750.0),
        ),
    ),
    (
        "reserve",
        "I10 customer 1 in queue 1 is answered by agent 1 of team 0, where only 0 stay idle",
        both(
            changed("segments", 1, answered_at=50.0, assigned_at=50.0, agent=1, ended_at=80.0),
            changed("agent_states", 3, ended_at=50.0),
            lambda rows: rows._replace(agent_states=np.insert(rows.agent_states, 4, rows.agent_states[0])),
            changed("agent_states", 4, agent=1, started_at=50.0, ended_at=80.0, customer=1),
        ),
    ),
    (
        "prefer",
        "I10 customer 1 is answered at 10.0 by agent 0, but agent 1 is idle since 0.0",
        changed("agent_states", 3, state=AgentState.AVAILABLE, customer=-1),
    ),
    (
        "prefer",
        "I10 customer 0 in queue 0 is answered by agent 1 of team 1, who does not reach it",
        changed("segments", 0, call_type=0, place=0),
    ),
]

PERSONS = [
    ("persons", "I03 agent 0: not all of the shift from 0.0 to 600.0 is told", dropped("agent_states", 4)),
    (
        "persons",
        "I03 agent 0: BREAK from 150.0 to 205.0, which no break of his",
        changed("agent_states", 2, ended_at=205),
    ),
    ("persons", "I03 agent 0: OFF_PHONE from 150.0 to 210.0, which no break", changed("agent_states", 2, state=5)),
    ("persons", "I03 agent 0: AVAILABLE from 0.0 to 130.0, though a break is due", changed("agent_states", 0, ended_at=130)),
    (
        "persons",
        "I10 agent 0: AVAILABLE from 240.0 to 650.0, though his shift",
        changed("agent_states", 4, ended_at=650),
    ),
    ("persons", "I03 agent 0: MISSING from 240.0 to 600.0, of which no absence", changed("agent_states", 4, state=6)),
    ("persons", "I03 agent 0: LATE from 0.0 to 100.0, beside his shifts", changed("agent_states", 0, state=7)),
    (
        "persons",
        "I03 agent 0: BREAK 2 times from 0.0 on, not 1",
        both(changed("agent_states", 2, ended_at=180), changed("agent_states", 3, state=4)),
    ),
]

PEOPLE = [
    ("apart", "I03 agent 0 is not of team 1", changed("agent_states", 0, team=1)),
    (
        "apart",
        "I10 customer 2 in queue 1 is answered by agent 0 of team 0, who does not reach it",
        changed("segments", 2, agent=0),
    ),
    ("plain", "I03 agent 0: a state from 120.0 to 120.0", changed("agent_states", 2, ended_at=120.0)),
    ("plain", "I03 agent 0: in two states from 110.0 on", changed("agent_states", 2, started_at=110.0)),
    ("wrap", "I03 agent 0: WRAP at 80.0 does not follow WRAP", changed("agent_states", 0, state=AgentState.WRAP)),
    ("wrap", "I03 agent 0: WRAP at 80.0 does not follow TALK of customer 0", changed("agent_states", 1, customer=1)),
    ("wrap", "I03 agent 0: WRAP at 90.0 does not follow TALK", changed("agent_states", 1, started_at=90.0)),
    (
        "plain",
        "I03 agent 0: AVAILABLE at 230.0 does not follow AVAILABLE",
        changed("agent_states", 3, state=AgentState.AVAILABLE),
    ),
    ("plain", "I03 agent 0: AVAILABLE with customer 2", changed("agent_states", 2, customer=2)),
    ("plain", "I03 agent 0: TALK for ever", changed("agent_states", 4, state=AgentState.TALK, ended_at=NEVER)),
    ("plain", "TALK with customer 2 from 60.0 to 119.0, of which no call tells", changed("agent_states", 1, ended_at=119.0)),
    ("plain", "TALK with customer 2 from 60.0 to 120.0, told by the call, is not among his states", dropped("agent_states", 1)),
    ("seats", "I03 team 0: 2 present from 120.0, 3 seats", changed("agent_states", 1, ended_at=120.0)),
    ("seats", "I03 team 0: 4 present from 120.0, 3 seats, and one of them idle", changed("agent_states", 2, ended_at=150.0)),
    ("seats", "I03 agent 1 comes in at 250.0, when no seats are set", changed("agent_states", 3, started_at=250.0)),
    (
        "seats",
        "I03 agent 2 comes in at 240.0 before agent 1",
        both(
            dropped("agent_states", 3),
            changed("agent_states", 3, ended_at=120.0),
            lambda rows: rows._replace(agent_states=np.insert(rows.agent_states, 4, rows.agent_states[3])),
            changed("agent_states", 4, started_at=240.0, ended_at=600.0),
        ),
    ),
    ("seats", "I03 idle agent 1 leaves at 110.0, when no seats fall", changed("agent_states", 2, ended_at=110.0)),
    (
        "seats",
        "I03 agent 0 leaves at 120.0, but agent 1 is idle since 0.0",
        both(changed("agent_states", 1, ended_at=120.0), changed("agent_states", 2, ended_at=600.0)),
    ),
    (
        "drop",
        "I10 customer 2 is answered at 150.0 by agent 0, who should have left",
        both(
            changed("segments", 2, answered_at=150.0, assigned_at=150.0, agent=0),
            lambda rows: rows._replace(agent_states=np.insert(rows.agent_states, 1, rows.agent_states[0])),
            changed("agent_states", 1, started_at=150.0, ended_at=210.0, customer=2),
        ),
    ),
    (
        "zero",
        "I10 customer 0 is answered at 50.0 by absent agent 0",
        both(dropped("agent_states", 0), changed("agent_states", 0, started_at=60.0)),
    ),
]


@pytest.mark.parametrize(("day", "complaint", "change"), FORM + FACTS + STAYS + LINES + QUEUES + TURNS + PEOPLE + PERSONS)
def test_one_lie_is_found(day, complaint, change):
    found = audit(DAYS[day], change(rows_of(day)))
    assert any(complaint in sentence for sentence in found), found


def test_redials_beyond_the_allowed_are_found():
    strict = edit_program(DAYS["lines"], "settings", redial_attempts=0)
    assert "replication 0: I01 customer 1 dials again 1 times, allowed 0" in audit(strict, rows_of("lines"))


def test_a_customer_who_changes_his_call_type_is_found():
    lie = both(
        dropped("episodes", 2), changed("contacts", 2, customer=1, contact=1), changed("segments", 2, customer=1, contact=1)
    )(rows_of("urgent"))
    assert any("I01 customer 1 changes his call type" in sentence for sentence in audit(DAYS["urgent"], lie))
    lie = changed("contacts", 2, cause=Cause.REDIAL)(lie)
    for kind, other in ((0, 1), (1, 0)):  # who waited as a dials again as b, which this one does; or the other way round
        changes = edit_program(edit_program(DAYS["urgent"], "settings", redial_as=1), "call_types", redial_as=-1)
        changes = edit_program(edit_program(changes, "call_types", 1, redial_as=-1), "call_types", kind, redial_as=other)
        found = any("I01 customer 1 changes his call type" in sentence for sentence in audit(changes, lie))
        assert found == (kind == 1)


def test_transfers_beyond_the_allowed_are_found():
    strict = edit_program(DAYS["transfer"], "call_types", transfer_at_most=0)
    found = audit(strict, rows_of("transfer"))
    assert "replication 0: I01 customer 0 contact 0: transferred, and none of his type is" in found


def test_agents_who_ignore_closing_are_found():
    """The same rows in a centre that closes 10 s later are wrong: the agent left too early."""
    later = edit_program(DAYS["plain"], "timetable", -1, at=610.0)
    assert later.timetable.event[-1] == Event.CLOSING
    assert any("I03 team 0: 0 present from 600.0, 1 seats" in sentence for sentence in audit(later, rows_of("plain")))


def test_custom_routing_is_not_blamed_for_its_choices():
    answered = changed("segments", 1, answered_at=50.0, assigned_at=50.0)(rows_of("urgent"))
    assert any("I05" in sentence for sentence in audit(DAYS["urgent"], answered))
    assert not any("I05" in sentence for sentence in audit(DAYS["urgent"], answered, custom_routing=True))


def test_the_audit_knows_nothing_of_what_made_the_rows():
    """Else a mistake there could repeat itself here."""
    code = "import sys, ccsim.outcomes.audit; print([m for m in sys.modules if m.startswith('ccsim.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "ccsim.outcomes.audit.queues" in loaded
    assert not any(f"'ccsim.{floor}" in loaded for floor in ("rules", "engine", "analysis", "experiment", "jit"))


def test_complaints_are_cut_after_twenty_of_a_kind():
    wrong = DAYS["plain"]
    rows = rows_of("plain")
    many = rows._replace(agent_states=np.repeat(rows.agent_states, 9))
    found = [sentence for sentence in audit(wrong, many) if "does not come after" in sentence]
    assert len(found) == 20
    assert any("and 20 more like this" in sentence for sentence in audit(wrong, many))


COUNTED = [
    "again",
    "authority",
    "warm",
    "consult",
    "transfer",
    "overflow",
    "lines",
    "clear",
    "wrap",
    "urgent",
    "seats",
    "balk",
    "left alone",
    "ivr",
    "overtime",
    "hang up",
]


@pytest.mark.parametrize("day", COUNTED)
def test_every_count_that_is_off_by_one_is_found(day):
    good = counts_of(day)
    tables = {name: table for name, table in good._asdict().items() if table.size}  # without an IVR there are no nodes
    for name, table in tables.items():
        for field in table.dtype.names:
            wrong = table.copy()
            wrong[field].flat[-1] += 1
            found = audit_counts(DAYS[day], rows_of(day), Counts(**(good._asdict() | {name: wrong})))
            place = ", ".join(str(n - 1) for n in table.shape)
            assert len(found) == 1
            assert found[0].startswith(f"{name}.{field}: I11 at ({place}{',' if table.ndim == 1 else ''}) says ")


def test_every_count_moves_in_some_good_day():
    """So that the comparison of counts compares something: each field is above zero somewhere."""
    silent = {(n, f) for n, t in counts_of("lines")._asdict().items() for f in t.dtype.names}
    for day in DAYS:
        silent -= {(n, f) for n, t in counts_of(day)._asdict().items() for f in t.dtype.names if t[f].any()}
    # A segment is a stay in a queue: never dialled, too late, blocked, repeated or in the IVR; of episodes less is kept.
    of_segments = ("flowed_in", "transferred")
    of_others = ("arrived", "blocked", "out_of_hours", "hung_up", "contacts", "entered_ivr", "contained", "ivr_time")
    of_contacts = ("entered_ivr", "ivr_time", "later_wait_time", "ring_time")
    never = {("segments", field) for field in (*of_others, "lost_in_transfer", "later_wait_time")}
    never |= {(name, field) for name in ("contacts", "episodes") for field in of_segments}
    never |= {("episodes", field) for field in of_contacts}
    assert silent == never


def test_counts_of_another_shape_are_refused():
    good = counts_of("plain")
    found = audit_counts(DAYS["plain"], rows_of("plain"), good._replace(line_time=good.line_time[:-1]))
    n = len(good.line_time)
    assert found == [f"line_time: I11 {(n - 1,)} cells, should be {(n,)}"]
