"""The memory of the compiled engine's floor: made for a program, grown between two calls of the kernel, read out in the end.

What lies in it is `state`'s.
"""

from __future__ import annotations

from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ccsim.engine.compiled.memory import CACHE_LINE, row_memory, unzeroed, zeroed
from ccsim.engine.compiled.policy import KernelPolicy
from ccsim.engine.compiled.state import (
    ADDRESSES,
    AGENT_NOW,
    AGENT_WORK,
    AHEAD,
    BUCKET,
    BUDGET,
    CALLER,
    CALLS_PER_SLICE,
    CASE_NOW,
    DRAWN_AT_ONCE,
    EARLIER,
    EVENT,
    FLOOR,
    FRESH,
    INSTANT,
    IVR_STAY,
    KIND_NOW,
    LANE_NOW,
    LAST_AGENT,
    MOST_ROWS,
    N_SLICES,
    NO_EVENT_CODE,
    NOBODY,
    PAIR,
    PARKED,
    PERSON_NOW,
    PERSONS_SEATS,
    PLACE,
    QUEUE_NOW,
    ROW_TABLES,
    SCRATCH,
    SIZED,
    SLICE,
    SLOT_BITS,
    SPARE_EVENTS,
    TAIL,
    TEAM_NOW,
    UNSIZED,
    WINDOW,
)
from ccsim.jit import ENABLED, bind
from ccsim.outcomes import Rows, new_counts
from ccsim.program.layout import Program, mean_calls
from ccsim.rules.digest import DIGEST, TABLE
from ccsim.rules.tally import COUNTS, bind_counts
from ccsim.vocabulary import AgentState, Family

__all__ = ["Room"]


