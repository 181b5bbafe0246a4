"""Settings that must be made before the first import of TensorFlow and Matplotlib."""

import contextlib
import os
import signal
import warnings

import psutil
import pytest

from tests.browser import BROWSER_LIMIT, CHROMIUM
from tests.stacks import NEED_ACME
from walker_rl.runtime import set_environment
from walker_rl.stack import HAS_ACME

set_environment()

for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARGS", "PYTHON"):  # `make test` would change the `make` of a test.
    os.environ.pop(name, None)

collect_ignore = [] if HAS_ACME else NEED_ACME


def pytest_report_header() -> str:
    return "stack: acme" if HAS_ACME else f"stack: portable, without {', '.join(NEED_ACME)}"


with warnings.catch_warnings():  # Importing gym changes the filters.
    import gym  # noqa: F401


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=BROWSER_LIMIT)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=BROWSER_LIMIT)
        yield browser
        browser.close()


@pytest.fixture
def no_signal_is_ignored():
    """Undoes what children would inherit: SIGHUP is ignored under `nohup`, and SIGINT in a shell's background."""
    defaults = {signal.SIGHUP: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in defaults.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def nothing_is_left_running():
    """Kills what a failed test leaves in sessions of their own, which would slow down the tests after it."""
    yield
    for child in psutil.Process().children():
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(child.pid) == child.pid:
                os.killpg(child.pid, signal.SIGKILL)
