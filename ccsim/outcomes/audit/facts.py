"""Each row by itself and beside its relatives: form, keys, nesting, outcomes, sums, patience, records (I01, I06, I07)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.briefings import late_releases
from ccsim.outcomes.audit.complaints import Complaints
from ccsim.outcomes.audit.stays import check_stays, contact_key, left_at, transfers_before
from ccsim.outcomes.audit.steps import late_comings
from ccsim.outcomes.tables import TABLE_KEYS, Rows
from ccsim.program.layout import Program
from ccsim.vocabulary import Action, AgentState, CaseEnd, Cause, Channel, Decision, Event, Fact, Family, Outcome, SegmentKind

__all__ = ["check_facts", "check_form"]

Table = NDArray[Any]

_OUTCOMES = {
    SegmentKind.IVR_NODE: [
        Outcome.HUNG_UP,
        Outcome.CONTAINED,
        Outcome.PASSED_ON,
        Outcome.OPTED_OUT,
        Outcome.RETRIED,
        Outcome.MISROUTED,
    ],
    SegmentKind.QUEUE: [
        Outcome.SERVED,
        Outcome.ABANDONED,
        Outcome.BALKED,
        Outcome.CLOSED,
        Outcome.UNFINISHED,
        Outcome.OVERFLOWED,
        Outcome.TRANSFERRED,
        Outcome.TURNED_AWAY,
        Outcome.ESCALATED,
        Outcome.LOST_IN_TRANSFER,
        Outcome.CALLBACK_TAKEN,
        Outcome.LEFT_MESSAGE,
    ],
    SegmentKind.CALLBACK: [
        Outcome.SERVED,
        Outcome.CLOSED,
        Outcome.UNFINISHED,
        Outcome.TRANSFERRED,
        Outcome.ESCALATED,
        Outcome.LOST_IN_TRANSFER,
        Outcome.NO_ANSWER,
        Outcome.CALLBACK_FAILED,
    ],
    SegmentKind.CONSULT: [Outcome.SERVED, Outcome.ABANDONED, Outcome.CLOSED],
}
_DIALLED_IN_VAIN = [Outcome.NO_ANSWER, Outcome.CALLBACK_FAILED]
_IN_VAIN = [Outcome.ABANDONED, *_DIALLED_IN_VAIN]
"""How a stay may end in which a phone rang, and nobody talked."""
_REDIALLED = [
    Outcome.ABANDONED,
    Outcome.BALKED,
    Outcome.BLOCKED,
    Outcome.CLOSED,
    Outcome.TURNED_AWAY,
    Outcome.LOST_IN_TRANSFER,
]
_ANSWERED = [Outcome.SERVED, Outcome.TRANSFERRED, Outcome.ESCALATED, Outcome.LOST_IN_TRANSFER]


def check_form(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Values, codes, keys and links: what every later check takes for granted."""
    for name, table in rows._asdict().items():
        complaints.about(name)
        _check_values(table, complaints)
        _check_keys(table, TABLE_KEYS[name], complaints)
    _check_codes(program, rows, complaints)
    if not complaints.said:
        _check_links(rows, complaints)


def _check_values(table: Table, complaints: Complaints) -> None:
    for field in table.dtype.names or ():
        if table.dtype[field].kind == "f":
            _check_column(field, table[field], complaints)


def _check_column(field: str, column: Table, complaints: Complaints) -> None:
    """No NaN, nothing below zero, no -0.0."""
    unknown = np.isnan(column)
    complaints.where(unknown, "I07", lambda i: f"row {i}: {field} is NaN")
    complaints.where(np.signbit(column) & ~unknown, "I07", lambda i: f"row {i}: {field} is {column[i]}, below zero")


def _check_keys(table: Table, keys: tuple[str, ...], complaints: Complaints) -> None:
    """Rows ascend strictly in their key."""
    if len(table) < 2:
        return
    ascends = np.zeros(len(table) - 1, bool)
    for key in reversed(keys):
        here, there = table[key][:-1], table[key][1:]
        ascends = (here < there) | ((here == there) & ascends)
    complaints.where(~ascends, "keys", lambda i: f"row {i + 1} {_key(table, i + 1, keys)} does not come after row {i}")


