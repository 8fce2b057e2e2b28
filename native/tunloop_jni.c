// SPDX-License-Identifier: Apache-2.0
/* Registers all native methods when the library is loaded, and converts what several of them take. */
#include "tunloop_jni.h"

bool jni_copy_name(JNIEnv *env, jstring string, char name[static IFNAMSIZ])
{
    jsize bytes = (*env)->GetStringUTFLength(env, string);

    if (bytes >= IFNAMSIZ) {
        return false;
    }
    (*env)->GetStringUTFRegion(env, string, 0, (*env)->GetStringLength(env, string), name);
    name[bytes] = '\0';
    return true;
}

bool jni_copy_bytes(JNIEnv *env, jbyteArray bytes, char text[static PATH_MAX])
{
    jsize length = (*env)->GetArrayLength(env, bytes);

    if (length >= PATH_MAX) {
        return false;
    }
    (*env)->GetByteArrayRegion(env, bytes, 0, length, (jbyte *)text);
    text[length] = '\0';
    return true;
}

static const struct jni_class *const classes[] = {
    &jni_fd, &jni_poll, &jni_packets, &jni_tun, &jni_interface, &jni_privileges, &jni_bytes, &jni_segments, &jni_memory,
};

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    JNIEnv *env;

    if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION_1_8) != JNI_OK) {
        return JNI_ERR;
    }
    for (size_t i = 0; i < JNI_COUNT(classes); i++) {
        jclass type = (*env)->FindClass(env, classes[i]->name);

        /* A pending exception says which class or method is missing. */
        if (type == NULL || (*env)->RegisterNatives(env, type, classes[i]->methods, classes[i]->count) < 0) {
            return JNI_ERR;
        }
        (*env)->DeleteLocalRef(env, type);
    }
    return JNI_VERSION_1_8;
}
