"""Modules that are read at their first use, where a library imports more than it needs."""

import importlib
import sys
from types import ModuleType
from typing import Any


def import_when_used(name: str) -> None:
    """Put a stand-in for a module that nobody imported yet; its first attribute imports the module itself.

    Not `importlib.util.LazyLoader`: before Python 3.14 the import statement itself counts there as a use.
    """
    if name not in sys.modules:
        package, _, _ = name.rpartition(".")
        if package:
            importlib.import_module(package)
        sys.modules[name] = _StandIn(name)


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # what import itself asks of a module
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), attribute)
