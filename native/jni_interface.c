// SPDX-License-Identifier: Apache-2.0
/* Network interfaces: what netlink tells of them, and what can be set. */
#include "if_linux.h"
#include "napi.h"
#include "netlink.h"
#include "netns.h"
#include "tunloop_jni.h"

#include <errno.h>

/* As much as the kernel puts into one datagram of a dump. */
enum { NETLINK_BUFFER_BYTES = 32768 };

static jint device_netlink_open(JNIEnv *env, jclass type, jint netns)
{
    return netns_call(netns, netlink_open);
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
    return jni_copy_name(env, string, name) ? netlink_ask_link(socket, name) : -ENAMETOOLONG;
}

static jint device_netlink_ask_addresses(JNIEnv *env, jclass type, jint socket)
{
    return netlink_ask_addresses(socket);
}

static jint device_netlink_ask_routes(JNIEnv *env, jclass type, jint socket, jboolean ipv6, jint index)
{
    return netlink_ask_routes(socket, ipv6 ? AF_INET6 : AF_INET, index);
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

static jint device_if_mtu(JNIEnv *env, jclass type, jint socket, jstring string)
{
    char name[IFNAMSIZ];

    return jni_copy_name(env, string, name) ? if_mtu(socket, name) : -ENAMETOOLONG;
}

static jint device_if_set_mtu(JNIEnv *env, jclass type, jint socket, jstring string, jint bytes)
{
    char name[IFNAMSIZ];

    return jni_copy_name(env, string, name) ? if_set_mtu(socket, name, bytes) : -ENAMETOOLONG;
}

static jint device_if_set_txqueuelen(JNIEnv *env, jclass type, jint socket, jstring string, jint packets)
{
    char name[IFNAMSIZ];

    return jni_copy_name(env, string, name) ? if_set_txqueuelen(socket, name, packets) : -ENAMETOOLONG;
}

static jint device_if_set_up(JNIEnv *env, jclass type, jint socket, jstring string, jboolean up)
{
    char name[IFNAMSIZ];

    return jni_copy_name(env, string, name) ? if_set_up(socket, name, up) : -ENAMETOOLONG;
}

static jint change_address(JNIEnv *env, jint socket, jstring string, jbyteArray bytes, jint prefix,
                           int (*change)(int, const char *, int, const void *, int))
{
    char name[IFNAMSIZ];
    jbyte address[16];
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (!jni_copy_name(env, string, name)) {
        return -ENAMETOOLONG;
    }
    if (length != 4 && length != 16) {
        return -EAFNOSUPPORT;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, address);
    return change(socket, name, length == 4 ? AF_INET : AF_INET6, address, prefix);
}

static jint device_if_add_address(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes, jint prefix)
{
    return change_address(env, socket, string, bytes, prefix, if_add_address);
}

static jint device_if_remove_address(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes,
                                     jint prefix)
{
    return change_address(env, socket, string, bytes, prefix, if_remove_address);
}

/* @hop is null for a destination on the link. */
static jint change_route(JNIEnv *env, jint socket, jstring string, jbyteArray bytes, jint prefix, jbyteArray hop,
                         jint metric,
                         int (*change)(int, const char *, int, const void *, int, const void *, unsigned int))
{
    char name[IFNAMSIZ];
    jbyte destination[16], gateway[16];
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (!jni_copy_name(env, string, name)) {
        return -ENAMETOOLONG;
    }
    if ((length != 4 && length != 16) || (hop && (*env)->GetArrayLength(env, hop) != length)) {
        return -EAFNOSUPPORT;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, destination);
    if (hop) {
        (*env)->GetByteArrayRegion(env, hop, 0, length, gateway);
    }
    return change(socket, name, length == 4 ? AF_INET : AF_INET6, destination, prefix, hop ? gateway : NULL,
                  (unsigned int)metric);
}

static jint device_if_add_route(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes, jint prefix,
                                jbyteArray hop, jint metric)
{
    return change_route(env, socket, string, bytes, prefix, hop, metric, if_add_route);
}

static jint device_if_remove_route(JNIEnv *env, jclass type, jint socket, jstring string, jbyteArray bytes, jint prefix,
                                   jbyteArray hop, jint metric)
{
    return change_route(env, socket, string, bytes, prefix, hop, metric, if_remove_route);
}

static jint device_napi_set_threaded(JNIEnv *env, jclass type, jint netns, jstring string, jboolean threaded)
{
    char name[IFNAMSIZ];

    return jni_copy_name(env, string, name) ? napi_set_threaded(netns, name, threaded) : -ENAMETOOLONG;
}

static const JNINativeMethod interface_methods[] = {
    {"netlinkOpen", "(I)I", (void *)device_netlink_open},
    {"netlinkSubscribe", "(I)I", (void *)device_netlink_subscribe},
    {"netlinkAskLink", "(ILjava/lang/String;)I", (void *)device_netlink_ask_link},
    {"netlinkAskAddresses", "(I)I", (void *)device_netlink_ask_addresses},
    {"netlinkAskRoutes", "(IZI)I", (void *)device_netlink_ask_routes},
    {"netlinkReceive", "(I[B)I", (void *)device_netlink_receive},
    {"ifMtu", "(ILjava/lang/String;)I", (void *)device_if_mtu},
    {"ifSetMtu", "(ILjava/lang/String;I)I", (void *)device_if_set_mtu},
    {"ifSetTxQueueLength", "(ILjava/lang/String;I)I", (void *)device_if_set_txqueuelen},
    {"ifSetUp", "(ILjava/lang/String;Z)I", (void *)device_if_set_up},
    {"ifAddAddress", "(ILjava/lang/String;[BI)I", (void *)device_if_add_address},
    {"ifRemoveAddress", "(ILjava/lang/String;[BI)I", (void *)device_if_remove_address},
    {"napiSetThreaded", "(ILjava/lang/String;Z)I", (void *)device_napi_set_threaded},
    {"ifAddRoute", "(ILjava/lang/String;[BI[BI)I", (void *)device_if_add_route},
    {"ifRemoveRoute", "(ILjava/lang/String;[BI[BI)I", (void *)device_if_remove_route},
};

const struct jni_class jni_interface = {"io/tunloop/device/Native", interface_methods, JNI_COUNT(interface_methods)};
