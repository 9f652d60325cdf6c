// SPDX-License-Identifier: MIT
#include "results/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "results/file.h"
#include "tests/results/made.h"

/* A fresh store for each test. */

struct fixture {
	char base[64];		/* removed with everything in it */
	char dir[80];		/* the store; does not exist yet */
	struct vmb_error err;
};

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	snprintf(f->base, sizeof(f->base), "/tmp/vmbench-store-XXXXXX");
	if (!mkdtemp(f->base))
		return -1;
	snprintf(f->dir, sizeof(f->dir), "%s/results", f->base);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int err = nftw(f->base, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	free(f);
	return err;
}

static void assert_says(const struct fixture *f, const char *sentence)
{
	if (!strstr(f->err.text, sentence))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, sentence);
}

static void prepare(struct fixture *f)
{
	if (vmb_store_prepare(f->dir, &f->err))
		fail_msg("%s", f->err.text);
}

static void make_run(struct vmb_result *res, const char *id)
{
	uint64_t seed = 3;

	made_result(&seed, res);
	snprintf(res->id, sizeof(res->id), "%s", id);
}

static void save(struct fixture *f, const char *id)
{
	struct vmb_result res;
	char path[PATH_MAX];

	make_run(&res, id);
	if (vmb_store_save(f->dir, &res, path, &f->err))
		fail_msg("%s", f->err.text);
	vmb_result_fini(&res);
}

/* Return: status; on success the id of what was loaded is compared. */
static int load(struct fixture *f, const char *ref, const char *id)
{
	struct vmb_result res;
	int status = vmb_store_load(f->dir, ref, &res, &f->err);

	if (!status) {
		assert_string_equal(res.id, id);
		vmb_result_fini(&res);
	}
	return status;
}

