package io.argali.runtime.plan;

import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.TensorType;
import java.lang.reflect.Array;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a body over the steps of an axis, in {@link LoopParts} at the same time.
 */
final class ScanStep implements Step {
    /** The body for the rows from {@code first} on, and the steps that it is run for. */
    record Part(int first, int from, int to, Plan body) {}

    private final Op.Scan scan;
    private final List<Part> parts;
    private final Workers workers;
    private final Buffer[] in;
    private final Buffer[] out;
    private final Shape[] inShapes;
    private final Shape[] outShapes;

    ScanStep(Op.Scan scan, Node node, List<Part> parts, Workers workers, Buffer[] in, Buffer[] out) {
        this.scan = scan;
        this.parts = parts;
        this.workers = workers;
        this.in = in;
        this.out = out;
        inShapes = node.inputs().stream().map(Value::shape).toArray(Shape[]::new);
        outShapes = node.types().stream().map(TensorType::shape).toArray(Shape[]::new);
    }

    @Override
    public Runnable bind(Workspace w) {
        Runnable[] loops = parts.stream().map(p -> new Loop(p, w)).toArray(Runnable[]::new);
        if (loops.length == 1) return loops[0];
        IntConsumer task = i -> loops[i].run();
        return () -> workers.run(loops.length, task);
    }

    /** The times of the body's steps, each summed over the steps of the loop, in one thread's part. */
    List<Executable.Timing> profile(Workspace w, int runs) {
        Loop loop = new Loop(parts.get(0), w);
        long[] nanos = new long[loop.sub.lease.bound.length];
        for (int r = 0; r < runs; r++) {
            loop.run(() -> {
                for (int i = 0; i < nanos.length; i++) {
                    long start = System.nanoTime();
                    loop.sub.lease.bound[i].run();
                    nanos[i] += System.nanoTime() - start;
                }
            });
        }
        return parts.get(0).body.timings(i -> (double) nanos[i] / runs);
    }

    /** The elements of one step, or of a value without steps, that belong to a part. */
    private static final class Rows {
        final Buffer whole;
        final int start;
        final int stepStride;
        final StridedCopy copy;

        /**
         * @param axis the axis of the steps, or -1
         * @param own the shape of the part
         * @param first where its rows begin in the whole, if it is not as long
         */
        Rows(Buffer whole, Shape shape, int axis, Shape own, int first, boolean toPart) {
            this.whole = whole;
            int[] strides = shape.strides(), outer = new int[own.rank()];
            for (int i = 0, j = 0; i < strides.length; i++) if (i != axis) outer[j++] = strides[i];
            Shape step = axis < 0 ? shape : shape.without(axis);
            start = step.equals(own) ? 0 : first * outer[0];
            stepStride = axis < 0 ? 0 : strides[axis];
            int[] dims = own.toArray(), inner = own.strides();
            copy = toPart ? new StridedCopy(dims, outer, inner) : new StridedCopy(dims, inner, outer);
        }

        void read(Workspace w, int step, Object to) {
            copy.run(whole.array(w), whole.offset() + start + step * stepStride, to, 0);
        }

        void write(Object from, int offset, Workspace w, int step) {
            copy.run(from, offset, whole.array(w), whole.offset() + start + step * stepStride);
        }
    }

    /** One part's run through all steps. */
    private final class Loop implements Runnable {
        private final Part part;
        private final Workspace w;
        private final SubPlan sub;
        private final Runnable body;
        private final Rows[] reads = new Rows[in.length];
        private final Rows[] writes = new Rows[out.length];
        /** Where a new carry is another's old value, all are read before any is overwritten. */
        private final @Nullable Object[] next = new Object[scan.carries()];

        Loop(Part part, Workspace w) {
            this.part = part;
            this.w = w;
            sub = new SubPlan(part.body);
            body = sub.lease::run;
            List<TensorType> parameters = part.body.parameterTypes(), results = part.body.outputTypes();
            int carries = scan.carries();
            for (int i = 0; i < in.length; i++) {
                int axis = i >= carries && i < carries + scan.sequences() ? scan.axis() : -1;
                reads[i] = new Rows(in[i], inShapes[i], axis, parameters.get(i).shape(), part.first, true);
            }
            for (int i = 0; i < out.length; i++) {
                int axis = i < carries ? -1 : scan.axis();
                writes[i] = new Rows(out[i], outShapes[i], axis, results.get(i).shape(), part.first, false);
            }
            if (!carriesMove(part.body)) return;
            for (int i = 0; i < carries; i++) {
                int n = results.get(i).shape().size();
                next[i] = Array.newInstance(sub.parameters[i].getClass().componentType(), n);
            }
        }

        /** Whether a carry comes out where some carry went in. */
        private boolean carriesMove(Plan body) {
            return IntStream.range(0, scan.carries()).anyMatch(body::isParameter);
        }

        @Override
        public void run() {
            run(body);
        }

        void run(Runnable body) {
            int carries = scan.carries(), sequences = carries + scan.sequences();
            for (int i = 0; i < in.length; i++)
                if (i < carries || i >= sequences) reads[i].read(w, 0, sub.parameters[i]);
            for (int k = part.from; k < part.to; k++) {
                int t = scan.reverse() ? scan.length() - 1 - k : k;
                for (int i = carries; i < sequences; i++) reads[i].read(w, t, sub.parameters[i]);
                body.run();
                for (int i = carries; i < out.length; i++)
                    writes[i].write(sub.lease.outputArray(i), sub.lease.outputOffset(i), w, t);
                for (int i = 0; i < carries; i++) {
                    Object to = next[i];
                    sub.lease.copyOutput(i, to == null ? sub.parameters[i] : to, 0);
                }
                for (int i = 0; i < carries; i++) {
                    Object from = next[i];
                    if (from != null) System.arraycopy(from, 0, sub.parameters[i], 0, Array.getLength(from));
                }
            }
            for (int i = 0; i < carries; i++) writes[i].write(sub.parameters[i], 0, w, 0);
        }
    }
}
