"""The KPI registry: every KPI with its sentence and formula, in the order of a report."""

from __future__ import annotations

from ccsim.analysis.back_office_kpis import BACK_OFFICE_KPIS
from ccsim.analysis.callback_kpis import CALLBACK_KPIS
from ccsim.analysis.kpi import FLOW_OUTS, SERVICE_LEVELS, Kpi, Sum
from ccsim.analysis.staff_kpis import STAFF_KPIS

__all__ = ["REGISTRY"]

_SECONDS = 1e-6
_MILLIONTH = 1e-6
_CALLERS = ("contact", "episode")
_CENTRE = ("centre", "call_type")
_QUEUE = ("queue",)
_IVR = ("centre", "call_type", "ivr_node")
_HANDLE = "ring_time + talk_time + hold_time + wrap_time"
_PER_DAY = "Mean per operating day; of a single day or interval, its mean number."


def _count(
    id: str,
    title: str,
    what: str,
    *,
    callers: bool = True,
    places: tuple[str, ...] = (*_CENTRE, "queue"),
    better: str = "neither",
) -> Kpi:
    """A count per operating day: of episodes too if `callers`."""
    bases = _CALLERS if callers else ("contact",)
    sentence = f"{what} {_PER_DAY} Formula: {id} / operating days."
    return Kpi(id, title, sentence, "calls", id, "operating_days", bases=bases, places=places, better=better)


_COUNTS = (
    _count("arrived", "Arrived", "Contacts dialled, redials included (episodes: customers with a problem).", places=_CENTRE),
    _count(
        "blocked", "Blocked", "Contacts that found no free line or IVR port.", callers=False, places=_CENTRE, better="lower"
    ),
    _count("out_of_hours", "Out of hours", "Contacts that dialled while lines were closed.", callers=False, places=_CENTRE),
    _count("entered_ivr", "Entered the IVR", "Contacts that entered it; of a node, visits.", callers=False, places=_IVR),
    _count("contained", "Contained", "Contacts whose problem the IVR solved (episodes: at last).", places=_IVR),
    _count(
        "hung_up",
        "Hung up in the IVR",
        "Contacts that left it unserved before the queue.",
        callers=False,
        places=_IVR,
        better="lower",
    ),
    _count(
        "offered",
        "Offered",
        "Reached the queue: answered + abandoned + flowed out + turned away + still waiting at the end; a redial is a new "
        "offer, and in a queue so is a call that comes from another.",
    ),
    _count("answered", "Answered", "Met an agent (episodes: in any attempt).", better="higher"),
    _count("abandoned", "Abandoned", "Left the queue unserved, at once on hearing of the wait or later.", better="lower"),
    _count(
        "flowed_out",
        "Flowed out",
        "Taken out of the queue without an answer or hanging up: overflowed to another queue, to be called back, left a "
        "message, or cleared at closing.",
    ),
    _count("messages_left", "Messages left", "Left a message, instead of waiting on (flow-outs) or out of hours."),
    _count("flowed_in", "Flowed in", "Came unanswered out of another queue.", callers=False, places=_QUEUE),
    _count("turned_away", "Turned away", "Found the queue full, and no other to overflow to.", better="lower"),
    _count("transferred", "Transferred", "Answered here, and went on to another department.", callers=False, places=_QUEUE),
    _count(
        "lost_in_transfer",
        "Lost in transfer",
        "Answered, but not served in the end: hung up, turned away or cleared while waiting for the next agent.",
        places=_CENTRE,
        better="lower",
    ),
    _count("unfinished", "Unfinished", "Still waiting when nothing can happen any more.", better="lower"),
)

