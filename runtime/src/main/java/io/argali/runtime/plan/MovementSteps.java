package io.argali.runtime.plan;

import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** The steps of operations that only move elements. */
final class MovementSteps {
    /** Elements below which a copy is not worth splitting over threads. */
    private static final int SPLIT = 1 << 16;

    private MovementSteps() {}

    static Step of(Node node, Buffer[] in, Buffer out, Workers workers) {
        Shape x = node.input(0).shape();
        Shape y = node.types().get(0).shape();
        return switch ((Op.Movement) node.op()) {
            case Op.Reshape r ->
                copy(in[0], 0, out, 0, new StridedCopy(new int[] {x.size()}, new int[] {1}, new int[] {1}), workers);
            case Op.Transpose t -> {
                int[] own = x.strides();
                int[] from = t.permutation().stream().mapToInt(i -> own[i]).toArray();
                yield copy(in[0], 0, out, 0, new StridedCopy(y.toArray(), from, y.strides()), workers);
            }
            case Op.Broadcast b ->
                copy(in[0], 0, out, 0, new StridedCopy(y.toArray(), Strides.broadcast(x, y), y.strides()), workers);
            case Op.Slice s -> {
                int[] from = x.strides();
                int start = 0;
                for (int i = 0; i < from.length; i++) {
                    start += s.starts().get(i) * from[i];
                    from[i] *= s.strides().get(i);
                }
                yield copy(in[0], start, out, 0, new StridedCopy(y.toArray(), from, y.strides()), workers);
            }
            case Op.Reverse r -> {
                int[] from = x.strides();
                int start = 0;
                for (int axis : r.axes()) {
                    start += Math.max(0, x.dim(axis) - 1) * from[axis];
                    from[axis] = -from[axis];
                }
                yield copy(in[0], start, out, 0, new StridedCopy(y.toArray(), from, y.strides()), workers);
            }
            case Op.Pad p -> {
                int[] to = y.strides();
                int start = 0;
                for (int i = 0; i < to.length; i++) {
                    start += p.low().get(i) * to[i];
                    to[i] *= p.interior().get(i) + 1;
                }
                Step inner = copy(in[0], 0, out, start, new StridedCopy(x.toArray(), x.strides(), to), workers);
                yield w -> {
                    Runnable copy = inner.bind(w);
                    return () -> {
                        fill(out.array(w), out.offset(), out.size, p.value());
                        copy.run();
                    };
                };
            }
            case Op.Concat c -> {
                Step[] parts = new Step[in.length];
                int at = 0;
                for (int i = 0; i < in.length; i++) {
                    Shape s = node.input(i).shape();
                    parts[i] = copy(
                            in[i],
                            0,
                            out,
                            at * y.strides()[c.axis()],
                            new StridedCopy(s.toArray(), s.strides(), y.strides()),
                            workers);
                    at += s.dim(c.axis());
                }
                yield sequence(List.of(parts));
            }
        };
    }

    static Step sequence(List<Step> steps) {
        return w -> {
            Runnable[] bound = steps.stream().map(s -> s.bind(w)).toArray(Runnable[]::new);
            return () -> {
                for (Runnable r : bound) r.run();
            };
        };
    }

    static Step copy(Buffer from, int fromOffset, Buffer to, int toOffset, StridedCopy copy, Workers workers) {
        int tasks = (long) copy.runs() * copy.runLength() < SPLIT ? 1 : Math.min(copy.runs(), workers.parallelism());
        return w -> {
            if (tasks <= 1) {
                return () -> copy.run(from.array(w), from.offset() + fromOffset, to.array(w), to.offset() + toOffset);
            }
            IntConsumer task = t -> copy.run(
                    from.array(w),
                    from.offset() + fromOffset,
                    to.array(w),
                    to.offset() + toOffset,
                    (int) ((long) copy.runs() * t / tasks),
                    (int) ((long) copy.runs() * (t + 1) / tasks));
            return () -> workers.run(tasks, task);
        };
    }

    static void fill(Object array, int offset, int n, double value) {
        switch (array) {
            case float[] a -> Arrays.fill(a, offset, offset + n, (float) value);
            case double[] a -> Arrays.fill(a, offset, offset + n, value);
            case int[] a -> Arrays.fill(a, offset, offset + n, (int) value);
            case long[] a -> Arrays.fill(a, offset, offset + n, (long) value);
            case byte[] a -> Arrays.fill(a, offset, offset + n, (byte) (value == 0 ? 0 : 1));
            default -> Arrays.fill((String[]) array, offset, offset + n, "");
        }
    }
}
