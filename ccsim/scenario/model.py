"""The scenario as a person writes it, typed and frozen: every key of the YAML format is a field here.

``scenario.load`` builds it from a file, ``ccsim.scenario(...)`` from a dict; the compiler reads it through
``scenario.resolve``, which answers in seconds since the first midnight. Times are seconds, shares and factors plain
numbers. Keys of the format that this version cannot simulate have the type `NotYet`: they are refused at their place.
Checks that need more than one part of the scenario live in ``scenario.validate``.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from ccsim import units
from ccsim.errors import Problem, Refusal
from ccsim.scenario.authority import Levels, MakeItRight
from ccsim.scenario.back_office import BackOfficeWork
from ccsim.scenario.calls import (
    CallType,
    HandleTime,
    Replay,
    ReplayedCall,
    Solved,
    Uncertainty,
    Volume,
)
from ccsim.scenario.decisions import AfterContact, Redial
from ccsim.scenario.distributions import Distribution, Patience, expand_distribution
from ccsim.scenario.events import Happening
from ccsim.scenario.evidence import Known
from ccsim.scenario.fields import (
    MOST_ITEMS,
    Date,
    DayKey,
    EachDayOnce,
    Goal,
    Model,
    Name,
    PositiveDuration,
    Seats,
    Text,
    Weight,
    by_day_only,
    parsed,
    plain_data,
    scalar_as,
    whole,
)
from ccsim.scenario.goals import Closing, Costs, Metrics, Run, ServiceLevelTarget, Targets
from ccsim.scenario.ivr import Ivr
from ccsim.scenario.marks import Reads, ShortForm
from ccsim.scenario.presence import RosterEntry, Shift, Shrinkage
from ccsim.scenario.skills import Routing
from ccsim.scenario.staff import OnPhones, Queue, Site, Staffing, Team
from ccsim.units import Window

if TYPE_CHECKING:
    from ccsim.scenario.load import Origin
    from ccsim.scenario.payroll import EqualPay

__all__ = [
    "AfterContact",
    "CallType",
    "Closing",
    "Costs",
    "Distribution",
    "HandleTime",
    "Ivr",
    "Metrics",
    "OnPhones",
    "Patience",
    "Queue",
    "Redial",
    "Replay",
    "ReplayedCall",
    "RosterEntry",
    "Run",
    "Scenario",
    "ServiceLevelTarget",
    "Shift",
    "Shrinkage",
    "Site",
    "Staffing",
    "Targets",
    "Team",
    "Uncertainty",
    "Volume",
    "WhatIf",
]

FORMAT = 1  # the newest version of the format


def _parse_version(raw: object) -> int:
    if str(raw).strip() != str(FORMAT):
        raise Refusal("E-VERSION", "no such version of the format", got=raw, allowed=f"newest supported: {FORMAT}")
    return FORMAT


def _parse_open(raw: object) -> Window | None:
    return None if raw == "closed" else units.parse_window(raw)


def _show_open(window: Window | None) -> str:
    return units.format_window(window) if window else "closed"


def _no_extends(_: object) -> None:
    raise Refusal("E-SET", "files are merged before anything is set")


def _expand_agents(raw: Any) -> Any:
    return raw if isinstance(raw, dict) else {"agents": {"headcount": raw}}


def _expand_what_if(raw: Any) -> Any:
    return raw if is_long_what_if(raw) else {"set": raw}


def is_long_what_if(raw: object) -> bool:
    """True for the long form of a what-if, False for a map of changes alone."""
    return isinstance(raw, dict) and bool({"set", "keep_payroll_by", "also"} & set(raw))


def _one_or_more(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


OpenHours = Annotated[Window | None, *parsed(_parse_open, _show_open, str)]


class WhatIf(Model):
    """Named changes to the base scenario, in the grammar of ``--set``."""

    set: Annotated[dict[str, Any], Reads(plain_data, json_schema_input_type=dict[str, Any])] = {}
    keep_payroll_by: Text | None = None
    """A number of agents, as a dotted path: solved for, so that the plan's payroll is the base's."""
    also: Annotated[
        tuple[Name, ...], Reads(_one_or_more, json_schema_input_type=str | list[str]), Field(max_length=MOST_ITEMS)
    ] = ()
    """Other what-ifs whose changes are made first."""


class Scenario(Model):
    """A call centre, its callers and how to simulate them."""

    ccsim: Annotated[int, Reads(_parse_version, json_schema_input_type=Literal[1])] = FORMAT
    """Version of the format."""
    name: Text = "scenario"
    description: Text = ""
    currency: Text = ""
    open: Annotated[
        dict[DayKey, OpenHours], ShortForm(by_day_only, json_schema_input_type=str | dict[str, str]), EachDayOnce
    ] = {units.DAILY: Window(9 * units.HOUR, 17 * units.HOUR)}
    """Opening hours; days not named are closed, a window may pass midnight."""
    interval: PositiveDuration = 1800.0
    start: Date = datetime.date(2024, 1, 1)
    """First day; the default is a Monday."""
    days: Annotated[int, *whole(1, 3660)] = 1
    timezone: Text | None = None
    """Of the centre, such as Europe/London: opening hours and intervals are on its clock."""
    holidays: tuple[Date, ...] = ()
    """Closed days."""
    sites: Annotated[dict[Name, Site], Field(max_length=MOST_ITEMS)] = {}
    """Where teams work; shift times run on the site's clock."""
    closing: Closing = Closing()
    distributions: dict[Name, Annotated[Patience, ShortForm(expand_distribution, json_schema_input_type=str | Patience)]] = {}
    profiles: dict[Name, tuple[Weight, ...]] = {}
    """One weight per open interval; flat is built in."""
    calls: Annotated[dict[Name, CallType], Field(min_length=1, max_length=MOST_ITEMS)]
    solved: Solved | None = None
    """Fresh calls behind volumes that count all_at_queue, once they are solved for."""
    replay: Annotated[Replay, scalar_as("csv")] | None = None
    uncertainty: Uncertainty = Uncertainty()
    ivr: Annotated[Ivr, scalar_as("time")] | None = None
    lines: Annotated[int, *whole(1, 1_000_000)] | None = None
    """Telephone lines; IVR, queue and talk occupy one."""
    queues: Annotated[dict[Name, Queue], Field(max_length=MOST_ITEMS)] = {}
    """Missing: one queue per call type."""
    agents: Annotated[
        dict[Name, Team],
        ShortForm(_expand_agents, json_schema_input_type=Seats | dict[str, Team]),
        Field(max_length=MOST_ITEMS, min_length=1),
    ]
    back_office: Annotated[dict[Name, BackOfficeWork], Field(max_length=MOST_ITEMS)] = {}
    """Letters, e-mail, cases put aside: what agents do while they are idle, until the next call comes."""
    after_contact: AfterContact = AfterContact()
    events: Annotated[dict[Name, Happening], Field(max_length=MOST_ITEMS)] = {}
    """What happens at fixed times or by chance, and what it changes."""
    target: Goal | None = None
    """Short form of targets.service_level over the run."""
    targets: Targets = Targets()
    metrics: Metrics = Metrics()
    run: Run = Run()
    what_if: dict[Name, Annotated[WhatIf, ShortForm(_expand_what_if, json_schema_input_type=dict[str, Any])]] = {}
    extends: Annotated[None, Reads(_no_extends, json_schema_input_type=str | list[str])] = None
    """Files this one is based on; merged before anything is checked."""
    authority_levels: Levels = {}
    """What one may grant per case, in currency, by name."""
    shifts: Annotated[dict[Name, Shift], Field(max_length=MOST_ITEMS)] = {}
    """Working hours with their breaks, on the clock of the site; teams say how many work each."""
    routing: Routing = Routing()
    make_it_right: MakeItRight = MakeItRight()
    costs: Costs = Costs()
    evidence: Annotated[dict[Text, Annotated[Known, scalar_as("label")]], Field(max_length=MOST_ITEMS)] = {}
    """How inputs are known, by dotted path: observed, experiment or assumption, with the range one may lie in."""

    _origin: Origin | None = PrivateAttr(default=None)  # what was written and where, for with_()
    _equal_pay: EqualPay | None = PrivateAttr(default=None)

    def with_(self, overrides: Mapping[str, Any], name: str | None = None) -> Scenario:
        """Return a new scenario with dotted paths set, as ``--set`` does; ScenarioError if it does not hold."""
        from ccsim.scenario.load import change  # the loader builds on this module

        return change(self, overrides, name)

    def variant(self, what_if: str, also: Mapping[str, Any] | None = None) -> Scenario:
        """Return the scenario one entry of `what_if` describes, named after it; `also` is set on top of it.

        An entry that is to keep payroll gets the number that does, see `equal_pay`; ScenarioError if there is none.
        """
        from ccsim.scenario.load import variant  # the loader builds on this module

        return variant(self, what_if, also or {})

    @property
    def equal_pay(self) -> EqualPay | None:
        """How the payroll of the base was kept, of a what-if that is to; what is left over and both neighbours."""
        return self._equal_pay

    def diff(self, other: Scenario) -> list[tuple[str, Any, Any]]:
        """Return what differs as (dotted path, here, there), with every default filled in; None where there is nothing."""
        here, there = _leaves(self), _leaves(other)
        paths = [*here, *(path for path in there if path not in here)]
        return [(path, here.get(path), there.get(path)) for path in paths if here.get(path) != there.get(path)]

    def _repr_html_(self) -> str:
        return str(import_module("ccsim.report.notebook").html_of(self))

    def to_yaml(self) -> str:
        """Return YAML text that loads as an equal scenario: long forms, defaults filled in, CSV columns written out."""
        from ccsim.scenario.schema import to_yaml

        return to_yaml(self)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the loader doubted."""
        return self._origin.warnings if self._origin else ()

    @property
    def fingerprint(self) -> str:
        """sha256 of everything that decides the outcomes: all but name, description, evidence and what_if, files read in."""
        said = {"name", "description", "evidence", "what_if"}
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=said)
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _leaves(scenario: Scenario) -> dict[str, Any]:
    """Return every value that decides the outcomes by its dotted path, in the file's order."""
    found: dict[str, Any] = {}

    def collect(value: Any, path: str) -> None:
        if isinstance(value, dict) and value:
            for key, item in value.items():
                collect(item, f"{path}.{key}" if path else str(key))
        else:
            found[path] = value

    collect(scenario.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"name", "description", "what_if"}), "")
    return found
