"""Plain text tables for the terminal: first column left, the others right."""

from collections.abc import Iterator, Sequence

Cell = str | int


def number(value: float | None) -> str:
    """Three significant digits without an exponent; a dash where there is nothing."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:#.3g}"


def lines_of(head: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a table."""
    texts = [[str(cell) for cell in line] for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for index, line in enumerate(texts):
        cells = [
            line[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
        ]
        yield "  ".join(cells)
        if index == 0:
            yield "  ".join("-" * width for width in widths)
