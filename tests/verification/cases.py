"""All cases by id. Figures, sources, licences are in ``figures.json``; what each exercises in the modules imported here."""

from __future__ import annotations

from tests.verification.days import DAYS
from tests.verification.herzog import HERZOG
from tests.verification.legs import LEGS
from tests.verification.model import Case
from tests.verification.routing import ROUTING
from tests.verification.steady import STEADY

__all__ = ["CASES"]

CASES: dict[str, Case] = {case.id: case for case in (*STEADY, *DAYS, *ROUTING, *LEGS, *HERZOG)}
