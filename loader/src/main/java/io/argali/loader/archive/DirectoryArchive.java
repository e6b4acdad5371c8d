package io.argali.loader.archive;

import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder read as an archive, as Keras writes with {@code zipped=False}. Symbolic links are not followed out of it. */
final class DirectoryArchive implements Archive {
    /** Far beyond any model; keeps a mistaken {@code /} from being walked to its end. */
    private static final int MOST_FILES = 100_000;

    private final Path root;
    private final SortedMap<String, Path> members;

    private DirectoryArchive(Path root, SortedMap<String, Path> members) {
        this.root = root;
        this.members = members;
    }

    static DirectoryArchive open(Path root) {
        SortedMap<String, Path> members = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> staysInside(root, file))
                    .limit(MOST_FILES + 1L)
                    .forEach(file -> members.put(
                            root.relativize(file)
                                    .toString()
                                    .replace(file.getFileSystem().getSeparator(), "/"),
                            file));
        } catch (IOException | UncheckedIOException e) {
            throw new ModelFormatException(root + ": cannot be read: " + e.getMessage(), e);
        }
        if (members.size() > MOST_FILES) {
            throw new ModelFormatException(root + ": holds more than %d files".formatted(MOST_FILES));
        }
        return new DirectoryArchive(root, members);
    }

    private static boolean staysInside(Path root, Path file) {
        try {
            return Files.isRegularFile(file)
                    && (!Files.isSymbolicLink(file) || file.toRealPath().startsWith(root.toRealPath()));
        } catch (IOException e) {
            return false; // a link to nowhere is no member
        }
    }

    @Override
    public String label() {
        return root.toString();
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(members.keySet());
    }

    @Override
    public boolean has(String name) {
        return members.containsKey(name);
    }

    @Override
    public MemorySegment open(String name) {
        Path file = members.get(name);
        if (file == null) {
            throw new ModelFormatException("%s: has no file %s".formatted(root, name));
        }
        return FileBytes.map(file);
    }
}