def _key(table: Table, i: int, keys: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"{key} {table[key][i]}" for key in keys) + ")"


def _check_codes(program: Program, rows: Rows, complaints: Complaints) -> None:
    """Every code means something in this program."""
    ranges: dict[str, dict[str, tuple[int, int]]] = {
        "episodes": {"call_type": (0, len(program.call_types)), "outcome": (0, 1 + max(Outcome)), "episode": (0, 1)},
        "contacts": {
            "call_type": (0, len(program.call_types)),
            "outcome": (0, 1 + max(Outcome)),
            "queue": (-1, len(program.queues)),
            "cause": (0, 1 + max(Cause)),
            "channel": (0, len(Channel)),
        },
        "segments": {
            "call_type": (0, len(program.call_types)),
            "outcome": (0, 1 + max(Outcome)),
            "kind": (0, 1 + max(SegmentKind)),
            "agent": (-1, len(program.agents)),
        },
        "agent_states": {
            "agent": (0, len(program.agents)),
            "team": (0, len(program.teams)),
            "state": (0, 1 + max(AgentState)),
        },
        "settlements": {
            "agent": (0, len(program.agents)),
            "team": (0, len(program.teams)),
            "call_type": (0, len(program.call_types)),
            "action": (0, 1 + max(Action)),
        },
        "cases": {"call_type": (0, len(program.call_types)), "end": (0, len(CaseEnd)), "episode": (0, 1)},
    }
    for name, table in rows._asdict().items():
        complaints.about(name)
        for field, (least, beyond) in ranges[name].items():
            _check_code(field, table[field], least, beyond, complaints)
    in_ivr = rows.segments["kind"] == SegmentKind.IVR_NODE
    for kind, number in (("node", len(program.ivr_nodes)), ("queue", len(program.queues))):
        places = rows.segments["place"][in_ivr == (kind == "node")]
        _check_code(f"place of kind {kind}:", places, 0, number, complaints)


def _check_code(field: str, column: Table, least: int, beyond: int, complaints: Complaints) -> None:
    bad = (column < least) | (column >= beyond)
    complaints.where(bad, "codes", lambda i: f"row {i}: {field} {column[i]} means nothing here")


def _check_links(rows: Rows, complaints: Complaints) -> None:
    """Contacts belong to episodes and are numbered from 0; segments to contacts likewise."""
    complaints.about("contacts")
    _check_nesting(rows.contacts, rows.episodes, "episodes", "contact", complaints)
    complaints.about("segments")
    _check_nesting(rows.segments, rows.contacts, "contacts", "segment", complaints)
    complaints.about("episodes")
    keys = TABLE_KEYS["episodes"]
    lonely = ~np.isin(_columns(rows.episodes, keys), _columns(rows.contacts, keys))
    complaints.where(lonely, "I01", lambda i: f"{_key(rows.episodes, i, keys)} has no contact")


def _check_nesting(table: Table, owners: Table, owner: str, number: str, complaints: Complaints) -> None:
    """Each row has its owner; the rows of one owner are numbered from 0."""
    keys = TABLE_KEYS[owner]
    mine = _columns(table, keys)
    orphan = ~np.isin(mine, _columns(owners, keys))
    complaints.where(orphan, "I01", lambda i: f"row {i} {_key(table, i, keys)} is not among the {owner}")
    if len(table):
        starts = np.concatenate(([True], mine[1:] != mine[:-1]))
        place = np.arange(len(table))
        ordinal = place - np.maximum.accumulate(np.where(starts, place, 0))
        complaints.unlike(table[number], ordinal, "I01", lambda i: _key(table, i, keys), number, "should be number")


def _columns(table: Table, keys: tuple[str, ...]) -> Table:
    found = np.empty(len(table), [(key, "i8") for key in keys])
    for key in keys:
        found[key] = table[key]
    return found


