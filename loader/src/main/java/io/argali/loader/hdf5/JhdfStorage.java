package io.argali.loader.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * Our bytes under jhdf's interface. jhdf's own two storages are limited to 2 GiB, or to a file of its own that it reads wrongly
 * after a short read and cannot close.
 */
final class JhdfStorage implements HdfBackingStorage {
    private final Source source;
    private final Superblock superblock;

    JhdfStorage(Source source) {
        this.source = source;
        this.superblock = new Widths(source);
    }

    @Override
    public ByteBuffer readBufferFromAddress(long address, int length) {
        return map(address, length);
    }

    @Override
    public ByteBuffer map(long address, long length) {
        return source.slice(address, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer mapNoOffset(long address, long length) {
        return map(address, length); // our bytes begin at the base address
    }

    @Override
    public long getUserBlockSize() {
        return 0;
    }

    @Override
    public Superblock getSuperblock() {
        return superblock;
    }

    @Override
    public FileChannel getFileChannel() {
        throw new UnsupportedOperationException("read from memory");
    }

    @Override
    public int getSizeOfOffsets() {
        return source.offsetBytes();
    }

    @Override
    public int getSizeOfLengths() {
        return source.lengthBytes();
    }

    @Override
    public void close() {}

    @Override
    public long size() {
        return source.bytes().byteSize();
    }

    @Override
    public boolean inMemory() {
        return true;
    }

    /** All that jhdf's data structures ask of a superblock. */
    private static final class Widths extends Superblock {
        private final Source source;

        Widths(Source source) {
            this.source = source;
        }

        @Override
        public int getVersionOfSuperblock() {
            return 2;
        }

        @Override
        public int getSizeOfOffsets() {
            return source.offsetBytes();
        }

        @Override
        public int getSizeOfLengths() {
            return source.lengthBytes();
        }

        @Override
        public long getBaseAddressByte() {
            return 0;
        }

        @Override
        public long getEndOfFileAddress() {
            return source.bytes().byteSize();
        }

        @Override
        public Optional<ObjectHeader> getExtension() {
            return Optional.empty();
        }
    }
}
