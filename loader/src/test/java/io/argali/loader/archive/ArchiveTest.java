package io.argali.loader.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.Fixtures;
import io.argali.loader.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipFile;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked // what is missing fails the test anyway
class ArchiveTest {
    @ParameterizedTest
    @ValueSource(strings = {"plain", "deflated", "comment", "prefix", "zip64", "zip64_directory", "descriptor"})
    void readsEveryDialect(String name) {
        Archive archive = Archive.open(Fixtures.of(name + ".zip"));
        assertEquals(List.of("config.json", "assets/a.txt", "empty"), archive.names());
        assertEquals("{}", archive.text("config.json"));
        assertEquals("hello ".repeat(50), archive.text("assets/a.txt"));
        assertEquals("", archive.text("empty"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            parent    | member name "assets/../../x" leads out of the archive
            absolute  | member name "/etc/x" leads out of the archive
            backslash | member name "a\\b" leads out of the archive
            drive     | member name "C:x" leads out of the archive
            twice     | it has two members called x
            method    | member x is compressed with method 12; only stored and deflated can be read
            bomb      | to 68157440 bytes, a zip bomb
            encrypted | member config.json is encrypted
            checksum  | member assets/a.txt is damaged: its checksum is
            outside   | member assets/a.txt lies outside the file
            names     | member config.json has two names
            size      | member assets/a.txt is damaged: it inflates to more than the declared 10 bytes
            """)
    void refusesHostileFiles(String name, String message) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> {
            Archive archive = Archive.open(Fixtures.of("hostile_" + name + ".zip"));
            archive.names().forEach(archive::open);
        });
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertTrue(e.getMessage().contains("hostile_" + name + ".zip: "), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "groups.h5,an HDF5 file",
        "npy.json,JSON",
        "text.npy,a numpy array (.npy)",
    })
    void saysWhatAFileIsThatIsNoZip(String name, String kind) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Archive.open(Fixtures.of(name)));
        assertTrue(e.getMessage().endsWith("but the file is " + kind + "."), e.getMessage());
    }

    @Test
    void truncationIsNamed() {
        byte[] whole = Fixtures.bytes("keras3.keras");
        MemorySegment half = MemorySegment.ofArray(java.util.Arrays.copyOf(whole, whole.length / 2));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> ZipArchive.of("x.keras", half));
        assertEquals("x.keras: broken or unsafe zip archive: its end is missing: the file is cut off", e.getMessage());
    }

    @Test
    void missingFilesAndMembersAreNamed() {
        assertTrue(assertThrows(ModelFormatException.class, () -> Archive.open(Path.of("nowhere.keras")))
                .getMessage()
                .equals("nowhere.keras: there is no such file"));
        Archive archive = Archive.open(Fixtures.of("plain.zip"));
        assertFalse(archive.has("x"));
        assertThrows(ModelFormatException.class, () -> archive.open("x"));
    }

    @Test
    void foldersAreArchivesAndLinksStayInside(@TempDir Path folder) throws IOException {
        Path model = Files.createDirectories(folder.resolve("model/assets")).getParent();
        Files.writeString(folder.resolve("secret"), "no");
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("assets/a.txt"), "text");
        Files.createSymbolicLink(model.resolve("leak"), folder.resolve("secret"));
        Archive archive = Archive.open(model);
        assertEquals(List.of("assets/a.txt", "config.json"), archive.names());
        assertEquals("text", archive.text("assets/a.txt"));
        assertThrows(ModelFormatException.class, () -> archive.open("../secret"));
        assertThrows(ModelFormatException.class, () -> archive.open("leak"));
    }

    @Test
    void writtenArchivesAreReadByTheJdkAndByUs(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("x.keras");
        try (ZipWriter writer = new ZipWriter(path)) {
            writer.add("config.json", "{}");
            writer.add(
                    "weights", List.of(MemorySegment.ofArray(new byte[3]), MemorySegment.ofArray(new float[] {1, 2})));
            writer.addDeflated("big", List.of(MemorySegment.ofArray(new byte[100_000])));
            assertFalse(Files.exists(path));
        }
        try (ZipFile jdk = new ZipFile(path.toFile())) {
            assertEquals(11, jdk.getEntry("weights").getSize());
            assertEquals(11, jdk.getEntry("weights").getCompressedSize());
        }
        Archive archive = Archive.open(path);
        assertEquals("{}", archive.text("config.json"));
        assertEquals(100_000, archive.open("big").byteSize());
    }
}
