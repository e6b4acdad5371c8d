package io.argali.loader.hdf5;

import java.lang.foreign.MemorySegment;

/** Where a dataset's data lies (specification IV.A.2.i). */
sealed interface Layout {
    /** In the header itself. */
    record Compact(MemorySegment bytes) implements Layout {}

    /** In one run; at {@link Source#UNDEFINED} when nothing was ever written. */
    record Contiguous(long address) implements Layout {}

    /** In chunks, which may be compressed: left to jhdf, with the message as it is. */
    record Chunked(Message message) implements Layout {}

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
            case 2 -> new Chunked(message);
            case 3 -> throw source.broken("virtual datasets, which take their data from other files, are refused");
            default -> throw source.broken("data layout class " + kind);
        };
    }

    /** What HDF5 1.6.2 and before wrote. */
    private static Layout readOld(Source source, Cursor cursor) {
        int rank = cursor.u8();
        int kind = cursor.u8();
        cursor.skip(5);
        if (kind == 1) {
            return new Contiguous(cursor.address());
        }
        if (kind == 0) {
            cursor.skip(4L * rank);
            return new Compact(cursor.slice(cursor.u32()));
        }
        throw source.broken("chunks as HDF5 1.6 wrote them are not supported. Save the file with h5py.");
    }
}
