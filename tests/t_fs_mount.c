/* What programs do to files of a list, and what the server is told of it. */
#include "t_fs_fixture.h"

static void test_read(void **state)
{
	NEED_MOUNT();
	sh_says(m, "head -3 A.txt", "Title: A\nStatus: open\nOwner:\n");
	sh_says(m, "grep -l 'Status: done' *.txt", "B.txt\n");
	sh_says(m, "stat -c '%A %h %s' A.txt | cut -c1-12", "-rw-r--r-- 1\n");
	sh_says(m, "test $(stat -c %s A.txt) = $(cat A.txt | wc -c) && echo same", "same\n");
	sh_says(m, "cd .. && stat -c '%A %n' . Tasks", "dr-xr-xr-x .\ndrwxr-xr-x Tasks\n");
}

static void test_programs_that_save(void **state)
{
	NEED_MOUNT();
	sh(m, "sed -i 's/^Status: .*/Status: sed/' A.txt");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "sed");
	assert_string_equal(fake_find(f, 1)->body, "first line\nsecond line");
	sh(m, "echo 'third line' >> A.txt");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->body, "first line\nsecond line\nthird line");
	sh(m, "echo 'Status: echo' > A.txt");
	assert_told(m, "update -; ");
	comes(m, "grep -c . A.txt", "9\n");
	sh(m, "cp A.txt /tmp/t_fs_copy.$$ && sed -i s/echo/cp/ /tmp/t_fs_copy.$$ && cp "
	      "/tmp/t_fs_copy.$$ A.txt && rm /tmp/t_fs_copy.$$");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "cp");
	sh(m, "rm A.txt; printf 'Title: A\\nStatus: again\\n' > A.txt");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "again");
	sh(m, "cp --remove-destination A.txt A.copy && mv A.copy A.txt");
	assert_told(m, "");
	sh(m, "mv A.txt A.txt~; printf 'Title: A\\nStatus: vim\\n' > A.txt; rm A.txt~");
	assert_told(m, "update -; ");
	sh(m, "ln A.txt A.txt.orig; printf 'Status: perl\\n' > XX12345678; mv XX12345678 A.txt; rm "
	      "A.txt.orig");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "perl");
	sh(m, "printf 'Status: link\\n' > x.tmp; mv A.txt A.bak; ln x.tmp A.txt; rm x.tmp A.bak");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "link");
	sh_says(m, "ls", "A.txt\nB.txt\n");
}

/* S8: why change anything if nothing's been changed? */
static void test_unchanged_is_not_sent(void **state)
{
	int pushes;

	NEED_MOUNT();
	pushes = f->pushes;
	sh(m, "cat A.txt > /tmp/t_fs.$$; cat /tmp/t_fs.$$ > A.txt; rm /tmp/t_fs.$$; touch A.txt; : "
	      "> A.txt; sed -i '' A.txt || sed -i s/x/x/ A.txt");
	settle(m);
	assert_int_equal(f->pushes, pushes);
	comes(m, "head -2 A.txt", "Title: A\nStatus: open\n");
}

static void test_new_and_deleted(void **state)
{
	NEED_MOUNT();
	sh(m, "echo 'Status: new' > C.txt");
	assert_told(m, "new C; ");
	sh_says(m, "ls", "A.txt\nB.txt\nC.txt\n");
	sh(m, "touch empty.txt; sleep 0.3");
	assert_told(m, "");
	sh(m, "rm empty.txt C.txt");
	assert_told(m, "delete -; ");
	sh_says(m, "ls", "A.txt\nB.txt\n");
	sh(m, "mkdir F && echo 'Status: x' > F/D.txt");
	assert_told(m, "new folder F; new D; ");
	sh(m, "rm -r F");
	settle(m);
	assert_int_equal(fake_count(f), 2);
}

static void test_rename_is_a_title(void **state)
{
	NEED_MOUNT();
	sh(m, "mv A.txt 'A new title.txt'");
	assert_told(m, "update A new title; ");
	sh_says(m, "ls; head -1 A*", "A new title.txt\nB.txt\nTitle: A new title\n");
	sh_fails(m, "mv -n 'A new title.txt' B.txt; mv 'A new title.txt' /tmp/../$PWD/../x.txt", 1, "");
	/* A onto B: B is updated, A deleted */
	sh(m, "mv 'A new title.txt' B.txt");
	settle(m);
	assert_int_equal(fake_count(f), 1);
	assert_string_equal(fake_find(f, 2)->status, "open");
}

static void test_title_edited_in_the_text(void **state)
{
	NEED_MOUNT();
	sh(m, "sed -i 's/^Title: .*/Title: Other/' A.txt");
	assert_told(m, "update Other; ");
	sh_says(m, "ls", "B.txt\nOther.txt\n");
	/* the former name still leads there, for the editor that has it open */
	sh_says(m, "head -1 A.txt", "Title: Other\n");
	sh(m, "sed -i 's/^Status: .*/Status: ghost/' A.txt");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "ghost");
	comes(m, "ls; sed -n 2p Other.txt", "B.txt\nOther.txt\nStatus: ghost\n");
}

static void test_invalid_text(void **state)
{
	NEED_MOUNT();
	sh_fails(m, "printf 'Titel: x\\n' | dd of=A.txt status=none", 1, "Invalid argument");
	comes(m, "cat A.txt", "Titel: x\n");
	sh_says(m, "ls", "A.txt\nB.txt\nERRORS\n");
	sh_says(m, "grep -c '^File: *A.txt' ERRORS; grep '^What:' ERRORS | cut -c1-40",
		"1\nWhat:   not saved to SharePoint: line 1:\n");
	sh_says(m, "getfattr --only-values -n user.spfs.state A.txt", "draft");
	sh_fails(m,
		 "printf 'Titel: x\\n' > s.tmp; perl -e 'rename(\"s.tmp\", \"B.txt\") or die "
		 "\"$!\"'",
		 22, "Invalid argument");
	sh(m, "test -f s.tmp && rm s.tmp && grep -q 'Status: done' B.txt");
	sh_fails(m, "rm ERRORS", 1, "not permitted");
	sh(m, "setfattr -n user.spfs.revert -v 1 A.txt");
	comes(m, "ls; sed -n 2p A.txt", "A.txt\nB.txt\nStatus: open\n");
	assert_told(m, "");
}

