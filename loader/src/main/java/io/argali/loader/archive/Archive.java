package io.argali.loader.archive;

import io.argali.loader.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Named members, each a run of bytes: a {@code .keras} or {@code .npz} zip, or the same as a folder. Names are relative and use
 * {@code /}. Nothing needs closing: the bytes are mapped, and let go when nothing refers to them.
 */
public sealed interface Archive permits ZipArchive, DirectoryArchive {
    /**
     * Opens a zip file or a folder, reading the list of members only.
     *
     * @throws ModelFormatException if it is missing, no zip, cut off, encrypted, or made to do harm
     */
    static Archive open(Path path) {
        return Files.isDirectory(path) ? DirectoryArchive.open(path) : ZipArchive.open(path);
    }

    /** The path it was opened from, for messages. */
    String label();

    /** The members, folders left out, in the order of the archive (of a folder: sorted). */
    List<String> names();

    boolean has(String name);

    /**
     * The bytes of a member, read-only. A stored member is a slice of the mapped file; a deflated one is inflated. Its checksum
     * is verified either way (about 10 GB/s where the processor has carry-less multiplication).
     *
     * @throws ModelFormatException if there is none of that name, or it is damaged
     */
    MemorySegment open(String name);

    /** A member as UTF-8 text. */
    default String text(String name) {
        MemorySegment bytes = open(name);
        if (bytes.byteSize() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(
                    "%s: %s has %d bytes, too many for text".formatted(label(), name, bytes.byteSize()));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException("%s: %s is not UTF-8 text".formatted(label(), name), e);
        }
    }
}
