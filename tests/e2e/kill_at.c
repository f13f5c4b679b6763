/* Preloaded into a process: ends it with SIGKILL before its n-th call that changes a file below a folder.
 * Counted: creating, writing, truncating, syncing, renaming, removing, making folders. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static volatile long left = 0, seen = 0;
static char below[PATH_MAX] = "";

void kill_arm(const char *folder, long n) { strncpy(below, folder, sizeof below - 1); left = n; seen = 0; }
long kill_seen(void) { return seen; }

static void count(const char *path) {
	if (!below[0] || strncmp(path, below, strlen(below))) return;
	__sync_add_and_fetch(&seen, 1);
	if (left && __sync_sub_and_fetch(&left, 1) == 0) { kill(getpid(), SIGKILL); for (;;) pause(); }
}
static void count_fd(int fd) {
	char link[64], path[PATH_MAX]; ssize_t n;
	if (!below[0]) return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n > 0) { path[n] = 0; count(path); }
}
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *b, size_t n) { REAL(write); count_fd(fd); return real(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { REAL(pwrite); count_fd(fd); return real(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { REAL(pwrite64); count_fd(fd); return real(fd, b, n, o); }
int ftruncate(int fd, off_t o) { REAL(ftruncate); count_fd(fd); return real(fd, o); }
int ftruncate64(int fd, off64_t o) { REAL(ftruncate64); count_fd(fd); return real(fd, o); }
int fsync(int fd) { REAL(fsync); count_fd(fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); count_fd(fd); return real(fd); }
int rename(const char *a, const char *b) { REAL(rename); count(b); return real(a, b); }
int unlink(const char *p) { REAL(unlink); count(p); return real(p); }
int mkdir(const char *p, mode_t m) { REAL(mkdir); count(p); return real(p, m); }
#define OPEN(name) int name(const char *p, int flags, ...) { \
	REAL(name); mode_t m = 0; \
	if (flags & O_CREAT) { va_list a; va_start(a, flags); m = va_arg(a, mode_t); va_end(a); \
		if (access(p, F_OK)) count(p); } \
	return real(p, flags, m); }
OPEN(open)
OPEN(open64)
