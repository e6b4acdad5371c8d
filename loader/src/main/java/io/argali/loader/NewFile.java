package io.argali.loader;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears under its name when all of it is written, and not at all otherwise: a crash, a full disk or two writers at
 * once leave the old file or a new one, whole. Until {@link #commit} the bytes go to a file beside it whose name
 * ends in {@code .part}.
 */
public final class NewFile implements Closeable, Content.Sink {
    /** What is copied, summed and written before the next comes stays in the cache. */
    private static final int BUFFER = 1 << 18;

    /** Bytes between two times that the disk is told to begin. */
    private static final int SYNC_STEP = 1 << 24;

    private final Path target;
    private final Path partial;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final MemorySegment window = MemorySegment.ofBuffer(buffer);
    private final CRC32 crc = new CRC32();
    private long flushed;
    private boolean synced;
    private long begun;
    /** The disk at work on what is written so far. */
    private @Nullable FutureTask<Void> early;

    private boolean committed;

    private NewFile(Path target, Path partial, FileChannel channel) {
        this.target = target;
        this.partial = partial;
        this.channel = channel;
    }

    /** Begins a file; one of that name stays as it is until {@link #commit}. */
    public static NewFile at(Path path) throws IOException {
        // A link stays a link: what it points at is replaced.
        Path target = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path;
        if (Files.isDirectory(target)) {
            throw new IOException("there is a folder of that name");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new IOException("there is something of that name that is no file");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new IOException("the file of that name is write-protected");
        }
        Part.sweep(target, false);
        Path partial = Part.of(target);
        return new NewFile(
                target,
                partial,
                FileChannel.open(
                        partial,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING));
    }

    /** Writes a whole file. */
    public static void write(Path path, Content content) {
        try (NewFile file = at(path).synced()) {
            content.writeTo(file);
            file.commit();
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** Writes files that belong together: when all are written they take their names one right after the other, the last one last. */
    public static void writeAll(Map<Path, Content> files) {
        List<NewFile> written = new ArrayList<>();
        Path at = Path.of("");
        try {
            for (Map.Entry<Path, Content> e : files.entrySet()) {
                at = e.getKey();
                NewFile file = at(at).synced();
                written.add(file);
                e.getValue().writeTo(file);
                file.finish();
            }
            for (NewFile file : written) {
                at = file.target;
                file.takeName();
            }
        } catch (IOException e) {
            throw unwritable(at, e);
        } finally {
            written.forEach(NewFile::drop);
        }
    }

    private void drop() {
        try {
            close();
        } catch (IOException e) {
            // It has told its own error; the next writer sweeps what is left.
        }
    }

    /**
     * Has {@link #commit} wait until the disk holds the file, so that not even a power failure leaves less under its name. The disk begins
     * while more is being written.
     */
    public NewFile synced() {
        synced = true;
        return this;
    }

    /** What to say of a file that could not be written. */
    public static ModelFormatException unwritable(Path path, IOException e) {
        String problem = e instanceof java.nio.file.NoSuchFileException
                ? "its folder does not exist"
                : e instanceof java.nio.file.AccessDeniedException
                        ? "permission denied"
                        : String.valueOf(e.getMessage());
        return new ModelFormatException("%s: cannot be written: %s".formatted(path, problem), e);
    }

    @Override
    public void write(MemorySegment bytes) throws IOException {
        long at = 0;
        while (at < bytes.byteSize()) {
            long step = Math.min(bytes.byteSize() - at, buffer.remaining());
            MemorySegment.copy(bytes, at, window, buffer.position(), step);
            buffer.position(buffer.position() + (int) step);
            at += step;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    /** How many bytes have been written. */
    public long position() {
        return flushed + buffer.position();
    }

    /** The CRC-32 of what was written since the last call. */
    public long checksum() throws IOException {
        flush();
        long value = crc.getValue();
        crc.reset();
        return value;
    }

    /** Replaces bytes that were written before {@link #checksum}. */
    public void patch(long at, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        crc.update(buffer.duplicate());
        while (buffer.hasRemaining()) {
            flushed += channel.write(buffer);
        }
        buffer.clear();
        syncEarly();
    }

    private void syncEarly() throws IOException {
        if (!synced || flushed - begun < SYNC_STEP || early != null && !early.isDone()) {
            return;
        }
        awaitEarly();
        begun = flushed;
        early = new FutureTask<>(() -> {
            channel.force(false);
            return null;
        });
        Thread.ofPlatform().daemon().name("argali-sync").start(early);
    }

    /** An error is told to the first who asks the disk, so it must not be lost here. */
    private void awaitEarly() throws IOException {
        FutureTask<Void> task = early;
        early = null;
        try {
            if (task != null) {
                task.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for the disk");
        }
    }

    /** Puts the file under its name. */
    public void commit() throws IOException {
        finish();
        takeName();
    }

    private void finish() throws IOException {
        flush();
        if (synced) {
            awaitEarly();
            channel.force(true);
        }
        channel.close();
    }

    private void takeName() throws IOException {
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
        }
        committed = true;
    }

    /** Drops what was not committed. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!committed) {
            Files.deleteIfExists(partial);
        }
    }
}
