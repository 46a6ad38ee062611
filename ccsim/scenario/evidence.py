"""How each input is known: observed, from an experiment, or an assumption, with the range it may lie in.

`evidence` of a scenario labels dotted paths; a coefficient of behaviour that no label covers is an assumption, too, and is
named as one. Reports print the assumptions a verdict hangs on; `break-even` looks for a turn inside their ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import yaml
from pydantic import model_validator

from ccsim.errors import Refusal
from ccsim.scenario.authority import Amount
from ccsim.scenario.distributions import Distribution
from ccsim.scenario.document import Path
from ccsim.scenario.fields import Model, Text, one_of
from ccsim.units import Plain

if TYPE_CHECKING:
    from ccsim.scenario.model import Scenario

__all__ = [
    "ASSUMPTION",
    "LABELS",
    "Known",
    "KnownInput",
    "assumptions",
    "check_evidence",
    "doubt_evidence",
    "inputs",
    "named_values",
]

Report = Callable[[Path, Refusal], None]
Measured = Callable[[Any], tuple[str, Any]]

ASSUMPTION = "assumption"
LABELS = ("observed", "experiment", ASSUMPTION)
_DECISIONS = {"policy", "frontline_limit", "on_shortfall", "transfer", "max_hops", "priority", "patience", "attempts"}
"""What a centre decides, or how long one is followed: nothing that had to be measured."""
_LONGEST = 60  # characters of a value that is shown


class Known(Model):
    """How one input is known."""

    label: Annotated[str, *one_of(*LABELS)]
    range: Text | None = None
    """Where it may lie, such as 40%:80%."""
    source: Text = ""

    @model_validator(mode="after")
    def _has_two_ends(self) -> Known:
        if self.range is not None and not all(part.strip() for part in self.ends or ("",)):
            raise Refusal("E-VALUE", "needs both ends", got=self.range, try_="40%:80%", at=("range",))
        return self

    @property
    def ends(self) -> tuple[str, str] | None:
        """Both ends of the range, as written."""
        if self.range is None:
            return None
        low, _, high = self.range.partition(":")
        return low.strip(), high.strip()


class KnownInput(NamedTuple):
    """One input and how it is known.

    Attributes
    ----------
    path : str
        Dotted, with * where the label has one.
    value : str
        As the format writes it; empty where * finds several, or where it is long.
    ends : (str, str) or None
        Of its range.
    is_labelled : bool
        False for a coefficient nobody labelled, which counts as an assumption.
    """

    path: str
    value: str
    label: str
    ends: tuple[str, str] | None
    source: str
    is_labelled: bool

    def __str__(self) -> str:
        """The path, its value and its range."""
        said = f"{self.path} {self.value}".strip()
        return said if self.ends is None else f"{said} ({self.ends[0]} to {self.ends[1]})"

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return {**self._asdict(), "ends": None if self.ends is None else list(self.ends)}


def inputs(scenario: Scenario) -> list[KnownInput]:
    """Return every input that is labelled, in the order written, then the coefficients that should be and are not."""
    written = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    found = []
    for path, known in scenario.evidence.items():
        values = {_shown(value) for _, value in _matches(written, tuple(path.split(".")))}
        value = values.pop() if len(values) == 1 else ""
        value = value if len(value) <= _LONGEST else ""
        found.append(KnownInput(path, value, known.label, known.ends, known.source, True))
    covered = [tuple(path.split(".")) for path in scenario.evidence]
    for here in _coefficients(scenario):
        if not any(_covers(label, here) for label in covered):
            value = next(_shown(value) for _, value in _matches(written, here))
            found.append(KnownInput(".".join(here), value, ASSUMPTION, None, "", False))
    return found


def named_values(scenario: Scenario, path: str) -> list[Any]:
    """Return what a dotted path names in a scenario, as the format writes it; nothing where it has no such input."""
    written = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    return [value for _, value in _matches(written, tuple(path.split(".")))]


def assumptions(scenario: Scenario) -> list[KnownInput]:
    """Return the inputs a verdict hangs on that nobody has observed or tried."""
    return [one for one in inputs(scenario) if one.label == ASSUMPTION]


def check_evidence(scenario: Scenario, report: Report, measured: Measured) -> None:
    """Report ranges that are none.

    Parameters
    ----------
    measured : callable
        Unit and number of a value as written; Refusal if it has none.
    """
    for path, known in scenario.evidence.items():
        if known.ends is None:
            continue
        try:
            (unit, low), (other, high) = (measured(Plain(end)) for end in known.ends)
        except Refusal as refusal:
            report(("evidence", path, "range"), Refusal(refusal.code, refusal.what, got=known.range, try_="40%:80%"))
            continue
        if unit != other or low >= high:
            what = "runs from a lower to a higher end of the same unit"
            report(("evidence", path, "range"), Refusal("E-NUM-RANGE", what, got=known.range, try_="40%:80%"))


def doubt_evidence(scenario: Scenario, report: Report, measured: Measured) -> None:
    """Report labels of what the scenario does not have, and ranges the value lies outside of: a what-if may do either."""
    if not scenario.evidence:
        return
    written = scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
    for path, known in scenario.evidence.items():
        values = [value for _, value in _matches(written, tuple(path.split(".")))]
        if not values:
            report(("evidence", path), Refusal("W-EVIDENCE", "labels what the scenario does not have", got=path))
        for value in values if known.ends is not None else []:
            try:
                ends = [measured(Plain(end)) for end in known.ends or ()]
                unit, number = measured(Plain(value) if isinstance(value, str) else value)
            except Refusal:
                unit, number = "", None
            if number is None or any(unit != other for other, _ in ends) or not ends[0][1] <= number <= ends[1][1]:
                what = "the value does not lie in its range"
                report(("evidence", path, "range"), Refusal("W-EVIDENCE", what, got=_shown(value), allowed=known.range or ""))


# -------------------------------------------------------------------------------- what there is to know


def _coefficients(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    """Yield the paths of the numbers behind behaviour that somebody set."""
    for name, call in scenario.calls.items():
        if call.needs_authority is not None:
            yield from _set_in(call.needs_authority, ("calls", name, "needs_authority"))
        if call.unresolved:
            yield "calls", name, "unresolved"
    for name, team in scenario.agents.items():
        if team.unresolved:
            yield "agents", name, "unresolved"
    yield from _set_in(scenario.make_it_right, ("make_it_right",))
    yield from _set_in(scenario.after_contact, ("after_contact",))


def _set_in(part: Model, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what of a part is not at its default, laws as a whole."""
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), (*path, field.alias or name)
        if name in _DECISIONS or value is None or (not field.is_required() and value == field.get_default()):
            continue
        if isinstance(value, Model) and not isinstance(value, Distribution | Amount):
            yield from _set_in(value, here)
        else:
            yield here


def _covers(label: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """True if a label is about a path, about all it is part of, or about a part of it."""
    return all(mine in ("*", theirs) for mine, theirs in zip(label, path, strict=False))


def _matches(written: Any, parts: tuple[str, ...], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what a dotted path names in a scenario as the format writes it."""
    if not parts:
        yield path, written
    elif isinstance(written, dict):
        for key in written if parts[0] == "*" else [parts[0]] if parts[0] in written else []:
            yield from _matches(written[key], parts[1:], (*path, key))
    elif isinstance(written, list):
        for index in range(len(written)) if parts[0] == "*" else [int(parts[0])] if parts[0].isdigit() else []:
            if index < len(written):
                yield from _matches(written[index], parts[1:], (*path, str(index)))


def _shown(value: Any) -> str:
    """Return a value in one line as the format writes it."""
    if not isinstance(value, dict | list):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return str(yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)).strip()
