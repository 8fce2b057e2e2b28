// SPDX-License-Identifier: Apache-2.0
/*
 * The native methods of io.tunloop.*: one static table a class. A function here converts its arguments and calls plain
 * C; it returns what that returned, a count or -errno. Nothing throws but an allocation that failed. Few need their
 * environment or class, so this file is compiled with -Wno-unused-parameter.
 */
#include "checksum.h"
#include "fd_passing.h"
#include "if_linux.h"
#include "netlink.h"
#include "netns.h"
#include "packet_io.h"
#include "packet_ring.h"
#include "poller.h"
#include "privileges.h"
#include "segment.h"
#include "tun_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <limits.h>
#include <unistd.h>

/* As much as the kernel puts into one datagram of a dump. */
enum { NETLINK_BUFFER_BYTES = 32768 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Copies an interface name; false if it does not fit. */
static bool copy_name(JNIEnv *env, jstring string, char name[static IFNAMSIZ])
{
    jsize bytes = (*env)->GetStringUTFLength(env, string);

    if (bytes >= IFNAMSIZ) {
        return false;
    }
    (*env)->GetStringUTFRegion(env, string, 0, (*env)->GetStringLength(env, string), name);
    name[bytes] = '\0';
    return true;
}

/* Copies a path, or a name, as the bytes that it is to the system; false if it does not fit. */
static bool copy_bytes(JNIEnv *env, jbyteArray bytes, char text[static PATH_MAX])
{
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (length >= PATH_MAX) {
        return false;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)text);
    text[length] = '\0';
    return true;
}

static jint close_fd(JNIEnv *env, jclass type, jint fd)
{
    return close(fd) < 0 ? -errno : 0;
}

static jint dup_fd(JNIEnv *env, jclass type, jint fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    return copy < 0 ? -errno : copy;
}

static jint device_read(JNIEnv *env, jclass type, jint fd, jlong iov, jlong lengths, jint count)
{
    return packets_read(fd, (const struct iovec *)(intptr_t)iov, (int32_t *)(intptr_t)lengths, count);
}

