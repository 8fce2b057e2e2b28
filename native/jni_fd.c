// SPDX-License-Identifier: Apache-2.0
/* Descriptors of any kind: to copy, to close, to wait for. */
#include "poller.h"
#include "tunloop_jni.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static jint close_fd(JNIEnv *env, jclass type, jint fd)
{
    return close(fd) < 0 ? -errno : 0;
}

static jint dup_fd(JNIEnv *env, jclass type, jint fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    return copy < 0 ? -errno : copy;
}

static const JNINativeMethod fd_methods[] = {
    {"close", "(I)I", (void *)close_fd},
    {"dup", "(I)I", (void *)dup_fd},
};

const struct jni_class jni_fd = {"io/tunloop/device/Native", fd_methods, JNI_COUNT(fd_methods)};

static jint poll_wakeup_open(JNIEnv *env, jclass type)
{
    return poller_wakeup_open();
}

static jint poll_wakeup(JNIEnv *env, jclass type, jint wakeup)
{
    return poller_wakeup(wakeup);
}

static jint poll_wait(JNIEnv *env, jclass type, jlong fds, jint count, jlong timeout_ns)
{
    return poller_wait((struct pollfd *)(intptr_t)fds, count, timeout_ns);
}

static const JNINativeMethod poll_methods[] = {
    {"wakeupOpen", "()I", (void *)poll_wakeup_open},
    {"wakeup", "(I)I", (void *)poll_wakeup},
    {"poll", "(JIJ)I", (void *)poll_wait},
    {"close", "(I)I", (void *)close_fd},
};

const struct jni_class jni_poll = {"io/tunloop/channel/NativePoll", poll_methods, JNI_COUNT(poll_methods)};
