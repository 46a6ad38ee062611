"""A page's words -> its HTML; the one place where text meets markup."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from ccsim.report.html.page import Page, page_of

if TYPE_CHECKING:
    from ccsim.experiment import Comparison, Result

__all__ = ["render", "write_report"]

_FILES = ("page.html.j2", "style.css", "script.js")


def write_report(result: Result, path: Path, comparison: Comparison | None = None) -> None:
    """Write the page of a result; it appears whole or not at all, in the place of what was there."""
    text = render(page_of(result, comparison))
    handle, draft = tempfile.mkstemp(prefix=".ccsim-", suffix=".html", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def render(page: Page) -> str:
    """Return the page as HTML: the same page gives the same bytes."""
    import jinja2
    from markupsafe import Markup

    template, style, script = (_read(name) for name in _FILES)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    # Markup: our own files; nothing of a scenario has touched them
    return environment.from_string(template).render(page=page, style=Markup(style), script=Markup(script), policy=policy)


def _read(name: str) -> str:
    text = resources.files("ccsim.report.html").joinpath(name).read_text("utf-8")
    return text.replace("\r\n", "\n")  # as a browser reads it, or the hash would not fit


def _hash(text: str) -> str:
    """Return what a content security policy calls an inline element of exactly this text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
