"""Who granted what: nobody beyond his limit or budget, every case settled, refused or lost, and the money adds up (I12)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.after_contact import check_after_contact, resolved_before
from ccsim.outcomes.audit.briefings import askings_of, briefings_of
from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.stays import misrouted, transfers_before
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Action, CaseEnd, Outcome, SegmentKind

__all__ = ["check_authority"]

Table = NDArray[Any]

TOLERANCE = 1e-9
"""Relative; a budget is spent in the order of time, the rows are in that of customers."""

_ACTIONS = {
    Outcome.SERVED: (Action.SETTLED, Action.REFUSED, Action.CONSULTED, Action.PROMISED),
    Outcome.TRANSFERRED: (Action.TRANSFERRED,),
    Outcome.ESCALATED: (Action.ESCALATED,),
    Outcome.LOST_IN_TRANSFER: (Action.ESCALATED,),
}


def check_authority(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication."""
    settlements, cases = rows.settlements, rows.cases
    if program.settings.authority[0] == 0:
        if len(settlements) or len(cases):
            complaints.add("I12", f"{len(settlements)} settlements and {len(cases)} cases where authority does not matter")
        return
    answered = (rows.segments["answered_at"] < np.inf) & (rows.segments["kind"] != SegmentKind.CONSULT)
    legs = rows.segments[answered]
    if len(legs) != len(settlements) or len(cases) != len(rows.episodes):
        told = f"{len(legs)} answered stays and {len(rows.episodes)} episodes"
        complaints.add("I12", f"{len(settlements)} settlements and {len(cases)} cases of {told}")
        return
    for field in ("customer", "contact", "segment", "agent", "call_type", "answered_at"):
        complaints.unlike(settlements[field], legs[field], "I12", lambda i: _who(settlements[i]), field, "the stay says")
    leg, wrong = transfers_before(rows.segments)[answered], misrouted(rows.segments)[answered]
    complaints.unlike(settlements["leg"], leg, "I12", lambda i: _who(settlements[i]), "leg", "the stays say")
    _check_actions(program, rows, legs, wrong, complaints)
    _check_grants(program, settlements, complaints)
    _check_budgets(program, settlements, complaints)
    _check_cases(program, rows, complaints)
    check_after_contact(program, rows, complaints)


def _who(row: Any) -> str:
    return f"customer {row['customer']} contact {row['contact']} segment {row['segment']} with agent {row['agent']}"


def _check_actions(program: Program, rows: Rows, legs: Table, wrong: Table, complaints: Complaints) -> None:
    """What was done fits how the stay ended, whose authority was enough, and who comes next."""
    settlements = rows.settlements
    action, needed = settlements["action"], settlements["needed"]
    fits = np.zeros(len(legs), bool)
    for outcome, actions in _ACTIONS.items():
        fits |= (legs["outcome"] == outcome) & np.isin(action, actions)
    complaints.where(
        ~fits, "I12", lambda i: f"{_who(legs[i])}: {Action(action[i]).name}, and {Outcome(legs['outcome'][i]).name}"
    )
    complaints.where(wrong & (action != Action.TRANSFERRED), "I12", lambda i: f"{_who(legs[i])}: dealt with a misrouted case")
    teams = program.teams[settlements["team"]]
    able = (needed <= teams.authority) & (teams.credit_budget == np.inf)
    unable = needed > teams.authority
    short = np.isin(action, (Action.ESCALATED, Action.REFUSED, Action.CONSULTED, Action.PROMISED))
    complaints.where(able & short, "I12", lambda i: f"{_who(legs[i])}: could settle {needed[i]}, and did not")
    complaints.where(unable & (action == Action.SETTLED), "I12", lambda i: f"{_who(legs[i])}: settled {needed[i]}, and may not")
    briefed = (legs["came_by"] == Outcome.ESCALATED) & (program.settings.warm[0] != 0)
    retold = np.where((settlements["leg"] > 0) & ~wrong & ~briefed, program.settings.retell[0], 0.0)
    complaints.unlike(settlements["retold_time"], retold, "I12", lambda i: _who(legs[i]), "retold for", "should be")

    segments = rows.segments
    _check_consults(program, rows, complaints)
    with_agent = (segments["answered_at"] < np.inf) & (segments["kind"] != SegmentKind.CONSULT)
    promised = np.zeros(len(segments), bool)
    promised[np.flatnonzero(with_agent)[action == Action.PROMISED]] = True
    begins = (segments["segment"] == 0) & (segments["kind"] == SegmentKind.CALLBACK)
    following = np.minimum(np.arange(len(segments)) + 1, len(segments) - 1)
    called = begins[following] & (segments["customer"][following] == segments["customer"])
    called[-1:] = False
    wrong_call = called & ~np.isin(segments["outcome"], (Outcome.CALLBACK_TAKEN, Outcome.LEFT_MESSAGE)) & ~promised
    complaints.where(promised & ~called, "I12", lambda i: f"{_who(segments[i])}: promised a call, and not called back")
    complaints.where(wrong_call, "I12", lambda i: f"{_who(segments[i])}: called back, and nobody promised that")
    up = np.flatnonzero((segments["outcome"] == Outcome.ESCALATED) | promised)
    if not len(up):
        return
    whose = np.searchsorted(np.flatnonzero(with_agent), up)
    limit, wanted = program.teams.authority[settlements["team"][whose]], needed[whose]
    lane = program.lane_of[segments["call_type"][up + 1], segments["place"][up + 1]]
    reached = np.full(len(program.lanes), -1.0)
    reached[program.ways.lane] = program.ways.limit
    right = reached[lane] > limit
    right &= (reached[lane] >= wanted) | (program.settings.by_chain[0] != 0)
    complaints.where(~right, "I12", lambda i: f"{_who(segments[up[i]])}: passed on to who may grant {reached[lane[i]]}")


