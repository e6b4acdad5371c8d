package io.argali.loader.tensorbundle;

import com.google.protobuf.ByteString;
import io.argali.loader.Content;
import io.argali.loader.protobuf.BundleEntryProto;
import io.argali.loader.protobuf.BundleHeaderProto;
import io.argali.loader.protobuf.DataType;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.loader.protobuf.VersionDef;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Writes a TensorBundle, TensorFlow's checkpoint: {@code .data-00000-of-00001} holds the elements of all tensors one after the other, {@code .index} is
 * a sorted table of where they lie (tensorflow/core/util/tensor_bundle).
 */
public final class TensorBundleWriter {
    /** A tensor of numbers; its bytes are asked for when they are written, and once before for their checksum. */
    public record Entry(DataType type, TensorShapeProto shape, Content bytes) {}

    private final Map<String, Entry> entries = new TreeMap<>();
    private final Map<String, byte[]> texts = new TreeMap<>();

    public void add(String name, Entry entry) {
        entries.put(name, entry);
    }

    /** A string without axes. */
    public void add(String name, ByteString text) {
        texts.put(name, text.toByteArray());
    }

    /** The two files, by name. */
    public Map<String, Content> files(String prefix) {
        TreeMap<String, BundleEntryProto> index = new TreeMap<>();
        List<Content> parts = new ArrayList<>();
        long at = 0;
        for (Map.Entry<String, Entry> e : entries.entrySet()) {
            Entry t = e.getValue();
            index.put(e.getKey(), entry(t.type, t.shape, at, t.bytes.size(), Crc32c.masked(t.bytes)));
            parts.add(t.bytes);
            at += t.bytes.size();
        }
        for (Map.Entry<String, byte[]> e : texts.entrySet()) {
            CRC32C crc = new CRC32C();
            byte[] bytes = text(e.getValue(), crc);
            index.put(
                    e.getKey(),
                    entry(
                            DataType.DT_STRING,
                            TensorShapeProto.getDefaultInstance(),
                            at,
                            bytes.length,
                            Crc32c.masked(crc)));
            parts.add(Content.of(bytes));
            at += bytes.length;
        }
        Map<String, Content> files = new LinkedHashMap<>();
        files.put(prefix + ".data-00000-of-00001", Content.joined(parts));
        files.put(prefix + ".index", Content.of(table(index)));
        return files;
    }

    private static BundleEntryProto entry(DataType type, TensorShapeProto shape, long at, long size, int crc) {
        return BundleEntryProto.newBuilder()
                .setDtype(type)
                .setShape(shape)
                .setOffset(at)
                .setSize(size)
                .setCrc32C(crc)
                .build();
    }

    /** Length, checksum of the length, bytes. The checksum of all takes the length as four bytes. */
    private static byte[] text(byte[] bytes, CRC32C crc) {
        crc.update(little(4).putInt(bytes.length).array());
        int length = Crc32c.masked(crc);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        varint(out, bytes.length);
        byte[] check = little(4).putInt(length).array();
        out.writeBytes(check);
        crc.update(check);
        out.writeBytes(bytes);
        crc.update(bytes);
        return out.toByteArray();
    }

    private static ByteBuffer little(int n) {
        return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long v = value;
        while (v >= 0x80) {
            out.write((int) (v & 0x7f | 0x80));
            v >>>= 7;
        }
        out.write((int) v);
    }

    // The table: one block of entries, one without, one that names the first, and where these lie

    private static byte[] table(TreeMap<String, BundleEntryProto> index) {
        BundleHeaderProto header = BundleHeaderProto.newBuilder()
                .setNumShards(1)
                .setVersion(VersionDef.newBuilder().setProducer(1))
                .build();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Block entries = new Block();
        entries.add(new byte[0], header.toByteArray());
        byte[] last = new byte[0];
        for (Map.Entry<String, BundleEntryProto> e : index.entrySet()) {
            last = e.getKey().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            entries.add(last, e.getValue().toByteArray());
        }
        byte[] data = handle(out, entries);
        byte[] meta = handle(out, new Block());
        Block directory = new Block();
        directory.add(last, data);
        byte[] top = handle(out, directory);
        ByteBuffer footer = little(48);
        footer.put(meta).put(top).position(40);
        footer.putLong(0xdb4775248b80fb57L);
        out.writeBytes(footer.array());
        return out.toByteArray();
    }

    /** Writes a block and gives where it lies. */
    private static byte[] handle(ByteArrayOutputStream out, Block block) {
        byte[] bytes = block.bytes();
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, out.size());
        varint(handle, bytes.length);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        crc.update(0); // not compressed
        out.writeBytes(bytes);
        out.write(0);
        out.writeBytes(little(4).putInt(Crc32c.masked(crc)).array());
        return handle.toByteArray();
    }

    /** Keys in order, none shortened: every entry is a place to begin reading at. */
    private static final class Block {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final List<Integer> restarts = new ArrayList<>();

        void add(byte[] key, byte[] value) {
            restarts.add(out.size());
            varint(out, 0);
            varint(out, key.length);
            varint(out, value.length);
            out.writeBytes(key);
            out.writeBytes(value);
        }

        byte[] bytes() {
            if (restarts.isEmpty()) restarts.add(0);
            ByteBuffer end = little(4 * restarts.size() + 4);
            for (int r : restarts) end.putInt(r);
            end.putInt(restarts.size());
            out.writeBytes(end.array());
            return out.toByteArray();
        }
    }
}
