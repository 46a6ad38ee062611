"""What a notebook shows: pages of the terminal as HTML (`page`) and the widgets of `ccsim.explore` (`explore`, on `levers`).

Results, comparisons and scenarios reach up to `html_of` by name when a notebook asks them for HTML.
"""

from ccsim.report.notebook.page import html_of

__all__ = ["html_of"]
