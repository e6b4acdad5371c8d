package io.argali.loader.hdf5;

import io.argali.loader.ArrayData;
import io.argali.loader.ElementType;
import io.argali.loader.ModelFormatException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An array in an HDF5 file. */
public final class Dataset implements Node {
    private final Hdf5File file;
    private final String path;
    private final ObjectHeader header;
    private final Datatype type;
    private final Dataspace space;
    private @Nullable Attributes attributes;

    Dataset(Hdf5File file, String path, ObjectHeader header) {
        this.file = file;
        this.path = path;
        this.header = header;
        Source source = file.source();
        Datatype stored = Datatype.read(source, header.require(Message.DATATYPE, "datatype"));
        this.space = Dataspace.read(source, header.require(Message.DATASPACE, "dataspace"));
        this.type = isBfloat16(stored) ? stored.asBfloat16() : stored;
    }

    /** Keras stores bfloat16 as two opaque bytes and says so in an attribute (saving_lib.py, {@code H5Entry.__setitem__}). */
    private boolean isBfloat16(Datatype stored) {
        return stored.type() == ElementType.OPAQUE
                && stored.bytes() == 2
                && (stored.label().equals("bfloat16") || "bfloat16".equals(dtypeAttribute()));
    }

    private @Nullable String dtypeAttribute() {
        ArrayData dtype = attributes().find("dtype");
        return dtype != null && dtype.type() == ElementType.STRING && dtype.size() == 1 ? dtype.toStrings()[0] : null;
    }

    @Override
    public String path() {
        return path;
    }

    /** The last part of the path. */
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    public long[] shape() {
        return file.values().shape(space, type);
    }

    public ElementType type() {
        return type.type();
    }

    @Override
    public synchronized Attributes attributes() {
        if (attributes == null) {
            attributes = Attributes.read(file, path, header);
        }
        return attributes;
    }

    /**
     * The values. Contiguous data stays in the file; chunks are put together in memory, anew with every call.
     *
     * @throws ModelFormatException if the data is damaged, lies outside the file, or expands without measure
     */
    public ArrayData data() {
        Source source = file.source();
        Values values = file.values();
        return values.of(type, shape(), bytes(source, values.byteSize(space, type)));
    }

    private MemorySegment bytes(Source source, long size) {
        if (size == 0) {
            return MemorySegment.ofArray(new byte[0]);
        }
        if (header.has(Message.EXTERNAL_FILES)) {
            throw broken("its data lies in another file, which is refused");
        }
        return switch (Layout.read(source, header.require(Message.LAYOUT, "layout"))) {
            case Layout.Compact compact -> exactly(compact.bytes(), size);
            case Layout.Contiguous(long address) when address == Source.UNDEFINED -> unwritten(size);
            case Layout.Contiguous(long address) -> inside(source, address, size);
            case Layout.Chunked chunked -> chunks(source, chunked, size);
        };
    }

    private MemorySegment chunks(Source source, Layout.Chunked layout, long size) {
        MemorySegment target = unwritten(size);
        try {
            return new ChunkedData(source, path, layout, header.find(Message.FILTERS), space, type).read(target);
        } catch (ModelFormatException e) {
            throw e;
        } catch (Filters.BrokenChunk e) {
            throw broken(e.getMessage() + ". Copy or save the file again.");
        } catch (RuntimeException | StackOverflowError e) { // out of jhdf, which trusts what it reads
            throw file.source().broken("%s: its chunks cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    private MemorySegment exactly(MemorySegment bytes, long size) {
        if (bytes.byteSize() < size) {
            throw broken("%s%s takes %d bytes, %d are stored"
                    .formatted(type.type(), Arrays.toString(shape()), size, bytes.byteSize()));
        }
        return bytes.asSlice(0, size);
    }

    private MemorySegment inside(Source source, long address, long size) {
        if (address < 0 || size > source.bytes().byteSize() - address) {
            throw broken("%s%s takes %d bytes at %d, but the file ends at %d"
                    .formatted(
                            type.type(),
                            Arrays.toString(shape()),
                            size,
                            address,
                            source.bytes().byteSize()));
        }
        return source.slice(address, size);
    }

    /** Memory that holds the fill value, zero unless the file says otherwise. */
    private MemorySegment unwritten(long size) {
        refuseBomb(size);
        MemorySegment bytes = Arena.ofAuto().allocate(size);
        MemorySegment fill = FillValue.of(file.source(), header);
        if (fill.byteSize() == type.totalBytes() && !FillValue.isZero(fill)) {
            for (long at = 0; at < size; at += fill.byteSize()) {
                MemorySegment.copy(fill, 0, bytes, at, fill.byteSize());
            }
        }
        return bytes;
    }

    private void refuseBomb(long size) {
        if (file.source().isBomb(size)) {
            throw broken("it would expand to %d bytes from a file of %d"
                    .formatted(size, file.source().bytes().byteSize()));
        }
    }

    private ModelFormatException broken(String problem) {
        return file.source().broken(path + ": " + problem);
    }

    /** Path, type and shape, for messages. */
    @Override
    public String toString() {
        return path + " " + type.type() + Arrays.toString(shape());
    }
}
