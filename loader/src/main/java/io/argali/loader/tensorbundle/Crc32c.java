package io.argali.loader.tensorbundle;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C as these files store it: rotated and shifted, so that the checksum of bytes that hold checksums is sound too. */
final class Crc32c {
    private static final int MASK = 0xa282ead8;
    private static final long STEP = 1 << 30;

    private Crc32c() {}

    static int masked(CRC32C crc) {
        return mask((int) crc.getValue());
    }

    static int masked(MemorySegment bytes) {
        CRC32C crc = new CRC32C();
        update(crc, bytes);
        return masked(crc);
    }

    static void update(CRC32C crc, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += STEP) {
            ByteBuffer part =
                    bytes.asSlice(at, Math.min(STEP, bytes.byteSize() - at)).asByteBuffer();
            crc.update(part);
        }
    }

    private static int mask(int crc) {
        return ((crc >>> 15) | (crc << 17)) + MASK;
    }
}
