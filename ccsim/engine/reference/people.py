"""Who and what is on the floor: callers, lanes, agents, teams, as plain objects."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ccsim.vocabulary import Action, AgentState, Cause, Outcome

__all__ = ["Agent", "Caller", "Case", "Lane", "Reach", "Stay", "Step", "Team"]


_ON_TO_A_NEW_LEG = (Outcome.TRANSFERRED, Outcome.ESCALATED)


@dataclass(slots=True, eq=False)
class Team:
    """A team on the day: its seats and who is present or idle."""

    code: int
    agents: list[Agent] = field(default_factory=list)
    seats: int = 0
    n_present: int = 0
    idle: list[Agent] = field(default_factory=list)  # longest idle first, then lowest id


@dataclass(slots=True, eq=False)
class Agent:
    """An agent and what he does since when, for whom."""

    id: int
    team: Team
    state: AgentState = AgentState.ABSENT
    since: float = 0.0
    customer: int = -1
    factor: float = 1.0  # of his own on handle times
    came_at: float = 0.0  # on duty since
    busy_time: float = 0.0  # since then
    spent: float = 0.0  # of his budget on the day below
    spent_on: int = -1
    wrap_next: float = 0.0  # what he has to write up once he has briefed the next person, s


class Reach(NamedTuple):
    """What one team is to one lane; the fields of `layout.REACH`."""

    after: float
    first_circle: int
    prefer: int
    calls_prefer: int
    turn: int
    keep_idle: int
    talk_law: int
    wrap_law: int
    handle_factor: float
    pace: float


class Step(NamedTuple):
    """What becomes of a call that has waited so long; the fields of `layout.STEP`."""

    after: float
    to: int
    keep_clock: int


@dataclass(slots=True, eq=False)
class Lane:
    """Calls of one type waiting in one queue, and what each team is to them."""

    code: int
    call_type: int
    queue: int
    priority: int
    head_start: float
    weight: float
    reach: list[Reach]  # by team code
    steps: list[Step] = field(default_factory=list)  # of its queue, by time
    waiting: list[Caller] = field(default_factory=list)  # longest wait first, then lowest customer id
    to_call: list[Caller] = field(default_factory=list)  # to be called back, likewise
    behind: bool = False  # whether they are dialled only when no call waits


class Stay(NamedTuple):
    """One stay of a contact in a queue that is over: what the contact and the episode add up."""

    queue: int
    outcome: Outcome
    misrouted: bool
    entered_at: float
    left_at: float  # answered, or gone
    answered: bool
    ring_time: float
    talk_time: float
    hold_time: float
    wrap_time: float


@dataclass(slots=True, eq=False)
class Case:
    """What a caller needs, what the agent at hand does about it, and what became of it so far."""

    first_needed: float
    needed: float  # in this contact: nothing once the problem is solved
    n_legs: int = 0
    n_escalations: int = 0
    granted: float = 0.0
    leaked: float = 0.0
    retold: float = 0.0
    brief_time: float = 0.0
    consult_time: float = 0.0
    resolved: bool = False
    at_first: bool = False
    at_first_contact: bool = False
    n_met: int = 0  # contacts in which he met an agent
    n_returns: int = 0
    cause: Cause = Cause.FRESH  # of the contact at hand
    waited: float = 0.0  # in the contacts that are over, after their first answers too
    first_ended_at: float = math.inf
    back_at: float = math.inf
    return_due_at: float = math.inf
    resolved_at: float = math.inf

    n_hops: int = 0  # escalations of this contact
    asks: bool = False  # a colleague, at the end of this talk
    asked_at: float = math.inf
    talk_after: float = 0.0  # this and the next: once he has asked
    hold_after: float = 0.0
    briefer: Agent | None = None  # who holds with the caller for the next person
    action: Action = Action.SETTLED  # these five: in the leg at hand
    leg_granted: float = 0.0
    leg_leaked: float = 0.0
    leg_retold: float = 0.0
    leg_resolved: bool = False


@dataclass(slots=True, eq=False)
class Caller:
    """A customer with one problem, the contact he is at, and its stay at hand."""

    customer: int
    entity: int
    call_type: int
    first_at: float
    recorded_handle: float = -1.0
    recorded_patience: float = -1.0
    out_of_hours: bool = False  # he dials first while lines are closed
    first_type: int = -1  # as which he dialled first; his entity and call type are those of the contact at hand
    n_offered: int = 0
    n_stays: int = 0  # these five: in the contacts that are over
    n_answered: int = 0
    waited: float = 0.0
    talked: float = 0.0
    held: float = 0.0
    wrapped: float = 0.0

    contact: int = 0
    segment: int = 0
    node: int = -1  # of the IVR, where he is; -1 outside it
    retries: int = 0  # how often he has heard it again in this stay
    node_entered_at: float = 0.0
    arrived_at: float = 0.0
    stays: list[Stay] = field(default_factory=list)  # of this contact, in queues, those that are over

    callback: bool = False  # somebody calls him back: he has no line of the centre's
    legs_before: int = 0  # of the contact in which he was promised that, or waited for it
    n_dials: int = 0
    due_at: float = math.inf  # when he is to be dialled again

    leg_entity: int = 0  # whose luck the stay has: his own, or since a transfer that of the leg
    kind: int = 0  # call type of the stay: his own, or the one he was transferred to
    misrouted: bool = False  # the stay is in a queue where he is wrong
    offered: bool = False  # in this stay he was offered to be called back
    speaks_until: float = math.inf  # who leaves a message
    on_list: bool = False  # in this stay he is to be called back, or is
    keep_idle: int = 0  # agents who must be idle after he has been dialled
    lane: Lane | None = None
    entered_at: float = math.inf
    queued_at: float = math.inf  # from when waiting counts: entered_at, or earlier where an overflow kept the clock
    gives_up_at: float = math.inf
    woken: Any = None  # SimPy event of his wait's end by others: answered, or sent away at closing
    agent: Agent | None = None
    assigned_at: float = math.inf
    answers_at: float = math.inf  # who lets his phone ring
    steps_at: float = math.inf  # the next step of his queue
    step: int = 0
    answered_at: float = math.inf
    talk_time: float = 0.0
    hold_time: float = 0.0
    wrap_time: float = 0.0
    outcome: Outcome | None = None
    ended_at: float = math.inf

    last_agent: Agent | None = None  # whom the customer talked to last
    case: Case | None = None  # where authority matters
    asker: Caller | None = None  # of a request for a colleague, which waits in a lane like a caller: for whom

    def __post_init__(self) -> None:
        self.first_type = self.call_type

    @property
    def leg_type(self) -> int:
        """The call type of the leg at hand: his own on the first, also where he is wrong."""
        return self.kind if self.leg > 0 else self.call_type

    @property
    def leg(self) -> int:
        """How often this contact has been transferred or escalated, other than from a queue where he was wrong."""
        passed_on = sum(stay.outcome in _ON_TO_A_NEW_LEG and not stay.misrouted for stay in self.stays)
        return self.legs_before + passed_on

    @property
    def first_wait(self) -> float:
        """From this contact's first queue entry to its first answer, or to its end if nobody answered, s."""
        if not self.stays:
            return 0.0
        last = next((stay for stay in self.stays if stay.answered), self.stays[-1])
        return last.left_at - self.stays[0].entered_at

    @property
    def waited_on_line(self) -> float:
        """In this contact, s; who is called back waits in his own time until then."""
        return self.later_wait if self.callback else self.first_wait + self.later_wait

    @property
    def later_wait(self) -> float:
        """In queues after this contact's first answer, s."""
        first = next((place for place, stay in enumerate(self.stays) if stay.answered), len(self.stays))
        return sum((stay.left_at - stay.entered_at for stay in self.stays[first + 1 :]), 0.0)