def check_facts(program: Program, rows: Rows, complaints: Complaints) -> None:
    """One replication: episodes add up their contacts, contacts follow their segments, waits keep to patience."""
    episode_of = np.searchsorted(rows.episodes["customer"], rows.contacts["customer"])
    first_contact = np.searchsorted(rows.contacts["customer"], rows.episodes["customer"])
    _check_episodes(program, rows, episode_of, first_contact, complaints)
    _check_redials(program, rows, complaints)
    check_stays(program, rows, complaints)
    _check_segments(program, rows, complaints)
    _check_patience(program, rows, complaints)
    _check_recorded(program, rows, first_contact, complaints)


def _check_episodes(program: Program, rows: Rows, episode_of: Table, first_contact: Table, complaints: Complaints) -> None:
    episodes, contacts = rows.episodes, rows.contacts
    n = len(episodes)
    n_contacts = np.bincount(episode_of, minlength=n)
    last = first_contact + n_contacts - 1
    sums = {field: np.zeros(n) for field in ("wait", "talk_time", "hold_time", "wrap_time")}
    on_line = contacts["cause"] != Cause.CALLBACK  # who is called back waits in his own time
    for k in range(int(n_contacts.max(initial=0))):  # one after the other, as the sums are defined
        has = n_contacts > k
        for field, total in sums.items():
            place = first_contact[has] + k
            total[has] += np.where(on_line[place] | (field != "wait"), contacts[field][place], 0.0)
    expected = {
        "customer": np.arange(n),
        "n_contacts": n_contacts,
        "n_offered": np.bincount(episode_of, weights=contacts["queued_at"] < np.inf, minlength=n),
        "first_at": contacts["arrived_at"][first_contact],
        **{f: np.bincount(episode_of, weights=contacts[f], minlength=n) for f in ("n_stays", "n_answered")},
        **sums,
        "call_type": contacts["call_type"][first_contact],
        **{f: contacts[f][last] for f in ("outcome", "ended_at")},
    }
    for field, value in expected.items():
        complaints.unlike(episodes[field], value, "I01", lambda i: f"customer {i}", field, "contacts say")
    first, kind = episodes["first_at"], episodes["call_type"]
    disorder = (first[1:] < first[:-1]) | ((first[1:] == first[:-1]) & (kind[1:] < kind[:-1]))
    complaints.where(disorder, "I01", lambda i: f"customer {i + 1} dialled before customer {i}")


def _never_again(customer: Table, fact: Fact) -> Callable[[int], str]:
    return lambda i: f"customer {customer[i]} dials again after {fact.name}, and nobody does"


def _check_redials(program: Program, rows: Rows, complaints: Complaints) -> None:
    contacts = rows.contacts
    customer = contacts["customer"]
    first, back = contacts["contact"] == 0, contacts["cause"] == Cause.RETURN
    complaints.where(
        (contacts["cause"] == Cause.FRESH) != first,
        "I01",
        lambda i: f"customer {customer[i]} contact {contacts['contact'][i]}: cause {contacts['cause'][i]}",
    )
    again = customer[1:] == customer[:-1]
    called = contacts["cause"][1:] == Cause.CALLBACK
    asked = again & np.isin(contacts["outcome"][:-1], [Outcome.CALLBACK_TAKEN, Outcome.LEFT_MESSAGE, Outcome.SERVED])
    complaints.where(
        (called & ~asked) | (asked & ~called & (contacts["outcome"][:-1] == Outcome.CALLBACK_TAKEN)),
        "I14",
        lambda i: f"customer {customer[i]} is called back, and did not ask for it, or is not, and did",
    )
    complaints.where(
        again & (contacts["arrived_at"][1:] < contacts["ended_at"][:-1]),
        "I01",
        lambda i: (
            f"customer {customer[i]} dials again at {contacts['arrived_at'][i + 1]} before contact "
            f"{contacts['contact'][i]} ends at {contacts['ended_at'][i]}"
        ),
    )
    complaints.where(
        again & ~back[1:] & ~called & ~np.isin(contacts["outcome"][:-1], _REDIALLED),
        "I01",
        lambda i: f"customer {customer[i]} dials again after {Outcome(contacts['outcome'][i]).name}",
    )
    complaints.where(
        again & (contacts["call_type"][1:] != _dials_next_as(program, rows)),
        "I01",
        lambda i: f"customer {customer[i]} changes his call type",
    )
    # A share of 1 has no odds: whatever he met with, such a customer dials again.
    certain = bool((program.call_types.redial_first >= 1.0).any() or (program.call_types.redial_later >= 1.0).any())
    for decision, who in ((Decision.REDIAL, ~back & ~certain), (Decision.RETURN, back)):
        for row in program.odds[(program.odds.decision == decision) & (program.odds.log_multiplier == -np.inf)]:
            holds = _holds(rows, Fact(int(row.fact)), float(row.over))
            complaints.where(again & ~called & who[1:] & holds[:-1], "I01", _never_again(customer, Fact(int(row.fact))))
    most = program.settings.redial_attempts[0] if program.settings.redial_share[0] > 0 else 0
    redialled = np.bincount(customer[contacts["cause"] == Cause.REDIAL], minlength=len(rows.episodes))
    complaints.where(redialled > most, "I01", lambda i: f"customer {i} dials again {redialled[i]} times, allowed {most}")


