package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import io.argali.loader.bytes.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Reads a run of bytes from front to back, little-endian as all HDF5 metadata is. Reading past its end is an error. */
final class Cursor {
    private final Source source;
    private final MemorySegment bytes;
    private final LittleEndian numbers;
    private long at;

    Cursor(Source source, MemorySegment bytes) {
        this.source = source;
        this.bytes = bytes;
        this.numbers = new LittleEndian(bytes);
    }

    long position() {
        return at;
    }

    long remaining() {
        return bytes.byteSize() - at;
    }

    int u8() {
        return numbers.u8(advance(1));
    }

    int u16() {
        return numbers.u16(advance(2));
    }

    long u32() {
        return numbers.u32(advance(4));
    }

    /** An unsigned number of 1 to 8 bytes; beyond 2⁶³−1 it comes out negative, which no check lets pass. */
    long unsigned(int width) {
        long start = advance(width);
        if (width == 8) {
            return numbers.i64(start);
        }
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | numbers.u8(start + i);
        }
        return value;
    }

    /** An address, or {@link Source#UNDEFINED}. */
    long address() {
        long value = unsigned(source.offsetBytes());
        return source.offsetBytes() < 8 && value == (1L << (8 * source.offsetBytes())) - 1 ? Source.UNDEFINED : value;
    }

    long length() {
        return unsigned(source.lengthBytes());
    }

    Cursor skip(long count) {
        advance(count);
        return this;
    }

    MemorySegment slice(long count) {
        return bytes.asSlice(advance(count), count);
    }

    Cursor sub(long count) {
        return new Cursor(source, slice(count));
    }

    MemorySegment rest() {
        return slice(remaining());
    }

    String ascii(int count) {
        return new String(numbers.bytes(advance(count), count), StandardCharsets.ISO_8859_1);
    }

    String utf8(long count) {
        if (count > Integer.MAX_VALUE - 8) {
            throw source.broken("a name of %d bytes".formatted(count));
        }
        return new String(numbers.bytes(advance(count), (int) count), StandardCharsets.UTF_8);
    }

    /** Text up to a NUL, which is consumed. */
    String terminated() {
        long end = at;
        while (end < bytes.byteSize() && numbers.u8(end) != 0) {
            end++;
        }
        if (end == bytes.byteSize()) {
            throw source.broken("a name without an end");
        }
        String text = utf8(end - at);
        at = end + 1;
        return text;
    }

    /** Consumes a four-letter signature. */
    Cursor expect(String signature) {
        String found = remaining() < 4 ? "nothing" : ascii(4);
        if (!found.equals(signature)) {
            throw source.broken("expected a %s block, found \"%s\"".formatted(signature, found));
        }
        return this;
    }

    ModelFormatException broken(String problem) {
        return source.broken(problem);
    }

    private long advance(long count) {
        if (count < 0 || count > remaining()) {
            throw source.broken("it is cut off, or a size in it is wrong");
        }
        long start = at;
        at += count;
        return start;
    }
}
