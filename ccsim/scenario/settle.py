"""Fill in what a valid scenario leaves open: CSV columns become numbers in place, missing queues and targets appear.

Called by the loader after the field checks. Afterwards no part of the scenario refers to
a file, so its YAML, its fingerprint and the compiler need none.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError

from ccsim import units
from ccsim.errors import Refusal
from ccsim.scenario import clock, resolve
from ccsim.scenario.distributions import Empirical
from ccsim.scenario.document import Path
from ccsim.scenario.fields import Model, key_on_day, on_day
from ccsim.scenario.files import Folder, Stamp, Table, by_interval, parse_seconds, read_table, replay_stamp
from ccsim.scenario.model import HandleTime, OnPhones, Queue, Replay, ReplayedCall, Scenario, ServiceLevelTarget, Volume
from ccsim.scenario.presence import IGNORE, PHONES, Roster, RosterEntry

DEFAULT_GOAL = units.Goal(0.80, 20.0)
_NO_FILE = {"csv": None, "date": None, "time": None, "column": None}  # the fields of a file that has been read

Report = Callable[[Path, Refusal], None]


def fill_in(scenario: Scenario, report: Report) -> Scenario:
    """Return the scenario with the queues and the target it leaves out, and what it says in one word written out."""
    scenario = scenario.model_copy(update={"metrics": scenario.metrics.settled})
    return _with_targets(_with_queues(scenario), report)


def read_files(scenario: Scenario, folder_of: Callable[[Path], Folder], report: Report) -> Scenario:
    """Return the scenario with every CSV it names written out; problems go to `report`."""
    settled = _Reader(scenario, folder_of, report).part((), scenario)
    assert isinstance(settled, Scenario)
    return settled


@dataclasses.dataclass
class _Reader:
    """One walk over all parts of a scenario, reading the files they name."""

    scenario: Scenario
    folder_of: Callable[[Path], Folder]
    report: Report
    tables: dict[str, Table] = dataclasses.field(default_factory=dict)

    def part(self, path: Path, value: Any) -> Any:
        """Return a part of the scenario with its files read in; itself if it names none."""
        try:
            if isinstance(value, Model):
                return self._record(path, value)
            if isinstance(value, dict) and any(isinstance(v, Volume | OnPhones) and v.csv for v in value.values()):
                return self._by_day(path, value)
            if isinstance(value, dict):
                parts: Any = {key: self.part((*path, key), item) for key, item in value.items()}
                return parts if any(parts[key] is not value[key] for key in value) else value
            if isinstance(value, tuple) and value and isinstance(value[0], Model):
                return tuple(self.part((*path, index), item) for index, item in enumerate(value))
        except Refusal as refusal:
            self.report(path, refusal)
        return value

    def _record(self, path: Path, record: Model) -> Model:
        if isinstance(record, Empirical) and record.csv is not None:
            return self._empirical(path, record)
        if isinstance(record, HandleTime) and record.csv is not None:
            return self._handle_time(path, record)
        if isinstance(record, Replay) and record.csv is not None:
            return self._replay(path, record)
        if isinstance(record, Roster) and record.csv is not None:
            return self._roster(path, record)
        changed = {}
        for name, field in type(record).model_fields.items():
            before = getattr(record, name)
            after = self.part((*path, field.alias or name), before)
            if after is not before:
                changed[name] = after
        return record.model_copy(update=changed) if changed else record

    def _table(self, path: Path, name: str) -> Table:
        folder = self.folder_of((*path, "csv"))
        key = str(folder.here / name)
        if key not in self.tables:
            self.tables[key] = read_table(folder, name)
        return self.tables[key]

    def _empirical(self, path: Path, law: Empirical) -> Empirical:
        assert law.csv is not None and law.column is not None
        table, parse = self._table(path, law.csv), parse_seconds(law.unit or "s")
        cells = [(row, cell) for row, (cell,) in table.cells(law.column)]
        values = tuple(table.read_cell(row, law.column, cell, parse) for row, cell in cells)
        if len(values) < 2:
            raise Refusal("E-DIST", f"an empirical law needs at least two values, {law.csv} has {len(values)}")
        return law.model_copy(update={"values": values, "csv": None, "column": None, "unit": None})

    def _handle_time(self, path: Path, time: HandleTime) -> HandleTime:
        assert time.csv is not None and time.column is not None
        days = resolve.open_days_of_horizon(self.scenario)
        numbers = self._numbers(path, time, days, parse_seconds(time.unit or "s", low=1e-6))
        return time.model_copy(update={**_NO_FILE, "unit": None, "by_interval": numbers})

    def _by_day(self, path: Path, days: Mapping[str, Volume | OnPhones]) -> dict[str, Volume | OnPhones]:
        """Replace each entry that names a file by one entry per date it decides."""
        settled = {key: entry for key, entry in days.items() if entry.csv is None}
        for key, entry in days.items():
            if entry.csv is None:
                continue
            decided = [day for day in resolve.open_days_of_horizon(self.scenario) if key_on_day(days, day.date) == key]
            parse: Callable[[units.Plain], float] = partial(units.parse_number, low=0.0)
            if isinstance(entry, OnPhones):
                parse = partial(units.parse_integer, low=0, high=100_000)
            for date, numbers in self._numbers((*path, key), entry, decided, parse).items():
                settled[date] = entry.model_copy(update={**_NO_FILE, "per_interval": numbers})
        return settled

    def _numbers(
        self, path: Path, entry: Any, days: list[resolve.OpenDay], parse: Callable[[units.Plain], float]
    ) -> dict[str, tuple[float, ...]]:
        """Return one number per open interval for each of these dates, from the file `entry` names."""
        stamps = {day: stamps_of(self.scenario, day) for day in days}
        expected = [stamp for day in days for stamp in stamps[day]]
        table = self._table(path, entry.csv)
        found = by_interval(
            table, (entry.date or "date", entry.time or "time", entry.column), expected, parse, self._why_closed
        )
        return {str(day.date): tuple(found[stamp] for stamp in stamps[day]) for day in days}

    def _why_closed(self, date: datetime.date) -> tuple[str, str]:
        """Return why nothing is open on a date, and what to do with rows of it; empty texts if it is open."""
        last = self.scenario.start + datetime.timedelta(days=self.scenario.days - 1)
        if date in self.scenario.holidays:
            return f"{date} is a holiday", "remove its rows or the holiday"
        if not self.scenario.start <= date <= last:
            return f"the horizon is {self.scenario.start} to {last}", "remove the other rows, or change start and days"
        if on_day(self.scenario.open, date) is None:
            weekday = units.WEEKDAYS[date.weekday()]
            return f"{weekday} {date} is closed", f"remove its rows or open on {weekday}"
        return "", ""

    def _replay(self, path: Path, replay: Replay) -> Replay:
        """Return the calls of a log: columns at, call_type and, if there are any, handle and patience in seconds."""
        assert replay.csv is not None
        table = self._table(path, replay.csv)
        optional = [name for name in ("handle", "patience") if name in table.header]
        calls = []
        for row, (at, call_type, *cells) in table.cells("at", "call_type", *optional):
            instant = table.read_cell(row, "at", at, self._replay_instant)
            if call_type not in self.scenario.calls:
                raise Refusal("E-CSV", f"{table.name} row {row}: no such call type", got=call_type)
            told = dict(zip(optional, cells, strict=True))
            handle, patience = (
                table.read_cell(row, name, told[name], parse_seconds("s")) if told.get(name) else None
                for name in ("handle", "patience")
            )
            construct = ReplayedCall.model_construct  # the numbers are checked, and have no units to be parsed again
            calls.append(construct(at=instant, call_type=call_type, handle=handle, patience=patience))
        return replay.model_copy(update={"csv": None, "calls": tuple(calls)})

    def _replay_instant(self, text: str) -> float:
        """Return the elapsed seconds of a stamp in a log; one that comes twice or never is refused."""
        date, at, offset = replay_stamp(text, self.scenario.start)
        instant = clock.instant(self.scenario, date, at)
        shown = clock.wall(self.scenario, instant)
        if clock.comes_twice(shown):
            both = [clock.offset(shown.replace(fold=fold)) for fold in (0, 1)]
            if offset not in both:
                spoken = units.format_clock(at)
                what = f"{spoken} comes twice on {date}, since the clocks are put back"
                raise Refusal("E-CSV-STAMP", what, got=text, try_=" or ".join(f"{date} {spoken}{one}" for one in both))
            return instant + both.index(offset) * clock.repeated(shown)
        if offset not in ("", clock.offset(shown)):
            raise Refusal("E-CSV-STAMP", "is not the offset of that time", got=text, allowed=clock.offset(shown) or "none")
        midnight = units.parse_clock(f"{shown:%H:%M}") + shown.second + shown.microsecond / 1e6
        if abs(midnight - at % units.DAY) > 1e-3:
            raise Refusal("E-CSV-STAMP", f"no clock shows that: it is put forward on {date}", got=text)
        return instant

    def _roster(self, path: Path, roster: Roster) -> Roster:
        """Return the rows of a roster file: who does what from when to when, on the clock of his site."""
        assert roster.csv is not None
        table, team = self._table(path, roster.csv), str(path[-2])
        optional = [column for column in (roster.activity, roster.team) if column is not None]
        entries = []
        for row, (agent, start, end, *cells) in table.cells(roster.agent, roster.start, roster.end, *optional):
            told = dict(zip(optional, cells, strict=True))
            if roster.team is not None and told[roster.team] != team:
                continue
            try:
                meaning = PHONES if roster.activity is None else roster.meaning(told[roster.activity])
                if meaning == IGNORE:
                    continue
                entries.append(RosterEntry.model_validate({"agent": agent, "start": start, "end": end, "activity": meaning}))
            except Refusal as refusal:
                raise Refusal("E-CSV", f"{table.name} row {row}: {refusal.what}", got=refusal.got, try_=refusal.try_) from None
            except ValidationError as error:
                cause = error.errors()[0].get("ctx", {}).get("error")
                what = cause.what if isinstance(cause, Refusal) else error.errors()[0]["msg"]
                raise Refusal("E-CSV", f"{table.name} row {row}: {what}", got=f"{start} to {end}") from None
        if not entries:
            raise Refusal("E-CSV", f"{table.name} has no row for team {team}")
        return roster.model_copy(update={"csv": None, "entries": tuple(entries)})


def stamps_of(scenario: Scenario, day: resolve.OpenDay) -> list[Stamp]:
    """Return date and clock time of each interval of one opening; past midnight they carry the next date."""
    stamps = []
    for index in range(resolve.n_intervals(scenario, day)):
        shown = clock.wall(scenario, day.opens + index * scenario.interval)
        at = shown.hour * units.HOUR + shown.minute * units.MINUTE + shown.second
        stamps.append(Stamp(shown.date(), float(at), clock.offset(shown)))
    return stamps


def _with_queues(scenario: Scenario) -> Scenario:
    """Return the scenario with one queue per call type if it names none, and each queue's call types named."""
    if not scenario.queues:
        queues = {name: Queue(calls=(name,)) for name in scenario.calls}
    else:
        queues = {
            name: queue
            if queue.calls is not None or name not in scenario.calls
            else queue.model_copy(update={"calls": (name,)})
            for name, queue in scenario.queues.items()
        }
    overflows = {step.to for queue in queues.values() for step in queue.overflow}
    for name in sorted(overflows):
        if name not in queues and name in scenario.agents:
            queues[name] = Queue(calls=(), teams=(name,))
        elif name in queues and queues[name].calls is None:
            queues[name] = queues[name].model_copy(update={"calls": ()})
    return scenario.model_copy(update={"queues": queues})


def _with_targets(scenario: Scenario, report: Report) -> Scenario:
    """Return the scenario with its service-level target in the long form; 80/20 over the run if it names none."""
    if scenario.target is not None and scenario.targets.service_level is not None:
        report(("target",), Refusal("E-BOTH", "targets.service_level says it too", try_="keep one of them"))
    if scenario.targets.service_level is not None:
        return scenario
    target = ServiceLevelTarget.model_construct(goal=scenario.target or DEFAULT_GOAL)
    targets = scenario.targets.model_copy(update={"service_level": target})
    return scenario.model_copy(update={"targets": targets, "target": None})
