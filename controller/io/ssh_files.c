/* Keys and known_hosts as files, since ssh takes them in no other way: 0600, in a directory of 0700 of our own, on a
 * tmpfs where there is one. It goes with us; what a killed controller left is removed by the next. */
#include "ssh_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "hash.h"

/* A socket's address must hold the directory, a name of ours and what ssh appends while it makes it. */
enum { DIRECTORY_MAX = SSH_PATH - 32 };

#define PREFIX "strait-ssh-"
#define LOCK "strait-ssh.lock"

static void
remove_all(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

/* Directories like ours whose owner lives no more: their lock is free. */
static void
clear_up(const char *base)
{
	DIR *dir = opendir(base);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", base, entry->d_name);
		char *lock CLEANUP_FREE = xasprintf("%s/" LOCK, path);
		struct stat stat_;
		int fd;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) || lstat(path, &stat_) || stat_.st_uid != geteuid())
			continue;
		fd = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_all(path);
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
}

static int
write_file(const char *path, const char *text, struct err *err)
{
	size_t len = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool bad = fd < 0 || write(fd, text, len) != (ssize_t)len;

	/* ssh refuses a key without a newline at its end, and a Secret's easily has none. */
	if (!bad && len && text[len - 1] != '\n')
		bad = write(fd, "\n", 1) != 1;
	if (bad)
		err_set(err, "cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return bad ? -1 : 0;
}

static int
make_in(struct ssh *ssh, const char *base)
{
	char *path CLEANUP_FREE = xasprintf("%s/" PREFIX "XXXXXX", base);
	char *lock CLEANUP_FREE = NULL;

	clear_up(base);
	if (strlen(path) > DIRECTORY_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!mkdtemp(path))
		return -1;
	lock = xasprintf("%s/" LOCK, path);
	ssh->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_EXCL, 0600);
	if (ssh->lock < 0 || flock(ssh->lock, LOCK_EX | LOCK_NB)) {
		remove_all(path);
		return -1;
	}
	snprintf(ssh->directory, sizeof ssh->directory, "%s", path);
	return 0;
}

static int
make_directory(struct ssh *ssh, struct err *err)
{
	const char *given = ssh->runtime_dir, *xdg = getenv("XDG_RUNTIME_DIR");

	if (ssh->directory[0])
		return 0;
	if (given) {
		if (given[strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-")])
			return err_set(err, "--runtime-dir %s: use letters, digits and / . _ - only", given);
		if (make_in(ssh, given) == 0)
			return 0;
		return err_set(err, "--runtime-dir %s: cannot make a private directory there: %s (at most %d "
		    "characters, writable by us)", given, strerror(errno), DIRECTORY_MAX - 18);
	}
	if ((xdg && *xdg && make_in(ssh, xdg) == 0) || make_in(ssh, "/run/strait") == 0 || make_in(ssh, "/tmp") == 0)
		return 0;
	return err_set(err, "cannot make a private directory for ssh keys in /run/strait or /tmp: %s; name a writable "
	    "one with --runtime-dir", strerror(errno));
}

static void
keys_remove(struct ssh_keys *keys)
{
	unlink(keys->key_path);
	unlink(keys->known_path);
	free(keys->secret);
	free(keys);
}

static int
keys_make(struct ssh *ssh, const struct ssh_ask *ask, uint64_t digest, const struct ssh_keys **ret, struct err *err)
{
	struct ssh_keys *keys = xcalloc(1, sizeof *keys);
	unsigned serial = ++ssh->serial;

	keys->secret = xstrdup(ask->secret);
	keys->digest = digest;
	/* The directory's name was made to fit. */
	snprintf(keys->key_path, SSH_PATH, "%.*s/k%u", DIRECTORY_MAX, ssh->directory, serial);
	snprintf(keys->known_path, SSH_PATH, "%.*s/h%u", DIRECTORY_MAX, ssh->directory, serial);
	if (write_file(keys->key_path, ask->key, err) || write_file(keys->known_path, ask->known_hosts, err)) {
		keys_remove(keys);
		return -1;
	}
	keys->next = ssh->keys;
	ssh->keys = keys;
	*ret = keys;
	return 0;
}

int
ssh_files_keys(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys **ret, struct err *err)
{
	uint64_t digest = hash_str(hash_str(HASH_SEED, ask->key), ask->known_hosts);

	for (struct ssh_keys **at = &ssh->keys, *keys; (keys = *at); at = &keys->next) {
		if (strcmp(keys->secret, ask->secret) != 0)
			continue;
		if (keys->digest == digest) {
			*ret = keys;
			return 0;
		}
		/* Masters that have read them go on; one that is just starting fails, and is started again. */
		*at = keys->next;
		keys_remove(keys);
		break;
	}
	if (make_directory(ssh, err))
		return -1;
	return keys_make(ssh, ask, digest, ret, err);
}

void
ssh_files_done(struct ssh *ssh)
{
	struct ssh_keys *keys;

	while ((keys = ssh->keys)) {
		ssh->keys = keys->next;
		keys_remove(keys);
	}
	if (!ssh->directory[0])
		return;
	remove_all(ssh->directory);
	close(ssh->lock);
	ssh->directory[0] = '\0';
}
