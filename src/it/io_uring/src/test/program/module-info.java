// SPDX-License-Identifier: Apache-2.0

module consumer.uring {
    requires io.netty.transport.classes.io_uring;
    requires io.tunloop;
}
