"""Where a verb may write: nothing is overwritten, links are not followed, and it is known before any work is done."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ccsim.errors import Problem, ScenarioError, shown


def refuse(path: Path, what: str, try_: str = "") -> ScenarioError:
    """Return the error for a place that cannot be written to."""
    return ScenarioError([Problem("E-OUT", "", what, got=shown(str(path)), try_=try_)])


def new_file(path: Path, force: bool) -> Path:
    """Return `path` if a file may be written there.

    Raises
    ------
    ScenarioError
        E-OUT if it is a link or a folder, exists (unless `force`), or its folder is missing or not writable.
    """
    if path.is_symlink():
        raise refuse(path, "is a link", "the file it points to")
    if path.is_dir():
        raise refuse(path, "is a folder", "a file in it")
    if path.exists() and not force:
        raise refuse(path, "exists already", "another name, or --force")
    _need_writable(path.parent)
    return path


def new_folder(path: Path) -> Path:
    """Return `path` if a folder there exists and is writable, or may be made; E-OUT as in `new_file` otherwise.

    Nothing of it is made yet: a folder of the same name is made beside it and removed, for neither permissions nor limits of
    a file system can be told in any other way.
    """
    if os.path.islink(path):  # noqa: PTH114  # Path.is_symlink raises on a name too long
        raise refuse(path, "is a link", "the folder it points to")
    if os.path.lexists(path) and not path.is_dir():
        raise refuse(path, "is a file", "a folder")
    nearest = path
    while not os.path.lexists(nearest):
        nearest = nearest.parent
    if not nearest.is_dir():
        raise refuse(path, f"{nearest} is a file", "a folder")
    _need_writable(nearest)
    _try_to_make(path, nearest)
    return path


def _try_to_make(path: Path, nearest: Path) -> None:
    """Make what is missing of `path` inside a temporary folder of `nearest`, then remove all of it."""
    try:
        draft = Path(tempfile.mkdtemp(prefix=".ccsim-", dir=nearest))
        try:
            draft.joinpath(*path.parts[len(nearest.parts) :]).mkdir(parents=True, exist_ok=True)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise refuse(path, f"cannot be written to ({error.strerror})", "another folder") from None


def _need_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise refuse(folder, "no such folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise refuse(folder, "is not writable")
