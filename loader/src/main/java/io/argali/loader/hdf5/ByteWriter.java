package io.argali.loader.hdf5;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Little-endian numbers, one behind the other, in memory that grows. */
final class ByteWriter {
    private ByteBuffer bytes = ByteBuffer.allocate(1 << 7).order(ByteOrder.LITTLE_ENDIAN);

    int position() {
        return bytes.position();
    }

    ByteWriter u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    ByteWriter u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    ByteWriter u32(long value) {
        room(4).putInt((int) value);
        return this;
    }

    ByteWriter i64(long value) {
        room(8).putLong(value);
        return this;
    }

    ByteWriter ascii(String text) {
        return bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    ByteWriter bytes(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    ByteWriter zeros(int count) {
        return bytes(new byte[count]);
    }

    /** Zeros up to the next multiple of eight. */
    ByteWriter pad() {
        return zeros(-position() & 7);
    }

    void patch(int at, long value) {
        bytes.putLong(at, value);
    }

    byte[] toArray() {
        return java.util.Arrays.copyOf(bytes.array(), bytes.position());
    }

    MemorySegment segment() {
        return MemorySegment.ofArray(bytes.array()).asSlice(0, bytes.position());
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            ByteBuffer larger = ByteBuffer.allocate(
                            Math.max(bytes.position() + count, Math.multiplyExact(bytes.capacity(), 2)))
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }
}
