package io.argali.testdata;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.argali.converters.Models;
import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a prediction needs is there from the first one on; later ones allocate their result. */
class AllocationTest {
    private static final int ALLOWANCE_BYTES = 1024;

    /** Until HotSpot has compiled the kernels, each vector is an object; how long that takes depends on the machine. */
    private static final long LONGEST_WARM_UP_SECONDS = 120;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "models/digits_cnn",
                "models/digits_lstm",
                "golden/graph/resnet_like",
                "golden/graph/mobilenet_like",
                "golden/graph/transformer_block"
            })
    void aPredictionAllocatesItsResultOnly(String folder) {
        Model model = Models.load(GoldenCase.ROOT.resolveSibling(folder).resolve("model.keras"))
                .withBackend(new CpuBackend(Kernels.best(), Workers.single()));
        List<Tensor> inputs = model.inputs().stream().map(AllocationTest::two).toList();
        long result =
                model.predict(inputs).stream().mapToLong(t -> 4L * t.size()).sum();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long end = System.nanoTime() + LONGEST_WARM_UP_SECONDS * 1_000_000_000;
        long least = Long.MAX_VALUE;
        while (least > result + ALLOWANCE_BYTES && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            model.predict(inputs);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        long allocated = least;
        assertTrue(
                allocated <= result + ALLOWANCE_BYTES, () -> allocated + " bytes for a result of " + result + " bytes");
    }

    /** A batch of two rows. */
    private static Tensor two(InputSpec spec) {
        int[] shape = spec.shape().toArray();
        for (int i = 0; i < shape.length; i++) if (shape[i] == Shape.UNKNOWN) shape[i] = i == 0 ? 2 : 8;
        return Tensor.zeros(DType.FLOAT32, Shape.of(shape)).cast(spec.dtype());
    }
}
