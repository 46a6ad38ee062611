"""From when until when an agent held with a caller for somebody with more authority, as the stays tell it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.outcomes.audit.stays import left_at
from ccsim.program.layout import Program
from ccsim.vocabulary import Outcome, SegmentKind

__all__ = ["Askings", "Briefings", "askings_of", "briefings_of", "late_releases"]

Table = NDArray[Any]


class Briefings(NamedTuple):
    """One for each stay that ends in a warm transfer, in the order of the segments.

    Attributes
    ----------
    stays : SEGMENT
        With the agent who holds and briefs.
    begins, ends : float64
        From the end of the talk until the next person has heard the story, or the caller is gone; +inf if he waits for ever.
    at_once : bool
        Whether the agent is free again as soon as the waiting ends.
    """

    stays: Table
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    at_once: NDArray[np.bool_]


class Askings(NamedTuple):
    """One for each request for a colleague, in the order of the segments.

    Attributes
    ----------
    stays : SEGMENT
        With the agent who asks.
    begins, ends : float64
        From when until when he and the caller hold.
    requests : SEGMENT
        Those of kind CONSULT.
    """

    stays: Table
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    requests: Table


def askings_of(segments: Table) -> Askings:
    """Those of one replication."""
    place = np.flatnonzero(segments["kind"] == SegmentKind.CONSULT)
    requests = segments[place]
    return Askings(segments[place - 1], requests["entered_at"], requests["ended_at"], requests)


def briefings_of(program: Program, segments: Table) -> Briefings:
    """Those of one replication."""
    warm = program.settings.warm[0] != 0
    held = np.flatnonzero((segments["outcome"] == Outcome.ESCALATED) & warm)
    following = segments[held + 1]
    left = left_at(following)
    heard = np.where(following["answered_at"] < np.inf, program.settings.brief[0], 0.0)
    stays = segments[held]
    return Briefings(stays, stays["ended_at"], left + heard, heard == 0.0)


def late_releases(program: Program, segments: Table) -> NDArray[np.float64]:
    """Instants in which an agent may be freed after that instant's dials and hang-ups: what he held for ended by one."""
    briefings, askings = briefings_of(program, segments), askings_of(segments)
    short = (askings.requests["answered_at"] == np.inf) | (askings.requests["answered_at"] == askings.ends)
    found: NDArray[np.float64] = np.concatenate((briefings.ends[briefings.at_once], askings.ends[short]))
    return found
