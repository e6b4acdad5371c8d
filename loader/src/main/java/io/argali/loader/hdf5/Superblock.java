package io.argali.loader.hdf5;

import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.bytes.LittleEndian;
import java.lang.foreign.MemorySegment;

/** Where an HDF5 file begins, how wide its addresses are, and where its root group is. Versions 0 to 3 (specification II.A). */
record Superblock(Source source, long rootAddress, long end) {
    /** {@code \x89HDF\r\n\x1a\n}, little-endian. */
    private static final long SIGNATURE = 0x0a1a0a0d46444889L;

    static Superblock read(String label, MemorySegment file) {
        long base = findSignature(label, file);
        MemorySegment bytes = file.asSlice(base);
        // Widths are not known yet; the first fields need none.
        Cursor cursor = new Source(label, bytes, 8, 8).at(8);
        int version = cursor.u8();
        if (version > 3) {
            throw new ModelFormatException(
                    "%s: HDF5 superblock version %d is newer than we read (0 to 3)".formatted(label, version));
        }
        Superblock superblock = version < 2 ? readOld(label, bytes, version) : readNew(label, bytes);
        // The end of the file is counted from its start, a user block included; all other addresses from the signature.
        if (superblock.end < 0 || superblock.end > file.byteSize()) {
            throw superblock.source.broken("it is cut off: %d bytes expected, %d found. Copy it again."
                    .formatted(superblock.end, file.byteSize()));
        }
        return superblock;
    }

    private static Superblock readOld(String label, MemorySegment bytes, int version) {
        Cursor widths = new Source(label, bytes, 8, 8).at(13);
        Source source = source(label, bytes, widths.u8(), widths.u8());
        Cursor cursor = source.at(version == 0 ? 24 : 28);
        cursor.address(); // base address: the place of the signature is what counts, as in the HDF5 library
        cursor.address(); // free space
        long end = cursor.address();
        cursor.address(); // driver information
        cursor.skip(source.offsetBytes()); // name of the root in its symbol table entry
        return new Superblock(source, cursor.address(), end);
    }

    private static Superblock readNew(String label, MemorySegment bytes) {
        Cursor widths = new Source(label, bytes, 8, 8).at(9);
        Source source = source(label, bytes, widths.u8(), widths.u8());
        Cursor cursor = source.at(12);
        cursor.address(); // base address
        cursor.address(); // superblock extension
        long end = cursor.address();
        return new Superblock(source, cursor.address(), end);
    }

    private static Source source(String label, MemorySegment bytes, int offsetBytes, int lengthBytes) {
        Source source = new Source(label, bytes, offsetBytes, lengthBytes);
        if (!isWidth(offsetBytes) || !isWidth(lengthBytes)) {
            throw source.broken("addresses of %d and lengths of %d bytes".formatted(offsetBytes, lengthBytes));
        }
        return source;
    }

    private static boolean isWidth(int bytes) {
        return bytes == 2 || bytes == 4 || bytes == 8;
    }

    /** At 0, or behind a user block of 512, 1024, 2048 … bytes. */
    private static long findSignature(String label, MemorySegment file) {
        LittleEndian numbers = new LittleEndian(file);
        for (long at = 0; at <= file.byteSize() - 16; at = at == 0 ? 512 : 2 * at) {
            if (numbers.i64(at) == SIGNATURE) {
                return at;
            }
        }
        throw new ModelFormatException(
                "%s: expected an HDF5 file, but it is %s.".formatted(label, FileBytes.kindOf(file)));
    }
}
