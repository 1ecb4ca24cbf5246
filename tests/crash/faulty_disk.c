/* Preloaded into a command: lets the disk fail at one moment, below everything that writes.

   FAULT_BELOW   folder; only files under it count
   FAULT_AT      number, from 0, of the call that fails: of all calls below that change something
   FAULT_KIND    error (EIO), full (ENOSPC, this call and all after it), short (half is written, then ENOSPC),
                 kill (SIGKILL instead of the call), stop (SIGSTOP before every call), none (nothing fails)
   FAULT_LOG     file that each of these calls is told to before it is made: OPERATION, tab, path, tab, and new path
                 of a rename, bytes of a write, or "empty" where opening a file empties it

   Counted: open for writing, write, pwrite, writev, pwritev, ftruncate, fsync, fdatasync, rename, mkdir, unlink,
   unlinkat, rmdir; and what fopen and fdopen give to FAISS and numpy. A full disk still removes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls = 0;
static int told = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int below(const char *path) {
  const char *folder = getenv("FAULT_BELOW");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

/* Where an open file is; "" when that is not below the folder. */
static const char *where(int handle, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
  ssize_t length = getenv("FAULT_BELOW") ? readlink(link, path, PATH_MAX - 1) : -1;
  path[length < 0 ? 0 : length] = 0;
  return below(path) ? path : "";
}

