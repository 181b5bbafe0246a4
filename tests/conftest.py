"""Settings that must be made before the first import of TensorFlow and Matplotlib."""

import os
import warnings

import pytest

from tests.browser import CHROMIUM

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")

with warnings.catch_warnings():  # Importing gym changes the filters.
    import gym  # noqa: F401


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
