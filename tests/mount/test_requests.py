"""Every request that spfs sends in the tests of mounts is held against the published schema when the test ends."""
import pytest

from soapschema import SCHEMA, validate


def test_schema_is_at_hand():
    """Says aloud when nothing is held against it."""
    if not SCHEMA.exists():
        pytest.skip('SKIPPED: %s is not here, requests are not validated' % SCHEMA)
    body = ('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><GetList xmlns="http://schemas.microsoft.com/'
            'sharepoint/soap/"><%s>Tasks</%s></GetList></e:Body></e:Envelope>')
    validate((body % ('listName', 'listName')).encode())
    with pytest.raises(AssertionError):
        validate((body % ('wrong', 'wrong')).encode())


def test_what_a_day_of_work_sends_is_kept_and_valid(mnt):
    mnt.sh("sed -i 's/^Status: .*/Status: In Progress/' 'Tasks/Write report.txt'; echo 'a <b> & \"c\"' > Announcements/New.txt;"
           "mkdir Tasks/D; mv 'Tasks/Order toner.txt' 'Tasks/Order paper.txt'; rm 'Tasks/Order paper.txt'")
    mnt.sh('echo > .spfs/sync')
    mnt.wait(lambda: mnt.server.methods().get('Delete'), 20, 'the deletion after its grace')
    mnt.settle()
    kept = [p.read_text() for p in mnt.requests.glob('*_spfs_*.xml')]
    for operation in ('GetListCollection', 'GetListItemChangesSinceToken', 'UpdateListItems', 'Cmd="Delete"'):
        assert any(operation in body for body in kept), operation
    assert mnt.invalid_requests() == ''