_SHARES = (
    Kpi(
        "abandonment",
        "Abandonment",
        "Share of the offered who abandon, short abandons and balkers included: abandoned / offered (B/O).",
        "share", "abandoned", "offered", bases=_CALLERS, better="lower",
    ),
    Kpi(
        "message_share",
        "Messages left, share",
        "Share of the offered, and of who dialled out of hours, who leave a message: messages_left / (offered + out_of_hours).",
        "share", "messages_left", "offered + out_of_hours", bases=_CALLERS,
    ),
    Kpi(
        "abandonment_excl_short",
        "Abandonment without short ones",
        "The same without those who waited less than the short-abandon limit: (B - Bs) / (O - Bs).",
        "share", "abandoned - short_abandoned", "offered - short_abandoned", better="lower",
    ),
    Kpi(
        "answered_share",
        "Answered share",
        "Share of the arrived who are answered: answered / arrived (episodes: by any attempt).",
        "share", "answered", "arrived", bases=_CALLERS, places=_CENTRE, better="higher",
    ),
    Kpi(
        "balking",
        "Balking",
        "Share of the offered who leave at once on hearing that they must wait: balked / offered.",
        "share", "balked", "offered", better="lower",
    ),
    Kpi(
        "blocking",
        "Blocking",
        "Share of contacts that find no free line or IVR port: blocked / arrived.",
        "share", "blocked", "arrived", places=_CENTRE, better="lower",
    ),
    Kpi(
        "containment",
        "Containment",
        "Share of the contacts that entered the IVR whose problem it solved: contained / entered_ivr (of a node: of visits).",
        "share", "contained", "entered_ivr", places=_IVR,
    ),
    Kpi(
        "ivr_hang_up",
        "Hang-ups in the IVR",
        "Share of the contacts that entered the IVR who hung up there: hung_up / entered_ivr (of a node: of its visits).",
        "share", "hung_up", "entered_ivr", places=_IVR, better="lower",
    ),
    Kpi(
        "opt_out",
        "Opted out",
        "Share of the visits of a node that end with asking for an agent: opted_out / entered_ivr.",
        "share", "opted_out", "entered_ivr", places=("ivr_node",),
    ),
    Kpi(
        "retry",
        "Retried",
        "Share of the visits of a node after which it is heard again: retried / entered_ivr.",
        "share", "retried", "entered_ivr", places=("ivr_node",), better="lower",
    ),
    Kpi(
        "misrouting",
        "Misrouted",
        "Share of the visits of a node that end in another call type's queue: misrouted / entered_ivr.",
        "share", "misrouted", "entered_ivr", places=("ivr_node",), better="lower",
    ),
    Kpi(
        "transfer_rate",
        "Transfer rate",
        "Share of the calls answered in a queue that go on to another department: transferred / answered.",
        "share", "transferred", "answered", places=_QUEUE,
    ),
    Kpi(
        "delayed",
        "Delayed",
        "Share of the offered whom no agent answers at once: delayed / offered.",
        "share", "delayed", "offered", better="lower",
    ),
    Kpi(
        "service_level",
        "Service level",
        "Share served within the threshold T, by variant: answered_over_offered At/(A+B), exclude_short_abandons At/(A+B-Bs), "
        "exclude_abandons_in_time At/(A+B-Bt), abandons_in_time_count (At+Bt)/(A+B), short_abandons_count (At+Bs)/(A+B), "
        "answered_only At/A, connect (At+Bt+Ct)/(A+B). A answered, B abandoned, At and Bt within T, Bs short abandons, Ct who "
        "took a callback within T, where flow-outs are in the denominator. Flow-outs F: include adds F to the denominator, met "
        "adds those within T to the numerator too, exclude leaves them out. Who is turned away, and who still "
        "waits at the end, counts in the denominator. T runs from queue entry (of contacts "
        "from the dial with clock: arrival) and includes its own instant. Of customers it is held against the waits of all "
        "attempts together; the time until somebody is called back is none of these.",
        "share", bases=_CALLERS, better="higher",
        variants=tuple(f"{formula}.{flow_outs}" for formula in SERVICE_LEVELS for flow_outs in FLOW_OUTS),
    ),
)  # fmt: skip

