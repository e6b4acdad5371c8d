package io.argali.loader.hdf5;

import io.argali.loader.ModelFormatException;
import io.jhdf.FractalHeap;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.AttributeNameForIndexedAttributesRecord;
import io.jhdf.btree.record.BTreeRecord;
import io.jhdf.btree.record.LinkNameForIndexedGroupRecord;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Links and attributes that are too many or too large for an object header: a fractal heap indexed by a version 2 B-tree (III.A.2,
 * III.G), both read by jhdf. Only {@code libver="latest"} and attributes beyond 64 kB lead here.
 */
final class DenseStorage {
    private DenseStorage() {}

    static List<Link> links(Source source, Message info) {
        Cursor cursor = new Cursor(source, info.body()).skip(1);
        if ((cursor.u8() & 1) != 0) {
            cursor.skip(8); // highest creation order
        }
        return read(source, cursor, LinkNameForIndexedGroupRecord::getId, body -> Link.read(source, body));
    }

    static List<AttributeMessage> attributes(Source source, Message info) {
        Cursor cursor = new Cursor(source, info.body()).skip(1);
        if ((cursor.u8() & 1) != 0) {
            cursor.skip(2); // highest creation order
        }
        return read(
                source,
                cursor,
                AttributeNameForIndexedAttributesRecord::getHeapId,
                body -> AttributeMessage.read(source, body));
    }

    private static <R extends BTreeRecord, T> List<T> read(
            Source source, Cursor cursor, Function<R, ByteBuffer> heapId, Function<Cursor, T> parse) {
        long heapAddress = cursor.address();
        long treeAddress = cursor.address();
        if (heapAddress == Source.UNDEFINED) {
            return List.of();
        }
        try {
            JhdfStorage storage = new JhdfStorage(source);
            FractalHeap heap = new FractalHeap(storage, heapAddress);
            List<T> found = new ArrayList<>();
            for (R record : new BTreeV2<R>(storage, treeAddress).getRecords()) {
                ByteBuffer body = heap.getId(heapId.apply(record));
                found.add(parse.apply(new Cursor(source, MemorySegment.ofBuffer(body))));
            }
            return found;
        } catch (ModelFormatException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw source.broken("its index of links or attributes cannot be read: " + e.getMessage(), e);
        }
    }
}
