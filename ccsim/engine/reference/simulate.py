"""One replication on the reference engine: everybody's story runs until nothing can happen any more."""

from __future__ import annotations

import math
from typing import Any

from ccsim.engine import Replication
from ccsim.engine.reference.clock import Clock
from ccsim.engine.reference.door import fresh_callers
from ccsim.engine.reference.floor import Floor
from ccsim.engine.reference.story import story, timetable
from ccsim.outcomes import Counts, Rows, new_counts
from ccsim.program.layout import Program, Records
from ccsim.rules import events
from ccsim.rules.digest import digest_of
from ccsim.rules.randomness import luck_of
from ccsim.rules.tables import bind_program
from ccsim.rules.tally import bind_counts, tally_agent_state, tally_case, tally_contact, tally_episode, tally_segment

__all__ = ["simulate"]


def simulate(
    program: Program,
    seed: int,
    replication: int,
    *,
    rows: bool = True,
    digest: bool = True,
    bound: Records | None = None,
    policy: Any = None,
) -> Replication:
    """Outcomes of one replication.

    Parameters
    ----------
    seed, replication : int
        0 to 2^64 - 1, 0 to 2^32 - 1.
    rows : bool
        Return the row tables; otherwise their counts.
    digest : bool
        Fold the rows into the digest.
    bound : PROGRAM record array, optional
        `bind_program(program)`, for who runs many replications.
    policy : object, optional
        Custom routing, with one or both of these methods, each a pure function:
        `agent_score(contact, agent) -> float`, by which a call prefers the idle agent with the highest score (ties: longest
        idle, then id), and `call_score(contact, agent, now) -> float`, by which an agent prefers the waiting call with the
        highest score (ties: priority, longest wait, customer id). They get a `ContactView` and an `AgentView`, and only
        agents of teams that reach the queue are asked. ValueError if a score is NaN.
    """
    bound = bind_program(program) if bound is None else bound
    luck = luck_of(seed, replication)
    if len(program.calls_off):
        program = program._replace(timetable=events.timetable(luck, bound[0], program))
    clock = Clock()
    floor = Floor(clock, program, bound, luck, policy)
    clock.process(timetable(clock, floor))
    for caller in fresh_callers(program, bound[0], luck, floor.happened):
        caller.case = floor.desk.case_of(caller.call_type, caller.entity)
        clock.process(story(clock, floor, caller))

    while clock.peek() < math.inf:
        clock.step()
        floor.go_home_when_empty()
    floor.finish()

    tables = floor.book.rows()
    return Replication(
        rows=tables if rows else None,
        counts=None if rows else _counts(program, bound, tables),
        digest=digest_of(tables) if digest else None,
    )


def _counts(program: Program, bound: Records, rows: Rows) -> Counts:
    """What the rows add up to."""
    counts = new_counts(program)
    cells = bind_counts(counts)
    tallies = {
        "episodes": tally_episode,
        "contacts": tally_contact,
        "segments": tally_segment,
        "agent_states": tally_agent_state,
        "cases": tally_case,
    }
    for name, tally in tallies.items():
        table = getattr(rows, name)
        for i in range(len(table)):
            tally(table[i], bound[0], cells[0])
    return counts
