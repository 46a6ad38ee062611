"""How the documentation is built: `python -m sphinx docs build/docs`.

Pages that only repeat what the code knows are generated (`generate.py`).
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))

from generate import generate  # noqa: E402

from ccsim import __version__  # noqa: E402

generate(HERE / "generated")

project = "ccsim"
author = "the ccsim authors"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_show_copyright = False
html_title = f"ccsim {__version__}"
html_static_path = ["_static"]
html_css_files = ["wide_tables.css"]
exclude_patterns = ["generated/parts"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3
napoleon_numpy_docstring = True
napoleon_use_rtype = False
autodoc_typehints = "none"
nitpicky = False
# A C++ program and YAML fragments with `...` are shown as they are.
suppress_warnings = ["misc.highlighting_failure"]
