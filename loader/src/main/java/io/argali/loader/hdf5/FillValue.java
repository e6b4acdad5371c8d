package io.argali.loader.hdf5;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What elements are that were never written (specification IV.A.2.e, f). */
final class FillValue {
    private static final MemorySegment NONE = MemorySegment.ofArray(new byte[0]);

    private FillValue() {}

    /** The value's bytes, none where the file gives no value. */
    static MemorySegment of(Source source, ObjectHeader header) {
        Message message = header.find(Message.FILL_VALUE);
        if (message != null) {
            return current(source, new Cursor(source, message.body()));
        }
        Message old = header.find(Message.OLD_FILL_VALUE);
        return old == null ? NONE : sized(new Cursor(source, old.body()));
    }

    private static MemorySegment current(Source source, Cursor cursor) {
        int version = cursor.u8();
        if (version == 1 || version == 2) {
            cursor.skip(2); // when space is allocated, when the value is written
            boolean defined = cursor.u8() != 0;
            return version == 2 && !defined ? NONE : sized(cursor);
        }
        if (version != 3) {
            throw source.broken("fill value version " + version);
        }
        boolean defined = (cursor.u8() & 0x20) != 0;
        return defined ? sized(cursor) : NONE;
    }

    private static MemorySegment sized(Cursor cursor) {
        return cursor.remaining() < 4 ? NONE : cursor.slice(cursor.u32());
    }

    static boolean isZero(MemorySegment bytes) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, i) != 0) {
                return false;
            }
        }
        return true;
    }
}
