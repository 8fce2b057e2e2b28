// SPDX-License-Identifier: Apache-2.0
/* Per-byte work on packets: checksums and segments. */
#include "checksum.h"
#include "segment.h"
#include "tunloop_jni.h"

static jlong bytes_address(JNIEnv *env, jclass type, jobject buffer)
{
    return (jlong)(intptr_t)(*env)->GetDirectBufferAddress(env, buffer);
}

static jint bytes_sum(JNIEnv *env, jclass type, jlong address, jint bytes, jint initial)
{
    return checksum_sum((const void *)(intptr_t)address, (size_t)bytes, (uint32_t)initial);
}

/* The sum of pseudo header, with the addresses in the IP header, transport header and payload: 0xffff if the checksum
 * in it is valid. */
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

const struct jni_class jni_bytes = {"io/tunloop/internal/NativeBytes", bytes_methods, JNI_COUNT(bytes_methods)};

static struct gso_frame gso_frame(jlong packet, jint bytes, jint transport, jint header, jint gso_size,
                                  jint address_sum, jint protocol)
{
    return (struct gso_frame){.packet = (const uint8_t *)(intptr_t)packet,
                              .packet_bytes = (uint32_t)bytes,
                              .transport_offset = (uint32_t)transport,
                              .header_bytes = (uint32_t)header,
                              .gso_size = (uint32_t)gso_size,
                              .address_sum = (uint16_t)address_sum,
                              .protocol = (uint8_t)protocol};
}

static void segments_headers(JNIEnv *env, jclass type, jlong packet, jint bytes, jint transport, jint header,
                             jint gso_size, jint protocol, jint first, jint count, jlong out, jint stride)
{
    struct gso_frame frame = gso_frame(packet, bytes, transport, header, gso_size, 0, protocol);

    segment_headers(&frame, (uint32_t)first, (uint32_t)count, (uint8_t *)(intptr_t)out, (size_t)stride);
}

static void segments_packets(JNIEnv *env, jclass type, jlong packet, jint bytes, jint transport, jint header,
                             jint gso_size, jint address_sum, jint protocol, jint first, jint count, jlong out,
                             jint stride)
{
    struct gso_frame frame = gso_frame(packet, bytes, transport, header, gso_size, address_sum, protocol);

    segment_packets(&frame, (uint32_t)first, (uint32_t)count, (uint8_t *)(intptr_t)out, (size_t)stride);
}

static void segments_complete(JNIEnv *env, jclass type, jlong header, jint transport, jint header_bytes,
                              jint address_sum, jint protocol, jlong payload, jint payload_bytes)
{
    struct gso_frame frame =
        gso_frame(0, header_bytes + payload_bytes, transport, header_bytes, 1, address_sum, protocol);

    segment_complete(&frame, (uint8_t *)(intptr_t)header, (const uint8_t *)(intptr_t)payload, (uint32_t)payload_bytes);
}

static const JNINativeMethod segments_methods[] = {
    {"headers", "(JIIIIIIIJI)V", (void *)segments_headers},
    {"packets", "(JIIIIIIIIJI)V", (void *)segments_packets},
    {"complete", "(JIIIIJI)V", (void *)segments_complete},
};

const struct jni_class jni_segments = {"io/tunloop/codec/NativeSegments", segments_methods,
                                       JNI_COUNT(segments_methods)};
