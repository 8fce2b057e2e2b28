// SPDX-License-Identifier: Apache-2.0
/* The memory of the process. */
#include "resident_pages.h"
#include "tunloop_jni.h"

static jlong release_pages(JNIEnv *env, jclass type)
{
    return resident_pages_release();
}

static const JNINativeMethod memory_methods[] = {
    {"release", "()J", (void *)release_pages},
};

const struct jni_class jni_memory = {"io/tunloop/internal/ResidentPages", memory_methods, JNI_COUNT(memory_methods)};
