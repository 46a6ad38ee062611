"""The KPIs of agents: how many are needed, planned and there, what they do with the time they are paid for, what it costs.

Part of `kpi`, whose registry they join; terms are those of `staff`.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BUSY", "ON_DUTY", "OVERTIME_BUSY", "STAFF_KPIS", "StaffKpi"]

_SECONDS_OF_FTE = 8.0 * 3600.0
_HOURS = 1e-6 / 3600.0
_STAFF = ("centre", "team")
_LONG = ("run", "day")
_ALL = ("run", "day", "interval")

BUSY = "open_ring_time + open_talk_time + open_brief_time + open_consult_time + open_wrap_time"
OVERTIME_BUSY = "overtime_ring_time + overtime_talk_time + overtime_brief_time + overtime_consult_time + overtime_wrap_time"
ON_DUTY = f"open_available_time + {BUSY}"
_OVERTIME = f"overtime_available_time + {OVERTIME_BUSY}"
_COST = "bill + trunk_cost + abandon_cost + goodwill_cost"
_COSTS = "bills + trunk cost + abandon cost + goodwill"
_PER_DAY = "Mean per operating day; of a single day or interval, its mean number."
_PAID = (
    "Paid: of persons, their shifts without unpaid breaks, absent or not, + overtime; of seats, the seats x opening time (time "
    "on duty where agents stayed beyond them) x hours paid per hour on the phones + overtime."
)
_REQUIRED = (
    "Required: by Erlang A, with exponential patience of the mean given, or Erlang C where nobody ever hangs up, on the mean "
    "calls of the interval's forecast (without redials) and their mean handle time, for the scenario's targets. Queues that "
    "share a team of their first circle are one crowd, as if each of their agents took every call, so skills make it more; "
    "it is shared out to queues by load and to teams as they are scheduled."
)


class StaffKpi(NamedTuple):
    """A KPI as `kpi.Kpi` has it, counted by agents."""

    id: str
    title: str
    sentence: str
    unit: str
    numerator: str
    denominator: str
    scale: float = 1.0
    places: tuple[str, ...] = _STAFF
    periods: tuple[str, ...] = _ALL
    better: str = "neither"
    signed: bool = False


_STAFFING = (
    StaffKpi(
        "required",
        "Agents required",
        f"Agents needed on the phones, time average in opening hours. {_REQUIRED} Formula: required time / opening time.",
        "agents", "required_time", "opening_time", places=(*_STAFF, "queue"),
    ),
    StaffKpi(
        "scheduled",
        "Agents scheduled",
        "Planned on the phones, planned breaks and meetings taken off, before anyone is absent or late; time average in "
        "opening hours: scheduled time / opening time.",
        "agents", "scheduled_time", "opening_time",
    ),
    StaffKpi(
        "agents_on_duty",
        "Agents present",
        "On the phones, time average in opening hours: (handle + available time) / opening time.",
        "agents", ON_DUTY, "opening_time",
    ),
    StaffKpi(
        "net_staffing",
        "Net staffing",
        "Scheduled - required; negative is short. Time average in opening hours: (scheduled time - required time) / opening "
        "time.",
        "agents", "scheduled_time - required_time", "opening_time", signed=True,
    ),
    StaffKpi(
        "hours_short",
        "FTE-hours short",
        "Required beyond what is scheduled, added up over the intervals that are short; at the centre a surplus helps only "
        f"teams that share queues. {_PER_DAY} Formula: short time / operating days.",
        "h", "short_time", "operating_days", _HOURS, periods=_LONG, better="lower",
    ),
    StaffKpi(
        "hours_over",
        "FTE-hours over",
        f"Scheduled beyond what is required, as above. {_PER_DAY} Formula: over time / operating days.",
        "h", "over_time", "operating_days", _HOURS, periods=_LONG,
    ),
    StaffKpi(
        "agents_busy",
        "Agents busy",
        "Carried load, time average in opening hours: handle time / opening time.",
        "erlangs", BUSY, "opening_time",
    ),
)  # fmt: skip

_USE = (
    StaffKpi(
        "occupancy",
        "Occupancy",
        "Handle time / (handle + available time), in opening hours; what agents do outside them is apart.",
        "share", BUSY, ON_DUTY,
    ),
    StaffKpi(
        "overtime_occupancy",
        "Occupancy outside opening hours",
        "Handle time / (handle + available time), outside opening hours.",
        "share", OVERTIME_BUSY, _OVERTIME,
    ),
    StaffKpi(
        "utilisation",
        "Utilisation of paid time",
        f"Handle time, whenever / paid time. {_PAID}",
        "share", f"{BUSY} + {OVERTIME_BUSY}", "paid_time",
    ),
    StaffKpi(
        "overtime",
        "Overtime",
        "Agent hours on duty beyond the plan: of persons, after the end of the shift; of seats, outside opening hours. "
        f"{_PER_DAY} Formula: overtime / operating days.",
        "h", "paid_overtime", "operating_days", _HOURS,
    ),
    StaffKpi(
        "paid_hours",
        "Paid hours",
        f"{_PAID} {_PER_DAY} Formula: paid time / operating days.",
        "h", "paid_time", "operating_days", _HOURS, periods=_LONG,
    ),
    StaffKpi(
        "paid_fte",
        "Paid FTE",
        "Paid hours per operating day in full-time days of 8 h: paid time / (8 h x operating days).",
        "agents", "paid_time", "operating_days", 1e-6 / _SECONDS_OF_FTE, periods=_LONG,
    ),
)  # fmt: skip

_PLAN = (
    StaffKpi(
        "shrinkage",
        "Shrinkage",
        "Share of the paid time in which agents are not on the phones: (paid time - time on the phones) / paid time.",
        "share", "paid_time - on_phones_time", "paid_time", periods=_LONG,
    ),
    StaffKpi(
        "shrinkage_planned",
        "Planned shrinkage",
        "Paid breaks and meetings of the shifts, and what net staffing is paid beyond its time on the phones: (paid time - "
        "overtime - time planned on the phones) / paid time.",
        "share", "paid_time - paid_overtime - planned_phone_time", "paid_time", periods=_LONG,
    ),
    StaffKpi(
        "shrinkage_unplanned",
        "Unplanned shrinkage",
        "Absence, lateness, time off the phones that no shift plans: (time planned on the phones + overtime - time on the "
        "phones) / paid time. With planned shrinkage it makes shrinkage.",
        "share", "planned_phone_time + paid_overtime - on_phones_time", "paid_time", periods=_LONG, signed=True,
    ),
    StaffKpi(
        "absence",
        "Absence",
        "Share of the time planned on the phones that is lost by who does not come: absent time / time planned on the phones.",
        "share", "absent_time", "planned_phone_time", periods=_LONG,
    ),
    StaffKpi(
        "lateness",
        "Lateness",
        "Share of the time planned on the phones that is lost by who is not there yet: late time / time planned on the "
        "phones.",
        "share", "late_time", "planned_phone_time", periods=_LONG,
    ),
    StaffKpi(
        "adherence",
        "Adherence",
        "Share of the shifts in which persons do what is planned then, on the phones or away: adherent time / shift time.",
        "share", "adherent_time", "shift_time", periods=_LONG, better="higher",
    ),
    StaffKpi(
        "conformance",
        "Conformance",
        "Time persons are at work, whenever, breaks included / shift time. Beyond 100 % with overtime.",
        "share", "worked_time", "shift_time", periods=_LONG, signed=True,
    ),
)  # fmt: skip

_MONEY = (
    StaffKpi(
        "staff_cost",
        "Cost of agents",
        "What agents or their vendor bill: cost x paid time, or x talk, hold and wrap time where that is billed; nothing for "
        f"teams without a cost. {_PER_DAY} Formula: bill / operating days.",
        "money", "bill", "priced_days", periods=_LONG, better="lower",
    ),
    StaffKpi(
        "trunk_cost",
        "Cost of lines",
        "Cost per minute x minutes of callers' lines in use, IVR and queue included; calling back has none. "
        f"{_PER_DAY} Formula: trunk cost / operating days.",
        "money", "trunk_cost", "priced_days", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "abandon_cost",
        "Cost of abandons",
        f"Cost per abandon x abandoned contacts, balkers included. {_PER_DAY} Formula: abandon cost / operating days.",
        "money", "abandon_cost", "priced_days", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "goodwill_cost",
        "Cost of goodwill",
        f"All that is granted to callers, leakage included. {_PER_DAY} Formula: goodwill / operating days.",
        "money", "goodwill_cost", "priced_days", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "cost_per_day",
        "Cost a day",
        "Agents + lines + abandons, of those that have a cost, and all that is granted to callers, leakage included: "
        f"({_COSTS}) / operating days.",
        "money", _COST, "priced_days", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "cost_per_contact",
        "Cost per contact",
        f"The same per answered contact, who was called back included: ({_COSTS}) / (answered + called_back).",
        "money", _COST, "priced_answered", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "cost_per_resolution",
        "Cost per resolution",
        f"The same per customer whose problem somebody settled for good, or the IVR alone: ({_COSTS}) / "
        "(resolved + contained).",
        "money", _COST, "priced_resolved", places=("centre",), periods=_LONG, better="lower",
    ),
    StaffKpi(
        "full_cost_per_resolution",
        "Cost per resolution, customers lost included",
        f"The same with the value of the customers who leave: ({_COSTS} + value lost) / (resolved + contained).",
        "money", f"{_COST} + lost_value", "valued_resolved", places=("centre",), periods=_LONG, better="lower",
    ),
)  # fmt: skip

STAFF_KPIS = (*_STAFFING, *_USE, *_PLAN, *_MONEY)
"""In the order of a report."""