class Room:
    """The arrays behind a FLOOR record: makes them, grows them, hands out what they hold in the end.

    Parameters
    ----------
    rows, digest : bool
        Keep row tables; fold rows into the digest.
    n_calls : int, optional
        Guess of the calls of a replication, for the first size of the row tables.

    Attributes
    ----------
    tables : dict
        By name.
    """

    def __init__(
        self, program: Program, *, rows: bool, digest: bool, n_calls: int = 0, policy: KernelPolicy | None = None
    ) -> None:
        blank = _blank_of(program)
        self.tables: dict[str, NDArray[Any]]
        self._floor, self.tables = blank.copied()
        self._floor["keep_rows"], self._floor["keep_digest"] = rows, digest
        self._floor["keeps_segments"] &= rows
        self._has_cases = blank.has_cases
        self._knows_last_agents = bool(program.settings["last_agent"][0])
        if policy is not None:
            self._floor["agent_score"], self._floor["call_score"] = policy.agent_score, policy.call_score
        if rows:
            n_rows = _within_rows((n_calls or blank.n_calls) + 64)
            n_stays = int(n_rows * blank.stays_per_call) + 64 * (len(program.lanes) + 2)
            sizes = {
                "episodes": n_rows,
                "contacts": n_rows,
                "segments": n_stays,
                "agent_states": 2 * n_stays + len(program.agents) + 4,
            }
            if self._has_cases:
                sizes |= {"settlements": n_rows, "cases": n_rows}
            self.tables |= {name: row_memory(n, ROW_TABLES[name]) for name, n in sizes.items()}
            self._bind(*sizes)
        else:
            self.counts = new_counts(program)
            self.tables["counts"] = bind_counts(self.counts).view(np.ndarray)
            self._bind("counts")
        if not ENABLED:
            self._bind(*SIZED, *UNSIZED)

    @classmethod
    def first_of(cls, program: Program) -> Room:
        """Room as it is before a replication's first event, with tables of their own and for no rows: what others copy."""
        room = object.__new__(cls)
        room._begin(program)
        return room

    def _begin(self, program: Program) -> None:
        n_agents = len(program.agents)
        n_movers = n_agents if len(program.duties) else 0
        n_fresh = int(1.2 * program.flows["volume"].sum(axis=0).max()) + 64
        has_cases = self._has_cases = bool(program.settings["authority"][0])
        self._knows_last_agents = bool(program.settings["last_agent"][0])
        self._floor = np.zeros(1, FLOOR)  # plain: a record array's attributes cost as much as a small day
        self._floor["free_slot"] = -1
        self._floor["n_movers"] = n_movers
        self.tables = {
            "callers": np.zeros(0, CALLER),
            "last_agents": np.zeros(0, LAST_AGENT),
            "earlier": np.zeros(0, EARLIER),
            "agents": np.zeros(n_agents, AGENT_NOW),
            "persons": np.full(n_agents, NOBODY, PERSON_NOW),
            "agent_work": np.zeros(n_agents, AGENT_WORK),
            "teams": np.zeros(len(program.teams), TEAM_NOW),
            "lanes": np.zeros(len(program.lanes), LANE_NOW),
            "lists": np.zeros(len(program.lanes) if len(program.callbacks) else 0, LANE_NOW),
            "queues": np.zeros(len(program.queues), QUEUE_NOW),
            "calendar": _free_calendar(0),
            "parked": np.zeros(0, PARKED),
            "slices": np.full(N_SLICES, -1).view(SLICE),
            "windows": np.zeros(len(program.occasions), WINDOW),
            "first_open": np.zeros(len(program.intervals) if len(program.occasions) else 0, PLACE),
            "kinds": np.zeros(len(program.call_types), KIND_NOW),
            "fresh": np.zeros(n_fresh, FRESH),
            "ahead": np.zeros(0, AHEAD),
            "ivr_stays": np.zeros(0, IVR_STAY),
            "ahead_at_door": zeroed(DRAWN_AT_ONCE, AHEAD),
            "tails": np.zeros(DRAWN_AT_ONCE, TAIL),
            "instants": np.zeros(n_fresh, INSTANT),
            "unsorted": np.zeros(n_fresh, FRESH),
            "buckets": np.zeros(n_fresh + 1, BUCKET),
            "cases_now": np.zeros(0, CASE_NOW),
            "budgets": np.full(n_agents if has_cases else 0, np.array((-1, 0.0, 0.0), BUDGET)),
            "row_tables": np.zeros(len(ROW_TABLES), TABLE),
            "digest": np.zeros(len(ROW_TABLES), DIGEST),
            "pair": np.zeros(1, PAIR),
            "pair_address": np.zeros(1, np.dtype([("address", "i8")])),
            **{name: np.zeros(1, dtype) for name, dtype in ROW_TABLES.items()},
            "counts": np.zeros(1, COUNTS),
        }
        agents, teams, lanes = self.tables["agents"], self.tables["teams"], self.tables["lanes"]
        agents["team"], agents["state"] = program.agents.team, AgentState.ABSENT
        if n_movers:
            teams["seats"][program.teams.persons != 0] = PERSONS_SEATS
        for table, fields in (
            (agents, ("customer", "next", "previous")),
            (teams, ("first_idle", "last_idle")),
            (lanes, ("first", "last")),
            (self.tables["lists"], ("first", "last")),
        ):
            for field in fields:
                table[field] = -1
        self._floor["free_parked"] = -1
        self._floor["draws_ahead"] = _draws_ahead(program)
        families = program.laws["family"][program.call_types["talk_law"]]
        self._floor["normals_ahead"] = (families == Family.LOGNORMAL).any()
        factors = ("talk_factor", "hold_factor", "wrap_factor")
        self._floor["factors_vary"] = any((program.flows[one] != 1.0).any() for one in factors)
        self._floor["transfers_ahead"] = (program.call_types["transfer_share"] > 0.0).any()
        self._floor["keeps_segments"] = self._floor["transfers_ahead"] & self._floor["draws_ahead"] & (not has_cases)
        self._floor["slices_per_second"] = _slices_per_second(program)
        self._more_events(4 * n_agents + 16 * n_movers + 4 * SPARE_EVENTS)
        self._more_slots(n_agents + 64)
        self._bind(*SIZED, *UNSIZED)

    @property
    def floor(self) -> Any:
        """The FLOOR record for the kernel."""
        return self._floor.view(np.recarray)[0]

    def grow(self) -> None:
        """Makes room wherever the kernel stopped for lack of it."""
        clock = self.floor
        longer: dict[str, int] = {}
        if clock.fresh_needed > clock.n_fresh:
            room = int(clock.fresh_needed * 5 // 4)
            longer |= {"fresh": room, "instants": room, "unsorted": room, "buckets": room + 1}
        if clock.keep_rows:
            needed = {
                "episodes": clock.next_customer + 1,
                "contacts": clock.n_contact_rows + 2,
                "segments": clock.n_segment_rows + clock.n_lanes + 4,
                "agent_states": clock.n_agent_state_rows + clock.n_agents + 4,
            }
            if self._has_cases:
                needed |= {"settlements": clock.n_settlement_rows + 1, "cases": clock.n_case_rows + 1}
            longer |= {table: _within_rows(int(2 * n)) for table, n in needed.items() if n > len(self.tables[table])}
        for name, n in longer.items():
            self._lengthen(name, n)
        most = (clock.n_inside << self._has_cases) + clock.n_to_call + clock.n_movers
        n_events = int(clock.n_events + most + SPARE_EVENTS)
        if n_events > clock.n_calendar:
            self._more_events(2 * n_events - int(clock.n_calendar))
            longer |= {"calendar": 0, "parked": 0}
        if clock.n_free == 0:
            self._more_slots(len(self.tables["callers"]))
            longer |= {"callers": 0, "ahead": 0, "ivr_stays": 0, "earlier": 0, "cases_now": 0, "last_agents": 0}
        self._bind(*longer)

    @property
    def clock(self) -> Any:
        """The same, its fields by name in brackets: sooner found than as attributes."""
        return self._floor[0]

    def rows(self) -> Rows:
        """The rows written so far, in the order of the events that opened or closed them."""
        clock = self.clock
        return Rows(
            episodes=self.tables["episodes"][: clock["next_customer"]],
            contacts=self.tables["contacts"][: clock["n_contact_rows"]],
            segments=self.tables["segments"][: clock["n_segment_rows"]],
            agent_states=self.tables["agent_states"][: clock["n_agent_state_rows"]],
            settlements=self.tables["settlements"][: clock["n_settlement_rows"]],
            cases=self.tables["cases"][: clock["n_case_rows"]],
        )

    def _bind(self, *names: str) -> None:
        """Writes sizes and addresses of these tables into the records that hold them."""
        for name in names:
            table = self.tables[name]
            if name in SIZED:
                self._floor[f"n_{name}"] = len(table)
            if name == "pair_address":
                bind(table, address=self.tables["pair"])
                bind(self._floor, pair_holder=table)
            else:
                bind(self._floor, **{name: table})
            if name in ROW_TABLES:
                place = list(ROW_TABLES).index(name)
                bind(self.tables["row_tables"][place : place + 1], rows=table)

    def _lengthen(self, name: str, n: int) -> None:
        table = self.tables[name]
        if name == "calendar":
            longer = _free_calendar(n)
        else:
            longer = row_memory(n, table.dtype) if name in ROW_TABLES else zeroed(n, table.dtype)
        longer[: len(table)] = table
        self.tables[name] = longer

    def _more_events(self, n: int) -> None:
        """Room for n more events, all of which may be in the heap or parked."""
        before = len(self.tables["calendar"])
        self._lengthen("calendar", before + n)
        self._lengthen("parked", before + n)
        self._floor["free_parked"] = _chain(self.tables["parked"]["next"], before, self._floor["free_parked"][0])

    def _more_slots(self, n: int) -> None:
        before = len(self.tables["callers"])
        if before + n >= 1 << SLOT_BITS:
            raise MemoryError(f"more than {1 << SLOT_BITS:,} customers on the floor at once; allowed: fewer")
        self._lengthen("callers", before + n)
        self._lengthen("ahead", before + n)
        self._lengthen("ivr_stays", before + n)
        self._lengthen("earlier", before + n)
        if self._has_cases:
            self._lengthen("cases_now", before + n)
        if self._knows_last_agents:
            self._lengthen("last_agents", before + n)
        callers = self.tables["callers"]
        callers["customer"][before:] = -1
        self._floor["free_slot"] = _chain(callers["next"], before, self._floor["free_slot"][0])
        self._floor["n_free"] += n


class _Blank:
    """A program's tables before the first event, as one piece of memory: a copy of it is made at once, forty tables are not."""

    def __init__(self, program: Program) -> None:
        room = Room.first_of(program)
        mean = mean_calls(program)
        self.n_calls = int(mean + 4 * mean**0.5)  # most replications have fewer
        self.has_cases = bool(program.settings["authority"][0])
        self.stays_per_call = _stays_per_call(program)
        self._places: dict[str, tuple[int, int, np.dtype[Any]]] = {}
        end = CACHE_LINE  # numpy lets all empty views begin where the memory does: no table lies there
        kept = [name for name in room.tables if name not in SCRATCH]
        for name in (*kept, *SCRATCH):
            table = room.tables[name]
            self._places[name] = (end, end + table.nbytes, table.dtype)
            end += -(-table.nbytes // CACHE_LINE) * CACHE_LINE
        self._n_bytes = end
        self._floor = room._floor.copy()
        for name in ADDRESSES:
            self._floor[name] = self._places[name][0]
        room.tables["row_tables"]["rows"] = [self._places[name][0] for name in ROW_TABLES]
        room.tables["pair_address"]["address"] = self._places["pair"][0]
        self._floor["pair_holder"] = self._places["pair_address"][0]
        self._image = np.zeros(self._places[SCRATCH[0]][0], np.uint8)
        for name in kept:
            first, last, _ = self._places[name]
            self._image[first:last] = room.tables[name].view(np.uint8)
        names = FLOOR.names or ()  # of words, all of them
        self._floor_words = self._floor.view(np.int64)  # numpy copies a record field by field, in 30 times the time
        self._addresses = np.array([names.index(name) for name in (*ADDRESSES, "pair_holder")])

    def copied(self) -> tuple[NDArray[Any], _Views]:
        """A FLOOR record and the tables behind it."""
        memory = unzeroed(self._n_bytes)
        memory[: len(self._image)] = self._image
        base = memory.ctypes.data
        words = self._floor_words.copy()
        words[self._addresses] += base
        tables = _Views(memory, self._places)
        tables["row_tables"]["rows"] += base
        tables["pair_address"]["address"] += base
        return words.view(FLOOR), tables


class _Views(dict[str, NDArray[Any]]):
    """Tables by name, each made when it is first asked for, of one piece of memory."""

    def __init__(self, memory: NDArray[np.uint8], places: dict[str, tuple[int, int, np.dtype[Any]]]) -> None:
        self._memory, self._places = memory, places

    def __missing__(self, name: str) -> NDArray[Any]:
        first, last, dtype = self._places[name]
        self[name] = self._memory[first:last].view(dtype)
        return self[name]


_last: list[tuple[Program, _Blank]] = []


def _blank_of(program: Program) -> _Blank:
    """The program's blank; the last one is kept."""
    for known, blank in _last:
        if all(map(is_, known, program)):
            return blank
    blank = _Blank(program)
    _last[:] = [(program, blank)]
    return blank


def _chain(following: NDArray[Any], first: int, then: int) -> int:
    """Makes a free list of all places from `first` on, with the list `then` at its end; returns its head."""
    following[first:-1] = np.arange(first + 1, len(following))
    following[-1] = then
    return first


def _stays_per_call(program: Program) -> float:
    """Somewhat more than the mean number of stays of a call that is served at its first attempt.

    What is asked for and not needed is never touched and costs nothing; what is lacking costs copying all there is.
    """
    calls = program.flows["volume"].sum(axis=1)
    share = program.call_types["transfer_share"]
    again = np.where(program.call_types["transfer_at_most"] > 1, np.maximum(1.0 - share, 0.1), 1.0)  # perhaps several times
    transferred = float((calls * share / again).sum() / max(float(calls.sum()), 1.0))
    return 1.0 + 1.1 * transferred + (1.0 if len(program.ivr_nodes) else 0.0)


def _draws_ahead(program: Program) -> bool:
    """Whether talk or patience of fresh callers is random and their own."""
    if len(program.recorded) or program.settings["start_order"][0] != 0:
        return False
    laws = np.concatenate([program.call_types["talk_law"], program.call_types["patience_law"]])
    return bool((~np.isin(program.laws["family"][laws], (Family.DETERMINISTIC, Family.NEVER))).any())


def _slices_per_second(program: Program) -> float:
    """Slices of time for the calendar: few events in each at the busiest time, and not many more slices than calls in all."""
    per_interval = max(float(program.flows["volume"].sum(axis=0).max()), 1.0)
    busiest = per_interval / float(program.settings["interval_length"][0])
    on_average = (
        4.0 * (mean_calls(program) + 1.0) / float(program.intervals["starts_at"][-1] + program.settings["interval_length"][0])
    )
    return min(busiest, on_average) / CALLS_PER_SLICE


def _free_calendar(n: int) -> NDArray[Any]:
    """A calendar without events."""
    table = zeroed(n, EVENT)
    table["at"], table["code"] = np.inf, NO_EVENT_CODE
    return table


def _within_rows(n: int) -> int:
    """The number of rows, if callers can count them; MemoryError otherwise."""
    if n >= MOST_ROWS:
        raise MemoryError(f"more than {MOST_ROWS:,} rows of one replication; allowed: fewer, or a run that keeps only counts")
    return n
