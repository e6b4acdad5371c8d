package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.Content;
import io.argali.loader.ElementType;
import io.argali.loader.NewFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * An HDF5 file to be written, in the oldest form, which every reader knows and h5py writes by default: superblock 0, groups with symbol
 * tables, contiguous datasets. Build it from {@link #root}, then write it: first what describes the data, then the data, one array after the
 * other. The same content gives the same bytes.
 */
public final class Hdf5Writer implements Content {
    private static final int SUPERBLOCK = 96;
    private static final int LARGEST_MESSAGE = 65535 - 8;

    private final NewGroup root = new NewGroup();
    private final List<NewDataset> datasets = new ArrayList<>();
    private final Map<Object, byte[]> texts = new IdentityHashMap<>();
    private @org.jspecify.annotations.Nullable ByteWriter description;
    private long end;

    /** The group {@code /}. */
    public NewGroup root() {
        return root;
    }

    /** Writes it to a file of its own. */
    public void write(Path path) {
        NewFile.write(path, this);
    }

    @Override
    public long size() {
        describe();
        return end;
    }

    @Override
    public void writeTo(Sink sink) throws IOException {
        ByteWriter head = describe();
        sink.write(head.segment());
        long at = head.position();
        for (NewDataset dataset : datasets) {
            MemorySegment bytes = dataset.type == ElementType.STRING
                    ? MemorySegment.ofArray(references(dataset))
                    : dataset.values().bytes();
            sink.write(bytes);
            at += bytes.byteSize();
            MemorySegment gap = MemorySegment.ofArray(new byte[(int) (-at & 7)]);
            sink.write(gap);
            at += gap.byteSize();
        }
    }

    /** All that is not data; the tree must not change any more. */
    private synchronized ByteWriter describe() {
        if (description != null) {
            return description;
        }
        ByteWriter file = new ByteWriter().zeros(SUPERBLOCK);
        GlobalHeapWriter heap = new GlobalHeapWriter(file);
        writeTexts(root, heap);
        heap.close();
        List<Integer> places = new ArrayList<>();
        long[] rootAddresses = writeGroup(file, root, places);
        file.pad();
        end = file.position();
        for (int i = 0; i < datasets.size(); i++) {
            long size = datasets.get(i).byteSize();
            if (size > 0) {
                file.patch(places.get(i), end);
            }
            end += size + (-size & 7);
        }
        writeSuperblock(file, rootAddresses);
        description = file;
        return file;
    }

    private void writeSuperblock(ByteWriter file, long[] rootAddresses) {
        ByteWriter w = new ByteWriter();
        w.u8(0x89).ascii("HDF\r\n\u001a\n").u32(0).u8(0).u8(8).u8(8).u8(0);
        w.u16(SymbolTableWriter.LEAF_K).u16(SymbolTableWriter.TREE_K).u32(0);
        w.i64(0).i64(Source.UNDEFINED).i64(end).i64(Source.UNDEFINED);
        w.i64(0).i64(rootAddresses[0]).u32(1).u32(0).i64(rootAddresses[1]).i64(rootAddresses[2]);
        java.nio.ByteBuffer head = java.nio.ByteBuffer.wrap(w.toArray()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < SUPERBLOCK; i += 8) {
            file.patch(i, head.getLong(i));
        }
    }

    // texts

    private void writeTexts(NewNode node, GlobalHeapWriter heap) {
        for (NewAttribute a : node.attributes) {
            if (a.value().type() == ElementType.STRING && a.text() != TextType.FIXED) {
                texts.put(a, references(a.value(), heap));
            }
        }
        if (node instanceof NewDataset d && d.type == ElementType.STRING) {
            texts.put(d, references(d.values(), heap));
        }
        if (node instanceof NewGroup g) {
            g.children.values().forEach(child -> writeTexts(child, heap));
        }
    }

    private static byte[] references(ArrayData value, GlobalHeapWriter heap) {
        ByteWriter w = new ByteWriter();
        for (String text : value.toStrings()) {
            w.bytes(heap.add(text));
        }
        return w.toArray();
    }

    private byte[] references(Object holder) {
        return java.util.Objects.requireNonNull(texts.get(holder));
    }

    // objects

    /** Header, tree and heap. */
    private long[] writeGroup(ByteWriter file, NewGroup group, List<Integer> places) {
        SymbolTableWriter table = new SymbolTableWriter(file);
        group.children.forEach((name, child) -> table.add(
                name,
                switch (child) {
                    case NewGroup g -> writeGroup(file, g, places)[0];
                    case NewDataset d -> writeDataset(file, d, places);
                }));
        table.write();
        List<byte[]> messages = new ArrayList<>();
        messages.add(message(
                Message.SYMBOL_TABLE, 0, new ByteWriter().i64(table.tree()).i64(table.heap())));
        addAttributes(group, messages);
        return new long[] {writeHeader(file, messages), table.tree(), table.heap()};
    }

    private long writeDataset(ByteWriter file, NewDataset dataset, List<Integer> places) {
        datasets.add(dataset);
        List<byte[]> messages = new ArrayList<>();
        messages.add(message(Message.DATASPACE, 0, dataspace(dataset.shape)));
        byte[] type = dataset.type == ElementType.STRING
                ? DatatypeWriter.text(TextType.UTF8, ArrayData.ofStrings(new String[0], 0))
                : DatatypeWriter.message(dataset.type);
        messages.add(message(Message.DATATYPE, 1, new ByteWriter().bytes(type)));
        messages.add(message(
                Message.FILL_VALUE, 1, new ByteWriter().u8(2).u8(2).u8(2).u8(1).u32(0)));
        int before = messages.stream().mapToInt(m -> m.length).sum();
        messages.add(message(
                Message.LAYOUT,
                0,
                new ByteWriter().u8(3).u8(1).i64(Source.UNDEFINED).i64(dataset.byteSize())));
        addAttributes(dataset, messages);
        long header = writeHeader(file, messages);
        // The data's address stands behind the header's and the message's heads, and two bytes.
        places.add((int) header + 16 + before + 8 + 2);
        return header;
    }

    private static ByteWriter dataspace(long[] shape) {
        ByteWriter w = new ByteWriter()
                .u8(1)
                .u8(shape.length)
                .u8(shape.length > 0 ? 1 : 0)
                .zeros(5);
        for (int twice = 0; twice < 2; twice++) { // the present and the largest size
            for (long dimension : shape) {
                w.i64(dimension);
            }
        }
        return w;
    }

    private void addAttributes(NewNode node, List<byte[]> messages) {
        for (NewAttribute a : node.attributes) {
            ArrayData value = a.value().littleEndian();
            boolean text = value.type() == ElementType.STRING;
            byte[] type = text ? DatatypeWriter.text(a.text(), value) : DatatypeWriter.message(value.type());
            byte[] data = !text ? value.toBytes() : a.text() == TextType.FIXED ? fixed(value) : references(a);
            messages.add(attribute(a.name(), type, dataspace(value.shape()), data));
        }
    }

    private static byte[] fixed(ArrayData value) {
        int width = DatatypeWriter.longest(value);
        ByteWriter w = new ByteWriter();
        for (String text : value.toStrings()) {
            byte[] bytes = DatatypeWriter.utf8(text);
            w.bytes(bytes).zeros(width - bytes.length);
        }
        return w.toArray();
    }

    private static byte[] attribute(String name, byte[] type, ByteWriter space, byte[] data) {
        byte[] text = DatatypeWriter.utf8(name);
        boolean ascii = text.length == name.length();
        ByteWriter w = new ByteWriter()
                .u8(ascii ? 1 : 3)
                .u8(0)
                .u16(text.length + 1)
                .u16(type.length)
                .u16(space.position());
        if (ascii) {
            w.bytes(text).u8(0).pad().bytes(type).pad().bytes(space.toArray()).pad();
        } else { // version 3 has a character set, and no gaps
            w.u8(1).bytes(text).u8(0).bytes(type).bytes(space.toArray());
        }
        w.bytes(data);
        if (w.position() > LARGEST_MESSAGE) {
            throw new IllegalArgumentException(
                    "attribute \"%s\" takes %d bytes; HDF5 holds 64 kB".formatted(name, data.length));
        }
        return message(Message.ATTRIBUTE, 0, w);
    }

    private static byte[] message(int type, int flags, ByteWriter body) {
        byte[] bytes = body.pad().toArray();
        return new ByteWriter()
                .u16(type)
                .u16(bytes.length)
                .u8(flags)
                .zeros(3)
                .bytes(bytes)
                .toArray();
    }

    private static long writeHeader(ByteWriter file, List<byte[]> messages) {
        file.pad();
        long address = file.position();
        int size = messages.stream().mapToInt(m -> m.length).sum();
        file.u8(1).u8(0).u16(messages.size()).u32(1).u32(size).zeros(4);
        messages.forEach(file::bytes);
        return address;
    }
}
