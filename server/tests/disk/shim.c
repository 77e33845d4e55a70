/* A disk that is watched, and that fails when it is told to. Loaded into the server with LD_PRELOAD, it stands between
 * the program and libc's file calls. It cares for what lies below one folder, and for nothing else.
 *
 * DISK_FOLDER   the folder
 * DISK_JOURNAL  where each change is noted (format: journal.rs)
 * DISK_CONTROL  a file that says what the disk does now, read at each call: a mode, and the name of the only file that
 *               it is about, where there is one ("full", "failing partyline.db-wal"). Modes:
 *               well       it works
 *               full       what would make a file longer, or a new one, fails with ENOSPC
 *               read-only  every change fails with EROFS
 *               failing    fsync fails with EIO
 *               held       fsync waits at the gate
 * DISK_GATE     a Unix socket: in mode "held", each fsync says there what it is about, and waits for a byte
 * DISK_CUT      "any 12", "any partyline.db 3", "sync partyline.db-wal 3": the process ends with SIGKILL in place of its
 *               12th change, its third change or fsync of that file, its third fsync of that one
 *
 * A change is noted before it is made, an fsync after it has succeeded: a note is in the system's cache then, as the
 * change is, and survives the process. No fsync reaches the machine's own disk: what a loss of power would have left
 * is computed from the journal.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_FDS 65536
#define LONGEST_NAME 256

/* The same function, further down: in libc. */
#define REAL(type, name, ...)                                                                                          \
    static type (*real)(__VA_ARGS__);                                                                                  \
    if (real == NULL) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

struct file {
    /* 0: not one of ours. */
    _Atomic uint32_t handle;
    char name[LONGEST_NAME];
};

static struct file files[MOST_FDS];
static const char *folder, *control, *gate;
static int journal = -1;

/* Held while something is noted and done, so that the order of the notes is the order of the changes. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t handles;
static uint64_t notes;

static int cut_at_any;
static char cut_name[LONGEST_NAME];
static long cut_after = -1;

static ssize_t real_write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    return real(fd, bytes, length);
}

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(int, "open64", const char *, int, ...);
    return real(path, flags, mode);
}

static int real_close(int fd) {
    REAL(int, "close", int);
    return real(fd);
}

static void broken(const char *what) {
    dprintf(2, "shim: %s: %s\n", what, strerror(errno));
    abort();
}

__attribute__((constructor)) static void begin(void) {
    char kind[16] = "";
    const char *cut = getenv("DISK_CUT");
    control = getenv("DISK_CONTROL");
    gate = getenv("DISK_GATE");
    journal = real_open(getenv("DISK_JOURNAL"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0 || control == NULL || gate == NULL) broken("the environment isn't complete");
    if (cut != NULL && sscanf(cut, "%15s %ld", kind, &cut_after) != 2 &&
        sscanf(cut, "%15s %255s %ld", kind, cut_name, &cut_after) != 3)
        broken("DISK_CUT");
    cut_at_any = strcmp(kind, "any") == 0;
    /* Last: what is opened before isn't ours. */
    folder = getenv("DISK_FOLDER");
}

