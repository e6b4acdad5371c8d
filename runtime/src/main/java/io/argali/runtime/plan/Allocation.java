package io.argali.runtime.plan;

import io.argali.runtime.tensor.DType.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Places buffers in the arenas: two that are never alive at the same time may share memory. */
final class Allocation {
    private static final int ALIGNMENT = 16; // floats in a cache line

    private record Block(int offset, int size) {}

    private final Map<Storage, List<Block>> free = new HashMap<>();
    private final int[] sizes = new int[Storage.values().length];

    /** Gives the buffer a place. */
    void allocate(Buffer b) {
        int size = Math.max(ALIGNMENT, (b.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        List<Block> blocks = free.computeIfAbsent(b.dtype.storage(), s -> new ArrayList<>());
        Block best = null;
        for (Block block : blocks) {
            if (block.size >= size && (best == null || block.size < best.size)) best = block;
        }
        int storage = b.dtype.storage().ordinal();
        if (best != null) {
            blocks.remove(best);
            if (best.size > size) blocks.add(new Block(best.offset + size, best.size - size));
            b.place(best.offset);
            return;
        }
        // Grow from the last free block if it touches the end.
        Block last = blocks.stream()
                .filter(k -> k.offset + k.size == sizes[storage])
                .findFirst()
                .orElse(null);
        int offset = last == null ? sizes[storage] : last.offset;
        if (last != null) blocks.remove(last);
        sizes[storage] = Math.addExact(offset, size);
        b.place(offset);
    }

    /** Takes the buffer's place back. */
    void free(Buffer b) {
        int size = Math.max(ALIGNMENT, (b.size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        List<Block> blocks = free.computeIfAbsent(b.dtype.storage(), s -> new ArrayList<>());
        int from = b.offset(), to = from + size;
        for (int i = blocks.size() - 1; i >= 0; i--) {
            Block k = blocks.get(i);
            if (k.offset + k.size == from) {
                from = k.offset;
                blocks.remove(i);
            } else if (k.offset == to) {
                to = k.offset + k.size;
                blocks.remove(i);
            }
        }
        blocks.add(new Block(from, to - from));
    }

    int[] sizes() {
        return sizes;
    }
}
