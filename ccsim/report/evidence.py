"""How the inputs behind a verdict are known, in words: what it hangs on, and what was observed or tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ccsim.scenario.evidence import LABELS, KnownInput, assumptions, inputs

if TYPE_CHECKING:
    from ccsim.scenario import Scenario

__all__ = ["evidence_lines", "hangs_on", "hangs_on_fields"]

_MOST = 10


def hangs_on(*scenarios: Scenario) -> list[str]:
    """Return the line that names the assumptions every verdict on these hangs on; none where there are none.

    Where plans differ in an assumption, the value is the first one's.
    """
    found = _of_all(scenarios)
    labelled = [str(one) for one in found if one.is_labelled]
    others = [str(one) for one in found if not one.is_labelled]
    said = _some(labelled)
    if others:
        said += ("; " if said else "") + f"not labelled, so assumed: {_some(others)}"
    return [f"Hangs on assumptions: {said}."] if said else []


def hangs_on_fields(*scenarios: Scenario) -> list[dict[str, Any]]:
    """Return the same as JSON fields."""
    return [one.as_dict() for one in _of_all(scenarios)]


def _of_all(scenarios: Sequence[Scenario]) -> list[KnownInput]:
    """Return the assumptions of all, each once."""
    found: dict[str, KnownInput] = {}
    for scenario in scenarios:
        for one in assumptions(scenario):
            if one.path not in found or not found[one.path].value:
                found[one.path] = one
    return list(found.values())


def evidence_lines(scenario: Scenario) -> list[str]:
    """Return one line for each label with all its inputs, their ranges and sources."""
    found = inputs(scenario)
    lines = []
    for label in LABELS:
        said = [_with_source(one) for one in found if one.label == label]
        if said:
            lines.append(f"{label.capitalize()}: {'; '.join(said)}")
    return lines


def _with_source(one: KnownInput) -> str:
    source = one.source.strip() or ("" if one.is_labelled else "not labelled")
    return f"{one} [{source}]" if source else str(one)


def _some(said: list[str]) -> str:
    more = f" and {len(said) - _MOST} more (ccsim show)" if len(said) > _MOST else ""
    return ", ".join(said[:_MOST]) + more
