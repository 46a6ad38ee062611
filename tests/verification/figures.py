"""The figures of ``figures.json`` by case: parameters, printed results, exact answers, with source and licence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["FIGURES"]

FIGURES: dict[str, dict[str, Any]] = {
    case["id"]: case for case in json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))["cases"]
}
