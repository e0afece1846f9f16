"""The worked examples in docstrings do what they say."""

import doctest
import importlib

import pytest
from test_architecture import modules, place

WITH_EXAMPLES = [path for path in modules() if ">>> " in (text := path.read_text("utf-8")) and "+SKIP" not in text]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=place)
def test_examples_hold(path):
    module = importlib.import_module(place(path).removesuffix(".py").replace("/", "."))
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
