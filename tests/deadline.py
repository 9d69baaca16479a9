"""A deadline for every test: @pytest.mark.deadline(seconds), 60 otherwise, on an idle machine; longer in slow builds.

The alarm ends a test that hangs; when even that does not help, faulthandler shows where all
threads are and ends the run, so that it never hangs as a whole.
"""
import faulthandler
import os
import signal

import pytest

# how much longer than on an idle machine everything may take
SLOW = 10 if 'san' in os.environ.get('SPFS_BUILD', '') else 3


class TooLong(Exception):
    pass


def pytest_configure(config):
    config.addinivalue_line('markers', 'deadline(seconds): how long the test may take (60)')


def seconds_of(item):
    mark = item.get_closest_marker('deadline')
    return mark.args[0] if mark else 60


def pytest_collection_modifyitems(items):
    """The long tests first, each in another worker's first share (xdist gives a quarter of all tests out at once)."""
    workers = int(os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1))
    share = max(len(items) // workers // 4, 2)
    long = [item for item in items if seconds_of(item) >= 200]
    rest = [item for item in items if seconds_of(item) < 200]
    for n, item in enumerate(long):
        rest.insert(n * share, item)
    items[:] = rest


def alarm(signum, frame):
    raise TooLong('the test took too long')


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    seconds = seconds_of(item) * SLOW
    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds, 10)
    faulthandler.dump_traceback_later(seconds + 120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
