/* Preloaded into a process: ends it with SIGKILL before its n-th call that changes a file below a folder, or that sends
 * something to another process.
 * Counted: creating, emptying, writing, copying, truncating, syncing, renaming, linking, removing, making folders,
 * and what goes into a socket. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static volatile long left = 0, seen = 0;
static char below[PATH_MAX] = "";

void kill_arm(const char *folder, long n) { strncpy(below, folder, sizeof below - 1); left = n; seen = 0; }
long kill_seen(void) { return seen; }

static void step(void) {
	__sync_add_and_fetch(&seen, 1);
	if (left && __sync_sub_and_fetch(&left, 1) == 0) { kill(getpid(), SIGKILL); for (;;) pause(); }
}
static void count(const char *path) {
	if (below[0] && !strncmp(path, below, strlen(below))) step();
}
static void count_fd(int fd) {
	char link[64], path[PATH_MAX]; ssize_t n;
	if (!below[0]) return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n > 0) { path[n] = 0; count(path); }
}
static void count_at(int dir, const char *path) { if (path[0] == '/') count(path); else count_fd(dir); }
#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *b, size_t n) { REAL(write); count_fd(fd); return real(fd, b, n); }
ssize_t writev(int fd, const struct iovec *v, int n) { REAL(writev); count_fd(fd); return real(fd, v, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { REAL(pwrite); count_fd(fd); return real(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { REAL(pwrite64); count_fd(fd); return real(fd, b, n, o); }
ssize_t sendfile(int to, int fd, off_t *o, size_t n) { REAL(sendfile); count_fd(to); return real(to, fd, o, n); }
ssize_t sendfile64(int to, int fd, off64_t *o, size_t n) { REAL(sendfile64); count_fd(to); return real(to, fd, o, n); }
int ftruncate(int fd, off_t o) { REAL(ftruncate); count_fd(fd); return real(fd, o); }
int ftruncate64(int fd, off64_t o) { REAL(ftruncate64); count_fd(fd); return real(fd, o); }
int fsync(int fd) { REAL(fsync); count_fd(fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); count_fd(fd); return real(fd); }
int rename(const char *a, const char *b) { REAL(rename); count(b); return real(a, b); }
int link(const char *a, const char *b) { REAL(link); count(b); return real(a, b); }
int linkat(int f, const char *a, int t, const char *b, int flags) {
	REAL(linkat); count_at(t, b); return real(f, a, t, b, flags);
}
int unlink(const char *p) { REAL(unlink); count(p); return real(p); }
int unlinkat(int dir, const char *p, int flags) { REAL(unlinkat); count_at(dir, p); return real(dir, p, flags); }
int rmdir(const char *p) { REAL(rmdir); count(p); return real(p); }
int mkdir(const char *p, mode_t m) { REAL(mkdir); count(p); return real(p, m); }
ssize_t send(int fd, const void *b, size_t n, int flags) {
	REAL(send); if (below[0]) step(); return real(fd, b, n, flags);
}
#define OPEN(name) int name(const char *p, int flags, ...) { \
	REAL(name); mode_t m = 0; \
	if (flags & O_CREAT) { va_list a; va_start(a, flags); m = va_arg(a, mode_t); va_end(a); \
		if (access(p, F_OK)) count(p); } \
	if (flags & O_TRUNC && !access(p, F_OK)) count(p); \
	return real(p, flags, m); }
OPEN(open)
OPEN(open64)