def _check_consults(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Asked is, in the agent's last talk with the caller, somebody above him who may grant enough; else he refuses."""
    asking = askings_of(rows.segments)
    asked, stays = asking.requests, asking.stays
    settled = rows.settlements[np.isin(_keys(rows.settlements), _keys(stays))]
    if len(settled) != len(stays):
        complaints.add("I12", f"{len(stays)} stays with a colleague asked, settled {len(settled)}")
        return
    got = asked["answered_at"] < np.inf
    expected = np.where(got, int(Action.CONSULTED), int(Action.REFUSED))
    complaints.unlike(settled["action"], expected, "I12", lambda i: _who(stays[i]), "action", "the request says")
    lane = program.lane_of[asked["call_type"], asked["place"]]
    reached = np.full(len(program.lanes), -1.0)
    reached[program.ways.lane] = program.ways.limit
    low = (reached[lane] < settled["needed"]) | (reached[lane] <= program.teams.authority[settled["team"]])
    complaints.where(low, "I12", lambda i: f"{_who(stays[i])}: asks who may grant {reached[lane[i]]}")
    outside = (asking.begins < stays["answered_at"]) | (asking.ends > stays["ended_at"]) | (stays["outcome"] != Outcome.SERVED)
    complaints.where(outside, "I01", lambda i: f"{_who(stays[i])}: asks a colleague outside his talk, or passes the case on")
    ends = np.where(got, asked["answered_at"] + program.settings.consult[0], asked["ended_at"])
    complaints.unlike(asked["ended_at"], ends, "I12", lambda i: _who(stays[i]), "consult until", "should be")
    n_consulted = int((rows.settlements["action"] == Action.CONSULTED).sum())
    if n_consulted != int(got.sum()):
        complaints.add("I12", f"{n_consulted} settlements with a colleague's word, of which {int(got.sum())} was asked")


def _keys(table: Table) -> Table:
    """Customer, contact and segment of each row."""
    found = np.empty(len(table), [("customer", "i8"), ("contact", "i8"), ("segment", "i8")])
    for field in found.dtype.names or ():
        found[field] = table[field]
    return found


def _check_grants(program: Program, settlements: Table, complaints: Complaints) -> None:
    """Only who settles grants: what is needed, or, where nothing is, what leaks."""
    own = settlements["action"] == Action.SETTLED
    settled = own | (settlements["action"] == Action.CONSULTED)
    needed, granted, leaked = (settlements[field] for field in ("needed", "granted", "leaked"))
    expected = np.where(settled, needed, 0.0) + leaked
    complaints.unlike(granted, expected, "I12", lambda i: _who(settlements[i]), "granted", "should be")
    limit = program.teams.authority[settlements["team"]]
    complaints.where(
        own & (granted > limit), "I12", lambda i: f"{_who(settlements[i])}: granted {granted[i]}, allowed {limit[i]}"
    )
    odd = (leaked > 0) & ((needed > 0) | ~own | (leaked != program.settings.leak_amount[0]))
    odd |= (leaked > 0) & (program.settings.leak_share[0] <= 0)
    complaints.where(odd, "I12", lambda i: f"{_who(settlements[i])}: gave away {leaked[i]}")
    complaints.where(
        (settlements["resolved"] != 0) & ~settled, "I12", lambda i: f"{_who(settlements[i])}: resolved, but not settled"
    )


def _check_budgets(program: Program, settlements: Table, complaints: Complaints) -> None:
    """No agent grants more on an operating day than his budget."""
    interval = np.searchsorted(program.intervals.starts_at, settlements["answered_at"], "right") - 1
    day = program.intervals.day[interval]
    spent = np.zeros((len(program.agents), len(program.days)))
    alone = settlements["action"] != Action.CONSULTED
    np.add.at(spent, (settlements["agent"][alone], day[alone]), settlements["granted"][alone])
    budget = program.teams.credit_budget[program.agents.team]
    most = spent.max(axis=1, initial=0.0)
    complaints.where(
        most > budget * (1 + TOLERANCE), "I12", lambda i: f"agent {i} granted {most[i]} on one day, allowed {budget[i]}"
    )


def _check_cases(program: Program, rows: Rows, complaints: Complaints) -> None:
    """A case tells what its settlements add up to, and how it ended."""
    settlements, cases, episodes = rows.settlements, rows.cases, rows.episodes
    n = len(cases)
    owner = settlements["customer"]
    sums = {field: np.zeros(n) for field in ("granted", "leaked", "retold_time")}
    n_legs = np.bincount(owner, minlength=n)
    first = np.cumsum(n_legs) - n_legs
    for k in range(int(n_legs.max(initial=0))):  # one after the other, as the sums are defined
        has = n_legs > k
        for field, total in sums.items():
            total[has] += settlements[field][first[has] + k]
    last = np.where(n_legs > 0, first + n_legs - 1, -1)
    action = np.append(settlements["action"], -1)[last]
    end = np.full(n, int(CaseEnd.LOST))
    end[action == Action.REFUSED] = CaseEnd.REFUSED
    end[np.isin(action, (Action.SETTLED, Action.CONSULTED))] = CaseEnd.SETTLED
    end[n_legs == 0] = CaseEnd.UNMET
    resolved = np.zeros(n, np.int64)
    np.maximum.at(resolved, owner, settlements["resolved"])
    up = rows.segments["outcome"] == Outcome.ESCALATED
    briefings, briefed = briefings_of(program, rows.segments), np.zeros(n)
    over = briefings.ends < np.inf
    asking, asked = askings_of(rows.segments), np.zeros(n)
    np.add.at(asked, asking.stays["customer"], asking.ends - asking.begins)
    np.add.at(briefed, briefings.stays["customer"][over], briefings.ends[over] - briefings.begins[over])  # in their order
    expected = {
        "customer": episodes["customer"],
        "call_type": episodes["call_type"],
        "first_at": episodes["first_at"],
        "n_legs": n_legs,
        "n_escalations": np.bincount(rows.segments["customer"][up], minlength=n),
        "end": end,
        "resolved": resolved,
        "at_first": np.append(settlements["resolved"], 0)[np.where(n_legs > 0, first, -1)],
        "brief_time": briefed,
        "consult_time": asked,
        **sums,
    }
    for field, value in expected.items():
        complaints.unlike(cases[field], value, "I12", lambda i: f"case of customer {i}", field, "its legs say")
    solved = resolved_before(settlements)
    needed = np.where(solved, 0.0, cases["needed"][owner])
    complaints.unlike(settlements["needed"], needed, "I12", lambda i: _who(settlements[i]), "needed", "the case needs")
