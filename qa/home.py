"""Where indexes and models live: ``$QA_HOME``, else the platform's user data directory.

Nothing is made here; whoever writes makes the directory it needs.
"""

import os
from pathlib import Path

from platformdirs import user_data_path


def home() -> Path:
    """Return the product's data directory; ``QA_HOME`` (``~`` is expanded) goes before the platform's own place."""
    chosen = os.environ.get("QA_HOME")
    return Path(chosen).expanduser().absolute() if chosen else user_data_path("grounded-qa", appauthor=False)


def models_dir() -> Path:
    """Return the directory that holds one folder for each pulled chat model."""
    return home() / "models"


def default_index() -> Path:
    """Return the directory of the index that `qa index` fills when none is named."""
    return home() / "index"


def library_index() -> Path:
    """Return the directory of the index of the library that ships, used while there is no default index."""
    return home() / "library"
