"""Two clients from npm as judges: SharepointPlus, which was written for real SharePoint, and soap, which believes the WSDL. They are fetched
into the build directory, once, and nowhere else; without npm or its registry the tests are skipped."""
import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import BUILD

HERE = Path(__file__).parent / 'npm'


@pytest.fixture(scope='session')
def modules():
    """A directory with node_modules."""
    for program in ('node', 'npm'):
        if not shutil.which(program):
            pytest.skip('SKIPPED: %s is not installed (Debian: nodejs, npm)' % program)
    top = BUILD / 'npm'
    top.mkdir(parents=True, exist_ok=True)
    with open(top / 'lock', 'w') as lock:  # the tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (HERE / 'package.json').read_text()
        done = top / 'done'
        if not done.exists() or done.read_text() != wanted:
            (top / 'package.json').write_text(wanted)
            try:
                p = subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--cache', top / 'cache'],
                                   cwd=top, capture_output=True, text=True, timeout=400)
            except subprocess.TimeoutExpired:
                pytest.skip('SKIPPED: npm does not come to an end: no registry?')
            if p.returncode != 0:
                pytest.skip('SKIPPED: npm cannot fetch soap and sharepointplus: %s' % p.stderr.strip()[-200:])
            done.write_text(wanted)
    return top


def run(modules, script, client, *args):
    env = {k: v for k, v in os.environ.items() if not k.lower().endswith('_proxy')}
    p = subprocess.run(['node', HERE / script, 'http://127.0.0.1:%d%s' % (client.port, client.site), *args], cwd=modules, env=env,
                       capture_output=True, text=True, timeout=300)
    assert p.returncode == 0, (p.stderr + p.stdout)[-3000:]
    return json.loads(p.stdout.splitlines()[-1])


@pytest.mark.parametrize('version', ['1.1', '1.2'])
def test_soap(modules, client, version):
    saw = run(modules, 'soap.js', client, version)
    assert len(saw['operations']) >= 30 and 'GetListItemChangesSinceToken' in saw['operations']
    assert saw['lists'] == list(client.lists())
    assert saw['made'] == 'from node & soap' and saw['rows'] == saw['count'] == len(client.items('Tasks', limit=0)) + 1
    assert saw['attachment'].endswith('/a%20b.txt') or saw['attachment'].endswith('/a b.txt')
    assert saw['deleted'] == '0x00000000' and saw['change'] == ['Delete', True] and saw['fault'] == '0x82000006'


def test_sharepointplus(modules, client):
    before = client.titles('Tasks', '<OrderBy><FieldRef Name="ID"/></OrderBy>')
    saw = run(modules, 'sharepointplus.js', client)
    assert saw['lists'] == list(client.lists()) and {'Title', 'DueDate', 'AssignedTo'} <= set(saw['columns'])
    ids = {r['Title']: int(r['ID']) for r in client.items('Tasks', fields=['ID', 'Title'], limit=0)}
    assert saw['first'] == [t for t in before if ids[t] < 3]
    assert saw['added'] == [2, 0] and saw['found'] == ['from <SharepointPlus> & node', 'second']
    assert saw['changed'] == [1, 0, 'changed'] and saw['refused'] == [0, 1] and saw['removed'] == [1, 0, []]
    assert 'Task' in saw['types'] and 'second' in client.titles('Tasks', '')
