package io.argali.loader.hdf5;

import java.lang.foreign.MemorySegment;

/** Where a dataset's data lies (specification IV.A.2.i). */
sealed interface Layout {
    /** In the header itself. */
    record Compact(MemorySegment bytes) implements Layout {}

    /** In one run; at {@link Source#UNDEFINED} when nothing was ever written. */
    record Contiguous(long address) implements Layout {}

    /**
     * In chunks, which may be compressed.
     *
     * @param shape of a chunk, in elements
     * @param singleBytes of {@link Index#SINGLE}: stored bytes if filtered, else 0
     * @param singleMask of {@link Index#SINGLE}: filters left out
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Chunked(int[] shape, Index index, long address, long singleBytes, long singleMask) implements Layout {}

    /** How chunks are found. */
    enum Index {
        TREE,
        SINGLE,
        IMPLICIT,
        FIXED_ARRAY,
        EXTENSIBLE_ARRAY,
        TREE_2
    }

    static Layout read(Source source, Message message) {
        Cursor cursor = new Cursor(source, message.body());
        int version = cursor.u8();
        if (version == 1 || version == 2) {
            return readOld(source, cursor);
        }
        if (version != 3 && version != 4) {
            throw source.broken("data layout version " + version);
        }
        int kind = cursor.u8();
        return switch (kind) {
            case 0 -> new Compact(cursor.slice(cursor.u16()));
            case 1 -> new Contiguous(cursor.address());
            case 2 -> version == 3 ? readTree(source, cursor) : readIndexed(source, cursor);
            case 3 -> throw source.broken("virtual datasets, which take their data from other files, are refused");
            default -> throw source.broken("data layout class " + kind);
        };
    }

    /** Version 3: the element's size counts as one more dimension. */
    private static Chunked readTree(Source source, Cursor cursor) {
        int rank = cursor.u8() - 1;
        long address = cursor.address();
        return new Chunked(shape(source, cursor, rank, 4), Index.TREE, address, 0, 0);
    }

    /** Version 4, of HDF5 1.10 and later. */
    private static Chunked readIndexed(Source source, Cursor cursor) {
        int flags = cursor.u8();
        int rank = cursor.u8() - 1;
        int width = cursor.u8();
        if (width < 1 || width > 8) {
            throw source.broken("chunk dimensions of %d bytes".formatted(width));
        }
        int[] shape = shape(source, cursor, rank, width);
        cursor.skip(width); // the element's size
        int kind = cursor.u8();
        boolean filtered = (flags & 2) != 0;
        long singleBytes = kind == 1 && filtered ? cursor.length() : 0;
        long singleMask = kind == 1 && filtered ? cursor.u32() : 0;
        Index index = switch (kind) {
            case 1 -> Index.SINGLE;
            case 2 -> Index.IMPLICIT;
            case 3 -> Index.FIXED_ARRAY;
            case 4 -> Index.EXTENSIBLE_ARRAY;
            case 5 -> Index.TREE_2;
            default -> throw source.broken("chunk index " + kind);
        };
        cursor.skip(
                switch (index) { // parameters, which the index repeats
                    case FIXED_ARRAY -> 1;
                    case EXTENSIBLE_ARRAY -> 5;
                    case TREE_2 -> 6;
                    default -> 0;
                });
        return new Chunked(shape, index, cursor.address(), singleBytes, singleMask);
    }

    private static int[] shape(Source source, Cursor cursor, int rank, int width) {
        int[] shape = new int[Math.max(0, rank)];
        for (int i = 0; i < shape.length; i++) {
            long dimension = cursor.unsigned(width);
            if (dimension <= 0 || dimension > Integer.MAX_VALUE) {
                throw source.broken("chunks beyond 2 GiB, or of no size");
            }
            shape[i] = (int) dimension;
        }
        return shape;
    }

    /** What HDF5 1.6.2 and before wrote. */
    private static Layout readOld(Source source, Cursor cursor) {
        int rank = cursor.u8();
        int kind = cursor.u8();
        cursor.skip(5);
        if (kind == 0) {
            cursor.skip(4L * rank);
            return new Compact(cursor.slice(cursor.u32()));
        }
        long address = cursor.address();
        return kind == 1
                ? new Contiguous(address)
                : new Chunked(shape(source, cursor, rank - 1, 4), Index.TREE, address, 0, 0);
    }
}