_WAITS = (
    Kpi(
        "asa",
        "Average speed of answer (ASA)",
        "Mean queue wait of the answered: sum of their waits / answered.",
        "s", "answered_wait_time", "answered", _SECONDS, better="lower",
    ),
    Kpi(
        "wait_mean",
        "Average wait",
        "Mean queue wait of all whose wait ended: sum of waits / (offered - still waiting at the end). Episodes: all attempts.",
        "s", "wait_time", "offered - unfinished", _SECONDS, bases=_CALLERS, better="lower",
    ),
    Kpi(
        "later_wait",
        "Wait after the first answer",
        "Mean wait in queues after a transfer, over all answered: later waits / answered.",
        "s", "later_wait_time", "answered", _SECONDS, places=_CENTRE, better="lower",
    ),
    Kpi(
        "time_to_abandon",
        "Average time to abandon",
        "Mean queue wait of the abandoned: sum of their waits / abandoned.",
        "s", "abandoned_wait_time", "abandoned", _SECONDS,
    ),
    *(
        Kpi(
            f"{name}_p{percent}",
            f"{title}, {percent} % below",
            f"Wait that {percent} % of {whom} do not exceed: from the histogram of all replications (bins of 1 s up to an "
            "hour, then 2 % wide; linear inside a bin; a wait of none is exactly 0).",
            "s", which, "", bases=bases, periods=("run",), quantile=percent / 100.0, better="lower",
        )
        for name, title, which, whom, bases in (
            ("wait", "Wait", "ended", "all whose wait ended", _CALLERS),
            ("asa", "Wait of the answered", "answered", "the answered", ("contact",)),
        )
        for percent in (50, 90, 95, 99)
    ),
)  # fmt: skip

_WORK = (
    Kpi(
        "handle_time",
        "Average handle time (AHT)",
        "Mean agent time per answered contact, over all its agents: (ring + talk + hold + wrap) / answered.",
        "s", _HANDLE, "answered", _SECONDS,
    ),
    Kpi("talk_time", "Average talk time", "Mean talk without hold: talk / answered.", "s", "talk_time", "answered", _SECONDS),
    Kpi(
        "ring_time",
        "Average ring time",
        "Mean time agents' phones ring, in vain or not: ring / answered.",
        "s", "ring_time", "answered", _SECONDS,
    ),
    Kpi("hold_time", "Average hold time", "Mean time on hold: hold / answered.", "s", "hold_time", "answered", _SECONDS),
    Kpi("wrap_time", "Average wrap time (ACW)", "Mean wrap-up: wrap / answered.", "s", "wrap_time", "answered", _SECONDS),
    Kpi(
        "mean_queue",
        "Mean number waiting",
        "Time average of the number waiting: integral over the intervals in which lines are open at any time / their length.",
        "calls", "open_queue_time", "watched_time", better="lower",
    ),
    Kpi(
        "lines_in_use",
        "Lines in use",
        "Time average of the lines in use (IVR, queue, talk and hold): integral over the intervals in which lines are open "
        "at any time / their length.",
        "erlangs", "open_line_time", "watched_time", places=("centre",),
    ),
    Kpi(
        "ivr_time",
        "Average time in the IVR",
        "Mean time from the dial to the queue, or to the end in the IVR: ivr_time / entered_ivr (of a node: per visit).",
        "s", "ivr_time", "entered_ivr", _SECONDS, places=_IVR,
    ),
    Kpi(
        "ports_in_use",
        "IVR ports in use",
        "Time average of the contacts in the IVR (of a node: there): integral over the intervals in which lines are open at "
        "any time / their length.",
        "erlangs", "open_ivr_time", "watched_time", places=("centre", "ivr_node"),
    ),
    Kpi(
        "contacts_per_episode",
        "Contacts per customer",
        "How many contacts a customer with a problem has, redials, returns and callbacks included: contacts / episodes.",
        "contacts", "contacts", "arrived", bases=("episode",), places=_CENTRE, better="lower",
    ),
    Kpi(
        "redial_rate",
        "Redial rate",
        "Share of the contacts that are redials, returns or callbacks, not the first: (contacts - episodes) / contacts.",
        "share", "contacts - arrived", "contacts", bases=("episode",), places=_CENTRE, better="lower",
    ),
)  # fmt: skip


