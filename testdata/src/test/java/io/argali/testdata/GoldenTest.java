package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every golden model loads and predicts what Keras predicts. */
class GoldenTest {
    @TestFactory
    Stream<DynamicTest> predictsAsKeras() {
        return GoldenCase.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> assertEquals(List.of(), c.differences())));
    }
}
