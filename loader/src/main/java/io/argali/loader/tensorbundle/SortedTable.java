package io.argali.loader.tensorbundle;

import io.argali.loader.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A sorted table of LevelDB: blocks of entries whose keys leave out what they share with the key before, an index block of where the others
 * lie, a footer of where the index lies. Keys are bytes, one character each.
 */
final class SortedTable {
    private static final int FOOTER = 48;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    /** Compression byte and checksum behind each block. */
    private static final int TRAILER = 5;

    private static final int LARGEST_BLOCK = 1 << 28;

    private final String label;
    private final MemorySegment file;

    private SortedTable(String label, MemorySegment file) {
        this.label = label;
        this.file = file;
    }

    /** All entries, in order. */
    static Map<String, ByteBuffer> read(String label, MemorySegment file) {
        return new SortedTable(label, file).entries();
    }

    private Map<String, ByteBuffer> entries() {
        if (file.byteSize() < FOOTER) throw broken("is too short");
        ByteBuffer footer = buffer(file.byteSize() - FOOTER, FOOTER);
        if (footer.getLong(FOOTER - 8) != MAGIC) throw broken("has not the end that it should have; it may be cut off");
        readHandle(footer); // of the meta index, which nobody fills
        Handle index = readHandle(footer);
        Map<String, ByteBuffer> entries = new LinkedHashMap<>();
        for (ByteBuffer value : block(index).values()) {
            Map<String, ByteBuffer> block = block(readHandle(value));
            int before = entries.size();
            entries.putAll(block);
            if (entries.size() != before + block.size()) throw broken("has blocks that overlap");
        }
        return entries;
    }

    private record Handle(long offset, long size) {}

    private Handle readHandle(ByteBuffer from) {
        return new Handle(Varint.read(from, this::broken), Varint.read(from, this::broken));
    }

    private Map<String, ByteBuffer> block(Handle at) {
        long end = at.offset + at.size + TRAILER;
        if (at.offset < 0 || at.size < 4 || at.size > LARGEST_BLOCK || end < 0 || end > file.byteSize() - FOOTER) {
            throw broken("has a block outside the file");
        }
        int size = (int) at.size;
        ByteBuffer whole = buffer(at.offset, size + TRAILER);
        int expected = whole.getInt(size + 1);
        if (Crc32c.masked(file.asSlice(at.offset, size + 1)) != expected) {
            throw broken("has a block with a wrong checksum: the file is damaged");
        }
        ByteBuffer content = slice(whole, 0, size);
        return switch (whole.get(size)) {
            case 0 -> blockEntries(content);
            case 1 -> blockEntries(Snappy.decompress(content, LARGEST_BLOCK, this::broken));
            default -> throw broken("has a block of an unknown compression, " + whole.get(size));
        };
    }

    private Map<String, ByteBuffer> blockEntries(ByteBuffer block) {
        int size = block.limit();
        long restarts = size < 4 ? -1 : Integer.toUnsignedLong(block.getInt(size - 4));
        long end = size - 4 - 4 * restarts;
        if (restarts < 0 || end < 0) throw broken("has a block without an end");
        ByteBuffer at = slice(block, 0, (int) end);
        Map<String, ByteBuffer> entries = new LinkedHashMap<>();
        String key = "";
        while (at.hasRemaining()) {
            long shared = Varint.read(at, this::broken),
                    own = Varint.read(at, this::broken),
                    length = Varint.read(at, this::broken);
            boolean fits = shared >= 0
                    && shared <= key.length()
                    && own >= 0
                    && length >= 0
                    && own <= at.remaining()
                    && length <= at.remaining() - own;
            if (!fits) throw broken("has an entry that does not fit its block");
            byte[] rest = new byte[(int) own];
            at.get(rest);
            key = key.substring(0, (int) shared) + new String(rest, StandardCharsets.ISO_8859_1);
            entries.put(key, slice(at, at.position(), (int) length));
            at.position(at.position() + (int) length);
        }
        return entries;
    }

    private static ByteBuffer slice(ByteBuffer of, int from, int length) {
        return of.slice(from, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer buffer(long offset, int length) {
        return ByteBuffer.wrap(file.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private ModelFormatException broken(String how) {
        return new ModelFormatException(label + ": this index of a TensorBundle " + how);
    }
}