def _dials_next_as(program: Program, rows: Rows) -> Table:
    """As which call type the customer of each contact but the first dials, if he has dialled before."""
    contacts, segments = rows.contacts, rows.segments
    kind = contacts["call_type"][:-1].astype(np.int64)
    if program.settings.redial_as[0] == 0 or not len(segments):
        return kind
    stays = segments[segments["kind"] != SegmentKind.CONSULT]
    last = np.searchsorted(contact_key(stays), contact_key(contacts[:-1]), "right") - 1
    has = (last >= 0) & (contact_key(stays)[last] == contact_key(contacts[:-1]))
    leg = np.where(has & (transfers_before(stays)[last] > 0), stays["call_type"][last], kind)
    other = program.call_types.redial_as[leg]
    return np.where((contacts["cause"][1:] == Cause.REDIAL) & (other >= 0), other, kind)


def _holds(rows: Rows, fact: Fact, over: float) -> NDArray[np.bool_]:
    """Whether a fact holds after each contact."""
    contacts = rows.contacts
    ends = {
        Fact.BLOCKED: Outcome.BLOCKED,
        Fact.BALKED: Outcome.BALKED,
        Fact.CLOSED: Outcome.CLOSED,
        Fact.TURNED_AWAY: Outcome.TURNED_AWAY,
    }
    if fact in ends:
        found = contacts["outcome"] == ends[fact]
    elif fact == Fact.EARLIER_CONTACTS:
        found = contacts["contact"] > 0
    elif fact == Fact.WAIT_OVER:
        found = np.where(contacts["cause"] == Cause.CALLBACK, 0.0, contacts["wait"]) + contacts["later_wait"] > over
    else:
        found = _stands(rows, fact)
    return np.asarray(found)


def _stands(rows: Rows, fact: Fact) -> NDArray[np.bool_]:
    """Whether after each contact agents have been met beyond the first, or the problem stands so."""
    contacts, settlements = rows.contacts, rows.settlements
    place = contacts["customer"].astype(np.int64) << 12 | contacts["contact"]
    settled = settlements["customer"].astype(np.int64) << 12 | settlements["contact"]
    until = np.searchsorted(settled, place, "right")
    since = np.searchsorted(settlements["customer"], contacts["customer"])
    if fact == Fact.HOPS:
        return np.asarray(until - since > 1)
    resolved = np.concatenate(([0], np.cumsum(settlements["resolved"] != 0)))
    solved = (resolved[until] > resolved[since]) | (contacts["outcome"] == Outcome.CONTAINED)
    refused = ~solved & (until > since) & (np.append(settlements["action"], -1)[until - 1] == Action.REFUSED)
    return np.asarray(refused if fact == Fact.REFUSED else ~solved & ~refused)


