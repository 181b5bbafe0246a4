"""Debian's Chromium, if it is installed."""

import shutil

import pytest

CHROMIUM = shutil.which("chromium")

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium: apt install chromium")
