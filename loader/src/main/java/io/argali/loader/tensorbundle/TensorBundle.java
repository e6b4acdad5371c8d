package io.argali.loader.tensorbundle;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.argali.loader.ArrayData;
import io.argali.loader.ByteText;
import io.argali.loader.ElementType;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.BundleEntryProto;
import io.argali.loader.protobuf.BundleHeaderProto;
import io.argali.loader.protobuf.DataType;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.loader.protobuf.TensorSliceProto;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;

/** Named arrays in a TensorBundle: {@code variables.index} and {@code variables.data-00000-of-00001} and so on. */
public final class TensorBundle {
    private static final int MOST_SHARDS = 100_000;

    private final Path prefix;
    private final ByteOrder order;
    private final int shards;
    private final Map<String, BundleEntryProto> entries;
    private final Map<Integer, MemorySegment> mapped = new HashMap<>();

    private TensorBundle(Path prefix, ByteOrder order, int shards, Map<String, BundleEntryProto> entries) {
        this.prefix = prefix;
        this.order = order;
        this.shards = shards;
        this.entries = entries;
    }

    /**
     * Opens a bundle; of the shards nothing is read yet.
     *
     * @param prefix the index' path without {@code .index}
     */
    public static TensorBundle open(Path prefix) {
        Path index = prefix.resolveSibling(prefix.getFileName() + ".index");
        String label = index.toString();
        Map<String, ByteBuffer> table = SortedTable.read(label, FileBytes.map(index));
        ByteBuffer header = table.remove("");
        if (header == null) throw new ModelFormatException(label + ": this index of a TensorBundle has no header");
        BundleHeaderProto h = parse(label, BundleHeaderProto.parser(), header);
        if (h.getNumShards() < 0 || h.getNumShards() > MOST_SHARDS) {
            throw new ModelFormatException(label + ": " + h.getNumShards() + " shards make no sense");
        }
        Map<String, BundleEntryProto> entries = new LinkedHashMap<>();
        table.forEach((key, value) -> entries.put(key, parse(label, BundleEntryProto.parser(), value)));
        boolean big = h.getEndianness() == BundleHeaderProto.Endianness.BIG;
        return new TensorBundle(
                prefix, big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN, h.getNumShards(), entries);
    }

