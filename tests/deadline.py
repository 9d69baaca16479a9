"""A deadline for every test: @pytest.mark.deadline(seconds), 60 otherwise, longer in slow builds.

The alarm ends a test that hangs; when even that does not help, faulthandler shows where all
threads are and ends the run, so that it never hangs as a whole.
"""
import faulthandler
import os
import signal

import pytest

SLOW = 5 if 'san' in os.environ.get('SPFS_BUILD', '') else 1


class TooLong(Exception):
    pass


def pytest_configure(config):
    config.addinivalue_line('markers', 'deadline(seconds): how long the test may take (60)')


def alarm(signum, frame):
    raise TooLong('the test took too long')


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item, nextitem):
    mark = item.get_closest_marker('deadline')
    seconds = (mark.args[0] if mark else 60) * SLOW
    before = signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds, 10)
    faulthandler.dump_traceback_later(seconds + 120, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
