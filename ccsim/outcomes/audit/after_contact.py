"""Who comes back, when, and what remains of a problem: cases tell what contacts and settlements add up to (I13)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.tables import Rows
from ccsim.program.layout import Program, Records
from ccsim.vocabulary import Action, Cause, Decision, Fact, Outcome, SegmentKind

__all__ = ["banned", "check_after_contact", "resolved_before"]

Table = NDArray[Any]
Mask = NDArray[np.bool_]

_REDIALLED = (
    Outcome.ABANDONED,
    Outcome.BALKED,
    Outcome.BLOCKED,
    Outcome.CLOSED,
    Outcome.TURNED_AWAY,
    Outcome.LOST_IN_TRANSFER,
)


def check_after_contact(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication whose problems have cases."""
    _check_returns(program, rows, complaints)
    _check_times(program, rows, complaints)
    _check_farewells(program, rows, complaints)


def resolved_before(settlements: Table) -> Mask:
    """Of each settlement, whether the problem was solved in an earlier contact."""
    solved = np.full(int(settlements["customer"].max(initial=-1)) + 1, np.iinfo(np.int64).max)
    done = settlements["resolved"] != 0
    np.minimum.at(solved, settlements["customer"][done], settlements["contact"][done].astype(np.int64))
    found: Mask = settlements["contact"] > solved[settlements["customer"]]
    return found


def banned(odds: Records, holds: dict[Fact, Any], over: Table) -> Mask:
    """Where a fact holds that makes a decision impossible; `over` is the wait that counts, s."""
    never = np.zeros(len(over), bool)
    for row in odds[odds.log_multiplier == -np.inf]:
        fact = Fact(int(row.fact))
        never |= over > row.over if fact == Fact.WAIT_OVER else holds[fact]
    return never


