package io.argali.loader.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers at any place in a segment of any size, through a buffer that is moved along. A segment could be read directly, but its
 * first access costs 25 ms in a fresh JVM (method handles), as much as all the rest of opening a model. Not for several threads.
 */
public final class LittleEndian {
    private static final long WINDOW = 1 << 30;

    private final MemorySegment bytes;
    private ByteBuffer window;
    private long start;

    /** {@code bytes} must be native or a byte array. */
    public LittleEndian(MemorySegment bytes) {
        this.bytes = bytes;
        this.window = windowAt(0);
    }

    public int u8(long at) {
        return Byte.toUnsignedInt(windowWith(at, 1).get((int) (at - start)));
    }

    public int u16(long at) {
        return Short.toUnsignedInt(windowWith(at, 2).getShort((int) (at - start)));
    }

    public int i32(long at) {
        return windowWith(at, 4).getInt((int) (at - start));
    }

    public long u32(long at) {
        return Integer.toUnsignedLong(i32(at));
    }

    public long i64(long at) {
        return windowWith(at, 8).getLong((int) (at - start));
    }

    public byte[] bytes(long at, int count) {
        return bytes.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE);
    }

    /** The window, moved to where these bytes are; its start is to be read afterwards. */
    private ByteBuffer windowWith(long at, int count) {
        if (at < start || at + count > start + window.capacity()) {
            start = Math.max(0, at - WINDOW / 2);
            window = windowAt(start);
        }
        return window;
    }

    private ByteBuffer windowAt(long from) {
        return bytes.asSlice(from, Math.min(WINDOW, bytes.byteSize() - from))
                .asByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN);
    }
}
