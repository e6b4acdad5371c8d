package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.Models;
import io.argali.runtime.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files of Keras 2 predict what tf_keras predicts, and so do Keras 3's files that they become. */
class Keras2Test {
    @TempDir
    Path folder;

    private static Stream<DynamicTest> each(Consumer<GoldenCase> test) {
        try (Stream<Path> files = Files.list(GoldenCase.ROOT.resolveSibling("golden-keras2"))) {
            return files
                    .sorted()
                    .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> test.accept(new GoldenCase(f))))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> filesPredictAsKeras2() {
        return each(c -> assertEquals(List.of(), c.differences()));
    }

    @TestFactory
    Stream<DynamicTest> upgradedFilesPredictAsKeras2() {
        return each(c -> {
            Path upgraded = folder.resolve("model.keras");
            Models.save(Models.load(c.model()), upgraded);
            Model again = Models.load(upgraded);
            assertEquals(List.of(), c.differences(again));
        });
    }
}
