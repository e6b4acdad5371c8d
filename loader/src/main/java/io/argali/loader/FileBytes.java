package io.argali.loader;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The bytes of a file, and what kind of file they look like. */
public final class FileBytes {
    private FileBytes() {}

    /**
     * Maps a whole file, read-only: nothing is read until it is touched, and the mapping goes when nothing refers to it any more.
     * The file must not be cut short meanwhile, which the operating system would answer with a fault.
     *
     * @throws ModelFormatException if it is missing, a folder, or cannot be read
     */
    public static MemorySegment map(Path file) {
        if (Files.isDirectory(file)) {
            throw new ModelFormatException(file + ": is a folder, a file was expected");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            // Mapping nothing is an error on some systems.
            return size == 0
                    ? MemorySegment.ofArray(new byte[0]).asReadOnly()
                    : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, Arena.ofAuto());
        } catch (NoSuchFileException e) {
            throw new ModelFormatException(file + ": there is no such file", e);
        } catch (IOException e) {
            throw new ModelFormatException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** What the first bytes say, for messages: "an HDF5 file", "a zip archive", "JSON", …, or "of no kind that we know". */
    public static String kindOf(MemorySegment bytes) {
        if (bytes.byteSize() == 0) {
            return "empty";
        }
        byte[] start = bytes.asSlice(0, Math.min(bytes.byteSize(), 16)).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\u0089HDF\r\n\u001a\n")) {
            return "an HDF5 file";
        } else if (text.startsWith("PK\u0003\u0004") || text.startsWith("PK\u0005\u0006")) {
            return "a zip archive";
        } else if (text.startsWith("\u0093NUMPY")) {
            return "a numpy array (.npy)";
        } else if (text.startsWith("\u001f\u008b")) {
            return "gzip";
        } else if (text.startsWith("version https://")) {
            return "a Git LFS pointer, not the file it stands for";
        } else if (text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[")) {
            return "JSON";
        } else if (text.stripLeading().startsWith("<")) {
            return "HTML or XML";
        }
        return "of no kind that we know";
    }
}
