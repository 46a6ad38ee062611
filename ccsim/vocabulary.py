"""The codes of ccsim and what they mean: the one table that rules, both engines, the audit and the docs read.

Codes are written into result files, so numbers are only ever appended, never reused.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "AGENT_STATE_MOVES",
    "EVENTS",
    "MOST_CONTACTS",
    "MOST_IVR_VISITS",
    "Action",
    "AgentState",
    "Attribute",
    "Billed",
    "CaseEnd",
    "Cause",
    "Channel",
    "ClosingRule",
    "Decision",
    "Event",
    "EventField",
    "EventMeaning",
    "Fact",
    "Family",
    "Outcome",
    "PickAgent",
    "PickCall",
    "SegmentKind",
    "Standing",
    "Stream",
]


class Event(IntEnum):
    """Kinds of event. The number is the tie rank: at one instant the lower kind happens first, then the lower entity id.

    Gaps are kept for kinds that later features add (break end and break start).
    """

    OPENING = 1
    SEATS_UP = 2
    COME_ON = 3
    TALK_END = 4
    WRAP_END = 5
    IVR_END = 6
    DIAL = 7
    QUEUE_STEP = 8
    RING_END = 9
    ABANDON = 10
    GO_AWAY = 11
    SEATS_DOWN = 12
    CLOSING = 13
    OVERTIME_END = 14
    DUTY_OFF = 15


class EventMeaning(NamedTuple):
    """What one event kind means: whose it is, and the sentence the docs print."""

    entity: str
    sentence: str


EVENTS: dict[Event, EventMeaning] = {
    Event.OPENING: EventMeaning("day", "The lines open; the seats that follow at this instant are the morning's."),
    Event.SEATS_UP: EventMeaning("team", "A team's number of seats is set (at opening, or to more); agents come in by id."),
    Event.COME_ON: EventMeaning("agent", "A person's shift begins, or he is back from a break: he is released."),
    Event.TALK_END: EventMeaning("customer", "The conversation ends: the line is free, the agent wraps up or is released."),
    Event.WRAP_END: EventMeaning(
        "agent",
        "After-contact work is done and the agent is released; or who briefed somebody is done with that, and begins it.",
    ),
    Event.IVR_END: EventMeaning("customer", "A node of the IVR is over: the caller is gone, goes on or to the queue."),
    Event.DIAL: EventMeaning("customer", "A customer dials, for the first time or again; a callback falls due."),
    Event.QUEUE_STEP: EventMeaning(
        "customer",
        "A step of the queue falls due: who still waits looks for an agent again, goes to another queue, may ring off or leave "
        "a message; or a message is over.",
    ),
    Event.RING_END: EventMeaning("customer", "The agent whose phone rings answers: the conversation begins."),
    Event.ABANDON: EventMeaning("customer", "Patience runs out: who still waits hangs up."),
    Event.GO_AWAY: EventMeaning("agent", "A break or time off the phones is due: an idle agent goes, a busy one on release."),
    Event.SEATS_DOWN: EventMeaning("team", "A team has fewer seats: idle agents leave, busy ones on release."),
    Event.CLOSING: EventMeaning("day", "The lines close; who is inside is served or cleared, by the closing rule."),
    Event.OVERTIME_END: EventMeaning("day", "The overtime cap: whoever still waits is cleared."),
    Event.DUTY_OFF: EventMeaning("agent", "A person's shift ends: he leaves, or finishes the call in hand first."),
}


class Stream(IntEnum):
    """What a uniform is drawn for. Append only: a number is part of every caller's luck."""

    COUNT = 0
    INSTANT = 1
    CENTRE_DAY = 2
    TYPE_DAY = 3
    PATIENCE = 4
    BALK = 5
    TALK = 6
    HOLD_SHARE = 7
    HOLD = 8
    WRAP = 9
    IVR_TIME = 10
    IVR_HANG_UP = 11
    REDIAL = 12
    REDIAL_DELAY = 13
    DEFERRED = 14
    IVR_NEXT = 15
    IVR_CONTAINED = 16
    IVR_MISROUTE = 17
    IVR_OPT_OUT = 18
    IVR_RETRY = 19
    TRANSFER = 20
    PICK_AGENT = 21
    RING = 22
    ABSENT = 23
    LATE = 24
    LATE_BY = 25
    OFF_PHONE = 26
    PROFICIENCY = 27
    WITHIN_DAY = 28
    FORECAST_ERROR = 29
    EVENT_HAPPENS = 30
    EVENT_START = 31
    EVENT_LENGTH = 32
    OUT_OF_HOURS = 33
    AUTHORITY_NEEDED = 34
    AUTHORITY_AMOUNT = 35
    SHORTFALL = 36
    LOST_IN_TRANSFER = 37
    UNRESOLVED = 38
    LEAKAGE = 39
    RETURN = 40
    RETURN_DELAY = 41
    LEAVE = 42
    CALLBACK_ACCEPT = 43
    CALLBACK_RING = 44
    CALLBACK_ANSWERED = 45
    VOICEMAIL = 46


