package io.argali.loader.hdf5;

/** Texts of variable length, packed into collections one behind the other (specification III.E). */
final class GlobalHeapWriter {
    /** The least that the HDF5 library reads at once. */
    private static final int SMALLEST = 4096;

    private static final int HEADER = 16;

    private final ByteWriter file;
    private int collection = -1;
    private int objects;

    GlobalHeapWriter(ByteWriter file) {
        this.file = file;
    }

    /** Adds a text and gives the reference to it: length, collection, index. */
    byte[] add(String text) {
        byte[] bytes = DatatypeWriter.utf8(text);
        ByteWriter reference = new ByteWriter().u32(bytes.length);
        if (bytes.length == 0) {
            return reference.i64(0).u32(0).toArray();
        }
        int size = HEADER + (bytes.length + 7 & ~7);
        if (collection >= 0 && file.position() - collection + size > SMALLEST) {
            close();
        }
        if (collection < 0) {
            collection = file.position();
            file.ascii("GCOL").u32(1).i64(0);
        }
        objects++;
        file.u16(objects).u16(1).u32(0).i64(bytes.length).bytes(bytes).pad();
        return reference.i64(collection).u32(objects).toArray();
    }

    /** Ends the collection; what is left of it is object 0. */
    void close() {
        if (collection < 0) {
            return;
        }
        int free = SMALLEST - (file.position() - collection);
        if (free >= HEADER) {
            file.zeros(8).i64(free).zeros(free - HEADER);
        } else if (free > 0) {
            file.zeros(free);
        }
        file.patch(collection + 8, file.position() - collection);
        collection = -1;
        objects = 0;
    }
}
