// SPDX-License-Identifier: Apache-2.0
#ifndef TUNLOOP_JNI_H
#define TUNLOOP_JNI_H

#include <jni.h>
#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The native methods of io.tunloop.*, a file a subject. A function there converts its arguments and calls plain C; it
 * returns what that returned, a count or -errno. Nothing throws but an allocation that failed.
 */

/* Native methods of one class; a class may have them in several of these. */
struct jni_class {
    const char *name;
    const JNINativeMethod *methods;
    jint count;
};

#define JNI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

extern const struct jni_class jni_fd, jni_poll, jni_packets, jni_tun, jni_interface, jni_privileges, jni_bytes,
    jni_segments, jni_memory;

/* Copies an interface name; false if it does not fit. */
bool jni_copy_name(JNIEnv *env, jstring string, char name[static IFNAMSIZ]);

/* Copies a path, or a name, as the bytes that it is to the system; false if it does not fit. */
bool jni_copy_bytes(JNIEnv *env, jbyteArray bytes, char text[static PATH_MAX]);

#endif
