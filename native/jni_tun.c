// SPDX-License-Identifier: Apache-2.0
/* TUN devices, and the network namespaces that they are opened in. */
#include "fd_passing.h"
#include "netns.h"
#include "tun_linux.h"
#include "tunloop_jni.h"

#include <errno.h>

static jint device_netns_open(JNIEnv *env, jclass type, jbyteArray bytes)
{
    char path[PATH_MAX];

    return jni_copy_bytes(env, bytes, path) ? netns_open(path) : -ENAMETOOLONG;
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

    return jni_copy_name(env, string, name) ? tun_attach(fd, name, flags) : -ENAMETOOLONG;
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

    return jni_copy_bytes(env, bytes, path) ? fd_receive(path, timeout_ms) : -ENAMETOOLONG;
}

static const JNINativeMethod tun_methods[] = {
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
};

const struct jni_class jni_tun = {"io/tunloop/device/Native", tun_methods, JNI_COUNT(tun_methods)};
