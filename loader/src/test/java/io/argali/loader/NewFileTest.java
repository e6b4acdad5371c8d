package io.argali.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.archive.ZipWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
    @TempDir
    Path folder;

    /** Content that comes to an end early, as on a full disk. */
    private static final Content BREAKS_OFF = new Content() {
        @Override
        public long size() {
            return 1 << 22;
        }

        @Override
        public void writeTo(Sink sink) throws IOException {
            sink.write(MemorySegment.ofArray(new byte[1 << 21]));
            throw new IOException("No space left on device");
        }
    };

    private long files() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.count();
        }
    }

    @Test
    void aFileThatCannotBeFinishedLeavesTheOldOne() throws IOException {
        Path path = folder.resolve("model.h5");
        NewFile.write(path, Content.of("old"));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> NewFile.write(path, BREAKS_OFF));
        assertTrue(e.getMessage().endsWith("model.h5: cannot be written: No space left on device"), e.getMessage());
        assertEquals("old", Files.readString(path));
        assertEquals(1, files());
    }

    @Test
    void aZipThatCannotBeFinishedLeavesTheOldOne() throws IOException {
        Path path = folder.resolve("model.keras");
        NewFile.write(path, Content.of("old"));
        assertThrows(ModelFormatException.class, () -> {
            try (ZipWriter zip = new ZipWriter(path)) {
                zip.add("config.json", "{}");
                zip.add("model.weights.h5", BREAKS_OFF);
            }
        });
        assertEquals("old", Files.readString(path));
        assertEquals(1, files());
    }

    @Test
    void ofTwoWritersAtOnceTheLastWinsWhole() throws IOException {
        Path path = folder.resolve("x");
        try (NewFile one = NewFile.at(path);
                NewFile other = NewFile.at(path)) {
            Content.of("one".repeat(1000)).writeTo(one);
            Content.of("other").writeTo(other);
            one.commit();
            assertEquals(3000, Files.size(path));
            other.commit();
        }
        assertEquals("other", Files.readString(path));
        assertEquals(1, files());
    }

    @Test
    void filesThatBelongTogetherTakeTheirNamesWhenAllAreWritten() throws IOException {
        Path first = Files.writeString(folder.resolve("first"), "old"), last = folder.resolve("last");
        Map<Path, Content> files = new java.util.LinkedHashMap<>();
        files.put(first, Content.of("new"));
        files.put(last, BREAKS_OFF);
        assertThrows(ModelFormatException.class, () -> NewFile.writeAll(files));
        assertEquals("old", Files.readString(first));
        assertEquals(1, files());
        files.put(last, Content.of("new"));
        NewFile.writeAll(files);
        assertEquals("newnew", Files.readString(first) + Files.readString(last));
        assertEquals(2, files());
    }

    @Test
    void whatKilledWritersLeftIsSwept() throws IOException {
        long dead = 1L << 40, alive = ProcessHandle.current().pid();
        Path folderOfModel = folder.resolve("model");
        Files.writeString(folder.resolve("x.%d-7.part".formatted(dead)), "");
        Files.writeString(folder.resolve("x.%d-999999.part".formatted(alive)), "");
        Files.writeString(folder.resolve("xx.%d-7.part".formatted(dead)), "");
        Files.createDirectories(folder.resolve("model.%d-1.part/assets".formatted(dead)));
        Files.createDirectories(folder.resolve("model.%d-1.part.old/assets".formatted(dead)));
        NewFile.write(folder.resolve("x"), Content.of(""));
        assertEquals(5, files());
        NewFolder.write(folderOfModel, Map.of("config.json", Content.of("1")), names -> true);
        assertEquals(4, files()); // x, model, and the parts of the living writer and of another file
    }

    @Test
    void linksStayLinks() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        NewFile.write(link, Content.of("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));
    }

    @Test
    void whatStandsInTheWayIsSaid() throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        assertTrue(
                assertThrows(ModelFormatException.class, () -> NewFile.write(folder.resolve("folder"), Content.of("")))
                        .getMessage()
                        .endsWith("there is a folder of that name"));
        assertTrue(assertThrows(ModelFormatException.class, () -> NewFile.write(folder.resolve("no/x"), Content.of("")))
                .getMessage()
                .endsWith("its folder does not exist"));
    }

    @Test
    void foldersAppearWholeAndReplaceTheirOwnKindOnly() throws IOException {
        Path path = folder.resolve("model");
        NewFolder.write(
                path,
                Map.of("config.json", Content.of("1"), "assets/a.txt", Content.of("a")),
                names -> names.contains("config.json"));
        NewFolder.write(path, Map.of("config.json", Content.of("2")), names -> names.contains("config.json"));
        assertEquals("2", Files.readString(path.resolve("config.json")));
        assertTrue(Files.notExists(path.resolve("assets")));
        Path other = Files.createDirectory(folder.resolve("other"));
        Files.writeString(other.resolve("mine.txt"), "");
        assertThrows(
                ModelFormatException.class,
                () -> NewFolder.write(
                        other, Map.of("config.json", Content.of("")), names -> names.contains("config.json")));
        assertThrows(
                ModelFormatException.class,
                () -> NewFolder.write(path, Map.of("config.json", BREAKS_OFF), names -> names.contains("config.json")));
        assertEquals("2", Files.readString(path.resolve("config.json")));
        assertEquals(2, files());
    }

    @Test
    void whatIsNoFileOrIsProtectedIsLeftAlone() throws IOException {
        Path pipe = Path.of("/dev/null");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(pipe));
        assertTrue(assertThrows(ModelFormatException.class, () -> NewFile.write(pipe, Content.of("x")))
                .getMessage()
                .endsWith("there is something of that name that is no file"));
        Path path = Files.writeString(folder.resolve("mine"), "old");
        org.junit.jupiter.api.Assumptions.assumeTrue(
                path.toFile().setReadOnly() && !Files.isWritable(path)); // not for root
        assertTrue(assertThrows(ModelFormatException.class, () -> NewFile.write(path, Content.of("x")))
                .getMessage()
                .endsWith("the file of that name is write-protected"));
        assertEquals("old", Files.readString(path));
    }

    @Test
    void writersAtOnceLeaveOneOfTheirFoldersWhole() throws Exception {
        Path path = folder.resolve("model");
        try (var writers = java.util.concurrent.Executors.newFixedThreadPool(4)) {
            var done = new java.util.ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 4; i++) {
                String text = String.valueOf(i);
                done.add(writers.submit(() -> {
                    for (int n = 0; n < 100; n++)
                        NewFolder.write(
                                path,
                                Map.of("config.json", Content.of(text), "weights", Content.of(text)),
                                names -> names.contains("config.json"));
                }));
            }
            for (var d : done) d.get();
        }
        assertEquals(Files.readString(path.resolve("config.json")), Files.readString(path.resolve("weights")));
        assertEquals(1, files());
    }
}
