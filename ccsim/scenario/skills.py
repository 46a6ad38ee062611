"""What a team is able to do and likes to do, and who goes first: ``skills`` and ``routing``.

Parts of ``scenario.model``, which says what a scenario is as a whole; what follows from them is in ``scenario.reach``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from ccsim.errors import Refusal
from ccsim.scenario.calls import Time, expand_wrap
from ccsim.scenario.distributions import Distribution
from ccsim.scenario.fields import MOST_ITEMS, Factor, Model, Name, YesNo, one_of, whole
from ccsim.scenario.marks import ShortForm

__all__ = ["PICK_AGENT", "PICK_CALL", "Routing", "Skill", "Skills"]

PICK_AGENT = ("longest_idle", "least_occupied", "most_skilled", "fixed_order", "random")
PRIORITY_PLUS_WAIT = "priority_plus_wait"
PICK_CALL = (
    "priority_then_longest_wait",
    "fixed_preference",
    "longest_wait",
    "weighted_wait",
    "own_queue_first",
    PRIORITY_PLUS_WAIT,
)

Preference = Annotated[int, *whole(1, 1000)]


def _expand_skills(raw: Any) -> Any:
    """Return the long form of a list of names."""
    if isinstance(raw, str):
        return {raw: {}}
    if not isinstance(raw, list | tuple):
        return raw
    for index, name in enumerate(raw):
        if not isinstance(name, str):
            hint = "skills: {tech: {handle: 95%}}"
            raise Refusal("E-NAME-TYPE", "a list of skills holds names", got=name, try_=hint, at=(index,))
        if name in raw[:index]:
            raise Refusal("E-REF", "is named twice", got=name, at=(index,))
    return {name: {} for name in raw}


class Skill(Model):
    """What a team is to calls that need a skill."""

    handle: Factor = 1.0
    """This team's handle time relative to the call's."""
    talk: Time | None = None
    """A law of this team's own instead of the call's talk time (or handle time in one)."""
    wrap: Annotated[Distribution, ShortForm(expand_wrap, json_schema_input_type=str | Distribution)] | None = None
    """A law of this team's own instead of the call's wrap-up time."""
    prefer: Preference = 1
    """1 is first, both when a call looks for an agent and when an agent looks for a call."""
    calls_prefer: Preference | None = None
    """What calls think of this team, where that is not what its agents think of the calls."""

    @model_validator(mode="after")
    def _factor_or_law(self) -> Skill:
        if self.handle == 0:
            raise Refusal("E-NUM-POSITIVE", "a call must take some time", got="0", at=("handle",))
        if self.handle != 1 and self.has_law:
            raise Refusal("E-BOTH", "takes a factor or a law of its own", got="handle and talk or wrap", at=("handle",))
        return self

    @property
    def has_law(self) -> bool:
        """True if the team has a law of its own for these calls."""
        return self.talk is not None or self.wrap is not None


Skills = Annotated[
    dict[Name, Skill],
    ShortForm(_expand_skills, json_schema_input_type=list[Name] | dict[str, Skill]),
    Field(max_length=MOST_ITEMS),
]


class Routing(Model):
    """Which agent a call takes, and which call an agent takes."""

    pick_agent: Annotated[str, *one_of(*PICK_AGENT)] = "longest_idle"
    """Of the idle agents of the teams a call prefers: who."""
    last_agent: YesNo = False
    """A call goes to the agent whom its customer talked to last about this, if he is idle and may take it; else by the rule."""
    pick_call: Annotated[str, *one_of(*PICK_CALL)] = "priority_then_longest_wait"
    """Of the waiting calls an agent may take: which."""
