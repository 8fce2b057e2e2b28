// SPDX-License-Identifier: Apache-2.0
package io.tunloop.codec;

import java.util.Arrays;

/**
 * The last group of each flow between two flushes: a hash table with open addressing, emptied at once.
 *
 * <p>Thread: one thread at a time.
 */
final class FlowTable {
    private static final int INITIAL_SLOTS = 64;

    private MergedPacket[] groups = new MergedPacket[INITIAL_SLOTS];
    private int[] hashes = new int[INITIAL_SLOTS];
    private int[] usedSlots = new int[INITIAL_SLOTS];
    private int flows;

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
        if (flows * 2 > groups.length) {
            grow();
        }
    }

    private void grow() {
        MergedPacket[] oldGroups = groups;
        int[] oldHashes = hashes;
        int[] oldSlots = usedSlots;
        int slots = groups.length * 2;
        groups = new MergedPacket[slots];
        hashes = new int[slots];
        usedSlots = Arrays.copyOf(oldSlots, slots);
        for (int i = 0; i < flows; i++) {
            int hash = oldHashes[oldSlots[i]];
            int slot = hash & slots - 1;
            while (groups[slot] != null) {
                slot = slot + 1 & slots - 1;
            }
            groups[slot] = oldGroups[oldSlots[i]];
            hashes[slot] = hash;
            usedSlots[i] = slot;
        }
    }

    /** Forgets all flows. */
    void clear() {
        for (int i = 0; i < flows; i++) {
            groups[usedSlots[i]] = null;
        }
        flows = 0;
    }
}
