package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an HDF5 file from its base address on, and how wide its addresses are. Every access is checked against the end of
 * the file, so that no declared address or size is trusted.
 */
record Source(String label, MemorySegment bytes, int offsetBytes, int lengthBytes) {
    /**
     * How much larger than its file a compressed or never written dataset may be, beyond the first megabytes. Deflate reaches 1032
     * to 1; Keras refuses 1000 to 1 as well.
     */
    private static final long BOMB_RATIO = 1000;

    private static final long HARMLESS_BYTES = 16L << 20;

    /** An address that the file leaves open: nothing has been stored. */
    static final long UNDEFINED = -1;

    Cursor at(long address) {
        if (address < 0 || address > bytes.byteSize()) {
            throw broken("address %d lies outside the file".formatted(address));
        }
        return new Cursor(this, bytes.asSlice(address));
    }

    /** {@code length} bytes, not copied. */
    MemorySegment slice(long address, long length) {
        if (address < 0 || length < 0 || address > bytes.byteSize() || length > bytes.byteSize() - address) {
            throw broken("%d bytes at address %d lie outside the file of %d bytes"
                    .formatted(length, address, bytes.byteSize()));
        }
        return bytes.asSlice(address, length);
    }

    /** Whether so much memory is out of proportion to the file. */
    boolean isBomb(long size) {
        return size > HARMLESS_BYTES && size / BOMB_RATIO > bytes.byteSize();
    }

    ModelFormatException broken(String problem) {
        return broken(problem, null);
    }

    ModelFormatException broken(String problem, @Nullable Throwable cause) {
        return new ModelFormatException("%s: broken or unsafe HDF5 file: %s".formatted(label, problem), cause);
    }
}
