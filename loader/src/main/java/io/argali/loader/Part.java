package io.argali.loader;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What stands beside a file or folder while that is being written: {@code model.keras.<process>-<number>.part}. */
final class Part {
    /** What a folder is called that has stepped aside for a new one. */
    static final String OLD = ".old";

    private static final Pattern REST = Pattern.compile("\\.([0-9]+)-[0-9]+\\.part(\\.old)?");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private Part() {}

    /** A name that no other writer has. */
    static Path of(Path target) {
        return target.resolveSibling("%s.%d-%d.part"
                .formatted(target.getFileName(), ProcessHandle.current().pid(), NUMBER.incrementAndGet()));
    }

    /**
     * Deletes what writers of a target have left that were killed.
     *
     * @param old whether also folders that had stepped aside, which is right when another stands in their place
     */
    static void sweep(Path target, boolean old) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        String name = String.valueOf(target.getFileName());
        if (folder == null || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(folder, f -> isLeftOver(String.valueOf(f.getFileName()), name, old))) {
            for (Path f : files) {
                delete(f);
            }
        }
    }

    private static boolean isLeftOver(String file, String target, boolean old) {
        if (!file.startsWith(target)) {
            return false;
        }
        Matcher m = REST.matcher(file.substring(target.length()));
        return m.matches()
                && (old || m.group(2) == null)
                && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty();
    }

    /** Deletes a file, or a folder with all that is in it. */
    static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
