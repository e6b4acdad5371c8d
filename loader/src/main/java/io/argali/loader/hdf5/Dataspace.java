package io.argali.loader.hdf5;

/** The shape of a dataset or attribute (specification IV.A.2.b). An empty dataspace ({@code H5S_NULL}) is shape (0). */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Dataspace(long[] shape) {
    /** What numpy allows, doubled. */
    private static final int HIGHEST_RANK = 64;

    static Dataspace read(Source source, Message message) {
        return read(source, new Cursor(source, message.body()));
    }

    static Dataspace read(Source source, Cursor cursor) {
        int version = cursor.u8();
        int rank = cursor.u8();
        cursor.skip(1); // flags: whether maximal sizes follow, which do not matter here
        if (version == 1) {
            cursor.skip(5);
        } else if (version == 2) {
            if (cursor.u8() == 2) {
                return new Dataspace(new long[] {0});
            }
        } else {
            throw source.broken("dataspace version " + version);
        }
        if (rank > HIGHEST_RANK) {
            throw source.broken("an array of rank " + rank);
        }
        long[] shape = new long[rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = cursor.length();
        }
        return checked(source, shape);
    }

    private static Dataspace checked(Source source, long[] shape) {
        try {
            long size = 1;
            for (long dimension : shape) {
                // A zero further on would hide an overflow before it; sizes without it must fit as well.
                size = Math.multiplyExact(size, Math.max(1, dimension));
                if (dimension < 0) {
                    throw source.broken("a dimension beyond 2^63");
                }
            }
        } catch (ArithmeticException e) {
            throw source.broken("an array of more than 2^63 elements", e);
        }
        return new Dataspace(shape);
    }

    long size() {
        long size = 1;
        for (long dimension : shape) {
            size *= dimension;
        }
        return size;
    }
}
