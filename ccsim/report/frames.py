"""A run -> pandas frames, for notebooks: the tables of its folder and, where rows were kept, what happened to whom.

    result.frames.kpis             one line per estimate
    result.frames.intervals        the interval table; .by_queue, .days, .staffing likewise
    result.frames.legs             one line per stay of a contact; .episodes, .contacts, .agent_states, .settlements, .cases
    ccsim.frames(ccsim.open_run("runs/x")).legs

Names are categories and are what the scenario calls them; times are seconds since the first midnight. pandas is imported when
the first frame is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccsim.outcomes.store import Run
from ccsim.report import calls, sheets

if TYPE_CHECKING:
    from pandas import DataFrame

    from ccsim.experiment import Result
    from ccsim.report.calls import Column
    from ccsim.report.sheets import Sheet

__all__ = ["Frames"]

_SHEETS = ("kpis", "by_queue", "days", "intervals", "staffing")


class Frames:
    """The tables of a `Result` or of a run read back, each as a new frame.

    Parameters
    ----------
    run : Result or Run
        A run read back by `ccsim.open_run` has rows only.
    """

    def __init__(self, run: Result | Run) -> None:
        self._run = run

    def __getattr__(self, name: str) -> DataFrame:
        """Return a frame.

        Raises
        ------
        AttributeError
            For a name that is no table.
        ValueError
            For a table this run does not have; the message says how to get it.
        """
        if name in calls.TABLES.values():
            return self._rows(name)
        if name not in _SHEETS:
            raise AttributeError(f"no frame {name!r}; have {', '.join(self.__dir__())}")
        if isinstance(self._run, Run):
            raise ValueError(f"a run read back from its rows has no {name}. Try: ccsim.run, or ccsim.open_result")
        return _of_sheet(next(sheet for sheet in sheets.sheets_of(self._run) if sheet.name == name))

    def __dir__(self) -> list[str]:
        return [*_SHEETS, *calls.TABLES.values()]

    def __repr__(self) -> str:
        return f"Frames({', '.join(self.__dir__())})"

    def _rows(self, name: str) -> DataFrame:
        rows = self._run.rows
        if rows is None:
            raise ValueError(f"this run kept only counts, no {name}. Try: ccsim.run(scenario, rows=True)")
        import pandas

        field = next(field for field, called in calls.TABLES.items() if called == name)
        return pandas.DataFrame({c.name: _series(c) for c in calls.columns(getattr(rows, field), self._run.names)})


def _of_sheet(sheet: Sheet) -> DataFrame:
    import pandas

    frame = pandas.DataFrame(list(sheet.lines), columns=[head.name for head in sheet.heads])
    numbers = {head.name: "float64" for head in sheet.heads if head.unit != sheets.TEXT and head.name != "n"}
    return frame.astype(numbers)


def _series(column: Column) -> Any:
    """Return one column: categories, floats with NaN, or whole numbers of which some may be missing."""
    import numpy as np
    import pandas

    if column.words is not None:
        words = list(dict.fromkeys(column.words))  # a queue and a node of the IVR may have one name
        place_of = {word: place for place, word in enumerate(words)}
        places = np.array([*(place_of[word] for word in column.words), -1], dtype=np.int64)
        return pandas.Categorical.from_codes(places[column.values], categories=words)
    if column.values.dtype.kind == "f":
        return np.where(column.missing, np.nan, column.values)
    if column.missing.any():
        return pandas.arrays.IntegerArray(column.values.copy(), column.missing)
    return column.values
