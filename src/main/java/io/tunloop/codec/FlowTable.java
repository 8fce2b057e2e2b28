// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

/**
 * The last group of each flow between two flushes: a hash table with open addressing, emptied at once. It does not grow: at
 * most every second slot is ever used.
 *
 * <p>Thread: one thread at a time.
 */
final class FlowTable {
    private final MergedPacket[] groups;
    private final int[] hashes;
    private final int[] usedSlots;
    private int flows;

    /** @param maxFlows a power of 2 */
    FlowTable(int maxFlows) {
        groups = new MergedPacket[2 * maxFlows];
        hashes = new int[2 * maxFlows];
        usedSlots = new int[maxFlows];
    }

    /** The slot of the packet's flow, or the one that it would get. */
    int find(WirePacket packet, int hash) {
        int slot = hash & groups.length - 1;
        while (groups[slot] != null && !(hashes[slot] == hash && groups[slot].isSameFlow(packet))) {
            slot = slot + 1 & groups.length - 1;
        }
        return slot;
    }

    /** The last group of the flow; null for a flow not seen yet. */
    MergedPacket group(int slot) {
        return groups[slot];
    }

    /** Puts the flow's new group into the slot that was found; slots are not valid beyond this. */
    void put(int slot, int hash, MergedPacket group) {
        if (groups[slot] == null) {
            usedSlots[flows++] = slot;
        }
        groups[slot] = group;
        hashes[slot] = hash;
    }

    /** Forgets all flows. */
    void clear() {
        for (int i = 0; i < flows; i++) {
            groups[usedSlots[i]] = null;
        }
        flows = 0;
    }
}
