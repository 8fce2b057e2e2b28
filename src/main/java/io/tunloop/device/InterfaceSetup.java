// SPDX-License-Identifier: Apache-2.0
package io.tunloop.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Gives an interface what a configuration names, step by step, and remembers how to take each step back, the last one
 * first: when one fails, the interface is as it was.
 *
 * Thread: one at a time.
 */
final class InterfaceSetup {
    /** On the link where the interface is, by the name that it has then. */
    private interface Step {
        void take(Link link, String name) throws TunException;
    }

    private final Deque<Step> undo = new ArrayDeque<>();

    private InterfaceSetup() {}

    static InterfaceSetup apply(Link link, String name, TunDeviceConfig config) throws TunException {
        var setup = new InterfaceSetup();
        try {
            setup.run(link, name, config);
            return setup;
        } catch (TunException failure) {
            setup.undoAfter(failure, link, name);
            throw failure;
        }
    }

    private void run(Link link, String name, TunDeviceConfig config) throws TunException {
        if (config.mtuBytes() != 0) {
            setMtu(link, name, config.mtuBytes());
        }
        if (config.txQueueLength() != 0) {
            setTxQueueLength(link, name, config.txQueueLength());
        }
        if (!config.addresses().isEmpty()) {
            addAddresses(link, name, config.addresses());
        }
        if (config.up()) {
            setUp(link, name);
        }
        // A route needs the link up, and an address to send from.
        for (Route route : config.routes()) {
            addRoute(link, name, route);
        }
    }

    private void setMtu(Link link, String name, int bytes) throws TunException {
        int before = link.mtu(name);
        if (bytes != before) {
            link.setMtu(name, bytes);
            undo.push((there, now) -> there.setMtu(now, before));
        }
    }

    private void setTxQueueLength(Link link, String name, int packets) throws TunException {
        int before = link.state(name).txQueueLength();
        if (packets != before) {
            link.setTxQueueLength(name, packets);
            undo.push((there, now) -> there.setTxQueueLength(now, before));
        }
    }

    private void addAddresses(Link link, String name, List<InterfaceAddress> addresses) throws TunException {
        List<InterfaceAddress> before = link.addresses(name);
        for (InterfaceAddress address : addresses) {
            if (!before.contains(address)) {
                link.addAddress(name, address);
                undo.push((there, now) -> there.removeAddress(now, address));
            }
        }
    }

    private void setUp(Link link, String name) throws TunException {
        if (!link.state(name).up()) {
            link.setUp(name, true);
            undo.push((there, now) -> there.setUp(now, false));
        }
    }

    private void addRoute(Link link, String name, Route route) throws TunException {
        if (!link.hasRoute(name, route)) {
            link.addRoute(name, route);
            undo.push((there, now) -> there.removeRoute(now, route));
        }
    }

    /** Takes back what was done, all that can be; throws the first failure. */
    void undo(Link link, String name) throws TunException {
        TunException first = null;
        while (!undo.isEmpty()) {
            try {
                undo.pop().take(link, name);
            } catch (TunException failure) {
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void undoAfter(TunException failure, Link link, String name) {
        try {
            undo(link, name);
        } catch (TunException second) {
            failure.addSuppressed(second);
        }
    }
}
