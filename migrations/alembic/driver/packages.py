"""Where the project's own packages are imported from, for projects that count on PYTHONPATH."""

import os
import sys


def reach_own_package(directory):
    """Appends the directory that the package around env.py is imported from: whoever keeps migrations inside a package
    imports that package in them. It comes last, so that nothing which already imports is imported from elsewhere.
    """
    root = _import_root(os.path.abspath(str(directory)))
    if root and root not in sys.path:
        sys.path.append(root)


def _import_root(directory):
    """Returns the directory above the outermost package around a directory, None when no package is around it."""
    root = None
    while True:
        parent = os.path.dirname(directory)
        if os.path.isfile(os.path.join(directory, "__init__.py")):
            root = parent
        elif root or parent == directory:
            return root
        directory = parent
