"""The IVR as a person writes it: one announcement, or a graph of nodes that callers walk through before a queue.

Parts of ``scenario.model``, which says what a scenario is as a whole; ``scenario.paths`` answers what a graph does to callers.
Shares of a node hold for those its earlier exits have left: hang up, contained, opt out, retry, next, in this order.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from ccsim.errors import Refusal
from ccsim.scenario.calls import Time
from ccsim.scenario.fields import SHARE_WRITTEN, Model, Name, Share, exactly_one, scalar_as, whole
from ccsim.scenario.marks import ShortForm

__all__ = ["ALL_TYPES", "MISROUTE_TALK", "QUEUE", "Ivr", "IvrNode", "Retry"]

MISROUTE_TALK = 30.0
"""s, mean."""
QUEUE = "queue"
"""The exit of a node that leads to the caller's own queue; no node may have this name."""
ALL_TYPES = "all"
"""The key that holds for the call types a map does not name."""
MOST_NODES = 200


def _expand_contained(raw: Any) -> Any:
    return raw if isinstance(raw, dict) else {ALL_TYPES: raw}


def _expand_next(raw: Any) -> Any:
    return raw if isinstance(raw, dict) else {raw: "100%"}


Contained = Annotated[
    dict[Name, Share], ShortForm(_expand_contained, json_schema_input_type=SHARE_WRITTEN | dict[str, SHARE_WRITTEN])
]


class Retry(Model):
    """Callers who give no valid answer and hear the node again."""

    share: Share
    at_most: Annotated[int, *whole(1, 99)] = 2
    """How often in one stay at the node; who had that many goes on."""


class IvrNode(Model):
    """One announcement, question or self-service of the IVR; its exits are taken in the order of these fields."""

    time: Time
    hang_up: Share = 0.0
    """Share who leave at its end."""
    contained: Contained = {}
    """Share whose problem is solved here, for all or by call type; the key `all` holds for types not named."""
    opt_out: Share = 0.0
    """Share who ask for an agent and go to their queue at once."""
    misroute: Share = 0.0
    """Share of those whom `next` leads to the queue who land in that of another call type, and are passed on from there."""
    retry: Annotated[Retry, scalar_as("share")] | None = None
    next: Annotated[
        dict[Name, Share],
        ShortForm(_expand_next, json_schema_input_type=str | dict[str, SHARE_WRITTEN]),
        Field(min_length=1),
    ] = {QUEUE: 1.0}
    """Where all others go: shares of other nodes and of `queue` that add up to 100 %."""


class Ivr(Model):
    """What callers go through before the queue: one announcement (`time`), or a graph of nodes (`start`, `nodes`)."""

    time: Time | None = None
    hang_up: Share = 0.0
    """Share of callers who leave in it, at its end."""
    contained: Contained = {}
    """Share whose problem it solves, for all or by call type."""
    start: Name | None = None
    """Where callers begin; may be left out of a graph with one node."""
    ports: Annotated[int, *whole(1, 1_000_000)] | None = None
    """Contacts in the IVR at once; who finds them all taken is blocked."""
    misroute_talk: Time | None = None
    """How long an agent talks with a caller who is wrong with him, before he passes him on; missing: 30s on average."""
    nodes: Annotated[dict[Name, IvrNode], Field(min_length=1, max_length=MOST_NODES)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Ivr:
        exactly_one(self, "time", "nodes")
        if self.nodes is None:
            if self.start is not None:
                raise Refusal("E-BOTH", "is for a graph of nodes, not for one announcement", try_="nodes", at=("start",))
            return self
        for key in ("hang_up", "contained"):
            if getattr(self, key):
                raise Refusal("E-BOTH", "each node says its own", try_=f"nodes.<name>.{key}", at=(key,))
        if self.start is None and len(self.nodes) > 1:
            raise Refusal(
                "E-KEY-MISSING", "needs the key `start`: the node where callers begin", try_=f"start: {min(self.nodes)}"
            )
        return self
