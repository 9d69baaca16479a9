"""What becomes of a list's directory when the list changes on the server."""
from soap import Client


def sync(mnt, name):
    mnt.spfs('sync', name, code=None)


def modes(mnt, path):
    return set(mnt.sh('find "%s" -type f -exec stat -c %%a {} +' % path).split())


def has_folder_with_files(mnt):
    return mnt.sh('find "Shared Documents" -mindepth 2 -type f').splitlines()


def test_a_list_that_turns_read_only_and_back(mnt):  # WriteSecurity; bug: files in folders kept their write bits
    assert has_folder_with_files(mnt)
    assert modes(mnt, 'Shared Documents') == {'644'}
    mnt.server.do('set "Shared Documents" WriteSecurity=4')
    sync(mnt, 'Shared Documents')
    mnt.wait(lambda: modes(mnt, 'Shared Documents') == {'444'}, 10, 'read-only files')
    assert mnt.sh('stat -c %a "Shared Documents"').strip() == '555'
    assert 'WriteSecurity' in mnt.list_status('Shared Documents')['read_only']
    assert 'read-only' in mnt.spfs('status').out
    mnt.server.do('set "Shared Documents" WriteSecurity=1')
    sync(mnt, 'Shared Documents')
    mnt.wait(lambda: modes(mnt, 'Shared Documents') == {'644'}, 10, 'writable files')


def test_a_retitled_list_keeps_its_directory(mnt):
    mnt.server.do('retitle Links "Favourite places"')
    sync(mnt, 'Links')
    assert 'Links' in mnt.sh('ls').splitlines()
    assert mnt.list_status('Links')['title'] == 'Favourite places'


def test_a_list_made_anew_is_another_list(mnt):
    before = mnt.sh('ls Links')
    mnt.server.do('delete-list Links', 'add-list 103 Links')
    sync(mnt, 'Links')
    assert mnt.list_status('Links')['list_state'] == 'gone'
    assert mnt.sh('ls Links') == before
    mnt.spfs('add', mnt.server.url, 'Links')
    mnt.wait(lambda: mnt.list_status('Links (team)')['list_state'] == 'ok', 10, 'the new list')
    assert mnt.sh('ls "Links (team)"') == ''
    mnt.sh('echo "https://example.org, Example" > "Links (team)/x.txt" || true')


def test_a_forbidden_list_stays_read_only_until_it_is_allowed_again(mnt):
    before = mnt.sh('ls Links')
    mnt.server.script('count=1 op=GetListItemChangesSinceToken list=Links status=403')
    sync(mnt, 'Links')
    assert mnt.list_status('Links')['list_state'] == 'forbidden'
    assert mnt.sh('ls Links') == before
    assert mnt.sh('stat -c %a Links').strip() == '555'
    sync(mnt, 'Links')
    mnt.wait(lambda: mnt.list_status('Links')['list_state'] == 'ok', 10, 'the list')
    mnt.wait(lambda: mnt.sh('stat -c %a Links').strip() == '755', 10, 'its rights')


def test_lists_that_may_not_be_taken_away(site):  # ExcludeFromOfflineClient, external lists
    site.server.do('set Links ExcludeFromOfflineClient=True')
    site.add()
    assert 'Links' not in site.spfs('lists').out.split()
    r = site.spfs('add', site.server.url, 'Links', code=1)
    assert 'offline' in r.err
    site.server.do('set Links ExcludeFromOfflineClient=False HasExternalDataSource=True')
    r = site.spfs('add', site.server.url, 'Links', code=1)
    assert "another system's" in r.err
    # a list that turns so later is read-only, and says why
    site.mount()
    site.wait(lambda: all(s['list_state'] == 'ok' for s in site.status()['lists']), 20, 'the first sync')
    site.server.do('set Tasks ExcludeFromOfflineClient=True')
    sync(site, 'Tasks')
    assert 'offline' in site.list_status('Tasks')['read_only']
    site.wait(lambda: site.sh('stat -c %a Tasks').strip() == '555', 10, 'a read-only directory')
    site.server.do('set Tasks ExcludeFromOfflineClient=False HasExternalDataSource=True')
    sync(site, 'Tasks')
    assert "another system's" in site.list_status('Tasks')['read_only']


def test_the_approval_status_of_a_moderated_list(mnt):
    mnt.server.do('set Announcements EnableModeration=True')
    sync(mnt, 'Announcements')
    mnt.sh('echo "Bring a torch." >> "Announcements/Fire drill on Friday.txt"')
    mnt.wait(lambda: mnt.server.methods() == {'Update': 1}, 10, 'the update')
    mnt.settle()
    row = Client(mnt.server.url).find('Announcements', Title='Fire drill on Friday')
    word = {'0': 'Approved', '2': 'Pending', '3': 'Draft'}[row['_ModerationStatus']]
    mnt.wait(lambda: '# Approval Status: %s' % word in mnt.sh('cat "Announcements/Fire drill on Friday.txt"'), 10,
             'the status')


def test_idle_stops_what_runs(mnt):
    mnt.server.script('count=0 op=GetListItemChangesSinceToken delay=20000')
    mnt.sh('echo > .spfs/sync')
    mnt.wait(lambda: mnt.status()['running'], 10, 'a run')
    mnt.sh('echo idle > .spfs/sync')
    mnt.wait(lambda: not mnt.status()['running'], 10, 'its end')
    assert mnt.sh('timeout 10 cat .spfs/progress') is not None
    assert mnt.sh('cat .spfs/sync').strip() == 'idle'


def test_a_list_added_in_work_offline_comes_with_online(site):
    site.add('Tasks')
    site.mount()
    site.settle()
    site.spfs('offline')
    site.add('Links')
    assert site.sh('timeout 10 cat .spfs/progress; echo $?').split()[-1] == '0'
    assert not site.status()['running']
    site.spfs('online')
    site.wait(lambda: site.list_status('Links')['list_state'] == 'ok', 10, 'the list')
