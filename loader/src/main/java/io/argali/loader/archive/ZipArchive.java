package io.argali.loader.archive;

import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * A zip file, mapped once. Stored members (all of what Keras writes) are slices of the mapping, so weights are never copied to a
 * temporary file, which is what the JDK's zip file system does, and may exceed 2 GiB.
 */
public final class ZipArchive implements Archive {
    /** Buffers are limited to 2³¹−1 bytes. */
    private static final int STEP = 1 << 30;

    private final String label;
    private final MemorySegment file;
    private final Map<String, ZipEntryRecord> members;

    private ZipArchive(String label, MemorySegment file, Map<String, ZipEntryRecord> members) {
        this.label = label;
        this.file = file;
        this.members = members;
    }

    public static ZipArchive open(Path path) {
        return of(path.toString(), FileBytes.map(path));
    }

    /** A zip that is already in memory; {@code label} names it in messages. */
    public static ZipArchive of(String label, MemorySegment bytes) {
        return new ZipArchive(label, bytes.asReadOnly(), new ZipDirectory(label, bytes).read());
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public List<String> names() {
        return List.copyOf(members.keySet());
    }

    @Override
    public boolean has(String name) {
        return members.containsKey(name);
    }

    @Override
    public MemorySegment open(String name) {
        ZipEntryRecord entry = members.get(name);
        if (entry == null) {
            throw new ModelFormatException("%s: has no member %s; it has %s".formatted(label, name, members.keySet()));
        }
        MemorySegment stored = file.asSlice(entry.start(), entry.storedSize());
        MemorySegment content = entry.deflated() ? inflate(entry, stored) : stored;
        verify(entry, content);
        return content.asReadOnly();
    }

    /** Catches a flipped bit in weights, which nothing else would. */
    private void verify(ZipEntryRecord entry, MemorySegment content) {
        CRC32 crc = new CRC32();
        for (long at = 0; at < content.byteSize(); at += STEP) {
            crc.update(
                    content.asSlice(at, Math.min(STEP, content.byteSize() - at)).asByteBuffer());
        }
        if (crc.getValue() != entry.crc()) {
            throw damaged(entry, "its checksum is %08x, expected %08x".formatted(crc.getValue(), entry.crc()), null);
        }
    }

    /** Into memory of exactly the declared size: a member that inflates to more, or less, is refused. */
    private MemorySegment inflate(ZipEntryRecord entry, MemorySegment stored) {
        MemorySegment content = Arena.ofAuto().allocate(entry.size());
        Inflater inflater = new Inflater(true);
        try {
            long read = 0;
            long written = 0;
            ByteBuffer input = stored.asSlice(0, 0).asByteBuffer();
            while (!inflater.finished()) {
                if (inflater.needsInput() && read < stored.byteSize()) {
                    input = stored.asSlice(read, Math.min(STEP, stored.byteSize() - read))
                            .asByteBuffer();
                    read += input.remaining();
                    inflater.setInput(input);
                }
                ByteBuffer output = content.asSlice(written, Math.min(STEP, entry.size() - written))
                        .asByteBuffer();
                int step = output.hasRemaining() ? inflater.inflate(output) : inflater.inflate(new byte[1]);
                written += step;
                if (written > entry.size()) {
                    throw damaged(
                            entry, "it inflates to more than the declared %d bytes".formatted(entry.size()), null);
                }
                if (step == 0 && !inflater.finished() && !(inflater.needsInput() && read < stored.byteSize())) {
                    throw damaged(entry, "its compressed data ends early", null);
                }
            }
            if (written != entry.size()) {
                throw damaged(entry, "it inflates to %d bytes, %d declared".formatted(written, entry.size()), null);
            }
            return content;
        } catch (DataFormatException e) {
            throw damaged(entry, "its compressed data is invalid", e);
        } finally {
            inflater.end();
        }
    }

    private ModelFormatException damaged(ZipEntryRecord entry, String problem, @Nullable Exception cause) {
        return new ModelFormatException(
                "%s: member %s is damaged: %s. Copy or save the file again.".formatted(label, entry.name(), problem),
                cause);
    }
}