    private static <T> T parse(String label, Parser<T> parser, ByteBuffer bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(label + ": an entry is garbled: " + e.getMessage(), e);
        }
    }

    /** The names of the arrays, in order; the parts of partitioned ones have none. */
    public List<String> names() {
        return entries.keySet().stream()
                .filter(k -> !k.startsWith("\0"))
                .map(k -> new String(k.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .toList();
    }

    public boolean has(String name) {
        return entries.containsKey(key(name));
    }

    /**
     * An array: its bytes in the mapped file, or a copy where it is stored in parts.
     *
     * @throws ModelFormatException if there is none, its shard is missing, its bytes do not fit it or have another checksum
     */
    public ArrayData array(String name) {
        BundleEntryProto e = entry(name);
        long[] shape = shape(name, e.getShape());
        if (e.getDtype() == DataType.DT_STRING) {
            List<byte[]> strings = strings(name, e);
            String[] text = new String[strings.size()];
            for (int i = 0; i < text.length; i++) text[i] = ByteText.of(strings.get(i));
            return ArrayData.ofStrings(text, shape);
        }
        ElementType type = type(name, e.getDtype());
        if (e.getSlicesCount() > 0) return assemble(name, e, type, shape);
        return array(name, e, type, shape);
    }

    /** The bytes of a string array's elements. */
    public List<byte[]> strings(String name) {
        BundleEntryProto e = entry(name);
        if (e.getDtype() != DataType.DT_STRING) throw broken(name, "is " + e.getDtype() + ", expected strings");
        return strings(name, e);
    }

    private BundleEntryProto entry(String name) {
        BundleEntryProto e = entries.get(key(name));
        if (e == null) throw broken(name, "is missing");
        return e;
    }

    private static String key(String name) {
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private ArrayData array(String name, BundleEntryProto e, ElementType type, long[] shape) {
        long expected = elements(name, shape) * type.bytes();
        if (e.getSize() != expected)
            throw broken(name, "has " + e.getSize() + " bytes, its shape asks for " + expected);
        MemorySegment bytes = bytes(name, e);
        if (Crc32c.masked(bytes) != e.getCrc32C()) throw damaged(name);
        return ArrayData.of(type, shape, bytes, order);
    }

    private MemorySegment bytes(String name, BundleEntryProto e) {
        MemorySegment shard = shard(name, e.getShardId());
        if (e.getOffset() < 0 || e.getSize() < 0 || e.getOffset() > shard.byteSize() - e.getSize()) {
            throw broken(
                    name, "lies outside its shard, which has " + shard.byteSize() + " bytes; the file may be cut off");
        }
        return shard.asSlice(e.getOffset(), e.getSize());
    }

    private synchronized MemorySegment shard(String name, int id) {
        if (id < 0 || id >= shards) throw broken(name, "lies in shard " + id + " of " + shards);
        return mapped.computeIfAbsent(
                id,
                i -> FileBytes.map(
                        prefix.resolveSibling("%s.data-%05d-of-%05d".formatted(prefix.getFileName(), i, shards))));
    }

    /** Lengths as varints, a checksum of the lengths, then the text one after the other. */
    private List<byte[]> strings(String name, BundleEntryProto e) {
        MemorySegment all = bytes(name, e);
        long count = elements(name, shape(name, e.getShape()));
        if (count > all.byteSize() || all.byteSize() > Integer.MAX_VALUE - 8)
            throw broken(name, "has " + all.byteSize() + " bytes for " + count + " strings");
        ByteBuffer from = ByteBuffer.wrap(all.toArray(ValueLayout.JAVA_BYTE)).order(ByteOrder.LITTLE_ENDIAN);
        CRC32C crc = new CRC32C();
        long[] lengths = new long[(int) count];
        for (int i = 0; i < count; i++) {
            lengths[i] = Varint.read(from, how -> broken(name, how));
            boolean fits = lengths[i] >= 0 && lengths[i] <= all.byteSize();
            if (!fits) throw broken(name, "has a string of " + lengths[i] + " bytes");
            crc.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, (int) lengths[i]));
        }
        if (from.remaining() < 4) throw broken(name, "is cut off");
        int checksum = from.getInt();
        if (Crc32c.masked(crc) != checksum) throw damaged(name);
        crc.update(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, checksum));
        List<byte[]> strings = new ArrayList<>();
        for (long length : lengths) {
            if (length > from.remaining()) throw broken(name, "is cut off");
            byte[] s = new byte[(int) length];
            from.get(s);
            crc.update(s);
            strings.add(s);
        }
        if (from.hasRemaining()) throw broken(name, "has bytes that belong to no string");
        if (Crc32c.masked(crc) != e.getCrc32C()) throw damaged(name);
        return strings;
    }

    /** A partitioned variable: its parts, copied to their places. */
    private ArrayData assemble(String name, BundleEntryProto e, ElementType type, long[] shape) {
        long size = elements(name, shape) * type.bytes();
        if (size > Integer.MAX_VALUE - 8) throw broken(name, "is stored in parts and too large for one array");
        List<ArrayData> parts = new ArrayList<>();
        List<long[]> starts = new ArrayList<>();
        long covered = 0;
        for (TensorSliceProto slice : e.getSlicesList()) {
            long[] start = new long[shape.length], length = shape.clone();
            if (slice.getExtentCount() != shape.length)
                throw broken(name, "has a part of " + slice.getExtentCount() + " axes");
            for (int i = 0; i < shape.length; i++) {
                TensorSliceProto.Extent x = slice.getExtent(i);
                if (!x.hasLength()) continue;
                start[i] = x.getStart();
                length[i] = x.getLength();
                boolean inside = start[i] >= 0 && length[i] >= 0 && start[i] <= shape[i] - length[i];
                if (!inside) throw broken(name, "has a part that leaves its shape");
            }
            BundleEntryProto part = entries.get(SliceKey.of(key(name), slice));
            if (part == null) throw broken(name, "misses one of its parts");
            if (part.getDtype() != e.getDtype()) throw broken(name, "has a part of another type");
            parts.add(array(name, part, type, length));
            starts.add(start);
            covered += elements(name, length);
        }
        // Parts that are as many elements as the whole, and checked to lie inside, leave nothing out unless they
        // overlap.
        if (covered != elements(name, shape)) throw broken(name, "is not covered by its parts");
        byte[] whole = new byte[(int) size];
        for (int i = 0; i < parts.size(); i++) copy(parts.get(i), starts.get(i), shape, type.bytes(), whole);
        return ArrayData.of(type, shape, MemorySegment.ofArray(whole), order);
    }

    private static void copy(ArrayData part, long[] start, long[] shape, int bytes, byte[] whole) {
        long[] length = part.shape();
        int rank = shape.length;
        long row = rank == 0 ? 1 : length[rank - 1];
        long rows = row == 0 ? 0 : part.size() / row;
        MemorySegment target = MemorySegment.ofArray(whole);
        for (long r = 0; r < rows; r++) {
            long left = r, at = rank == 0 ? 0 : start[rank - 1], stride = rank == 0 ? 1 : shape[rank - 1];
            for (int i = rank - 2; i >= 0; i--) {
                at += (start[i] + left % length[i]) * stride;
                left /= length[i];
                stride *= shape[i];
            }
            MemorySegment.copy(part.bytes(), r * row * bytes, target, at * bytes, row * bytes);
        }
    }

    private long[] shape(String name, TensorShapeProto proto) {
        long[] shape = new long[proto.getDimCount()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = proto.getDim(i).getSize();
            if (shape[i] < 0 || shape[i] > Integer.MAX_VALUE) throw broken(name, "has an axis of length " + shape[i]);
        }
        return shape;
    }

    private long elements(String name, long[] shape) {
        try {
            long n = 1;
            for (long d : shape) n = Math.multiplyExact(n, d);
            Math.multiplyExact(n, 16L);
            return n;
        } catch (ArithmeticException e) {
            throw broken(name, "has a shape beyond all bounds");
        }
    }

    private ElementType type(String name, DataType t) {
        return Objects.requireNonNullElseGet(ElementTypes.of(t), () -> {
            throw broken(name, "has a type that is not supported, " + t);
        });
    }

    private ModelFormatException broken(String name, String how) {
        return new ModelFormatException(prefix + ": \"" + name + "\" " + how);
    }

    private ModelFormatException damaged(String name) {
        return broken(name, "has another checksum than its bytes: the file is damaged");
    }
}