def _case(id: str, title: str, sentence: str, unit: str, above: Sum, below: Sum, better: str, scale: float = 1.0) -> Kpi:
    """A KPI of the cases of customers who met an agent."""
    places, periods = ("centre", "call_type"), ("run", "day")
    return Kpi(id, title, sentence, unit, above, below, scale, bases=("case",), places=places, periods=periods, better=better)


_CASES = (
    _case(
        "made_right_at_first_contact",
        "Made right at first contact",
        "Share of the customers who met an agent whose problem the first agent settled for good: at_first / cases.",
        "share", "at_first", "cases", "higher",
    ),
    _case(
        "made_right",
        "Made right",
        "Share of the customers who met an agent whose problem somebody settled for good: resolved / cases.",
        "share", "resolved", "cases", "higher",
    ),
    _case(
        "resolved_first_contact",
        "Resolved at first contact",
        "Share of the customers who met an agent whose problem was settled for good, by whomever, in the first contact in "
        "which they met one: the truth, which no system knows: at_first_contact / cases.",
        "share", "at_first_contact", "cases", "higher",
    ),
    _case(
        "fcr",
        "First contact resolution (FCR)",
        "The same, less those who come back within the window (metrics.fcr_window, 7 days) of that contact's end, though all "
        "was settled; who comes back after the last day counts, too, since his return is drawn: fcr / cases.",
        "share", "fcr", "cases", "higher",
    ),
    _case(
        "fcr_no_transfer",
        "FCR without transfer",
        "Of these those whose problem the first agent settled, not misrouted, transferred or passed on: "
        "fcr_no_transfer / cases.",
        "share", "fcr_no_transfer", "cases", "higher",
    ),
    _case(
        "fcr_observed",
        "FCR as observed",
        "What a system sees that knows calls and no problems: share of the customers who met an agent and do not call again "
        "within the window, settled or not; only of those whose window ends inside the run: fcr_observed / observed.",
        "share", "fcr_observed", "observed", "higher",
    ),
    _case(
        "contacts_per_resolution",
        "Contacts per resolution",
        "Contacts of all customers, met or not, for each problem settled for good, by somebody or by the IVR: "
        "dialled / (resolved + contained).",
        "contacts", "dialled", "resolved + contained", "lower",
    ),
    _case(
        "time_to_resolution",
        "Time to resolution",
        "Mean time from the first dial to the end of the talk that settled the problem for good: resolution time / resolved.",
        "s", "resolution_time", "resolved", "lower", _SECONDS,
    ),
    *(
        Kpi(
            f"time_to_resolution_p{percent}",
            f"Time to resolution, {percent} % below",
            f"Time that {percent} % of the problems settled for good do not exceed: from the histogram of all replications "
            "(bins of 1 s up to an hour, then 2 % wide; linear inside a bin).",
            "s", "ended", "", bases=("case",), places=("centre", "call_type"), periods=("run",), quantile=percent / 100.0,
            better="lower",
        )
        for percent in (50, 90)
    ),
    _case(
        "return_rate",
        "Return rate",
        "Share of the contacts in which an agent was met after which the customer comes back, after the last day too: "
        "returns / met.",
        "share", "returns", "met", "lower",
    ),
    _case(
        "satisfaction",
        "Satisfaction index",
        "Mean index, 1 to 5, of all customers, met or not, but those who wait for ever: base + what waits, hops and how the "
        "problem stands when the run is over add to it. It drives nothing: satisfaction / rated.",
        "index", "satisfaction", "rated", "higher", _MILLIONTH,
    ),
    _case(
        "satisfied",
        "Satisfied",
        "Share of these with an index of 4 or more: satisfied / rated.",
        "share", "satisfied", "rated", "higher",
    ),
    _case(
        "leaving",
        "Customers leaving",
        "Customers gone for good for each 1,000 who dialled with a problem: 1000 left / customers.",
        "per 1000", "left", "customers", "lower", 1000.0,
    ),
    _case(
        "value_lost",
        "Value lost",
        f"What is lost with them. {_PER_DAY} Formula: value_lost / operating days.",
        "money", "value_lost", "operating_days", "lower", _MILLIONTH,
    ),
    _case(
        "escalation_rate",
        "Escalation rate",
        "Share of the customers who met an agent and were passed on to somebody with more authority: escalated / cases.",
        "share", "escalated", "cases", "lower",
    ),
    _case(
        "hops",
        "Hops",
        "Mean number of agents met beyond the first, over all contacts: hops / cases.",
        "hops", "hops", "cases", "lower",
    ),
    _case(
        "two_hops",
        "Two hops or more",
        "Share of the customers who met an agent and met three or more: hopped_twice / cases.",
        "share", "hopped_twice", "cases", "lower",
    ),
    _case(
        "refused",
        "Refused",
        "Share of the cases that need authority and are refused in the end: refused / needing.",
        "share", "refused", "needing", "lower",
    ),
    _case(
        "lost_cases",
        "Lost",
        "Share of the customers who met an agent and were gone before anybody settled or refused their case: lost / cases.",
        "share", "lost", "cases", "lower",
    ),
    _case(
        "retold_time",
        "Story retold",
        "Mean time spent telling the story again: retold time / cases.",
        "s", "retold_time", "cases", "lower", _SECONDS,
    ),
    _case(
        "brief_time",
        "Holding and briefing",
        "Mean time agents stay with callers they pass on, until somebody has answered and heard the story: briefing time / "
        "cases.",
        "s", "brief_time", "cases", "lower", _SECONDS,
    ),
    _case(
        "consult_time",
        "Consulting",
        "Mean time customers are on hold until a colleague has been found, asked and has answered: consult time / cases.",
        "s", "consult_time", "cases", "lower", _SECONDS,
    ),
    _case(
        "goodwill",
        "Goodwill",
        f"Money granted. {_PER_DAY} Formula: goodwill / operating days.",
        "money", "goodwill", "operating_days", "neither", _MILLIONTH,
    ),
    _case(
        "leakage",
        "Leakage",
        f"Money granted to customers who needed none. {_PER_DAY} Formula: leaked / operating days.",
        "money", "leaked", "operating_days", "lower", _MILLIONTH,
    ),
)  # fmt: skip

