// SPDX-License-Identifier: Apache-2.0
/* Packets from and to a device: batches of system calls, or an io_uring. */
#include "packet_io.h"
#include "packet_ring.h"
#include "tunloop_jni.h"

static jint device_read(JNIEnv *env, jclass type, jint fd, jboolean shared, jlong iov, jlong lengths, jint count)
{
    return packets_read(fd, shared, (const struct iovec *)(intptr_t)iov, (int32_t *)(intptr_t)lengths, count);
}

static jint device_write(JNIEnv *env, jclass type, jint fd, jboolean shared, jlong iov, jlong spans, jlong results,
                         jint count)
{
    return packets_write(fd, shared, (const struct iovec *)(intptr_t)iov, (const int32_t *)(intptr_t)spans,
                         (int32_t *)(intptr_t)results, count);
}

static struct packet_ring *ring_of(jlong handle)
{
    return (struct packet_ring *)(intptr_t)handle;
}

/* A handle, or -errno: no address of a process is negative. */
static jlong device_ring_open(JNIEnv *env, jclass type, jint entries)
{
    struct packet_ring *ring;
    int result = packet_ring_open((unsigned int)entries, &ring);

    return result < 0 ? result : (jlong)(intptr_t)ring;
}

static void device_ring_close(JNIEnv *env, jclass type, jlong handle)
{
    packet_ring_close(ring_of(handle));
}

static jint device_ring_add_memory(JNIEnv *env, jclass type, jlong handle, jlong address, jlong bytes)
{
    return packet_ring_add_memory(ring_of(handle), (void *)(intptr_t)address, (size_t)bytes);
}

static jint device_ring_attach(JNIEnv *env, jclass type, jlong handle, jint fd, jboolean shared)
{
    return packet_ring_attach(ring_of(handle), fd, shared);
}

static void device_ring_detach(JNIEnv *env, jclass type, jlong handle, jint queue)
{
    packet_ring_detach(ring_of(handle), queue);
}

static jint device_ring_read(JNIEnv *env, jclass type, jlong handle, jint queue, jlong iov, jlong lengths, jint count)
{
    return packet_ring_read(ring_of(handle), queue, (const struct iovec *)(intptr_t)iov, (int32_t *)(intptr_t)lengths,
                            count);
}

static void device_ring_announce(JNIEnv *env, jclass type, jlong handle, jint queue, jlong iov, jlong lengths,
                                 jint count, jlong outcome)
{
    packet_ring_announce(ring_of(handle), queue, (const struct iovec *)(intptr_t)iov, (int32_t *)(intptr_t)lengths,
                         count, (int32_t *)(intptr_t)outcome);
}

static void device_ring_withdraw(JNIEnv *env, jclass type, jlong handle)
{
    packet_ring_withdraw(ring_of(handle));
}

static jint device_ring_write(JNIEnv *env, jclass type, jlong handle, jint queue, jlong iov, jlong spans, jlong results,
                              jint count)
{
    return packet_ring_write(ring_of(handle), queue, (const struct iovec *)(intptr_t)iov,
                             (const int32_t *)(intptr_t)spans, (int32_t *)(intptr_t)results, count);
}

static const JNINativeMethod packets_methods[] = {
    {"read", "(IZJJI)I", (void *)device_read},
    {"write", "(IZJJJI)I", (void *)device_write},
    {"ringOpen", "(I)J", (void *)device_ring_open},
    {"ringClose", "(J)V", (void *)device_ring_close},
    {"ringAddMemory", "(JJJ)I", (void *)device_ring_add_memory},
    {"ringAttach", "(JIZ)I", (void *)device_ring_attach},
    {"ringDetach", "(JI)V", (void *)device_ring_detach},
    {"ringRead", "(JIJJI)I", (void *)device_ring_read},
    {"ringAnnounce", "(JIJJIJ)V", (void *)device_ring_announce},
    {"ringWithdraw", "(J)V", (void *)device_ring_withdraw},
    {"ringWrite", "(JIJJJI)I", (void *)device_ring_write},
};

const struct jni_class jni_packets = {"io/tunloop/device/Native", packets_methods, JNI_COUNT(packets_methods)};