/* The path below the folder; NULL where it is elsewhere. */
static const char *below(const char *path) {
    size_t length = folder == NULL ? 0 : strlen(folder);
    if (length == 0 || path == NULL || strncmp(path, folder, length) != 0) return NULL;
    return path[length] == '/' ? path + length + 1 : path[length] == 0 ? path + length : NULL;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static struct file *ours(int fd) {
    return fd >= 0 && fd < MOST_FDS && atomic_load(&files[fd].handle) != 0 ? &files[fd] : NULL;
}

/* Whether the disk is in this mode, for this file. */
static int is(const char *mode, const char *name) {
    char text[512], now[64] = "", only[LONGEST_NAME] = "";
    int fd = real_open(control, O_RDONLY | O_CLOEXEC, 0);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (length < 0) broken("the control file");
    real_close(fd);
    text[length] = 0;
    sscanf(text, "%63s %255s", now, only);
    return strcmp(now, mode) == 0 && (only[0] == 0 || strcmp(only, name) == 0);
}

/* The caller holds the lock. */
static void note(char kind, uint32_t handle, uint64_t at, const void *bytes, size_t length) {
    struct __attribute__((packed)) {
        char kind;
        uint32_t handle;
        uint64_t at;
        uint32_t length;
    } head = {kind, handle, at, (uint32_t)length};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (writev(journal, parts, 2) != (ssize_t)(sizeof head + length)) broken("the journal");
    notes++;
}

/* The caller holds the lock. */
static void cut_if_due(int sync, const char *name) {
    if (cut_after < 0 || !(sync || cut_at_any) || (cut_name[0] != 0 && strcmp(cut_name, name) != 0)) return;
    if (--cut_after > 0) return;
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int fails(int error) {
    errno = error;
    return -1;
}

static int opened(const char *path, int flags, mode_t mode) {
    const char *name = below(path);
    struct stat found;
    int fd, is_there, writes = (flags & O_ACCMODE) != O_RDONLY;
    if (name == NULL) return real_open(path, flags, mode);
    pthread_mutex_lock(&lock);
    is_there = stat(path, &found) == 0;
    if ((writes || (!is_there && (flags & O_CREAT))) && is("read-only", last_part(name))) {
        fd = fails(EROFS);
    } else if (!is_there && (flags & O_CREAT) && is("full", last_part(name))) {
        fd = fails(ENOSPC);
    } else {
        fd = real_open(path, flags, mode);
    }
    if (fd >= MOST_FDS || strlen(name) >= LONGEST_NAME) broken("more than the shim can hold");
    if (fd >= 0) {
        uint64_t what = (is_there ? 0 : 1) | (flags & O_TRUNC ? 2 : 0);
        if (fstat(fd, &found) == 0 && S_ISDIR(found.st_mode)) what |= 4;
        strcpy(files[fd].name, last_part(name));
        handles++;
        note('o', handles, what, name, strlen(name));
        if (what & 3) cut_if_due(0, files[fd].name);
        atomic_store(&files[fd].handle, handles);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

int close(int fd) {
    if (ours(fd) != NULL) atomic_store(&files[fd].handle, 0);
    return real_close(fd);
}

/* Why this write can't be; 0 where it can. The caller holds the lock. */
static int refusal(int fd, const struct file *file, uint64_t end) {
    struct stat found;
    if (is("read-only", file->name)) return EROFS;
    if (is("full", file->name) && fstat(fd, &found) == 0 && end > (uint64_t)found.st_size) return ENOSPC;
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    struct file *file = ours(fd);
    ssize_t written;
    int error;
    if (file == NULL) return real_write(fd, bytes, length);
    pthread_mutex_lock(&lock);
    uint64_t at = (uint64_t)lseek(fd, 0, SEEK_CUR);
    if ((error = refusal(fd, file, at + length)) != 0) {
        written = fails(error);
    } else {
        note('w', file->handle, at, bytes, length);
        cut_if_due(0, file->name);
        written = real_write(fd, bytes, length);
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    struct file *file = ours(fd);
    ssize_t written;
    int error;
    if (file == NULL) return real(fd, bytes, length, at);
    pthread_mutex_lock(&lock);
    if ((error = refusal(fd, file, (uint64_t)at + length)) != 0) {
        written = fails(error);
    } else {
        note('w', file->handle, (uint64_t)at, bytes, length);
        cut_if_due(0, file->name);
        written = real(fd, bytes, length, at);
    }
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

int ftruncate64(int fd, off64_t length) {
    REAL(int, "ftruncate64", int, off64_t);
    struct file *file = ours(fd);
    int result, error;
    if (file == NULL) return real(fd, length);
    pthread_mutex_lock(&lock);
    /* A truncation that makes a file longer takes no room: it leaves a hole. */
    if ((error = refusal(fd, file, 0)) != 0) {
        result = fails(error);
    } else {
        note('t', file->handle, (uint64_t)length, NULL, 0);
        cut_if_due(0, file->name);
        result = real(fd, length);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* Tells the test that an fsync waits, and waits for its word. */
static void wait_at_gate(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char word;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, gate, sizeof address.sun_path - 1);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) broken("the gate");
    dprintf(fd, "%s\n", name);
    /* The test's end of it closed is a word too. */
    while (read(fd, &word, 1) < 0 && errno == EINTR) continue;
    real_close(fd);
}

static int synced(int fd, const char *real_name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, real_name);
    struct file *file = ours(fd);
    int failed;
    if (file == NULL) return real(fd);
    pthread_mutex_lock(&lock);
    cut_if_due(1, file->name);
    /* What another thread changes from here on isn't promised. */
    uint64_t before = notes;
    pthread_mutex_unlock(&lock);
    if (is("held", file->name)) wait_at_gate(file->name);
    failed = is("failing", file->name);
    pthread_mutex_lock(&lock);
    note(failed ? 'f' : 's', file->handle, before, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed ? fails(EIO) : 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }

int fdatasync(int fd) { return synced(fd, "fdatasync"); }

/* A change of names: noted with both of them, a zero between. */
static int begin_naming(char kind, const char *one, const char *two) {
    char both[2 * LONGEST_NAME];
    size_t length = strlen(one);
    if (length + strlen(two) + 1 > sizeof both) broken("more than the shim can hold");
    if (is("read-only", last_part(one))) return EROFS;
    if (kind == 'm' && is("full", last_part(one))) return ENOSPC;
    memcpy(both, one, length);
    if (kind == 'r') {
        both[length] = 0;
        memcpy(both + length + 1, two, strlen(two));
        length += 1 + strlen(two);
    }
    note(kind, 0, 0, both, length);
    cut_if_due(0, last_part(one));
    return 0;
}

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    const char *name = below(path);
    int result, error = 0;
    if (name == NULL) return real(path);
    pthread_mutex_lock(&lock);
    /* Where there is nothing, nothing changes. */
    if (access(path, F_OK) == 0) error = begin_naming('u', name, "");
    result = error != 0 ? fails(error) : real(path);
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    const char *one = below(from), *two = below(to);
    int result, error;
    if (one == NULL && two == NULL) return real(from, to);
    if (one == NULL || two == NULL) broken("a rename into or out of the folder");
    pthread_mutex_lock(&lock);
    error = begin_naming('r', one, two);
    result = error != 0 ? fails(error) : real(from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    const char *name = below(path);
    int result, error = 0;
    if (name == NULL) return real(path, mode);
    pthread_mutex_lock(&lock);
    if (access(path, F_OK) != 0) error = begin_naming('m', name, "");
    result = error != 0 ? fails(error) : real(path, mode);
    pthread_mutex_unlock(&lock);
    return result;
}
