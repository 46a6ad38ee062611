"""The tables of a run as Parquet files, by pyarrow, which is imported when the first one is written.

Text is kept as it is: nothing opens a Parquet file and runs it. Each file says in its metadata which run it is of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccsim.report import calls
from ccsim.report.cells import need
from ccsim.report.fields import provenance_fields
from ccsim.report.sheets import TEXT, Sheet

if TYPE_CHECKING:
    from ccsim.experiment import Result
    from ccsim.report.calls import Column

__all__ = ["write_calls", "write_sheets"]


def write_sheets(result: Result, sheets: Iterable[Sheet], folder: Path) -> None:
    """Write one file per table into a folder."""
    arrow = need("pyarrow", "parquet")
    for sheet in sheets:
        lines = list(sheet.lines)
        arrays = {
            head.name: arrow.array(
                [line[i] for line in lines],
                arrow.string() if head.unit == TEXT else arrow.int64() if head.name == "n" else arrow.float64(),
            )
            for i, head in enumerate(sheet.heads)
        }
        _write(arrow, result, arrays, folder / f"{sheet.name}.parquet")


def write_calls(result: Result, folder: Path) -> None:
    """Write the rows the result has kept, names as dictionaries."""
    assert result.rows is not None
    arrow = need("pyarrow", "parquet")
    for name, table in calls.kept_tables(result.rows):
        arrays = {column.name: _array(arrow, column) for column in calls.columns(table, result.names)}
        _write(arrow, result, arrays, folder / f"{name}.parquet")


def _array(arrow: Any, column: Column) -> Any:
    if column.words is None:
        return arrow.array(column.values, mask=column.missing)
    codes = arrow.array(column.values.astype("int32"), mask=column.missing)
    return arrow.DictionaryArray.from_arrays(codes, arrow.array(list(column.words), arrow.string()))


def _write(arrow: Any, result: Result, arrays: dict[str, Any], path: Path) -> None:
    from ccsim import __version__

    parquet = need("pyarrow.parquet", "parquet")
    told = json.dumps({"ccsim": __version__, **provenance_fields(result)})
    table = arrow.table(arrays).replace_schema_metadata({"ccsim": told})
    parquet.write_table(table, path)
