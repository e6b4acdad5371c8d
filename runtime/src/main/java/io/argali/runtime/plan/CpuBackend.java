package io.argali.runtime.plan;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Graph;
import io.argali.runtime.tensor.Tensor;
import java.util.function.Function;

/** Runs graphs on the processor. */
public record CpuBackend(Kernels kernels, Workers workers) implements Backend {
    /** The fastest kernels that this Java process can run, on all cores. */
    public static CpuBackend best() {
        return new CpuBackend(Kernels.best(), Workers.shared());
    }

    /** On that many threads. */
    public static CpuBackend withThreads(int threads) {
        return new CpuBackend(Kernels.best(), Workers.of(threads));
    }

    @Override
    public String name() {
        return "cpu/" + kernels.name();
    }

    @Override
    public Compiler compiler(Function<String, Tensor> weights) {
        PackedWeights packed = new PackedWeights();
        return (graph, states) -> {
            Constants constants = new Constants(weights, this);
            Graph cheaper = ImageLoop.apply(Rewrites.apply(graph), workers.parallelism());
            return new Planner(constants, packed, this).planForCallers(cheaper, states);
        };
    }
}
