"""The tutorial of spfs(1), typed into a terminal word for word; and the picture in the README is one of it."""
import html
import re
import shutil
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def lines_of(svg):
    return [html.unescape(re.sub('<[^>]*>', '', line)) for line in re.findall(r'<text [^>]*>(.*)</text>', svg)]


def same_but_for_numbers(line):
    return re.sub(r'\d+', '0', line)


@pytest.mark.deadline(150)
def test_the_tutorial_can_be_followed_word_for_word(world):
    """Every command succeeds; what the README shows is what is seen today."""
    if not shutil.which('tmux'):
        pytest.skip('tmux is not installed')
    for f in ('scripts/tutorial', 'man/spfs.1'):
        shutil.copy(TOP / f, world.base)
    world.own()
    picture = world.base / 'picture.svg'
    r = world.run('/usr/bin/python3', world.base / 'tutorial', '--programs', world.bin, '--manual', world.base / 'spfs.1',
                  '--home', world.home, '--picture', picture, timeout=100)
    assert r.code == 0, r
    typed = [line[2:] for line in r.out.splitlines() if line.startswith('$ ')]
    section = (TOP / 'man/spfs.1').read_text().split('.Sh TUTORIAL\n')[1].split('\n.Sh ')[0]
    assert len(typed) == section.count('\n$ ') >= 15
    assert 'All that was tried works.' in r.out and 'Write report.txt' in r.out
    assert not world.is_mounted()
    kept = lines_of((TOP / 'doc/terminal.svg').read_text())
    assert list(map(same_but_for_numbers, lines_of(picture.read_text()))) == list(map(same_but_for_numbers, kept)), \
        'scripts/tutorial --picture doc/terminal.svg makes it anew'
    assert 'doc/terminal.svg' in (TOP / 'README.md').read_text()