static void test_scratch_is_local(void **state)
{
	NEED_MOUNT();
	sh(m, "echo x > .A.txt.swp; mkdir .d; echo y > .d/z.txt; ln -s nowhere '.#A.txt'; echo "
	      "photo > photo.jpg");
	sh_says(m, "ls -A", ".#A.txt\n.A.txt.swp\n.d\nA.txt\nB.txt\nERRORS\nphoto.jpg\n");
	sh_says(m, "cat .A.txt.swp .d/z.txt; readlink '.#A.txt'; grep -c photo.jpg ERRORS",
		"x\ny\nnowhere\n1\n");
	sh_says(m, "getfattr --only-values -n user.spfs.state photo.jpg", "local");
	sh(m, "mv photo.jpg .d/; rm -r .d .A.txt.swp '.#A.txt'");
	sh_says(m, "ls -A", "A.txt\nB.txt\n");
	assert_told(m, "");
	sh_fails(m, "mkdir .Trash-0", 1, "not permitted");
	sh_fails(m, "cd ..; mkdir x", 1, "cannot create");
}

static void test_xattr(void **state)
{
	NEED_MOUNT();
	sh(m, "setfattr -n user.sharepoint.Status -v Closed A.txt");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "Closed");
	sh_says(m, "getfattr --only-values -n user.sharepoint.Status A.txt", "Closed");
	sh_says(m, "getfattr --only-values -n user.spfs.id A.txt", "1");
	comes(m, "sed -n 2p A.txt", "Status: Closed\n");
}

static void test_remote_change(void **state)
{
	char buf[64] = "", path[256];
	int fd;

	NEED_MOUNT();
	sh_says(m, "sed -n 2p A.txt", "Status: open\n");
	snprintf(path, sizeof(path), "%s/Tasks/A.txt", m->at);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	usleep(100000);
	fake_set(f, 1, NULL, "theirs", NULL);
	fake_add(f, "New");
	fake_delete(f, 2);
	sh_says(m, "ls; sed -n 2p A.txt", "A.txt\nNew.txt\nStatus: theirs\n");
	/* who had it open reads what he opened */
	assert_int_equal(pread(fd, buf, 22, 0), 22);
	assert_string_equal(buf, "Title: A\nStatus: open\n");
	close(fd);
}

/* A save of an old buffer changes what its user changed, not what others changed meanwhile. */
static void test_merge_base(void **state)
{
	NEED_MOUNT();
	sh(m, "exec 3<A.txt; cat <&3 > /tmp/t_fs.$$; echo ok");
	/* one process that reads, waits for a change by others, and writes what it read with one
	 * line changed */
	fake_set(f, 1, NULL, NULL, NULL);
	sh(m, "perl -e 'open F, \"A.txt\"; @l = <F>; close F; print STDOUT \"\"; system(\"sleep 0.3\");"
	      " s/open/mine/ for @l; open F, \">A.txt\"; print F @l; close F'");
	assert_told(m, "update -; ");
	assert_string_equal(fake_find(f, 1)->status, "mine");
}

static void test_control(void **state)
{
	NEED_MOUNT();
	sh_says(m, "cat ../.spfs/status; ls -A ..; cat ../.xdg-volume-info | head -1",
		"status of 0\nTasks\n[Volume Info]\n");
	sh_says(m, "ls ../.spfs/outbox; cat ../.spfs/outbox/1*", "1 A.txt\nupdate\n");
	sh_fails(m, "rm ../.spfs/outbox/1*", 1, "busy");
	sh(m, "echo all > ../.spfs/sync");
	sh_fails(m, "/bin/echo nonsense > ../.spfs/sync", 1, "Invalid argument");
	sh_says(m, "cat .spfs/schema | cut -c1-9", "schema of\n");
}

static void test_remount_keeps_inodes(void **state)
{
	char before[4096], after[4096];

	NEED_MOUNT();
	sh(m, "echo x > keep.tmp");
	sh_in(m, "Tasks", before, "stat -c '%i %n' * ../Tasks");
	unmount(m);
	mount_again(m, false);
	sh_in(m, "Tasks", after, "stat -c '%i %n' * ../Tasks");
	assert_string_equal(before, after);
	sh_says(m, "cat keep.tmp", "x\n");
}

/* Ctrl-C while the server does not answer. */
static void test_interrupted_listing(void **state)
{
	NEED_MOUNT();
	unmount(m);
	m->wait_ms = 600000;
	mount_again(m, false);
	comes(m, "ls", "A.txt\nB.txt\n");
	usleep(100000);
	f->latency_ms = 600000;
	/* else it would be killed */
	sh_fails(m, "timeout -s INT -k 60 0.3 ls", 124, "");
	f->latency_ms = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		T(test_read),
		T(test_programs_that_save),
		T(test_unchanged_is_not_sent),
		T(test_new_and_deleted),
		T(test_rename_is_a_title),
		T(test_title_edited_in_the_text),
		T(test_invalid_text),
		T(test_scratch_is_local),
		T(test_xattr),
		T(test_remote_change),
		T(test_merge_base),
		T(test_control),
		T(test_remount_keeps_inodes),
		T(test_interrupted_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
