package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import io.jhdf.dataset.NoParent;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.ChunkOffset;
import io.jhdf.dataset.chunked.ChunkedDatasetV3;
import io.jhdf.dataset.chunked.ChunkedDatasetV4;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.FilterPipelineMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Map;

/**
 * A dataset in chunks. jhdf finds the chunks (B-trees, fixed and extensible arrays) and undoes the filters; the chunks are put
 * together here, since jhdf does that in one Java array, without fill values, and heeds no filter mask.
 */
final class ChunkedData {
    private final Source source;
    private final String path;
    private final Dataspace space;
    private final int elementBytes;
    private final JhdfHeader header;
    private final JhdfStorage storage;

    ChunkedData(Source source, String path, ObjectHeader header, Message layout, Dataspace space, Datatype type) {
        this.source = source;
        this.path = path;
        this.space = space;
        this.elementBytes = Math.toIntExact(type.totalBytes());
        this.storage = new JhdfStorage(source);
        this.header = JhdfHeader.of(storage, header, layout, elementBytes);
    }

    /** Fills {@code target}, which holds the fill value where no chunk was written. */
    MemorySegment read(MemorySegment target) {
        try {
            Filters filters = Filters.of(header.getMessageOfTypeOrNull(FilterPipelineMessage.class));
            Chunks chunks = chunks();
            int[] chunkShape = chunks.shape();
            long chunkBytes = chunkBytes(chunkShape);
            for (Chunk chunk : chunks.all()) {
                byte[] stored = source.slice(chunk.getAddress(), Integer.toUnsignedLong(chunk.getSize()))
                        .toArray(ValueLayout.JAVA_BYTE);
                byte[] plain = filters.undo(stored, chunk.getFilterMask(), chunkBytes);
                if (plain.length != chunkBytes) {
                    throw source.broken(
                            "%s: a chunk of %d bytes, expected %d".formatted(path, plain.length, chunkBytes));
                }
                copy(plain, chunkShape, chunk.getChunkOffset(), target);
            }
            return target;
        } catch (ModelFormatException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw source.broken("%s: its chunks cannot be read: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** Chunks are limited to 4 GB by HDF5, and to one Java array by us. */
    private long chunkBytes(int[] chunkShape) {
        long bytes = elementBytes;
        if (chunkShape.length != space.shape().length) {
            throw source.broken("%s: chunks of rank %d".formatted(path, chunkShape.length));
        }
        for (int dimension : chunkShape) {
            bytes = dimension <= 0 ? -1 : Math.multiplyExact(bytes, (long) dimension);
            if (bytes <= 0 || bytes > Integer.MAX_VALUE - 8) {
                throw source.broken("%s: chunks beyond 2 GiB, or of no size".formatted(path));
            }
        }
        return bytes;
    }

    /** Copies the part of a chunk that lies inside the dataset, row by row. */
    private void copy(byte[] chunk, int[] chunkShape, long[] offset, MemorySegment target) {
        long[] shape = space.shape();
        int last = shape.length - 1;
        long rowElements = Math.min(chunkShape[last], shape[last] - offset[last]);
        long rows = chunk.length / ((long) chunkShape[last] * elementBytes);
        for (int i = 0; i <= last; i++) {
            if (offset[i] < 0 || offset[i] >= shape[i]) {
                return; // left over from before the dataset was made smaller
            }
        }
        for (long row = 0; row < rows; row++) {
            long element = targetOf(row, chunkShape, offset, shape);
            if (element >= 0) {
                MemorySegment.copy(
                        MemorySegment.ofArray(chunk),
                        row * chunkShape[last] * elementBytes,
                        target,
                        element * elementBytes,
                        rowElements * elementBytes);
            }
        }
    }

    /** Where a chunk's row begins in the dataset, in elements; -1 if it sticks out. */
    private static long targetOf(long row, int[] chunkShape, long[] offset, long[] shape) {
        int last = shape.length - 1;
        long element = offset[last];
        long stride = shape[last];
        long rest = row;
        for (int i = last - 1; i >= 0; i--) {
            long index = offset[i] + rest % chunkShape[i];
            rest /= chunkShape[i];
            if (index >= shape[i]) {
                return -1;
            }
            element += index * stride;
            stride *= shape[i];
        }
        return element;
    }

    private interface Chunks {
        int[] shape();

        Collection<Chunk> all();
    }

    private Chunks chunks() {
        DataLayoutMessage layout = header.getMessageOfType(DataLayoutMessage.class);
        return layout instanceof DataLayoutMessage.ChunkedDataLayoutMessage
                ? new TreeChunks(storage, path, header)
                : new IndexedChunks(storage, path, header);
    }

    /** Layout version 3: a B-tree. The subclass is there because jhdf keeps its list of chunks to subclasses. */
    private static final class TreeChunks extends ChunkedDatasetV3 implements Chunks {
        TreeChunks(JhdfStorage storage, String path, JhdfHeader header) {
            super(storage, 0, path, NoParent.INSTANCE, header);
        }

        @Override
        public int[] shape() {
            return getChunkDimensions();
        }

        @Override
        public Collection<Chunk> all() {
            Map<ChunkOffset, Chunk> chunks = getChunkLookup();
            return chunks.values();
        }
    }

    /** Layout version 4: the indexes of HDF5 1.10 and later. */
    private static final class IndexedChunks extends ChunkedDatasetV4 implements Chunks {
        IndexedChunks(JhdfStorage storage, String path, JhdfHeader header) {
            super(storage, 0, path, NoParent.INSTANCE, header);
        }

        @Override
        public int[] shape() {
            return getChunkDimensions();
        }

        @Override
        public Collection<Chunk> all() {
            Map<ChunkOffset, Chunk> chunks = getChunkLookup();
            return chunks.values();
        }
    }
}
