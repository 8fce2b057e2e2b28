// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import io.tunloop.internal.NativeLibrary;

/** Opens a TUN device whose written packets go through NAPI, and so through the kernel's own GRO. */
public final class NapiTun {
    private static final int IFF_TUN = 0x0001;
    private static final int IFF_NAPI = 0x0010;
    private static final int IFF_NO_PI = 0x1000;

    static {
        NativeLibrary.ensureLoaded();
    }

    private NapiTun() {}

    /** A plain device of this name, down and without address. */
    public static TunDevice open(String name, String netns) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.open(netns)) {
            int fd = namespace.openTun();
            TunException.check("ioctl(TUNSETIFF)", name, Native.tunAttach(fd, name, IFF_TUN | IFF_NO_PI | IFF_NAPI));
            return TunDevice.attach(fd);
        }
    }
}
