package io.argali.cli;

import io.argali.runtime.op.Work;
import io.argali.runtime.plan.Backend;
import io.argali.runtime.plan.Executable;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A start without the Vector API. HotSpot needs a third of a second to compile the vector kernels, and cannot take linked classes from its
 * cache while an incubator module is there; on little work, the scalar kernels are done before. So {@code bin/argali} starts without that
 * module where it may be so, and names the exit code that asks for another start with it.
 */
final class QuickStart {
    /** Above this, in multiplications with an addition, the vector kernels are done first; measured, see benchmarks/results/models.md. */
    private static final long LIMIT = 16_000_000_000L;

    /** Above this product of the sizes of model and input, in bytes², it is not worth while to load the model to know more. */
    private static final double LARGE_FILES = 1e14;

    private static final @Nullable Integer AGAIN = Integer.getInteger("argali.again");

    private QuickStart() {}

    /** The backend, which throws {@link TooMuchWork} in a quick start before it has run for long. */
    static Backend limited(Backend backend) {
        return AGAIN == null ? backend : limited(backend, AGAIN, LIMIT);
    }

    static Backend limited(Backend backend, int exitCode, long limit) {
        return new Limited(backend, exitCode, limit, new AtomicLong());
    }

    /**
     * Looks at the sizes of a model and its input, before they are read.
     *
     * @throws TooMuchWork in a quick start, if they are large
     */
    static void check(Path model, Path input) throws IOException {
        if (AGAIN != null && (double) WarmUp.size(model) * WarmUp.size(input) > LARGE_FILES)
            throw new TooMuchWork(AGAIN);
    }

    /** The exit code that asks for another start. */
    static final class TooMuchWork extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int exitCode;

        private TooMuchWork(int exitCode) {
            super("", null, false, false);
            this.exitCode = exitCode;
        }

        int exitCode() {
            return exitCode;
        }
    }

    private record Limited(Backend backend, int exitCode, long limit, AtomicLong done) implements Backend {
        @Override
        public String name() {
            return backend.name();
        }

        @Override
        public Compiler compiler(Function<String, Tensor> weights) {
            Compiler compiler = backend.compiler(weights);
            return (graph, states) -> {
                long work = Work.of(graph);
                check(work);
                Executable executable = compiler.compile(graph, states);
                return parameters -> {
                    check(done.addAndGet(work));
                    return executable.run(parameters);
                };
            };
        }

        private void check(long work) {
            if (work > limit) throw new TooMuchWork(exitCode);
        }
    }
}
