package io.argali.loader.tensorbundle;

import io.argali.loader.Content;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C as these files store it: rotated and shifted, so that the checksum of bytes that hold checksums is sound too. */
final class Crc32c {
    private static final int MASK = 0xa282ead8;
    private static final long STEP = 1 << 30;
    private static final int BUFFER = 1 << 18;

    private Crc32c() {}

    static int masked(CRC32C crc) {
        return mask((int) crc.getValue());
    }

    /** The checksum of what will be written. */
    static int masked(Content content) {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        MemorySegment window = MemorySegment.ofBuffer(buffer);
        try {
            content.writeTo(bytes -> {
                for (long at = 0; at < bytes.byteSize(); at += BUFFER) {
                    int step = (int) Math.min(BUFFER, bytes.byteSize() - at);
                    MemorySegment.copy(bytes, at, window, 0, step);
                    crc.update(buffer.clear().limit(step));
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return masked(crc);
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
