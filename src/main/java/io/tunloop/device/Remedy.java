// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/** What a user can do about a system call that failed, in one sentence. */
final class Remedy {
    private Remedy() {}

    static String of(String call, String device, int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES -> permission(call, device);
            case Errno.ENOENT, Errno.ENXIO, Errno.ENODEV -> missing(call, device);
            case Errno.ENOTTY -> device + " is not a TUN descriptor; hand over one of /dev/net/tun";
            case Errno.EBUSY -> busy(call, device);
            case Errno.E2BIG -> device + " has the most queues a device can have; close one";
            case Errno.EINVAL -> invalid(call, device);
            case Errno.EFAULT -> fault(call, device);
            case Errno.EBADFD -> device + " was deleted; create it and open it again";
            case Errno.EBADF -> device + " was closed; open it again";
            case Errno.EMFILE -> "too many open files in this process; raise its limit (ulimit -n)";
            case Errno.ENFILE ->
                call.equals("io_uring_register")
                        ? "the ring has as many devices as it can have; close one, or use another ring"
                        : "too many open files in the system; raise fs.file-max";
            case Errno.ENOMEM, Errno.ENOBUFS -> "the kernel is out of memory; free some and try again";
            case Errno.ECONNREFUSED -> "nobody listens at " + device + "; start who hands the device over";
            case Errno.ECONNRESET -> "the other side hung up; see why it did not send the device";
            case Errno.ETIMEDOUT -> timeout(call);
            case Errno.ENAMETOOLONG -> device + " is longer than the kernel takes; choose a shorter name";
            case Errno.EPROTO -> "the answer is not what was asked for; see what " + device + " is";
            case Errno.ENETUNREACH ->
                "no address of " + device + " reaches the gateway; give it one of the gateway's network first";
            case Errno.EADDRNOTAVAIL ->
                "the address is none that " + device + " can have, or it is gone; choose another";
            case Errno.ENETDOWN -> device + " is down; switch it on first (ip link set " + device + " up)";
            default -> "the kernel refused it; see dmesg";
        };
    }

    private static String busy(String call, String device) {
        if (call.equals("io_uring_register")) {
            return "somebody has limited the send buffer of " + device
                    + " (TUNSETSNDBUF); read and write it without a ring";
        }
        return inUse(device, 0);
    }

    /** @param ours the descriptors of this process that are not what is in the way */
    static String inUse(String device, int ours) {
        return OwnDescriptors.count(device) > ours
                ? device + " is open in this very process; close it first, or choose another name"
                : device + " is in use by another process; choose another name or stop it";
    }

    /**
     * For an address or a route of IPv6; null if the error is not about that version.
     *
     * @param mtuBytes what the device has
     */
    static String ofIpv6(String device, int errno, int mtuBytes) {
        if (mtuBytes < TunDeviceConfig.MIN_IPV6_MTU_BYTES) {
            return "IPv6 needs an MTU of at least " + TunDeviceConfig.MIN_IPV6_MTU_BYTES + ", and " + device + " has "
                    + mtuBytes + "; raise it, or name no IPv6 address and route";
        }
        return switch (errno) {
            case Errno.EACCES ->
                "IPv6 is switched off on " + device + "; write 0 to /proc/sys/net/ipv6/conf/" + device
                        + "/disable_ipv6, or name no IPv6 address and route";
            case Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP ->
                "this kernel runs without IPv6; start it with ipv6.disable=0, or " + "name no IPv6 address and route";
            default -> null;
        };
    }

    /** For threaded NAPI. */
    static String ofThreaded(String device, int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENOSYS -> "threaded NAPI needs Linux 5.12 or newer; leave threaded out";
            case Errno.EPERM, Errno.EACCES, Errno.EROFS ->
                "threaded NAPI needs CAP_NET_ADMIN, and CAP_SYS_ADMIN where /sys is read-only or does not show "
                        + device + "; run as root, or leave threaded out";
            default -> of("write(threaded)", device, errno);
        };
    }

    // A read that waits when the device is deleted ends with it too. Source: drivers/net/tun.c, tun_ring_recv().
    private static String fault(String call, String device) {
        String memory = "the kernel cannot reach the memory of a packet; release no buffer that is still in use";
        return call.equals("read") ? device + " was deleted, then create it and open it again; or " + memory : memory;
    }

    private static String permission(String call, String device) {
        if (call.equals("setns")) {
            return "needs CAP_SYS_ADMIN; run as root";
        }
        if (call.equals("setresuid") || call.equals("setresgid")) {
            return "needs CAP_SETUID and CAP_SETGID; run as root, or start as that user and name none";
        }
        if (call.equals("recvmsg")) {
            return "no access to " + device + "; let the user write to it";
        }
        if (call.equals("open")) {
            return "no access to " + device + "; run as root or let the user read and write it";
        }
        return "needs CAP_NET_ADMIN; run as root, or use a persistent device that belongs to this user";
    }

    private static String missing(String call, String device) {
        if (call.startsWith("getpwnam") || call.startsWith("getgrnam")) {
            return "there is no such " + device.substring(0, device.indexOf(' ')) + "; create it or name another";
        }
        if (call.equals("recvmsg")) {
            return "there is no such socket; start who hands the device over";
        }
        if (call.equals("open") && !device.equals("/dev/net/tun")) {
            return "there is no such network namespace; create it first (ip netns add)";
        }
        if (call.equals("open")) {
            return device + " is missing; load the module (modprobe tun) or pass the device into the container";
        }
        return device + " does not exist in this network namespace; create it first";
    }

    private static String timeout(String call) {
        return call.equals("capset")
                ? "a thread did not give up its rights; see that none blocks all signals"
                : "the other side took no connection or sent nothing in time; see why";
    }

    private static String invalid(String call, String device) {
        if (call.equals("ioctl(TUNSETIFF)")) {
            return device + " exists and is of another kind (TUN or TAP, one queue or several); choose another name";
        }
        if (call.equals("setns")) {
            return device + " is no network namespace; name a file like /run/netns/blue";
        }
        return "the kernel refuses this value for " + device + "; choose another";
    }
}
