"""The import path of the project's own packages, for projects that rely on PYTHONPATH."""

import os
import sys


def append_import_root(directory):
    """Makes the package that contains env.py importable, because migrations inside a package usually import it.

    Its import root is appended last, so that modules that can already be imported still come from the same place.
    """
    root = _import_root(os.path.abspath(str(directory)))
    if root and root not in sys.path:
        sys.path.append(root)


def _import_root(directory):
    """Returns the parent of the outermost package that contains a directory, or None if no package contains it."""
    root = None
    while True:
        parent = os.path.dirname(directory)
        if os.path.isfile(os.path.join(directory, "__init__.py")):
            root = parent
        elif root or parent == directory:
            return root
        directory = parent
