package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.Models;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A summary is Keras', character for character. */
class SummaryTest {
    @TestFactory
    Stream<DynamicTest> summaries() {
        return GoldenCase.all().stream()
                .filter(c -> Files.exists(c.folder().resolve("summary.txt")))
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Assumptions.assumeTrue(
                            System.getenv("COLUMNS") == null, "a terminal's width decides where lines break");
                    Path expected = c.folder().resolve("summary.txt");
                    assertEquals(
                            Files.readString(expected),
                            stripped(Models.load(c.folder().resolve("model.keras"))
                                    .summary()));
                }));
    }

    private static String stripped(String text) {
        return text.lines().map(String::stripTrailing).collect(Collectors.joining("\n", "", "\n"));
    }
}
