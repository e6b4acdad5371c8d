package io.argali.loader;

import io.argali.loader.archive.Archive;
import io.argali.loader.archive.ZipArchive;
import io.argali.loader.hdf5.Dataset;
import io.argali.loader.hdf5.Group;
import io.argali.loader.hdf5.Hdf5File;
import io.argali.loader.hdf5.Node;
import io.argali.loader.json.Json;
import io.argali.loader.npy.Npy;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged files end in a {@link ModelFormatException}, or in a value: never in another exception, an endless loop or a full heap.
 * Every fixture is cut at many places, and has bits flipped and numbers replaced, seeded so that a failure comes again.
 */
@NullUnmarked // what is missing fails the test anyway
class FuzzTest {
    private static final int CUTS = 60;
    private static final int DAMAGES = Integer.getInteger("argali.fuzz", 400);

    static Stream<String> fixtures() {
        return Stream.of(".h5", ".npy", ".npz", ".zip", ".keras", "keras3.keras.json")
                .map(Fixtures::named)
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void damagedFilesAreRefusedOrRead(String name) {
        byte[] whole = Fixtures.bytes(name);
        for (int i = 0; i < CUTS; i++) {
            survive(name, Arrays.copyOf(whole, (int) ((long) whole.length * i / CUTS)), "cut " + i);
        }
        for (int seed = 0; seed < DAMAGES; seed++) {
            survive(name, damaged(whole, new Random(seed)), "seed " + seed);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            // Metadata stands at the start of small files: half of the damage goes there.
            int reach = random.nextBoolean() ? Math.min(2048, bytes.length) : bytes.length;
            int at = random.nextInt(reach);
            if (random.nextInt(3) > 0) {
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            } else {
                byte[] numbers = {0, 1, 0x7f, (byte) 0x80, (byte) 0xff};
                byte number = numbers[random.nextInt(numbers.length)];
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(8)), number);
            }
        }
        return bytes;
    }

    private static void survive(String name, byte[] bytes, String what) {
        try {
            read(name, bytes);
        } catch (ModelFormatException e) {
            if (e.getMessage() == null || e.getMessage().lines().count() != 1) {
                throw new AssertionError(name + ", " + what + ": no line to show: " + e.getMessage(), e);
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(name + ", " + what + ": " + e, e);
        }
    }

    private static void read(String name, byte[] bytes) {
        MemorySegment segment = MemorySegment.ofArray(bytes);
        if (name.endsWith(".h5")) {
            walk(Hdf5File.of(name, segment).root());
        } else if (name.endsWith(".npy")) {
            Fixtures.touch(Npy.parse(name, segment));
        } else if (name.endsWith(".json")) {
            Json.write(Json.parse(name, new String(bytes, StandardCharsets.UTF_8)));
        } else {
            Archive archive = ZipArchive.of(name, segment);
            for (String member : archive.names()) {
                MemorySegment content = archive.open(member);
                if (member.endsWith(".h5")) {
                    walk(Hdf5File.of(name, content).root());
                } else if (member.endsWith(".npy")) {
                    Fixtures.touch(Npy.parse(name, content));
                }
            }
        }
    }

    /** Each child on its own, so that one broken dataset does not hide the others. */
    private static void walk(Node node) {
        node.attributes().names().forEach(name -> {
            try {
                Fixtures.touch(node.attributes().get(name));
            } catch (ModelFormatException e) {
                // one line; the next attribute may be whole
            }
        });
        if (node instanceof Group group) {
            for (String name : group.childrenInNaturalOrder()) {
                try {
                    walk(group.get(name));
                } catch (ModelFormatException e) {
                    // as above
                }
            }
        } else if (node instanceof Dataset dataset) {
            Fixtures.touch(dataset.data());
        }
    }
}