class Family(IntEnum):
    """Families of distributions; `rules.sampling` has the inverse of each, `program.layout.LAW` its parameters."""

    DETERMINISTIC = 0
    EXPONENTIAL = 1
    UNIFORM = 2
    TRIANGULAR = 3
    LOGNORMAL = 4
    GAMMA = 5
    WEIBULL = 6
    LOGLOGISTIC = 7
    HYPEREXPONENTIAL = 8
    EMPIRICAL = 9
    HAZARD = 10
    NEVER = 11


class EventField(IntEnum):
    """What an event of a scenario may change while it lasts."""

    ARRIVALS = 0
    HANDLE = 1
    QUEUE = 2
    CONTAINED = 3
    NODE = 4


class Channel(IntEnum):
    """How a contact is carried."""

    PHONE = 0


class Cause(IntEnum):
    """Why a contact happens."""

    FRESH = 0
    REDIAL = 1  # the contact before was not served
    RETURN = 2  # it was answered, and the customer comes back
    CALLBACK = 3  # an agent dials: the customer asked for that, or was promised it


class Decision(IntEnum):
    """What a customer may decide after a contact: each is a share with odds."""

    REDIAL = 0
    RETURN = 1
    LEAVE = 2


class Fact(IntEnum):
    """What anybody could have observed of a contact and multiplies the odds of a decision after it, once per count."""

    EARLIER_CONTACTS = 0  # the contacts of this problem before it
    BLOCKED = 1  # it ended so: 1 or 0, as the next two
    BALKED = 2
    CLOSED = 3
    WAIT_OVER = 4  # it waited, in all queues, longer than a time of the scenario's
    TURNED_AWAY = 5  # it ended so: 1 or 0
    HOPS = 6  # agents met in this problem beyond the first
    REFUSED = 7  # the problem stands so: 1 or 0, as the next
    UNRESOLVED = 8


class Standing(IntEnum):
    """How a problem stands after a contact."""

    SOLVED = 0
    REFUSED = 1  # the last who dealt with it refused
    UNRESOLVED = 2


class SegmentKind(IntEnum):
    """Kinds of place a contact can stay in."""

    IVR_NODE = 0
    QUEUE = 1
    CALLBACK = 2  # on the list of those to be called back, then with the agent who dials
    CONSULT = 3  # of a colleague asked by the agent of the stay before, which goes on meanwhile


class Outcome(IntEnum):
    """How a segment, a contact or an episode ended; an episode has the outcome of its last contact."""

    SERVED = 0
    ABANDONED = 1
    BALKED = 2
    BLOCKED = 3
    HUNG_UP = 4  # in the IVR
    CLOSED = 5  # cleared at closing
    UNFINISHED = 6  # still waiting when nothing can happen any more
    PASSED_ON = 7  # of an IVR segment: on to the next node or to the queue
    OVERFLOWED = 8  # of a segment: on to another queue, unanswered
    TRANSFERRED = 9  # of a segment: answered, and on to another queue
    TURNED_AWAY = 10  # the queue was full
    CONTAINED = 11  # served by the IVR
    ESCALATED = 13  # of a segment: answered, and on to someone with more authority
    OPTED_OUT = 14  # of an IVR segment: to the queue because the caller asked for an agent
    RETRIED = 15  # of an IVR segment: the same node again
    MISROUTED = 16  # of an IVR segment: to another call type's queue
    LOST_IN_TRANSFER = 17  # answered, and hung up while being passed on
    CALLBACK_TAKEN = 18  # rang off to be called back
    CALLBACK_FAILED = 19  # did not answer the last time he was called back
    NO_ANSWER = 20  # of a callback: did not answer, and will be dialled again
    LEFT_MESSAGE = 21  # spoke to a machine instead of waiting on