static size_t files_in(const char *dir, const char *folder)
{
	char path[PATH_MAX];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/%s", dir, folder);
	d = opendir(path);
	assert_non_null(d);
	while ((e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

static const char *in_store(const struct fixture *f, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return path;
}

/* Exit statuses of a child that has done something to itself that cannot be undone. */
#define CHILD_GOOD	0
#define CHILD_BAD	1
#define CHILD_SKIP	77

static int run_child(struct fixture *f, int (*body)(struct fixture *f))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(body(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int child_complain(const struct fixture *f, const char *what)
{
	fprintf(stderr, "%s: %s\n", what, f->err.text);
	return CHILD_BAD;
}

#define CHILD_CHECK(f, expr) \
	do { \
		if (!(expr)) \
			return child_complain(f, #expr); \
	} while (0)

/* A disk of our own, seen by this process only. */
static bool mount_tmpfs(const char *at, unsigned long flags, const char *options)
{
	return !unshare(CLONE_NEWNS) && !mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tmpfs", at, "tmpfs", flags, options);
}

/* Saving and loading. */

static void test_store_saves_and_loads(void **state)
{
	struct fixture *f = *state;
	struct vmb_result a, b;
	struct vmb_bytes x, y;
	char path[PATH_MAX];
	struct stat st;

	prepare(f);
	make_run(&a, "20261124T062230Z-3f9a1c");
	assert_int_equal(vmb_store_save(f->dir, &a, path, &f->err), 0);
	assert_string_equal(path, in_store(f, "runs/20261124T062230Z-3f9a1c.vmb"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0444, 0444 & ~umask(umask(0)));
	assert_int_equal(vmb_store_load(f->dir, path, &b, &f->err), 0);
	assert_int_equal(vmb_result_encode(&a, &x), 0);
	assert_int_equal(vmb_result_encode(&b, &y), 0);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	assert_int_equal(files_in(f->dir, "runs"), 1);
	vmb_bytes_fini(&x);
	vmb_bytes_fini(&y);
	vmb_result_fini(&a);
	vmb_result_fini(&b);
}

static void test_store_prepare_twice_is_fine(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	save(f, "20261124T062230Z-000001");
	prepare(f);
	assert_int_equal(files_in(f->dir, "runs"), 1);
}

static void test_store_never_overwrites_a_run(void **state)
{
	struct fixture *f = *state;
	struct vmb_result res;
	struct stat before, after;
	char path[PATH_MAX];

	prepare(f);
	save(f, "20261124T062230Z-000001");
	assert_int_equal(stat(in_store(f, "runs/20261124T062230Z-000001.vmb"), &before), 0);
	make_run(&res, "20261124T062230Z-000001");
	assert_int_equal(vmb_store_save(f->dir, &res, path, &f->err), -EEXIST);
	assert_says(f, "stored already");
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(files_in(f->dir, "runs"), 1);	/* no temporary file either */
	vmb_result_fini(&res);
}

static void test_store_resolves_references(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	save(f, "20261124T062230Z-00000b");
	save(f, "20261124T062231Z-00000a");
	save(f, "20251124T062230Z-ffffff");
	assert_int_equal(load(f, "latest", "20261124T062231Z-00000a"), 0);
	assert_int_equal(load(f, "20251124T062230Z-ffffff", "20251124T062230Z-ffffff"), 0);
	assert_int_equal(load(f, "2025", "20251124T062230Z-ffffff"), 0);
	assert_int_equal(load(f, "20261124T062230", "20261124T062230Z-00000b"), 0);
	assert_int_equal(load(f, "2026", ""), -ENOTUNIQ);
	assert_says(f, "\"2026\" fits 2 runs");
	assert_says(f, "20261124T062231Z-00000a, 20261124T062230Z-00000b");
	assert_int_equal(load(f, "20261125", ""), -ENOENT);
	assert_says(f, "the nearest are 20261124T062231Z-00000a, 20261124T062230Z-00000b");
	assert_int_equal(load(f, "yesterday", ""), -ENOENT);
	assert_says(f, "the latest are 20261124T062231Z-00000a");
	assert_int_equal(load(f, "", ""), -ENOENT);
}

static void test_store_whole_id_wins_over_prefix(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	save(f, "20261124T062230Z-0000");
	save(f, "20261124T062230Z-000000");
	assert_int_equal(load(f, "20261124T062230Z-0000", "20261124T062230Z-0000"), 0);
}

static void test_store_empty_says_how_to_fill_it(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "latest", ""), -ENOENT);	/* not even prepared */
	assert_says(f, "no run is stored");
	prepare(f);
	assert_int_equal(load(f, "latest", ""), -ENOENT);
	assert_says(f, "make one with: vmbench");
}

static void test_store_ignores_foreign_names(void **state)
{
	static const char *const names[] = {
		"runs/.hidden.vmb", "runs/\x1b[31m.vmb", "runs/zz.txt", "runs/.vmb", "runs/zz zz.vmb",
	};
	struct fixture *f = *state;

	prepare(f);
	save(f, "20261124T062230Z-000001");
	for (size_t i = 0; i < VMB_ARRAY_SIZE(names); i++)
		close(open(in_store(f, names[i]), O_CREAT | O_WRONLY, 0644));
	assert_int_equal(mkdir(in_store(f, "runs/zz.vmb"), 0755), 0);
	assert_int_equal(load(f, "latest", "20261124T062230Z-000001"), 0);
}

static void test_store_lists_headers(void **state)
{
	struct fixture *f = *state;
	struct vmb_store_list list;
	int fd;

	assert_int_equal(vmb_store_list(f->dir, VMB_STORE_RUNS, &list, &f->err), 0);
	assert_int_equal(list.nr, 0);
	prepare(f);
	save(f, "20261124T062230Z-000002");
	save(f, "20261124T062230Z-000001");
	fd = open(in_store(f, "runs/20271124T062230Z-000001.vmb"), O_CREAT | O_WRONLY, 0644);
	assert_int_equal(write(fd, "junk", 4), 4);
	close(fd);
	assert_int_equal(vmb_store_list(f->dir, VMB_STORE_RUNS, &list, &f->err), 0);
	assert_int_equal(list.nr, 3);
	assert_string_equal(list.entries[0].id, "20261124T062230Z-000001");
	assert_string_equal(list.entries[1].id, "20261124T062230Z-000002");
	assert_string_equal(list.entries[2].id, "20271124T062230Z-000001");
	assert_string_equal(list.entries[0].path,
			    in_store(f, "runs/20261124T062230Z-000001.vmb"));
	assert_int_equal(list.entries[0].schema, 1);
	assert_true(list.entries[0].size_bytes > VMB_FRAME_HEADER_BYTES);
	assert_int_equal(list.entries[2].schema, 0);
	assert_int_equal(list.entries[2].size_bytes, 4);
	vmb_store_list_fini(&list);
}

static void test_store_refuses_sanitized_builds(void **state)
{
	struct fixture *f = *state;
	struct vmb_result res;
	char path[PATH_MAX];

	prepare(f);
	make_run(&res, "20261124T062230Z-000001");
	vmb_env_text(&res.env, "build.sanitizer", "build", "address,undefined");
	assert_int_equal(vmb_store_save(f->dir, &res, path, &f->err), -EPERM);
	assert_says(f, "sanitized build");
	assert_int_equal(files_in(f->dir, "runs"), 0);
	vmb_env_text(&res.env, "build.sanitizer", "build", "none");
	assert_int_equal(vmb_store_save(f->dir, &res, path, &f->err), 0);
	vmb_result_fini(&res);
}

static void test_store_refuses_id_that_leaves_the_folder(void **state)
{
	struct fixture *f = *state;
	struct vmb_result res;
	char path[PATH_MAX];

	prepare(f);
	make_run(&res, "../escaped");
	assert_int_equal(vmb_store_save(f->dir, &res, path, &f->err), -EINVAL);
	assert_says(f, "cannot be a file name");
	vmb_result_fini(&res);
}

/* What is not a result. */

static void test_store_refuses_what_is_not_a_file(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	assert_int_equal(mkfifo(in_store(f, "pipe"), 0600), 0);
	alarm(20);	/* opening a FIFO the wrong way would wait for ever */
	assert_int_equal(load(f, in_store(f, "pipe"), ""), -EINVAL);
	assert_says(f, "is a pipe");
	assert_int_equal(load(f, "/dev/zero", ""), -EINVAL);
	assert_says(f, "is a device");
	assert_int_equal(load(f, f->dir, ""), -EINVAL);
	assert_says(f, "is a folder");
	assert_int_equal(load(f, in_store(f, "absent.vmb"), ""), -ENOENT);
	assert_says(f, "absent.vmb");
	assert_int_equal(load(f, "/proc/self/status", ""), -EBADMSG);
	alarm(0);
}

static void test_store_refuses_oversized_without_reading(void **state)
{
	struct fixture *f = *state;
	int fd;

	prepare(f);
	fd = open(in_store(f, "huge.vmb"), O_CREAT | O_WRONLY, 0644);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1ll << 40), 0);	/* sparse */
	close(fd);
	assert_int_equal(load(f, in_store(f, "huge.vmb"), ""), -EFBIG);
	assert_says(f, "too large");
}

static void test_store_names_the_corrupt_file(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	save(f, "20261124T062230Z-000001");
	assert_int_equal(truncate(in_store(f, "runs/20261124T062230Z-000001.vmb"), 100), 0);
	assert_int_equal(load(f, "latest", ""), -EBADMSG);
	assert_says(f, "20261124T062230Z-000001.vmb: truncated");
}

/* Folders that cannot be written. */

static void test_store_prepare_without_parent(void **state)
{
	struct fixture *f = *state;

	strcat(f->dir, "/a/b");
	assert_int_equal(vmb_store_prepare(f->dir, &f->err), -ENOENT);
	assert_says(f, "create it with: mkdir -p");
}

static void test_store_prepare_on_a_file(void **state)
{
	struct fixture *f = *state;

	close(open(f->dir, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(vmb_store_prepare(f->dir, &f->err), -ENOTDIR);
	assert_says(f, "give a folder with --results DIR");
}

/* Root may write anywhere, so this is somebody else. */
static int as_nobody(struct fixture *f)
{
	struct vmb_result res;
	char path[PATH_MAX];

	if (!geteuid() && (setgid(65534) || setuid(65534)))
		return CHILD_SKIP;
	CHILD_CHECK(f, vmb_store_prepare(f->dir, &f->err) == -EACCES);
	CHILD_CHECK(f, strstr(f->err.text, "choose a folder that you may write with --results"));
	make_run(&res, "20261124T062230Z-000002");
	CHILD_CHECK(f, vmb_store_save(f->dir, &res, path, &f->err) == -EACCES);
	vmb_result_fini(&res);
	return CHILD_GOOD;
}

static void test_store_read_only_folder(void **state)
{
	struct fixture *f = *state;
	int status;

	prepare(f);
	assert_int_equal(chmod(f->base, 0755), 0);
	assert_int_equal(chmod(in_store(f, "runs"), 0555), 0);
	status = run_child(f, as_nobody);
	chmod(in_store(f, "runs"), 0755);
	if (status == CHILD_SKIP) {
		print_message("cannot become another user\n");
		skip();
	}
	assert_int_equal(status, CHILD_GOOD);
	assert_int_equal(files_in(f->dir, "runs"), 0);
}

static int on_read_only_disk(struct fixture *f)
{
	if (!mount_tmpfs(f->base, MS_RDONLY, "size=64k"))
		return CHILD_SKIP;
	CHILD_CHECK(f, vmb_store_prepare(f->dir, &f->err) == -EROFS);
	CHILD_CHECK(f, strstr(f->err.text, "writable disk"));
	return CHILD_GOOD;
}

static void test_store_read_only_disk(void **state)
{
	int status = run_child(*state, on_read_only_disk);

	if (status == CHILD_SKIP) {
		print_message("a tmpfs cannot be mounted here\n");
		skip();
	}
	assert_int_equal(status, CHILD_GOOD);
}

static void grow_run(struct vmb_result *res)
{
	uint64_t seed = 9;

	for (int i = 0; i < 100; i++) {
		struct vmb_bench_result *b = vmb_result_add(res);

		made_bench(&seed, b);
		snprintf(b->id, sizeof(b->id), "memory/copy/%d", i);
	}
}

/* The disk fills up between prepare and save. */
static int on_full_disk(struct fixture *f)
{
	struct vmb_result res;
	char path[PATH_MAX];
	int fd;

	if (!mount_tmpfs(f->base, 0, "size=2m"))
		return CHILD_SKIP;
	CHILD_CHECK(f, !vmb_store_prepare(f->dir, &f->err));
	fd = open(in_store(f, "ballast"), O_CREAT | O_WRONLY, 0600);
	CHILD_CHECK(f, fd >= 0 && !posix_fallocate(fd, 0, 2000 << 10));
	close(fd);
	make_run(&res, "20261124T062230Z-000001");
	grow_run(&res);
	CHILD_CHECK(f, vmb_store_save(f->dir, &res, path, &f->err) == -ENOSPC);
	vmb_result_fini(&res);
	CHILD_CHECK(f, strstr(f->err.text, "free some space"));
	CHILD_CHECK(f, access(path, F_OK) && errno == ENOENT);
	CHILD_CHECK(f, files_in(f->dir, "runs") == 0);
	CHILD_CHECK(f, vmb_store_prepare(f->dir, &f->err) == -ENOSPC);
	CHILD_CHECK(f, files_in(f->dir, "runs") == 0);
	return CHILD_GOOD;
}

static void test_store_full_disk(void **state)
{
	int status = run_child(*state, on_full_disk);

	if (status == CHILD_SKIP) {
		print_message("a small tmpfs cannot be mounted here\n");
		skip();
	}
	assert_int_equal(status, CHILD_GOOD);
}

static int under_file_size_limit(struct fixture *f)
{
	struct rlimit limit = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };
	struct vmb_result res;
	char path[PATH_MAX];

	make_run(&res, "20261124T062230Z-000001");
	grow_run(&res);
	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return CHILD_SKIP;
	CHILD_CHECK(f, vmb_store_save(f->dir, &res, path, &f->err) == -EFBIG);
	CHILD_CHECK(f, strstr(f->err.text, "ulimit -f"));
	vmb_result_fini(&res);
	return CHILD_GOOD;
}

static void test_store_file_size_limit(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	assert_int_equal(run_child(f, under_file_size_limit), CHILD_GOOD);
	assert_int_equal(files_in(f->dir, "runs"), 0);
}

/* Killed in the middle. */

static size_t assert_all_whole(struct fixture *f)
{
	struct vmb_store_list list;
	size_t nr;

	assert_int_equal(vmb_store_list(f->dir, VMB_STORE_RUNS, &list, &f->err), 0);
	for (size_t i = 0; i < list.nr; i++)
		if (load(f, list.entries[i].path, list.entries[i].id))
			fail_msg("half a file under its final name: %s", f->err.text);
	nr = list.nr;
	vmb_store_list_fini(&list);
	return nr;
}

/* The signal of the file size limit comes in the middle of write(2): always at the same byte. */
static void test_store_killed_in_write(void **state)
{
	struct rlimit limit = { .rlim_cur = 10000, .rlim_max = RLIM_INFINITY };
	struct fixture *f = *state;
	struct vmb_result res;
	char path[PATH_MAX];
	int status;
	pid_t pid;

	prepare(f);
	make_run(&res, "20261124T062230Z-000001");
	grow_run(&res);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		limit.rlim_max = 10000;
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		signal(SIGXFSZ, SIG_DFL);
		if (setrlimit(RLIMIT_FSIZE, &limit))
			_exit(CHILD_BAD);
		_exit(vmb_store_save(f->dir, &res, path, &f->err) ? CHILD_BAD : CHILD_GOOD);
	}
	vmb_result_fini(&res);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGXFSZ);
	assert_int_equal(assert_all_whole(f), 0);
	assert_int_equal(files_in(f->dir, "runs"), 1);	/* the temporary file, half-written */
}

static VMB_NORETURN void save_for_ever(const struct fixture *f, struct vmb_result *res, int child)
{
	struct vmb_error err;
	char path[PATH_MAX];

	for (unsigned int i = 0;; i++) {
		snprintf(res->id, sizeof(res->id), "20261124T0622%02dZ-%06x", child, i);
		if (vmb_store_save(f->dir, res, path, &err))
			_exit(CHILD_BAD);
	}
}

static void test_store_killed_at_any_moment(void **state)
{
	struct fixture *f = *state;
	struct vmb_result res;
	uint64_t seed = 5;
	int status;

	prepare(f);
	make_run(&res, "20261124T062230Z-000001");
	grow_run(&res);
	for (int child = 0; child < 20; child++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			save_for_ever(f, &res, child);
		usleep(2000 + (useconds_t)made_below(&seed, 15000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));	/* not one save had failed */
	}
	vmb_result_fini(&res);
	assert_all_whole(f);
}

static void test_store_prepare_sweeps_old_leftovers(void **state)
{
	struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct fixture *f = *state;

	prepare(f);
	close(open(in_store(f, "runs/.vmb-0123456789abcdef.tmp"), O_CREAT | O_WRONLY, 0600));
	close(open(in_store(f, "runs/.vmb-fedcba9876543210.tmp"), O_CREAT | O_WRONLY, 0600));
	close(open(in_store(f, "runs/notes.tmp"), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(utimensat(AT_FDCWD, in_store(f, "runs/notes.tmp"), old, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, in_store(f, "runs/.vmb-0123456789abcdef.tmp"), old, 0),
			 0);
	prepare(f);
	assert_int_equal(access(in_store(f, "runs/.vmb-0123456789abcdef.tmp"), F_OK), -1);
	assert_int_equal(access(in_store(f, "runs/.vmb-fedcba9876543210.tmp"), F_OK), 0);
	assert_int_equal(access(in_store(f, "runs/notes.tmp"), F_OK), 0);
}

static void test_file_replace_is_whole(void **state)
{
	struct fixture *f = *state;
	struct vmb_bytes b;
	int fd;

	prepare(f);
	fd = open(f->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(vmb_file_write(fd, "x", "old", 3, false), 0);
	assert_int_equal(vmb_file_write(fd, "x", "new!", 4, false), -EEXIST);
	assert_int_equal(vmb_file_write(fd, "x", "new!", 4, true), 0);
	close(fd);
	assert_int_equal(vmb_file_read(in_store(f, "x"), 100, &b, &f->err), 0);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "new!", 4);
	vmb_bytes_fini(&b);
}

/* sudo must not leave files that the user cannot remove. */
static void test_store_under_root_belongs_to_the_owner_of_the_folder(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	if (geteuid()) {
		print_message("only root can give files away\n");
		skip();
	}
	assert_int_equal(chown(f->base, 65534, 65534), 0);
	prepare(f);
	save(f, "20261124T062230Z-000001");
	assert_int_equal(stat(f->dir, &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(stat(in_store(f, "runs"), &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(stat(in_store(f, "runs/20261124T062230Z-000001.vmb"), &st), 0);
	assert_int_equal(st.st_uid, 65534);
}

#define STORE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_store_saves_and_loads),
		STORE_TEST(test_store_prepare_twice_is_fine),
		STORE_TEST(test_store_never_overwrites_a_run),
		STORE_TEST(test_store_resolves_references),
		STORE_TEST(test_store_whole_id_wins_over_prefix),
		STORE_TEST(test_store_empty_says_how_to_fill_it),
		STORE_TEST(test_store_ignores_foreign_names),
		STORE_TEST(test_store_lists_headers),
		STORE_TEST(test_store_refuses_sanitized_builds),
		STORE_TEST(test_store_refuses_id_that_leaves_the_folder),
		STORE_TEST(test_store_refuses_what_is_not_a_file),
		STORE_TEST(test_store_refuses_oversized_without_reading),
		STORE_TEST(test_store_names_the_corrupt_file),
		STORE_TEST(test_store_prepare_without_parent),
		STORE_TEST(test_store_prepare_on_a_file),
		STORE_TEST(test_store_read_only_folder),
		STORE_TEST(test_store_read_only_disk),
		STORE_TEST(test_store_full_disk),
		STORE_TEST(test_store_file_size_limit),
		STORE_TEST(test_store_killed_in_write),
		STORE_TEST(test_store_killed_at_any_moment),
		STORE_TEST(test_store_prepare_sweeps_old_leftovers),
		STORE_TEST(test_file_replace_is_whole),
		STORE_TEST(test_store_under_root_belongs_to_the_owner_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
