/* Disks that fail, on demand: preloaded into a process of the tests.
 *
 * While $FAULTS/write exists, writing to a database file reports a full disk; while $FAULTS/sync
 * exists, making it durable reports an I/O error.  Everything else goes through.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int strikes(int fd, const char *what) {
    const char *folder = getenv("FAULTS");
    char path[4096], link[64], target[4096];
    if (folder == NULL) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, what);
    if (access(path, F_OK) != 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, target, sizeof target - 1);
    if (n < 0) return 0;
    target[n] = 0;
    return strstr(target, "hutong.db") != NULL && strstr(target, ".lock") == NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) {
    if (strikes(fd, "write")) { errno = ENOSPC; return -1; }
    return REAL(pwrite64)(fd, data, count, at);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at) {
    if (strikes(fd, "write")) { errno = ENOSPC; return -1; }
    return REAL(pwrite)(fd, data, count, at);
}

int fsync(int fd) {
    if (strikes(fd, "sync")) { errno = EIO; return -1; }
    return REAL(fsync)(fd);
}

int fdatasync(int fd) {
    if (strikes(fd, "sync")) { errno = EIO; return -1; }
    return REAL(fdatasync)(fd);
}