def _check_returns(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Only who was answered comes back, not more often than allowed; what falls due after the last day is told."""
    contacts, cases, settings = rows.contacts, rows.cases, program.settings[0]
    back = contacts["cause"] == Cause.RETURN
    before = np.flatnonzero(back) - 1
    complaints.where(
        contacts["n_answered"][before] == 0,
        "I13",
        lambda i: f"customer {contacts['customer'][before[i]]} comes back to nobody he has met",
    )
    due = cases["return_due_at"] < np.inf
    times = np.bincount(contacts["customer"][back], minlength=len(cases)) + due
    complaints.unlike(cases["n_returns"], times, "I13", lambda i: f"customer {i}", "returns", "contacts say")
    most = settings.return_attempts if settings.return_share > 0 else 0
    complaints.where(times > most, "I13", lambda i: f"customer {i} comes back {times[i]} times, allowed {most}")
    closes = program.days.close_at[np.isfinite(program.days.close_at)].max()
    last = np.searchsorted(contacts["customer"], np.arange(len(cases)), "right") - 1
    odd = due & ((cases["return_due_at"] < closes) | (contacts["n_answered"][last] == 0))
    complaints.where(odd, "I13", lambda i: f"customer {i} would come back at {cases['return_due_at'][i]}, and does not")


def _check_times(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Waits, first answered contacts, what follows them, and when problems were solved."""
    contacts, cases, settlements = rows.contacts, rows.cases, rows.settlements
    n, owner = len(cases), contacts["customer"]
    number = np.bincount(owner, minlength=n)
    first = np.cumsum(number) - number
    waited = np.zeros(n)
    on_line = np.where(contacts["cause"] == Cause.CALLBACK, 0.0, contacts["wait"])  # then he waits in his own time
    for k in range(int(number.max(initial=0))):  # one after the other, as the sum is defined
        has = number > k
        waited[has] += on_line[first[has] + k] + contacts["later_wait"][first[has] + k]
    met = contacts["n_answered"] > 0
    first_met = np.full(n, len(contacts))
    np.minimum.at(first_met, owner[met], np.flatnonzero(met))
    back = cases["return_due_at"].copy()
    follows = contacts["cause"] != Cause.CALLBACK  # by himself
    follows &= np.arange(len(contacts)) > first_met[owner]
    back[owner[follows][::-1]] = contacts["arrived_at"][follows][::-1]
    lost = np.isin(rows.episodes["outcome"], _REDIALLED) & (cases["n_met"] > 0) & (back == np.inf)
    back = np.where(lost, cases["back_at"], back)  # a redial may fall due after the last day

    legs = rows.segments[(rows.segments["answered_at"] < np.inf) & (rows.segments["kind"] != SegmentKind.CONSULT)]
    done = settlements["resolved"] != 0
    resolved_at = np.full(n, np.inf)
    np.minimum.at(resolved_at, settlements["customer"][done], legs["ended_at"][done])
    in_contact = np.full(n, -1)
    in_contact[settlements["customer"][done][::-1]] = settlements["contact"][done][::-1]
    ended = np.append(contacts["ended_at"], np.inf)[first_met]
    expected = {
        "n_contacts": number,
        "n_met": np.bincount(owner[met], minlength=n),
        "waited": waited,
        "first_ended_at": ended,
        "back_at": back,
        "resolved_at": resolved_at,
        "at_first_contact": in_contact == np.append(contacts["contact"], -2)[first_met],
    }
    for field, value in expected.items():
        complaints.unlike(cases[field], value, "I13", lambda i: f"case of customer {i}", field, "his contacts say")


def _check_farewells(program: Program, rows: Rows, complaints: Complaints) -> None:
    """The index is what its terms add up to; nobody is gone who comes back, or of whom a fact says that he stays."""
    cases, settings, outcome = rows.cases, program.settings[0], rows.episodes["outcome"]
    n = len(cases)
    last = np.searchsorted(rows.settlements["customer"], np.arange(n), "right") - 1
    action = np.append(rows.settlements["action"], -1)[np.where(cases["n_legs"] > 0, last, -1)]
    solved = (cases["resolved"] != 0) | (outcome == Outcome.CONTAINED)
    refused = ~solved & (action == Action.REFUSED)
    hops = np.maximum(cases["n_legs"] - 1, 0)
    over = outcome != Outcome.UNFINISHED
    waited = np.where(over, cases["waited"], 0.0)
    index = (
        settings.satisfaction_base + settings.satisfaction_per_minute * (waited / 60.0) + settings.satisfaction_per_hop * hops
    )
    index += np.where(refused, settings.satisfaction_refused, np.where(solved, 0.0, settings.satisfaction_unresolved))
    index = np.where(over & (settings.rates != 0), np.minimum(np.maximum(index, 1.0), 5.0), 0.0)
    complaints.unlike(cases["satisfaction"], index, "I13", lambda i: f"customer {i}", "satisfaction", "its terms say")

    holds = {
        Fact.EARLIER_CONTACTS: cases["n_contacts"] > 1,
        Fact.BLOCKED: outcome == Outcome.BLOCKED,
        Fact.BALKED: outcome == Outcome.BALKED,
        Fact.CLOSED: outcome == Outcome.CLOSED,
        Fact.TURNED_AWAY: outcome == Outcome.TURNED_AWAY,
        Fact.HOPS: hops > 0,
        Fact.REFUSED: refused,
        Fact.UNRESOLVED: ~solved & ~refused,
    }
    stays = (
        banned(program.odds[program.odds.decision == Decision.LEAVE], holds, cases["waited"])
        | ~over
        | (cases["return_due_at"] < np.inf)
    )
    stays |= settings.leave_share <= 0.0
    complaints.where((cases["left"] != 0) & stays, "I13", lambda i: f"customer {i} is gone for good, and nobody like him is")
    complaints.where((cases["left"] & ~1) != 0, "I13", lambda i: f"customer {i} left {cases['left'][i]} times")
