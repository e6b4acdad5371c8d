package io.argali.loader.hdf5;

import io.argali.loader.FileBytes;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * An HDF5 file, read from memory: a mapped file, or a member of a mapped zip. Opening reads a hundred bytes; groups and datasets
 * are read when asked for, and contiguous data is never copied. Nothing needs closing. Safe for use by several threads.
 *
 * <p>Everything that the file claims is checked: addresses and sizes against its end, groups against cycles. Soft and external
 * links, external and virtual datasets are refused, as Keras 3.15 does, since a model has no use for them.
 */
public final class Hdf5File {
    private final Source source;
    private final Values values;
    private final long rootAddress;
    private final Map<Long, String> groupPaths = new HashMap<>();

    private Hdf5File(Superblock superblock) {
        this.source = superblock.source();
        this.values = new Values(source, new GlobalHeap(source));
        this.rootAddress = superblock.rootAddress();
    }

    /**
     * Maps a file and opens it.
     *
     * @throws io.argali.loader.ModelFormatException if it is missing, no HDF5 file, cut off or too new
     */
    public static Hdf5File open(Path path) {
        return of(path.toString(), FileBytes.map(path));
    }

    /** Opens what lies in memory; {@code label} names it in messages. */
    public static Hdf5File of(String label, MemorySegment bytes) {
        return new Hdf5File(Superblock.read(label, bytes.asReadOnly()));
    }

    /** The group {@code /}. */
    public Group root() {
        return new Group(this, "/", rootAddress, ObjectHeader.read(source, rootAddress), 0);
    }

    public String label() {
        return source.label();
    }

    Source source() {
        return source;
    }

    Values values() {
        return values;
    }

    /**
     * Notes where a group is, and refuses one that is found under a second path: cycles, and the nests of links whose number of
     * paths doubles with every level. Keras stores a shared layer under its first path only.
     */
    synchronized void enter(String path, long address) {
        String other = groupPaths.putIfAbsent(address, path);
        if (other != null && !other.equals(path)) {
            throw source.broken("groups %s and %s are one and the same".formatted(other, path));
        }
    }
}
