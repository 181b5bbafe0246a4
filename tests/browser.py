"""Debian's Chromium, if it is installed."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")

BROWSER_LIMIT = 120_000.0
"""Milliseconds for whatever a browser is asked for, beside other tests."""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt install chromium")
