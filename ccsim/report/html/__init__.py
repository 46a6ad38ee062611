"""A `Result`, and a `Comparison` if there is one -> one HTML page that opens without a network, prints, and can be sent on.

    write_report(result, Path("report.html"))        result.report("report.html") in Python, ccsim report on the command line

Chapters: `page` (what is on it, as plain words), `tables` (terminal tables as rows of a page), `charts` (pictures as inline
SVG); the look is in `page.html.j2`, `style.css` and `script.js`. The page may do nothing but what these hashes name: its policy
allows one style sheet and one script, and no request of any kind. All text goes through Jinja2's escaping.
"""

from __future__ import annotations

from ccsim.report.html.page import page_of
from ccsim.report.html.render import render, write_report

__all__ = ["page_of", "render", "write_report"]
