package io.argali.tensorflow;

import io.argali.testdata.TrainingRun;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Trainings on TensorFlow: as Keras', with weights and optimizer state on the device from step to step. */
class TrainingTest {
    private static final TensorFlowBackend BACKEND = TensorFlowBackend.create(Options.of("cpu"));

    @TestFactory
    Stream<DynamicTest> trainingGoesOnAsKerasGoesOn() {
        return TrainingRun.folders().stream()
                .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> TrainingRun.check(f, BACKEND)));
    }
}