def _check_segments(program: Program, rows: Rows, complaints: Complaints) -> None:
    segments = rows.segments
    answered = np.isin(segments["outcome"], _ANSWERED)

    def who(i: int) -> str:
        return f"customer {segments['customer'][i]} contact {segments['contact'][i]} segment {segments['segment'][i]}"

    allowed = np.zeros(len(segments), bool)
    for kind, outcomes in _OUTCOMES.items():
        allowed |= (segments["kind"] == kind) & np.isin(segments["outcome"], outcomes)
    complaints.where(~allowed, "I01", lambda i: f"{who(i)}: outcome {Outcome(segments['outcome'][i]).name} there")
    assigned = segments["assigned_at"] < np.inf
    rang = answered | (assigned & np.isin(segments["outcome"], _IN_VAIN))
    fits = (segments["slots"] == answered) & ((segments["answered_at"] < np.inf) == answered)
    fits &= ((segments["agent"] >= 0) == rang) & (assigned == rang)
    complaints.where(~fits, "I01", lambda i: f"{who(i)}: agent, slots or answer")
    left = left_at(segments)
    backwards = (
        (left < segments["entered_at"]) | (segments["ended_at"] < left) | (segments["wrap_ended_at"] < segments["ended_at"])
    )
    backwards |= segments["entered_at"] < segments["clock_at"]
    backwards |= assigned & ((segments["assigned_at"] < segments["entered_at"]) | (left < segments["assigned_at"]))
    complaints.where(backwards, "I07", lambda i: f"{who(i)}: the clock goes backwards")
    endless = segments["ended_at"] == np.inf
    complaints.where(
        endless != (segments["outcome"] == Outcome.UNFINISHED), "I01", lambda i: f"{who(i)}: ends at {segments['ended_at'][i]}"
    )
    kept = (segments["came_by"] == Outcome.OVERFLOWED) | (segments["kind"] == SegmentKind.CALLBACK)
    complaints.where(
        ~kept & (segments["clock_at"] != segments["entered_at"]),
        "I06",
        lambda i: f"{who(i)}: entered at {segments['entered_at'][i]}, his wait counts from {segments['clock_at'][i]}",
    )
    never_balks = program.call_types.balk_share[segments["call_type"]] <= 0
    balked = segments["outcome"] == Outcome.BALKED
    complaints.where(balked & never_balks, "I01", lambda i: f"{who(i)}: balked, and none of his type does")
    at_once = balked & (segments["ended_at"] > segments["entered_at"])
    complaints.where(at_once, "I06", lambda i: f"{who(i)}: balked after a wait")


def _check_patience(program: Program, rows: Rows, complaints: Complaints) -> None:
    """No wait outlasts patience, and who hangs up does so at its very end, to the bit."""
    segments = rows.segments[rows.segments["kind"] != SegmentKind.CONSULT]
    gives_up, outcome = segments["gives_up_at"], segments["outcome"]
    served, abandoned = np.isin(outcome, _ANSWERED), outcome == Outcome.ABANDONED

    def who(i: int) -> str:
        return f"customer {segments['customer'][i]} contact {segments['contact'][i]}, patient until {gives_up[i]},"

    complaints.where(
        abandoned & (segments["ended_at"] != gives_up), "I06", lambda i: f"{who(i)} hangs up at {segments['ended_at'][i]}"
    )
    complaints.where(
        served & (segments["answered_at"] > gives_up), "I06", lambda i: f"{who(i)} is answered at {segments['answered_at'][i]}"
    )
    cleared_late = (outcome == Outcome.CLOSED) & (segments["ended_at"] >= gives_up)
    # Who overflows in the last instant of his patience finds the other queue closed before he hangs up.
    cleared_late &= (segments["came_by"] != Outcome.OVERFLOWED) | (segments["ended_at"] > segments["entered_at"])
    complaints.where(cleared_late, "I06", lambda i: f"{who(i)} is sent away at {segments['ended_at'][i]}, not gone before")
    unpatient = (outcome == Outcome.UNFINISHED) & (gives_up < np.inf)
    complaints.where(unpatient, "I06", lambda i: f"{who(i)} waits for ever")
    waited = abandoned | (served & (segments["answered_at"] > segments["entered_at"]))
    left_unserved = np.isin(outcome, (Outcome.CLOSED, Outcome.CALLBACK_TAKEN, Outcome.LEFT_MESSAGE))
    waited |= left_unserved & (segments["ended_at"] > segments["entered_at"])
    waited &= segments["kind"] == SegmentKind.QUEUE
    # Who is transferred at the end of a talk may be answered in that instant by an agent freed after him; who comes out of
    # another queue has waited there.
    later = segments["came_by"] >= 0
    closing = program.timetable.at[program.timetable.event == Event.CLOSING]  # lifts reserves, after that instant's dials
    # An agent who dials in vain is free again after the dials of that instant.
    # So is one whose phone rang, or who dialled, before a call of no length.
    at_ring_end = (segments["answered_at"] == segments["ended_at"]) & (segments["assigned_at"] < segments["answered_at"])
    at_ring_end |= (segments["kind"] == SegmentKind.CALLBACK) & (segments["answered_at"] == segments["ended_at"])
    freed = segments["ended_at"][np.isin(outcome, _DIALLED_IN_VAIN) | at_ring_end]
    late = np.concatenate((late_comings(program), late_releases(program, rows.segments), closing, freed))
    at_once = served & ~waited & ~later & ~np.isin(segments["entered_at"], late)
    never_had_to = at_once | (outcome == Outcome.BALKED) | (segments["kind"] != SegmentKind.QUEUE)
    complaints.where(never_had_to & (gives_up < np.inf), "I06", lambda i: f"{who(i)} never waited, but his patience is drawn")

    patience = _known_patience(program, segments)
    since = _leg_began(segments)
    wrong = waited & (patience >= 0) & (gives_up != since + patience)
    complaints.where(wrong, "I06", lambda i: f"{who(i)} entered at {since[i]} with a patience of {patience[i]} s")