class Action(IntEnum):
    """What an agent does with the case of a caller he answers."""

    SETTLED = 0
    ESCALATED = 1
    REFUSED = 2
    CONSULTED = 3  # settled with the word of a colleague who may grant it
    PROMISED = 4  # somebody who may grant enough will call back
    TRANSFERRED = 5  # to another department, the case with it


class CaseEnd(IntEnum):
    """How the case of an episode ended."""

    SETTLED = 0
    REFUSED = 1
    LOST = 2  # met an agent, and was gone before anybody settled or refused it
    UNMET = 3  # never met an agent


class AgentState(IntEnum):
    """What an agent does."""

    ABSENT = -1  # not on duty: no row has it
    AVAILABLE = 0
    TALK = 1
    WRAP = 2
    RING = 3  # the phone rings: a call is assigned, not yet answered
    BREAK = 4
    OFF_PHONE = 5  # a meeting, training, coaching; or time away that nobody planned
    MISSING = 6  # a shift of someone who does not come that day
    LATE = 7  # a shift has begun and he is not there yet
    BRIEF = 8  # with a caller, holding for somebody with more authority, or telling him the story
    CONSULT = 9  # asked by a colleague


_AWAY = (AgentState.BREAK, AgentState.OFF_PHONE, AgentState.MISSING, AgentState.LATE)
"""One shift may follow another at once, and he may be late for it or not come."""
_CALLED = (AgentState.TALK, AgentState.RING, AgentState.CONSULT)

AGENT_STATE_MOVES: dict[AgentState, tuple[AgentState, ...]] = {
    AgentState.AVAILABLE: (AgentState.AVAILABLE, *_CALLED, *_AWAY),
    AgentState.TALK: (AgentState.AVAILABLE, AgentState.WRAP, AgentState.BRIEF, *_CALLED, *_AWAY),
    AgentState.WRAP: (AgentState.AVAILABLE, *_CALLED, *_AWAY),
    AgentState.RING: (AgentState.AVAILABLE, AgentState.WRAP, *_CALLED, *_AWAY),
    AgentState.BREAK: (AgentState.AVAILABLE, *_CALLED, *_AWAY),
    AgentState.OFF_PHONE: (AgentState.AVAILABLE, *_CALLED, *_AWAY),
    AgentState.MISSING: tuple(AgentState)[1:],
    AgentState.LATE: tuple(AgentState)[1:],
    AgentState.BRIEF: (AgentState.AVAILABLE, AgentState.WRAP, *_CALLED, *_AWAY),
    AgentState.CONSULT: (AgentState.AVAILABLE, *_CALLED, *_AWAY),
}
"""Legal next states of an agent without leaving in between (a state of zero length leaves no row); the audit checks them."""


class ClosingRule(IntEnum):
    """What closing means for those who wait, and for who is there; steady mode ends with the last: nobody goes home."""

    SERVE = 0
    CLEAR = 1
    STAY = 2


class PickAgent(IntEnum):
    """Which of the idle agents a call prefers equally answers it; where the rule leaves a tie: longest idle, then lower id."""

    LONGEST_IDLE = 0
    LEAST_OCCUPIED = 1
    MOST_SKILLED = 2
    FIXED_ORDER = 3
    RANDOM = 4


class PickCall(IntEnum):
    """Which of the calls he reaches an agent takes; where the rule leaves a tie: longest wait, then lower customer id."""

    PRIORITY_THEN_LONGEST_WAIT = 0
    FIXED_PREFERENCE = 1
    LONGEST_WAIT = 2
    WEIGHTED_WAIT = 3
    OWN_QUEUE_FIRST = 4


MOST_CONTACTS = (1 << 12) - 2
"""Redials and returns of one problem at most: the key of a draw has 12 bits for the contact."""

MOST_IVR_VISITS = 1000
"""Nodes a contact visits at most; whom the graph would send to one more hangs up. A draw's key has room for 4096 stays."""


class Attribute(IntEnum):
    """Which instant of a segment decides the interval it is counted in."""

    ARRIVAL = 0
    ANSWER = 1
    END = 2


class Clock(IntEnum):
    """From when on the threshold of a contact's service level runs."""

    QUEUE = 0
    ARRIVAL = 1


class Billed(IntEnum):
    """What a team's cost is per hour of."""

    PAID_TIME = 0
    TALK_AND_WRAP = 1
