"""Every notebook runs from top to bottom and shows what it promises: a table or a picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
import nbformat  # noqa: E402

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])))
    book: Any = nbformat.read(path, as_version=4)
    assert book.cells[0].source.startswith("# ")
    assert book.cells[0].source.split("\n", maxsplit=1)[0].endswith("?"), "a notebook is a question"
    client = nbclient.NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    shown = [output.get("data", {}) for cell in book.cells for output in cell.get("outputs", [])]
    assert any("text/html" in data for data in shown)
    assert any("image/png" in data or "text/html" in data for data in shown)


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 4
