package io.argali.loader.hdf5;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The children of an old-style group: names in a local heap, entries in nodes of eight, and over these a B-tree whose nodes have 32 children
 * at most (specification III.A, III.B, III.D). The widths are those that every file of h5py has.
 */
final class SymbolTableWriter {
    static final int LEAF_K = 4;
    static final int TREE_K = 16;
    private static final int SYMBOL = 40;

    private final ByteWriter file;
    private final Map<byte[], Long> sorted = new TreeMap<>(Arrays::compareUnsigned);
    private long tree;
    private long heap;

    SymbolTableWriter(ByteWriter file) {
        this.file = file;
    }

    long tree() {
        return tree;
    }

    long heap() {
        return heap;
    }

    /** A child, whose header has been written. */
    void add(String name, long header) {
        if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0 || name.equals(".")) {
            throw new IllegalArgumentException("an HDF5 group cannot have a child called \"" + name + "\"");
        }
        sorted.put(DatatypeWriter.utf8(name), header);
    }

    /** A node of the tree, and the last name below it as its place in the heap. */
    private record Below(long address, long lastName) {}

    void write() {
        List<Long> names = writeHeap();
        List<Below> level = writeLeaves(names);
        int height = 0;
        while (height == 0 || level.size() > 1) {
            level = writeNodes(level, height++);
        }
        tree = level.get(0).address;
    }

    private List<Long> writeHeap() {
        List<Long> places = new ArrayList<>();
        ByteWriter names = new ByteWriter().zeros(8); // the empty name, before all others
        for (byte[] name : sorted.keySet()) {
            places.add((long) names.position());
            names.bytes(name).u8(0).pad();
        }
        heap = file.position();
        file.ascii("HEAP").u32(0).i64(names.position()).i64(1); // 1: nothing is free
        file.i64(file.position() + 8L).bytes(names.toArray());
        return places;
    }

    private List<Below> writeLeaves(List<Long> names) {
        List<Below> leaves = new ArrayList<>();
        List<Long> headers = List.copyOf(sorted.values());
        for (int from = 0; from < headers.size(); from += 2 * LEAF_K) {
            int count = Math.min(2 * LEAF_K, headers.size() - from);
            leaves.add(new Below(file.position(), names.get(from + count - 1)));
            file.ascii("SNOD").u8(1).u8(0).u16(count);
            for (int i = from; i < from + count; i++) {
                file.i64(names.get(i)).i64(headers.get(i)).zeros(SYMBOL - 16);
            }
            file.zeros((2 * LEAF_K - count) * SYMBOL);
        }
        return leaves;
    }

    private List<Below> writeNodes(List<Below> children, int height) {
        int width = 24 + 2 * TREE_K * 8 + (2 * TREE_K + 1) * 8;
        int nodes = Math.max(1, (children.size() + 2 * TREE_K - 1) / (2 * TREE_K));
        long first = file.position();
        long before = 0;
        List<Below> written = new ArrayList<>();
        for (int n = 0; n < nodes; n++) {
            List<Below> own = children.subList(n * 2 * TREE_K, Math.min(children.size(), (n + 1) * 2 * TREE_K));
            file.ascii("TREE").u8(0).u8(height).u16(own.size());
            file.i64(n == 0 ? Source.UNDEFINED : first + (n - 1L) * width);
            file.i64(n == nodes - 1 ? Source.UNDEFINED : first + (n + 1L) * width);
            file.i64(before);
            for (Below child : own) {
                file.i64(child.address).i64(child.lastName);
                before = child.lastName;
            }
            file.zeros((2 * TREE_K - own.size()) * 16);
            written.add(new Below(first + (long) n * width, before));
        }
        return written;
    }
}
