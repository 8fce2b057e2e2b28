// SPDX-License-Identifier: Apache-2.0

/** A user's program that is a module: one name to require. */
module consumer.modular {
    requires io.tunloop;
}