static jint device_write(JNIEnv *env, jclass type, jint fd, jlong iov, jlong spans, jlong results, jint count)
{
    return packets_write(fd, (const struct iovec *)(intptr_t)iov, (const int32_t *)(intptr_t)spans,
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

static jint device_ring_attach(JNIEnv *env, jclass type, jlong handle, jint fd)
{
    return packet_ring_attach(ring_of(handle), fd);
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

static jint device_ring_write(JNIEnv *env, jclass type, jlong handle, jint queue, jlong iov, jlong spans, jlong results,
                              jint count)
{
    return packet_ring_write(ring_of(handle), queue, (const struct iovec *)(intptr_t)iov,
                             (const int32_t *)(intptr_t)spans, (int32_t *)(intptr_t)results, count);
}

static jint device_netns_open(JNIEnv *env, jclass type, jbyteArray bytes)
{
    char path[PATH_MAX];
    int fd;

    if (!copy_bytes(env, bytes, path)) {
        return -ENAMETOOLONG;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static jint device_netns_try(JNIEnv *env, jclass type, jint netns)
{
    return netns_try(netns);
}

static jint device_tun_open(JNIEnv *env, jclass type, jint netns)
{
    return netns_call(netns, tun_open);
}

static jint device_tun_attach(JNIEnv *env, jclass type, jint fd, jstring string, jint flags)
{
    char name[IFNAMSIZ];

    return copy_name(env, string, name) ? tun_attach(fd, name, flags) : -ENAMETOOLONG;
}

/* The name into @bytes, which holds IFNAMSIZ. Returns the flags. */
static jint device_tun_device(JNIEnv *env, jclass type, jint fd, jbyteArray bytes)
{
    char name[IFNAMSIZ];
    int flags = tun_device(fd, name);

    if (flags >= 0) {
        (*env)->SetByteArrayRegion(env, bytes, 0, IFNAMSIZ, (const jbyte *)name);
    }
    return flags;
}

static jint device_tun_set_vnet_header_bytes(JNIEnv *env, jclass type, jint fd, jint bytes)
{
    return tun_set_vnet_header_bytes(fd, bytes);
}

static jint device_tun_set_offload(JNIEnv *env, jclass type, jint fd, jint mask)
{
    return tun_set_offload(fd, (unsigned int)mask);
}

static jint device_tun_set_persist(JNIEnv *env, jclass type, jint fd, jboolean persist)
{
    return tun_set_persist(fd, persist);
}

static jint device_tun_set_owner(JNIEnv *env, jclass type, jint fd, jint uid)
{
    return tun_set_owner(fd, (unsigned int)uid);
}

static jint device_tun_set_group(JNIEnv *env, jclass type, jint fd, jint gid)
{
    return tun_set_group(fd, (unsigned int)gid);
}

static jint device_tun_set_carrier(JNIEnv *env, jclass type, jint fd, jboolean carrier)
{
    return tun_set_carrier(fd, carrier);
}

static jint device_tun_netns(JNIEnv *env, jclass type, jint fd)
{
    return tun_netns(fd);
}

static jint device_tun_adopt(JNIEnv *env, jclass type, jint fd)
{
    return tun_adopt(fd);
}

static jint device_fd_receive(JNIEnv *env, jclass type, jbyteArray bytes, jint timeout_ms)
{
    char path[PATH_MAX];

    return copy_bytes(env, bytes, path) ? fd_receive(path, timeout_ms) : -ENAMETOOLONG;
}

static jint device_netlink_subscribe(JNIEnv *env, jclass type, jint netns)
{
    return netns_call(netns, netlink_subscribe);
}

/* A null @string asks for all links. */
static jint device_netlink_ask_link(JNIEnv *env, jclass type, jint socket, jstring string)
{
    char name[IFNAMSIZ];

    if (!string) {
        return netlink_ask_link(socket, NULL);
    }
    return copy_name(env, string, name) ? netlink_ask_link(socket, name) : -ENAMETOOLONG;
}

static jint device_netlink_ask_addresses(JNIEnv *env, jclass type, jint socket)
{
    return netlink_ask_addresses(socket);
}

static jint device_netlink_receive(JNIEnv *env, jclass type, jint socket, jbyteArray bytes)
{
    jbyte buffer[NETLINK_BUFFER_BYTES];
    jsize capacity = (*env)->GetArrayLength(env, bytes);
    int length = netlink_receive(socket, buffer, capacity < NETLINK_BUFFER_BYTES ? (size_t)capacity : sizeof(buffer));

    if (length > 0) {
        (*env)->SetByteArrayRegion(env, bytes, 0, length, buffer);
    }
    return length;
}

static jint device_netlink_open(JNIEnv *env, jclass type, jint netns)
{
    return netns_call(netns, netlink_open);
}

static jint device_if_mtu(JNIEnv *env, jclass type, jint socket, jstring string)
{
    char name[IFNAMSIZ];

    return copy_name(env, string, name) ? if_mtu(socket, name) : -ENAMETOOLONG;
}

static jint device_if_set_mtu(JNIEnv *env, jclass type, jint socket, jstring string, jint bytes)
{
    char name[IFNAMSIZ];

    return copy_name(env, string, name) ? if_set_mtu(socket, name, bytes) : -ENAMETOOLONG;
}

static jint device_if_set_txqueuelen(JNIEnv *env, jclass type, jint socket, jstring string, jint packets)
{
    char name[IFNAMSIZ];

    return copy_name(env, string, name) ? if_set_txqueuelen(socket, name, packets) : -ENAMETOOLONG;
}

static jint device_if_set_up(JNIEnv *env, jclass type, jint socket, jstring string, jboolean up)
{
    char name[IFNAMSIZ];

    return copy_name(env, string, name) ? if_set_up(socket, name, up) : -ENAMETOOLONG;
}

static jint device_if_add_address(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes, jint prefix)
{
    char name[IFNAMSIZ];
    jbyte address[16];
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (!copy_name(env, string, name)) {
        return -ENAMETOOLONG;
    }
    if (length != 4 && length != 16) {
        return -EAFNOSUPPORT;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, address);
    return if_add_address(socket, name, length == 4 ? AF_INET : AF_INET6, address, prefix);
}

/* @hop is null for a destination on the link. */
static jint device_if_add_route(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes, jint prefix,
                                jbyteArray hop, jint metric)
{
    char name[IFNAMSIZ];
    jbyte destination[16], gateway[16];
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (!copy_name(env, string, name)) {
        return -ENAMETOOLONG;
    }
    if ((length != 4 && length != 16) || (hop && (*env)->GetArrayLength(env, hop) != length)) {
        return -EAFNOSUPPORT;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, destination);
    if (hop) {
        (*env)->GetByteArrayRegion(env, hop, 0, length, gateway);
    }
    return if_add_route(socket, name, length == 4 ? AF_INET : AF_INET6, destination, prefix, hop ? gateway : NULL,
                        (unsigned int)metric);
}

static jint device_drop_bounding(JNIEnv *env, jclass type, jint timeout_ms)
{
    return privileges_drop_bounding(timeout_ms);
}

static jint device_set_group(JNIEnv *env, jclass type, jint gid)
{
    return privileges_set_group((gid_t)gid);
}

static jint device_set_user(JNIEnv *env, jclass type, jint uid)
{
    return privileges_set_user((uid_t)uid);
}

static jint device_drop_capabilities(JNIEnv *env, jclass type, jint timeout_ms)
{
    return privileges_drop_capabilities(timeout_ms);
}

/* The user's id and its group's into @ids. */
static jint device_find_user(JNIEnv *env, jclass type, jbyteArray bytes, jintArray ids)
{
    char name[PATH_MAX];
    uid_t uid = 0;
    gid_t gid = 0;
    int status = copy_bytes(env, bytes, name) ? privileges_find_user(name, &uid, &gid) : -ENAMETOOLONG;
    jint found[] = {(jint)uid, (jint)gid};

    if (status == 0) {
        (*env)->SetIntArrayRegion(env, ids, 0, 2, found);
    }
    return status;
}

/* The group's id into @ids. */
static jint device_find_group(JNIEnv *env, jclass type, jbyteArray bytes, jintArray ids)
{
    char name[PATH_MAX];
    gid_t gid = 0;
    int status = copy_bytes(env, bytes, name) ? privileges_find_group(name, &gid) : -ENAMETOOLONG;
    jint found = (jint)gid;

    if (status == 0) {
        (*env)->SetIntArrayRegion(env, ids, 0, 1, &found);
    }
    return status;
}

static const JNINativeMethod device_methods[] = {
    {"close", "(I)I", (void *)close_fd},
    {"dup", "(I)I", (void *)dup_fd},
    {"read", "(IJJI)I", (void *)device_read},
    {"write", "(IJJJI)I", (void *)device_write},
    {"ringOpen", "(I)J", (void *)device_ring_open},
    {"ringClose", "(J)V", (void *)device_ring_close},
    {"ringAddMemory", "(JJJ)I", (void *)device_ring_add_memory},
    {"ringAttach", "(JI)I", (void *)device_ring_attach},
    {"ringDetach", "(JI)V", (void *)device_ring_detach},
    {"ringRead", "(JIJJI)I", (void *)device_ring_read},
    {"ringWrite", "(JIJJJI)I", (void *)device_ring_write},
    {"netnsOpen", "([B)I", (void *)device_netns_open},
    {"netnsTry", "(I)I", (void *)device_netns_try},
    {"tunOpen", "(I)I", (void *)device_tun_open},
    {"tunAttach", "(ILjava/lang/String;I)I", (void *)device_tun_attach},
    {"tunDevice", "(I[B)I", (void *)device_tun_device},
    {"tunSetVnetHeaderBytes", "(II)I", (void *)device_tun_set_vnet_header_bytes},
    {"tunSetOffload", "(II)I", (void *)device_tun_set_offload},
    {"tunSetPersist", "(IZ)I", (void *)device_tun_set_persist},
    {"tunSetOwner", "(II)I", (void *)device_tun_set_owner},
    {"tunSetGroup", "(II)I", (void *)device_tun_set_group},
    {"tunSetCarrier", "(IZ)I", (void *)device_tun_set_carrier},
    {"tunNetns", "(I)I", (void *)device_tun_netns},
    {"tunAdopt", "(I)I", (void *)device_tun_adopt},
    {"fdReceive", "([BI)I", (void *)device_fd_receive},
    {"netlinkSubscribe", "(I)I", (void *)device_netlink_subscribe},
    {"netlinkAskLink", "(ILjava/lang/String;)I", (void *)device_netlink_ask_link},
    {"netlinkAskAddresses", "(I)I", (void *)device_netlink_ask_addresses},
    {"netlinkReceive", "(I[B)I", (void *)device_netlink_receive},
    {"netlinkOpen", "(I)I", (void *)device_netlink_open},
    {"ifMtu", "(ILjava/lang/String;)I", (void *)device_if_mtu},
    {"ifSetMtu", "(ILjava/lang/String;I)I", (void *)device_if_set_mtu},
    {"ifSetTxQueueLength", "(ILjava/lang/String;I)I", (void *)device_if_set_txqueuelen},
    {"ifSetUp", "(ILjava/lang/String;Z)I", (void *)device_if_set_up},
    {"ifAddAddress", "(ILjava/lang/String;[BI)I", (void *)device_if_add_address},
    {"dropBounding", "(I)I", (void *)device_drop_bounding},
    {"setGroup", "(I)I", (void *)device_set_group},
    {"setUser", "(I)I", (void *)device_set_user},
    {"dropCapabilities", "(I)I", (void *)device_drop_capabilities},
    {"findUser", "([B[I)I", (void *)device_find_user},
    {"findGroup", "([B[I)I", (void *)device_find_group},
    {"ifAddRoute", "(ILjava/lang/String;[BI[BI)I", (void *)device_if_add_route},
};

static jlong bytes_address(JNIEnv *env, jclass type, jobject buffer)
{
    return (jlong)(intptr_t)(*env)->GetDirectBufferAddress(env, buffer);
}

static jint bytes_sum(JNIEnv *env, jclass type, jlong address, jint bytes, jint initial)
{
    return checksum_sum((const void *)(intptr_t)address, (size_t)bytes, (uint32_t)initial);
}

/* The sum of pseudo header, transport header and payload: 0xffff if the checksum in it is valid. */
static jint bytes_transport_sum(JNIEnv *env, jclass type, jlong address, jint bytes, jint offset, jint protocol)
{
    const uint8_t *packet = (const uint8_t *)(intptr_t)address;
    jint length = bytes - offset;

    return checksum_sum(packet + offset, (size_t)length, checksum_pseudo(packet, (uint8_t)protocol, (uint32_t)length));
}

static const JNINativeMethod bytes_methods[] = {
    {"address", "(Ljava/nio/ByteBuffer;)J", (void *)bytes_address},
    {"sum", "(JII)I", (void *)bytes_sum},
    {"transportSum", "(JIII)I", (void *)bytes_transport_sum},
};

static struct gso_frame gso_frame(jlong packet, jint bytes, jint transport, jint header, jint gso_size, jint protocol)
{
    return (struct gso_frame){(const uint8_t *)(intptr_t)packet,
                              (uint32_t)bytes,
                              (uint32_t)transport,
                              (uint32_t)header,
                              (uint32_t)gso_size,
                              (uint8_t)protocol};
}

static void segments_headers(JNIEnv *env, jclass type, jlong packet, jint bytes, jint transport, jint header,
                             jint gso_size, jint protocol, jlong out, jint stride)
{
    struct gso_frame frame = gso_frame(packet, bytes, transport, header, gso_size, protocol);

    segment_headers(&frame, (uint8_t *)(intptr_t)out, (size_t)stride);
}

static void segments_packets(JNIEnv *env, jclass type, jlong packet, jint bytes, jint transport, jint header,
                             jint gso_size, jint protocol, jlong out, jint stride)
{
    struct gso_frame frame = gso_frame(packet, bytes, transport, header, gso_size, protocol);

    segment_packets(&frame, (uint8_t *)(intptr_t)out, (size_t)stride);
}

static void segments_complete(JNIEnv *env, jclass type, jlong header, jint transport, jint header_bytes, jint protocol,
                              jlong payload, jint payload_bytes)
{
    segment_complete((uint8_t *)(intptr_t)header, (uint32_t)transport, (uint32_t)header_bytes, (uint8_t)protocol,
                     (const uint8_t *)(intptr_t)payload, (uint32_t)payload_bytes);
}

static const JNINativeMethod segments_methods[] = {
    {"headers", "(JIIIIIJI)V", (void *)segments_headers},
    {"packets", "(JIIIIIJI)V", (void *)segments_packets},
    {"complete", "(JIIIJI)V", (void *)segments_complete},
};

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

static const struct {
    const char *name;
    const JNINativeMethod *methods;
    jint count;
} classes[] = {
    {"io/tunloop/device/Native", device_methods, COUNT(device_methods)},
    {"io/tunloop/packet/NativeBytes", bytes_methods, COUNT(bytes_methods)},
    {"io/tunloop/codec/NativeSegments", segments_methods, COUNT(segments_methods)},
    {"io/tunloop/channel/NativePoll", poll_methods, COUNT(poll_methods)},
};

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    JNIEnv *env;

    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK) {
        return JNI_ERR;
    }
    for (size_t i = 0; i < COUNT(classes); i++) {
        jclass type = (*env)->FindClass(env, classes[i].name);

        /* A pending exception says which class or method is missing. */
        if (type == NULL || (*env)->RegisterNatives(env, type, classes[i].methods, classes[i].count) < 0) {
            return JNI_ERR;
        }
        (*env)->DeleteLocalRef(env, type);
    }
    return JNI_VERSION_1_8;
}
