package io.argali.trainer.callback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that appears in its place when it is whole. */
final class NewFile {
    /** Writes to a path that is not the file's yet. */
    @FunctionalInterface
    interface Content {
        void writeTo(Path part) throws IOException;
    }

    private NewFile() {}

    /** The part has the file's ending, since writers go by it. */
    static void replace(Path file, Content content) throws IOException {
        Path part = file.resolveSibling("." + ProcessHandle.current().pid() + "." + file.getFileName());
        try {
            content.writeTo(part);
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
