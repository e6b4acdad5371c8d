package io.argali.loader.hdf5;

import io.jhdf.btree.BTreeV1;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.DatasetInfo;
import io.jhdf.dataset.chunked.indexing.BTreeIndex;
import io.jhdf.dataset.chunked.indexing.ExtensibleArrayIndex;
import io.jhdf.dataset.chunked.indexing.FixedArrayIndex;
import io.jhdf.dataset.chunked.indexing.ImplicitChunkIndex;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;

/** Where the chunks of a dataset lie: the kinds of index, all but the trivial one read by jhdf (specification III.A, IV.A.2.i, appendix C). */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ChunkIndex(Source source, Layout.Chunked layout, long[] shape, int elementBytes) {
    /** A dataset that is one chunk needs no index. */
    private record SingleChunk(long[] getChunkOffset, long getAddress, int getSize, BitSet getFilterMask)
            implements Chunk {}

    Collection<Chunk> chunks() {
        if (layout.address() == Source.UNDEFINED) {
            return List.of(); // nothing was ever written
        }
        int[] chunkShape = layout.shape();
        int bytes = elementBytes;
        for (int dimension : chunkShape) {
            bytes = Math.multiplyExact(bytes, dimension);
        }
        DatasetInfo info = new DatasetInfo(bytes, shape, chunkShape);
        long address = layout.address();
        refuseImpossibleCounts(address);
        JhdfStorage storage = new JhdfStorage(source);
        return switch (layout.index()) {
            case TREE -> BTreeV1.createDataBTree(storage, address, shape.length).getChunks();
            case SINGLE ->
                List.of(new SingleChunk(
                        new long[shape.length],
                        address,
                        layout.singleBytes() > 0 ? Math.toIntExact(layout.singleBytes()) : bytes,
                        BitSet.valueOf(new long[] {layout.singleMask()})));
            case IMPLICIT -> new ImplicitChunkIndex(address, info).getAllChunks();
            case FIXED_ARRAY -> new FixedArrayIndex(storage, address, info).getAllChunks();
            case EXTENSIBLE_ARRAY -> new ExtensibleArrayIndex(storage, address, info).getAllChunks();
            case TREE_2 -> new BTreeIndex(storage, address, info).getAllChunks();
        };
    }

    /** jhdf makes room for as many chunks as an index announces; no index holds more than its file has bytes. */
    private void refuseImpossibleCounts(long address) {
        Cursor cursor = source.at(address);
        int counts = switch (layout.index()) {
            case FIXED_ARRAY -> {
                cursor.expect("FAHD").skip(4);
                yield 1;
            }
            case EXTENSIBLE_ARRAY -> {
                cursor.expect("EAHD").skip(8);
                yield 6;
            }
            default -> 0;
        };
        for (int i = 0; i < counts; i++) {
            long count = cursor.length();
            if (count < 0 || count > source.bytes().byteSize()) {
                throw source.broken("an index of %d chunks".formatted(count));
            }
        }
    }
}
