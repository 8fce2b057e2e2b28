// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

/**
 * The interface that a device is: its {@link Link}, opened when it is needed first, and again where the device has been
 * moved to. A process that drops its rights opens it before, because a namespace cannot be entered afterwards.
 *
 * Ownership: shared by a device and its copies; the last to close it closes the socket.
 * Thread: any.
 */
final class DeviceLink {
    /** A question or a change; the device may have been moved or renamed since the last one. */
    interface Call<T> {
        T on(Link link, String name) throws TunException;
    }

    private Link link;
    private int users = 1;

    /** @param link null to open one when it is needed */
    DeviceLink(Link link) {
        this.link = link;
    }

    synchronized DeviceLink share() {
        users++;
        return this;
    }

    synchronized void close() {
        if (--users == 0 && link != null) {
            link.close();
            link = null;
        }
    }

    /** Calls with the name that the device has now; where it is now, if it is no longer where it was. */
    synchronized <T> T call(int tunFd, Call<T> call) throws TunException {
        String name = TunDevice.nameOf(tunFd);
        if (link == null) {
            link = openWhereDeviceIs(tunFd);
        }
        try {
            return call.on(link, name);
        } catch (TunException failure) {
            if (failure.errno() != Errno.ENODEV) {
                throw failure;
            }
            return callElsewhere(tunFd, name, call, failure);
        }
    }

    // Where the device is may not be told, as after rights were dropped: then it may come back to where it was.
    private <T> T callElsewhere(int tunFd, String name, Call<T> call, TunException notHere) throws TunException {
        Link there = openWhereDeviceIs(tunFd);
        try {
            there.state(name);
        } catch (TunException failure) {
            there.close();
            throw failure.errno() == Errno.ENODEV ? notHere : failure;
        }
        link.close();
        link = there;
        return call.on(there, name);
    }

    private static Link openWhereDeviceIs(int tunFd) throws TunException {
        try (NetworkNamespace namespace = NetworkNamespace.of(tunFd)) {
            return Link.open(namespace);
        }
    }
}
