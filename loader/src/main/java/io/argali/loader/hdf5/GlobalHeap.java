package io.argali.loader.hdf5;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Variable-length text, which HDF5 keeps in collections apart from the data (specification III.E). Collections and texts are kept
 * once read, so that a million references to one long text stay one text.
 */
final class GlobalHeap {
    private final Source source;
    private final Map<Long, Map<Integer, MemorySegment>> collections = new HashMap<>();
    private final Map<Long, Map<Integer, String>> texts = new HashMap<>();

    GlobalHeap(Source source) {
        this.source = source;
    }

    /** The text that a reference in the data (length, collection, index) stands for; null references are empty text. */
    synchronized String text(Cursor reference) {
        long length = reference.u32();
        long address = reference.address();
        int index = (int) reference.u32();
        if (length == 0 || address == 0 || address == Source.UNDEFINED) {
            return "";
        }
        Map<Integer, MemorySegment> objects = collections.computeIfAbsent(address, this::readCollection);
        MemorySegment object = objects.get(index);
        if (object == null || length > object.byteSize()) {
            throw source.broken("text of %d bytes is not in the heap at %d".formatted(length, address));
        }
        return texts.computeIfAbsent(address, a -> new HashMap<>()).computeIfAbsent(index, i -> decode(object, length));
    }

    private static String decode(MemorySegment object, long length) {
        byte[] bytes = object.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--; // written from C with the terminator
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private Map<Integer, MemorySegment> readCollection(long address) {
        Cursor cursor = source.at(address).expect("GCOL").skip(4);
        long size = cursor.length();
        Cursor objects = new Cursor(source, source.slice(address, size)).skip(cursor.position());
        Map<Integer, MemorySegment> byIndex = new HashMap<>();
        while (objects.remaining() >= 8 + source.lengthBytes()) {
            int index = objects.u16();
            if (index == 0) {
                break; // free space
            }
            objects.skip(6); // reference count, reserved
            long bytes = objects.length();
            byIndex.put(index, objects.slice(bytes));
            objects.skip(Math.min(objects.remaining(), -bytes & 7));
        }
        return byIndex;
    }
}
