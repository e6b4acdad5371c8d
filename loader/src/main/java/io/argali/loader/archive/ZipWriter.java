package io.argali.loader.archive;

import io.argali.loader.ModelFormatException;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a zip as Keras and numpy do: members stored, so that readers can map them; zip64 where needed. The file appears under
 * its name when {@link #close()} has been reached, whole or not at all. Written twice, it comes out the same: members carry the
 * zip epoch as their date.
 */
public final class ZipWriter implements Closeable {
    private static final int STEP = 1 << 20;

    private final Path target;
    private final Path partial;
    private final ZipOutputStream zip;
    private boolean failed;

    public ZipWriter(Path target) {
        this.target = target;
        this.partial = target.resolveSibling(target.getFileName() + ".part");
        try {
            this.zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(partial), STEP));
        } catch (IOException e) {
            throw new ModelFormatException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Adds text, stored as UTF-8. */
    public void add(String name, String text) {
        add(name, List.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8))));
    }

    /** Adds a member made of parts, which follow one another without being joined in memory. */
    public void add(String name, List<MemorySegment> parts) {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(parts.stream().mapToLong(MemorySegment::byteSize).sum());
        entry.setCrc(checksum(parts));
        write(entry, parts);
    }

    /** The same, deflated. */
    public void addDeflated(String name, List<MemorySegment> parts) {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.DEFLATED);
        write(entry, parts);
    }

    private void write(ZipEntry entry, List<MemorySegment> parts) {
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        try {
            zip.putNextEntry(entry);
            for (MemorySegment part : parts) {
                copy(part, zip);
            }
            zip.closeEntry();
        } catch (IOException e) {
            failed = true;
            throw new ModelFormatException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static long checksum(List<MemorySegment> parts) {
        CRC32 crc = new CRC32();
        for (MemorySegment part : parts) {
            for (long at = 0; at < part.byteSize(); at += STEP) {
                byte[] step =
                        part.asSlice(at, Math.min(STEP, part.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE);
                crc.update(step);
            }
        }
        return crc.getValue();
    }

    private static void copy(MemorySegment from, OutputStream to) throws IOException {
        for (long at = 0; at < from.byteSize(); at += STEP) {
            to.write(from.asSlice(at, Math.min(STEP, from.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Drops what was written; {@link #close()} then leaves nothing behind. */
    public void abandon() {
        failed = true;
    }

    @Override
    public void close() {
        try {
            zip.close();
            if (failed) {
                Files.deleteIfExists(partial);
            } else {
                Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new ModelFormatException(target + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
