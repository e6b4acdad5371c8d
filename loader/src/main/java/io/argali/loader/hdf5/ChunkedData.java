package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import io.jhdf.dataset.chunked.Chunk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Puts a dataset together from its chunks. jhdf finds the chunks and undoes the filters; it would also put them together, but into
 * one Java array, without fill values, and as elements of a type that it may not know.
 */
final class ChunkedData {
    private final Source source;
    private final String path;
    private final long[] shape;
    private final int[] chunkShape;
    private final int elementBytes;
    private final ChunkIndex index;
    private final Filters filters;

    ChunkedData(
            Source source,
            String path,
            Layout.Chunked layout,
            @Nullable Message filters,
            Dataspace space,
            Datatype type) {
        this.source = source;
        this.path = path;
        this.shape = space.shape();
        this.chunkShape = layout.shape();
        this.elementBytes = Math.toIntExact(type.totalBytes());
        this.index = new ChunkIndex(source, layout, shape, elementBytes);
        this.filters = Filters.of(filters);
    }

    /** Fills {@code target}, which holds the fill value where no chunk was written. */
    MemorySegment read(MemorySegment target) {
        long chunkBytes = chunkBytes();
        for (Chunk chunk : index.chunks()) {
            byte[] stored = source.slice(chunk.getAddress(), Integer.toUnsignedLong(chunk.getSize()))
                    .toArray(ValueLayout.JAVA_BYTE);
            byte[] plain = filters.undo(stored, chunk.getFilterMask(), chunkBytes);
            if (plain.length != chunkBytes) {
                throw broken("a chunk of %d bytes, expected %d".formatted(plain.length, chunkBytes));
            }
            if (startsInside(chunk.getChunkOffset())) {
                copy(plain, chunk.getChunkOffset(), target);
            }
        }
        return target;
    }

    /** Chunks are limited to 4 GB by HDF5, and to one Java array by us. */
    private long chunkBytes() {
        if (chunkShape.length != shape.length || shape.length == 0) {
            throw broken("chunks of rank " + chunkShape.length);
        }
        long bytes = elementBytes;
        for (int dimension : chunkShape) {
            if (dimension <= 0 || (bytes *= dimension) > Integer.MAX_VALUE - 1024) {
                throw broken("chunks beyond 2 GiB, or of no size");
            }
        }
        if (source.isBomb(bytes)) {
            throw broken("chunks of %d bytes in a file of %d"
                    .formatted(bytes, source.bytes().byteSize()));
        }
        return bytes;
    }

    /** Chunks outside are left over from before a dataset was made smaller. */
    private boolean startsInside(long[] offset) {
        if (offset.length < shape.length) {
            throw broken("a chunk without a place");
        }
        for (int i = 0; i < shape.length; i++) {
            if (offset[i] < 0 || offset[i] >= shape[i]) {
                return false;
            }
        }
        return true;
    }

    /** Copies the part of a chunk that lies inside the dataset, row by row. */
    private void copy(byte[] chunk, long[] offset, MemorySegment target) {
        int last = shape.length - 1;
        MemorySegment from = MemorySegment.ofArray(chunk);
        long rowBytes = (long) chunkShape[last] * elementBytes;
        long insideBytes = Math.min(chunkShape[last], shape[last] - offset[last]) * elementBytes;
        for (long row = 0; row < chunk.length / rowBytes; row++) {
            long element = elementOf(row, offset);
            if (element >= 0) {
                MemorySegment.copy(from, row * rowBytes, target, element * elementBytes, insideBytes);
            }
        }
    }

    /** Where a chunk's row begins in the dataset, in elements; -1 if it lies outside. */
    private long elementOf(long row, long[] offset) {
        int last = shape.length - 1;
        long element = offset[last];
        long stride = shape[last];
        long rest = row;
        for (int i = last - 1; i >= 0; i--) {
            long place = offset[i] + rest % chunkShape[i];
            rest /= chunkShape[i];
            if (place >= shape[i]) {
                return -1;
            }
            element += place * stride;
            stride *= shape[i];
        }
        return element;
    }

    private ModelFormatException broken(String problem) {
        return source.broken(path + ": " + problem);
    }
}