static void tell(const char *operation, const char *path, const char *target) {
  char line[2 * PATH_MAX + 64];
  const char *name = getenv("FAULT_LOG");
  if (!name) return;
  if (told < 0) told = REAL(open)(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", operation, path, target);
  if (REAL(write)(told, line, length) != length) abort();
}

/* 0: go on; 1: fail with errno set; 2: do half of it. */
static int moment(const char *operation, const char *path, const char *target) {
  const char *kind = getenv("FAULT_KIND"), *at = getenv("FAULT_AT");
  if (!kind || !at || !path[0]) return 0;
  pthread_mutex_lock(&lock);
  long now = calls++, chosen = atol(at);
  if (now == chosen && strcmp(kind, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(kind, "stop") == 0) raise(SIGSTOP);
  tell(operation, path, target);
  pthread_mutex_unlock(&lock);
  int full = strcmp(kind, "full") == 0, half = strcmp(kind, "short") == 0;
  if (strcmp(kind, "error") && !full && !half) return 0;
  if (now < chosen || (now > chosen && !full && !half)) return 0;
  if ((full || half) && strcmp(operation, "remove") == 0) return 0;
  if (half && now == chosen && strcmp(operation, "write") == 0) return 2;
  errno = full || half ? ENOSPC : EIO;
  return 1;
}

#define WRITES(name, parameters, bytes, whole, half)             \
  ssize_t name parameters {                                      \
    char path[PATH_MAX], length[32];                             \
    snprintf(length, sizeof length, "%zu", (size_t)(bytes));     \
    int what = moment("write", where(fd, path), length);         \
    if (what == 1) return -1;                                    \
    if (what == 2) return half;                                  \
    return whole;                                                \
  }

static size_t sum(const struct iovec *parts, int count) {
  size_t bytes = 0;
  for (int at = 0; at < count; at++) bytes += parts[at].iov_len;
  return bytes;
}

WRITES(write, (int fd, const void *data, size_t size), size, REAL(write)(fd, data, size),
       REAL(write)(fd, data, size / 2))
WRITES(pwrite, (int fd, const void *data, size_t size, off_t at), size,
       REAL(pwrite)(fd, data, size, at), REAL(pwrite)(fd, data, size / 2, at))
WRITES(pwrite64, (int fd, const void *data, size_t size, off64_t at), size,
       REAL(pwrite64)(fd, data, size, at), REAL(pwrite64)(fd, data, size / 2, at))
WRITES(writev, (int fd, const struct iovec *parts, int count), sum(parts, count),
       REAL(writev)(fd, parts, count), REAL(write)(fd, parts[0].iov_base, parts[0].iov_len / 2))
WRITES(pwritev, (int fd, const struct iovec *parts, int count, off_t at), sum(parts, count),
       REAL(pwritev)(fd, parts, count, at), REAL(pwrite)(fd, parts[0].iov_base, parts[0].iov_len / 2, at))

#define CHANGES(name, operation, parameters, whole)             \
  int name parameters {                                         \
    char path[PATH_MAX];                                        \
    return moment(operation, where(fd, path), "") ? -1 : whole; \
  }

CHANGES(ftruncate, "truncate", (int fd, off_t size), REAL(ftruncate)(fd, size))
CHANGES(ftruncate64, "truncate", (int fd, off64_t size), REAL(ftruncate64)(fd, size))
CHANGES(fsync, "sync", (int fd), REAL(fsync)(fd))
CHANGES(fdatasync, "sync", (int fd), REAL(fdatasync)(fd))

int rename(const char *from, const char *to) {
  return moment("rename", below(from) ? from : "", to) ? -1 : REAL(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
  int counts = below(path) && access(path, F_OK) != 0; /* else it changes nothing */
  return moment("create", counts ? path : "", "") ? -1 : REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  return moment("remove", below(path) ? path : "", "") ? -1 : REAL(unlink)(path);
}

int rmdir(const char *path) {
  return moment("remove", below(path) ? path : "", "") ? -1 : REAL(rmdir)(path);
}

int unlinkat(int folder, const char *name, int flags) {
  char path[PATH_MAX], whole[2 * PATH_MAX];
  if (name[0] == '/' || folder == AT_FDCWD) snprintf(whole, sizeof whole, "%s", name);
  else snprintf(whole, sizeof whole, "%s/%s", where(folder, path), name);
  return moment("remove", below(whole) ? whole : "", "") ? -1 : REAL(unlinkat)(folder, name, flags);
}

#define OPENS(name)                                                              \
  int name(const char *path, int flags, ...) {                                   \
    va_list rest;                                                                \
    va_start(rest, flags);                                                       \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;    \
    va_end(rest);                                                                \
    int counts = (flags & O_ACCMODE) != O_RDONLY && below(path);                 \
    const char *what = !counts || access(path, F_OK) == 0 ? "open" : "create";   \
    if (counts && moment(what, path, flags & O_TRUNC ? "empty" : "")) return -1; \
    return REAL(name)(path, flags, mode);                                        \
  }

OPENS(open)
OPENS(open64)

/* A stream of C's own makes its system calls past every library. One that writes below the folder is made of
   functions that call the ones above instead: FAISS writes with such streams, and numpy. */
static int handle_of(void *cookie) { return (int)(intptr_t)cookie; }

static ssize_t stream_read(void *cookie, char *data, size_t size) {
  return read(handle_of(cookie), data, size);
}

static ssize_t stream_write(void *cookie, const char *data, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t now = write(handle_of(cookie), data + done, size - done);
    if (now < 0) break;
    done += now;
  }
  return done;
}

static int stream_seek(void *cookie, off64_t *at, int from) {
  off64_t now = lseek64(handle_of(cookie), *at, from);
  if (now < 0) return -1;
  *at = now;
  return 0;
}

static int stream_close(void *cookie) { return close(handle_of(cookie)); }

static FILE *stream_of(int fd, const char *mode) {
  cookie_io_functions_t parts = {stream_read, stream_write, stream_seek, stream_close};
  return fopencookie((void *)(intptr_t)fd, mode, parts);
}

static int only_reads(const char *mode) { return mode[0] == 'r' && !strchr(mode, '+'); }

static FILE *opened(const char *path, const char *mode) {
  int flags = strchr(mode, '+') ? O_RDWR : O_WRONLY;
  if (mode[0] == 'w') flags |= O_CREAT | O_TRUNC;
  if (mode[0] == 'a') flags |= O_CREAT | O_APPEND;
  int fd = open(path, flags, 0666);
  return fd < 0 ? NULL : stream_of(fd, mode);
}

FILE *fopen(const char *path, const char *mode) {
  return below(path) && !only_reads(mode) ? opened(path, mode) : REAL(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode) {
  return below(path) && !only_reads(mode) ? opened(path, mode) : REAL(fopen64)(path, mode);
}

FILE *fdopen(int fd, const char *mode) {
  char path[PATH_MAX];
  return where(fd, path)[0] && !only_reads(mode) ? stream_of(fd, mode) : REAL(fdopen)(fd, mode);
}
