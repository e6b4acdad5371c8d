package io.argali.tensorflow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.converters.UnsupportedModelException;
import io.argali.runtime.agreement.OpCases;
import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Op;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Tensor;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** TensorFlow agrees with the scalar kernels on the cases of every operation; functions in Java are refused. */
@NullUnmarked // what is missing fails the test anyway
class OperationTest {
    private static final Backend SCALAR = new CpuBackend(Kernels.scalar(), Workers.single());
    private static final Backend TENSORFLOW = TensorFlowBackend.create(Options.of("cpu"));

    @TestFactory
    Stream<DynamicTest> operationsAgree() {
        return OpCases.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Tensor[] expected = run(c, SCALAR), actual;
                    try {
                        actual = run(c, TENSORFLOW);
                    } catch (UnsupportedModelException e) {
                        if (c.operations().stream().anyMatch(Op.Custom.class::isInstance)) return;
                        throw e;
                    }
                    for (int i = 0; i < expected.length; i++) {
                        if (c.repeats()) assertEquals(null, OpCases.difference(expected[i], actual[i]));
                        else assertEquals(expected[i].type(), actual[i].type());
                    }
                }));
    }

    private static Tensor[] run(OpCases.Case c, Backend backend) {
        return backend.compiler(OpCases.WEIGHTS::get).compile(c.graph()).run(c.inputs());
    }
}
