// SPDX-License-Identifier: Apache-2.0
/* Users, groups and capabilities. */
#include "privileges.h"
#include "tunloop_jni.h"

#include <errno.h>

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
    int status = jni_copy_bytes(env, bytes, name) ? privileges_find_user(name, &uid, &gid) : -ENAMETOOLONG;
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
    int status = jni_copy_bytes(env, bytes, name) ? privileges_find_group(name, &gid) : -ENAMETOOLONG;
    jint found = (jint)gid;

    if (status == 0) {
        (*env)->SetIntArrayRegion(env, ids, 0, 1, &found);
    }
    return status;
}

static const JNINativeMethod privileges_methods[] = {
    {"dropBounding", "(I)I", (void *)device_drop_bounding},
    {"setGroup", "(I)I", (void *)device_set_group},
    {"setUser", "(I)I", (void *)device_set_user},
    {"dropCapabilities", "(I)I", (void *)device_drop_capabilities},
    {"findUser", "([B[I)I", (void *)device_find_user},
    {"findGroup", "([B[I)I", (void *)device_find_group},
};

const struct jni_class jni_privileges = {"io/tunloop/device/Native", privileges_methods, JNI_COUNT(privileges_methods)};
