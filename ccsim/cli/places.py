"""Where a verb may write: nothing is overwritten, links are not followed, and it is known before any work is done."""

from __future__ import annotations

import os
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

    Nothing is made yet.
    """
    if path.is_symlink():
        raise refuse(path, "is a link", "the folder it points to")
    if path.exists() and not path.is_dir():
        raise refuse(path, "is a file", "a folder")
    nearest = path
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        raise refuse(path, f"{nearest} is a file", "a folder")
    _need_writable(nearest)
    return path


def _need_writable(folder: Path) -> None:
    if not folder.is_dir():
        raise refuse(folder, "no such folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise refuse(folder, "is not writable")
