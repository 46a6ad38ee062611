"""What goes wrong with a user's input, in one shape: where, what, got, allowed, try.

`Refusal` is raised by a parser that sees one value and knows nothing of files; the loader turns it into a `Problem`
that knows file, line and column; `ScenarioError` carries all problems of one pass. Mistakes of ours are assertions,
not these.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

MOST_LINES = 50  # more lines than this help nobody; the rest is counted


class Refusal(ValueError):
    """One value that cannot be accepted.

    Parameters
    ----------
    code : str
        Stable name of the kind of mistake, such as ``E-UNIT-MISSING``.
    what : str
        What is wrong, in plain words.
    got : object, optional
        What was written; shortened and escaped when printed.
    allowed, try_ : str, optional
        What would be accepted; what to write instead.
    at : tuple, optional
        Path below the refused value, when the mistake sits inside it.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        got: object = None,
        allowed: str = "",
        try_: str = "",
        at: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(what)
        self.code, self.what, self.allowed, self.try_, self.at = code, what, allowed, try_, at
        self.got = "" if got is None else shown(got)


@dataclasses.dataclass(frozen=True)
class Problem:
    """One mistake (``E-...``) or doubt (``W-...``), and where it stands; `line` and `col` count from 1, 0 is unknown."""

    code: str
    path: str
    what: str
    got: str = ""
    allowed: str = ""
    try_: str = ""
    file: str = ""
    line: int = 0
    col: int = 0
    width: int = 1

    @property
    def is_error(self) -> bool:
        """True for a mistake, False for a warning."""
        return self.code.startswith("E-")

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.col) if part)
        said = [self.what]
        if self.got:
            said.append(f"got {self.got}")
        if self.allowed:
            said.append(f"allowed: {self.allowed}")
        hint = f". Try: {self.try_}" if self.try_ else ""
        subject = f"{self.code} {self.path}" if self.path else self.code
        return escaped(f"{where + ': ' if where else ''}{subject}: {', '.join(said)}{hint}")

    def with_caret(self) -> str:
        """Return the line of the message, then the line of the file with carets under the value, for a terminal."""
        try:
            source = Path(self.file).read_text("utf-8-sig").splitlines()[self.line - 1] if self.line else ""
        except (OSError, UnicodeDecodeError, IndexError):
            source = ""
        if not source:
            return str(self)
        margin = f"{self.line:>6} | "
        under = " " * (len(margin) - 2) + "| " + " " * (self.col - 1) + "^" * max(1, min(self.width, 60))
        return f"{self}\n{margin}{escaped(source)}\n{under}"


class ScenarioError(ValueError):
    """A scenario that cannot run; `problems` holds every mistake found in one pass."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "a ScenarioError needs at least one problem"
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.text()

    def text(self, carets: bool = False) -> str:
        """Return the problems one per line, at most 50, with caret lines on request."""
        lines = [p.with_caret() if carets else str(p) for p in self.problems[:MOST_LINES]]
        if len(self.problems) > MOST_LINES:
            lines.append(f"... and {len(self.problems) - MOST_LINES} more")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """Let a notebook show the problems instead of our call stack."""
        return self.text(carets=True).splitlines()


def shown(value: object, most: int = 60) -> str:
    """Return a value as it may be quoted in a message: escaped, at most `most` characters."""
    if isinstance(value, dict):
        return "a map" if value else "an empty map"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    text = escaped(value[: most + 1] if isinstance(value, str) else str(value))
    text = text if len(text) <= most else text[:most] + "..."
    return f'"{text}"' if isinstance(value, str) else text


def escaped(text: str) -> str:
    """Return text that cannot move the cursor or colour a terminal: whatever is not printable becomes an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def nearest(name: str, names: Sequence[str]) -> str:
    """Return the one of `names` most like `name`, or an empty text when none is near."""
    found = get_close_matches(name[:100].lower(), [n.lower() for n in names], n=1, cutoff=0.6)
    return next((n for n in names if found and n.lower() == found[0]), "")