def _leg_began(segments: Table) -> NDArray[np.float64]:
    """From when patience counts: the entry into the first of the queues through which the call overflowed."""
    begins = segments["came_by"] != Outcome.OVERFLOWED
    place = np.maximum.accumulate(np.where(begins, np.arange(len(segments)), 0))
    found: NDArray[np.float64] = segments["entered_at"][place]
    return found


def _known_patience(program: Program, segments: Table) -> NDArray[np.float64]:
    """Patience of each stay where the program leaves it no choice, -1.0 elsewhere, s."""
    laws = program.laws
    law = program.call_types.patience_law
    known = np.full(len(law), -1.0)
    known[laws.family[law] == Family.DETERMINISTIC] = laws.a[law][laws.family[law] == Family.DETERMINISTIC]
    known[laws.family[law] == Family.NEVER] = np.inf
    known = np.where(known >= 0, np.minimum(known, program.call_types.patience_at_most), -1.0)
    patience: NDArray[np.float64] = known[segments["call_type"]]
    leg = transfers_before(segments)
    later = (leg > 0) & (patience >= 0) & (patience < np.inf)
    factor = program.call_types.after_transfer[segments["call_type"]]
    patience = np.where(later, np.where(later, patience, 0.0) * factor, patience)
    if len(program.recorded):
        recorded = program.recorded.patience[np.minimum(segments["customer"], len(program.recorded) - 1)]
        patience = np.where((recorded >= 0) & (leg == 0), recorded, patience)
    return patience


def _check_recorded(program: Program, rows: Rows, first_contact: Table, complaints: Complaints) -> None:
    """With recorded arrivals, the n-th customer is the n-th record, with its handle time."""
    recorded, episodes = program.recorded, rows.episodes
    if not len(recorded):
        return
    if len(episodes) != len(recorded):
        complaints.add("I01", f"{len(recorded)} arrivals recorded, {len(episodes)} customers")
        return
    for field, value in {"first_at": recorded.at, "call_type": recorded.call_type}.items():
        complaints.unlike(episodes[field], value, "I01", lambda i: f"customer {i}", field, "recorded")
    served = (episodes["outcome"] == Outcome.SERVED) & (recorded.handle >= 0) & (episodes["n_answered"] == 1)
    served &= program.settings.authority[0] == 0  # who refuses talks shorter, who decides longer
    wrong = served & ((episodes["talk_time"] != recorded.handle) | (episodes["hold_time"] + episodes["wrap_time"] != 0))
    complaints.where(
        wrong, "I01", lambda i: f"customer {i}: handled for {episodes['talk_time'][i]} s, recorded {recorded.handle[i]}"
    )
