// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunExceptionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ioctl(TUNSETIFF) | tun11 | 16 | EBUSY: tun11 is in use by another process; choose another name or stop it",
                "io_uring_register | tun11 | 16 | EBUSY: somebody has limited the send buffer of tun11 (TUNSETSNDBUF)",
                "ioctl(TUNSETIFF) | tun11 | 1 | EPERM: needs CAP_NET_ADMIN; run as root, or use a persistent device",
                "ioctl(TUNSETIFF) | tun11 | 22 | EINVAL: tun11 exists and is of another kind",
                "ioctl(TUNSETIFF) | tun11 | 7 | E2BIG: tun11 has the most queues a device can have",
                "open | /dev/net/tun | 2 | ENOENT: /dev/net/tun is missing; load the module (modprobe tun)",
                "open | /dev/net/tun | 13 | EACCES: no access to /dev/net/tun",
                "open | /run/netns/blue | 2 | ENOENT: there is no such network namespace",
                "open | /dev/net/tun | 24 | EMFILE: too many open files in this process",
                "open | /dev/net/tun | 23 | ENFILE: too many open files in the system",
                "setns | /run/netns/blue | 1 | EPERM: needs CAP_SYS_ADMIN",
                "read | tun11 | 77 | EBADFD: tun11 was deleted; create it and open it again",
                "read | tun11 | 14 | EFAULT: tun11 was deleted, then create it and open it again; or the kernel cannot reach",
                "write | tun11 | 14 | EFAULT: the kernel cannot reach the memory of a packet; release no buffer",
                "io_uring_register | tun11 | 23 | ENFILE: the ring has as many devices as it can have; close one",
                "netlink(RTM_NEWROUTE) | tun11 | 101 | ENETUNREACH: no address of tun11 reaches the gateway; give it one",
                "netlink(RTM_NEWADDR) | tun11 | 99 | EADDRNOTAVAIL: the address is none that tun11 can have",
                "netlink(RTM_NEWROUTE) | tun11 | 100 | ENETDOWN: tun11 is down; switch it on first (ip link set tun11 up)",
                "write | tun11 | 9 | EBADF: tun11 was closed; open it again",
                "write | tun11 | 12 | ENOMEM: the kernel is out of memory",
                "netlink(RTM_GETLINK) | tun11 | 19 | ENODEV: tun11 does not exist in this network namespace",
                "setresuid | user 12 | 1 | EPERM: needs CAP_SETUID and CAP_SETGID",
                "capset | this process | 110 | ETIMEDOUT: a thread did not give up its rights",
                "recvmsg | /run/x | 110 | ETIMEDOUT: the other side took no connection or sent nothing in time",
                "ioctl(SIOCSIFMTU) | tun11 | 22 | EINVAL: the kernel refuses this value for tun11; choose another",
                "write | tun11 | 133 | errno 133: the kernel refused it",
            })
    void shouldNameCallDeviceErrorAndRemedy(String call, String device, int errno, String rest) {
        var exception = new TunException(call, device, errno);
        assertThat(exception).hasMessageStartingWith(call + " on " + device + ": " + rest);
        assertThat(exception.call()).isEqualTo(call);
        assertThat(exception.device()).isEqualTo(device);
        assertThat(exception.errno()).isEqualTo(errno);
        assertThat(exception.getMessage()).endsWith(exception.errnoName() + ": " + exception.remedy());
    }

    @Test
    void shouldReturnAResultThatIsNoError() throws Exception {
        assertThat(TunException.check("read", "tun11", 0)).isZero();
        assertThat(TunException.check("read", "tun11", 7)).isEqualTo(7);
        assertThatThrownBy(() -> TunException.check("read", "tun11", -Errno.EBADFD))
                .isInstanceOf(TunException.class);
    }

    @Test
    void shouldKnowTheNameOfEachErrorThatItKnowsTheNumberOf() throws Exception {
        for (Field field : Errno.class.getDeclaredFields()) {
            if (field.getType() == int.class && Modifier.isStatic(field.getModifiers())) {
                assertThat(Errno.name(field.getInt(null))).isEqualTo(field.getName());
            }
        }
    }
}
