"""The first module: makes the other modules importable from memory, then serves requests.

It runs with two globals: ``sources``, the source of the driver's modules by name, and ``requests``, the stream of
commands.
"""

import importlib.abc
import importlib.util
import sys

PACKAGE = "devenv_driver"


class Memory(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the driver's modules from source text in memory."""

    def __init__(self, texts):
        self.texts = texts

    def find_spec(self, fullname, path=None, target=None):
        if fullname == PACKAGE:
            return importlib.util.spec_from_loader(fullname, self, is_package=True)
        package, _, name = fullname.rpartition(".")
        if package == PACKAGE and name in self.texts:
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__.rpartition(".")[2]
        if module.__name__ != PACKAGE:
            code = compile(self.texts[name], PACKAGE + "/" + name + ".py", "exec")
            exec(code, module.__dict__)

    def get_source(self, fullname):
        return self.texts.get(fullname.rpartition(".")[2])


sys.meta_path.insert(0, Memory(sources))  # noqa: F821 - defined by the bootstrap

from devenv_driver.serve import serve  # noqa: E402

serve(requests)  # noqa: F821 - defined by the bootstrap
