package io.argali.testdata;

import io.argali.runtime.plan.CpuBackend;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Trainings on the fastest kernels. */
class TrainingRunTest {
    @TestFactory
    Stream<DynamicTest> trainingGoesOnAsKerasGoesOn() {
        return TrainingRun.folders().stream()
                .map(f -> DynamicTest.dynamicTest(
                        f.getFileName().toString(), () -> TrainingRun.check(f, CpuBackend.best())));
    }
}
