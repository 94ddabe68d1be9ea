"""BERTopic as in its lightweight installation: without the libraries that only parts not used here need.

Whole, it imports torch, transformers, UMAP and numba, and with them takes four times as long and three times the memory to load. Where
one of them is not there BERTopic says so only when the part is used. What is loaded already stays.
"""

import sys
import warnings
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

LEFT_OUT = frozenset({"torch", "transformers", "sentence_transformers", "huggingface_hub", "umap"})


class _Absent(MetaPathFinder):
    """Says of what is left out that it is not installed."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:  # noqa: ARG002  # importlib's names
        if fullname in LEFT_OUT:
            raise ModuleNotFoundError(fullname, name=fullname)


def light_bertopic() -> ModuleType:
    """Return the module ``bertopic``, with ``dimensionality`` and ``vectorizers``."""
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            import bertopic.dimensionality
            import bertopic.vectorizers
    finally:
        sys.meta_path.remove(absent)
    loaded: ModuleType = bertopic
    return loaded