_CALLBACKS = tuple(Kpi(**measure._asdict()) for measure in CALLBACK_KPIS)

_AGENTS = tuple(Kpi(bases=("agent",), **measure._asdict()) for measure in STAFF_KPIS)

_BACK_OFFICE = tuple(Kpi(**measure._asdict()) for measure in BACK_OFFICE_KPIS)

_IN_TARGET = tuple(
    Kpi(
        f"{period}s_in_target",
        f"{period.capitalize()}s in target",
        f"Share of {period}s that reach the goal named by the variant, over {period}s x replications: {period}s that reach "
        f"it / {period}s in which there is anything to count.",
        "share", places=(), periods=("run",), bases=("contact", "agent", "back_office"), better="higher",
    )
    for period in ("interval", "day", "week")
)  # fmt: skip
"""Made by `targets`, from the values of each period in each replication."""

_PASSAGES = tuple(
    Kpi(
        id,
        title,
        f"Contacts that went from the one queue to the other {how}. {_PER_DAY} Formula: {term} / operating days.",
        "calls", term, "operating_days", places=("passage",), periods=("run",),
    )
    for id, title, how, term in (
        ("overflows", "Overflows", "unanswered", "overflowed"),
        ("transfers", "Transfers", "after a talk, to another department or out of the wrong queue", "transferred"),
        ("escalations", "Escalations", "after a talk, to somebody with more authority", "escalated"),
    )
)  # fmt: skip

_ALL = (*_COUNTS, *_PASSAGES, *_SHARES, *_WAITS, *_WORK, *_CASES, *_CALLBACKS, *_AGENTS, *_BACK_OFFICE, *_IN_TARGET)

REGISTRY: dict[str, Kpi] = {kpi.id: kpi for kpi in _ALL}
"""Every KPI by id, in the order of a report."""
