package io.argali.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A folder of files that appears under its name when all of it is written. */
public final class NewFolder {
    private static final int ATTEMPTS = 100;

    private NewFolder() {}

    /**
     * Writes a folder.
     *
     * @param ours whether a folder with files of these names may be replaced; another one, unless it is empty, is left alone
     */
    public static void write(Path path, Map<String, Content> files, Predicate<Set<String>> ours) {
        try {
            requireReplaceable(path, ours);
            Path partial = Part.of(path);
            try {
                for (Map.Entry<String, Content> file : files.entrySet()) {
                    Path to = partial.resolve(file.getKey());
                    Files.createDirectories(to.getParent());
                    try (NewFile own = NewFile.at(to).synced()) {
                        file.getValue().writeTo(own);
                        own.commit();
                    }
                }
                replace(partial, path);
                Part.sweep(path, true);
            } finally {
                Part.delete(partial);
            }
        } catch (IOException | UncheckedIOException e) {
            throw NewFile.unwritable(path, e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        }
    }

    /**
     * Makes sure that a folder may be written.
     *
     * @throws ModelFormatException if something else stands there
     */
    public static void requireReplaceable(Path path, Predicate<Set<String>> ours) throws IOException {
        if (Files.exists(path) && !isReplaceable(path, ours)) {
            throw new ModelFormatException(path + ": exists and is no saved model; it is not overwritten");
        }
    }

    private static synchronized boolean isReplaceable(Path path, Predicate<Set<String>> ours) throws IOException {
        if (!Files.isDirectory(path)) {
            return !Files.exists(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            Set<String> names = files.map(f -> f.getFileName().toString()).collect(Collectors.toSet());
            return names.isEmpty() || ours.test(names);
        } catch (NoSuchFileException e) {
            return true; // another writer has just moved it aside
        }
    }

    /**
     * No system replaces a folder in one step: the old one steps aside first. Writers in one process take turns; one in another process may be at it too,
     * and whoever comes last has its way.
     */
    private static synchronized void replace(Path partial, Path target) throws IOException {
        Path old = target.resolveSibling(partial.getFileName() + Part.OLD);
        for (int attempt = 1; ; attempt++) {
            boolean aside = moved(target, old);
            try {
                Files.move(partial, target);
                Part.delete(old);
                return;
            } catch (IOException e) {
                // Another writer's folder stands there, or did: which error that is depends on the system and the
                // moment.
                if (aside) {
                    putBack(old, target);
                }
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void putBack(Path old, Path target) throws IOException {
        try {
            Files.move(old, target);
        } catch (IOException e) {
            if (!Files.exists(target)) {
                throw e;
            }
            Part.delete(old); // a newer one stands there
        }
    }

    private static boolean moved(Path from, Path to) throws IOException {
        try {
            Files.move(from, to);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
