package io.argali.loader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A folder of files that appears under its name when all of it is written. */
public final class NewFolder {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final int ATTEMPTS = 100;

    private NewFolder() {}

    /**
     * Writes a folder.
     *
     * @param ours finds, by its name, a file that a folder must hold to be replaced; another one, unless it is empty, is left alone
     */
    public static void write(Path path, Map<String, Content> files, Predicate<String> ours) {
        try {
            if (Files.exists(path) && !isReplaceable(path, ours)) {
                throw new ModelFormatException(path + ": exists and is no saved model; it is not overwritten");
            }
            Path partial = path.resolveSibling("%s.%d-%d.part"
                    .formatted(path.getFileName(), ProcessHandle.current().pid(), NUMBER.incrementAndGet()));
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
            } finally {
                delete(partial);
            }
        } catch (IOException | UncheckedIOException e) {
            throw NewFile.unwritable(path, e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        }
    }

    private static synchronized boolean isReplaceable(Path path, Predicate<String> ours) throws IOException {
        if (!Files.isDirectory(path)) {
            return !Files.exists(path);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<String> names = files.map(f -> f.getFileName().toString()).toList();
            return names.isEmpty() || names.stream().anyMatch(ours);
        } catch (NoSuchFileException e) {
            return true; // another writer has just moved it aside
        }
    }

    /**
     * No system replaces a folder in one step: the old one steps aside first. Writers in one process take turns; one in another process may be at it too,
     * and whoever comes last has its way.
     */
    private static synchronized void replace(Path partial, Path target) throws IOException {
        Path old = target.resolveSibling(partial.getFileName() + ".old");
        for (int attempt = 1; ; attempt++) {
            boolean aside = moved(target, old);
            try {
                Files.move(partial, target);
                delete(old);
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
            delete(old); // a newer one stands there
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

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
