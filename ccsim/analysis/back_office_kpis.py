"""The KPIs of back-office work: how much comes, is done in time and stays; how busy agents are with it.

Part of the registry in `kpi`, which explains the fields. Terms are those of `back_office` and `staff`.
"""

from __future__ import annotations

from typing import NamedTuple

from ccsim.analysis.staff_kpis import BUSY, ON_DUTY, OVERTIME_BUSY

__all__ = ["BACK_OFFICE_KPIS", "BackOfficeKpi"]

_HOURS = 1e-6 / 3600.0
_PER_DAY = "Mean per operating day; of a single day or interval, its number."
_WORK = ("centre", "back_office")
_STAFF = ("centre", "team")
_LONG = ("run", "day")
_ALL = ("run", "day", "interval")


class BackOfficeKpi(NamedTuple):
    """The fields of a `kpi.Kpi` on the basis of back-office work."""

    id: str
    title: str
    sentence: str
    unit: str
    numerator: str
    denominator: str
    scale: float = 1.0
    places: tuple[str, ...] = _WORK
    periods: tuple[str, ...] = _ALL
    better: str = "neither"
    bases: tuple[str, ...] = ("back_office",)


BACK_OFFICE_KPIS = (
    BackOfficeKpi(
        "back_office_came",
        "Back-office work",
        f"Agent time of the items that come, and of those that lie there at first. {_PER_DAY} Formula: work that came / "
        "operating days.",
        "h", "came_time", "operating_days", _HOURS,
    ),
    BackOfficeKpi(
        "back_office_done",
        "Back-office work done",
        f"By agents while they are idle, lines open or not, in the interval in which it is done. {_PER_DAY} Formula: work done "
        "/ operating days.",
        "h", "done_time", "operating_days", _HOURS, (*_WORK, "team"), better="higher",
    ),
    BackOfficeKpi(
        "back_office_in_time",
        "Back-office work in time",
        "Share of the work that came, and falls due within the run, that is done by then: work done in time / work due.",
        "share", "in_time_time", "due_time", better="higher",
    ),
    BackOfficeKpi(
        "back_office_backlog",
        "Back-office work left",
        "Work that lies there at the end of the interval: work left / 1.",
        "h", "backlog_time", "one", _HOURS, periods=("interval",), better="lower",
    ),
    BackOfficeKpi(
        "back_office_at_close",
        "Back-office work left at closing",
        "Work that lies there when lines close. Mean per operating day: sum over closings / operating days.",
        "h", "at_close_time", "operating_days", _HOURS, periods=_LONG, better="lower",
    ),
    BackOfficeKpi(
        "back_office_left",
        "Back-office work left at the end",
        "Work that lies there when lines close for the last time, far above the mean at closing where it grows from day to "
        "day: work left / 1.",
        "h", "left_time", "one", _HOURS, periods=("run",), better="lower",
    ),
    BackOfficeKpi(
        "occupancy_with_back_office",
        "Occupancy with back-office work",
        "(Handle time + back-office work) / (handle + available time), in opening hours.",
        "share", f"{BUSY} + open_done_time", ON_DUTY, places=_STAFF,
    ),
    BackOfficeKpi(
        "utilisation_with_back_office",
        "Utilisation with back-office work",
        "(Handle time + back-office work), whenever / paid time. Paid: as for utilisation.",
        "share", f"{BUSY} + {OVERTIME_BUSY} + done_time", "paid_time", places=_STAFF,
    ),
    BackOfficeKpi(
        "idle_agents",
        "Agents idle",
        "On the phones with neither a call nor back-office work, time average in opening hours: (available time - back-office "
        "work) / opening time.",
        "agents", "open_available_time - open_done_time", "opening_time", places=_STAFF,
    ),
)  # fmt: skip
"""In the order of a report."""
