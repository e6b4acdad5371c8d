package io.argali.runtime.plan;

import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.tensor.Shape;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Runs a body over the steps of an axis. */
final class ScanStep implements Step {
    private final Op.Scan scan;
    private final Plan body;
    private final Buffer[] in;
    private final Buffer[] out;
    private final StridedCopy[] slices;
    private final int[] sliceStrides;
    private final StridedCopy[] stacks;
    private final int[] stackStrides;

    ScanStep(Op.Scan scan, Node node, Plan body, Buffer[] in, Buffer[] out) {
        this.scan = scan;
        this.body = body;
        this.in = in;
        this.out = out;
        slices = new StridedCopy[scan.sequences()];
        sliceStrides = new int[slices.length];
        for (int i = 0; i < slices.length; i++) {
            Shape s = node.input(scan.carries() + i).shape();
            sliceStrides[i] = s.strides()[scan.axis()];
            slices[i] = one(s, true);
        }
        stacks = new StridedCopy[out.length - scan.carries()];
        stackStrides = new int[stacks.length];
        for (int i = 0; i < stacks.length; i++) {
            Shape s = node.types().get(scan.carries() + i).shape();
            stackStrides[i] = s.strides()[scan.axis()];
            stacks[i] = one(s, false);
        }
    }

    /** The copy of one step of the axis to or from a tensor without it. */
    private StridedCopy one(Shape s, boolean fromSequence) {
        Shape step = s.without(scan.axis());
        int[] strides = s.strides(), outer = new int[step.rank()];
        for (int i = 0, j = 0; i < strides.length; i++) if (i != scan.axis()) outer[j++] = strides[i];
        return fromSequence
                ? new StridedCopy(step.toArray(), outer, step.strides())
                : new StridedCopy(step.toArray(), step.strides(), outer);
    }

    /** Whether a carry comes out where some carry went in. */
    private boolean carriesMove() {
        for (int i = 0; i < scan.carries(); i++) if (body.isParameter(i)) return true;
        return false;
    }

    @Override
    public Runnable bind(Workspace w) {
        SubPlan sub = new SubPlan(body);
        // Where a new carry is another's old value, all are read before any is overwritten.
        @Nullable Object[] next = new Object[scan.carries()];
        if (carriesMove()) {
            for (int i = 0; i < next.length; i++)
                next[i] = Array.newInstance(sub.parameters[i].getClass().componentType(), in[i].size);
        }
        return () -> {
            int carries = scan.carries();
            for (int i = 0; i < carries; i++) sub.load(i, in[i], w);
            for (int i = carries + scan.sequences(); i < in.length; i++) sub.load(i, in[i], w);
            for (int k = 0; k < scan.length(); k++) {
                int t = scan.reverse() ? scan.length() - 1 - k : k;
                for (int i = 0; i < slices.length; i++) {
                    Buffer s = in[carries + i];
                    slices[i].run(s.array(w), s.offset() + t * sliceStrides[i], sub.parameters[carries + i], 0);
                }
                sub.lease.run();
                for (int i = 0; i < stacks.length; i++) {
                    Buffer s = out[carries + i];
                    stacks[i].run(
                            sub.lease.outputArray(carries + i),
                            sub.lease.outputOffset(carries + i),
                            s.array(w),
                            s.offset() + t * stackStrides[i]);
                }
                for (int i = 0; i < carries; i++) {
                    Object to = next[i];
                    sub.lease.copyOutput(i, to == null ? sub.parameters[i] : to, 0);
                }
                for (int i = 0; i < carries; i++) {
                    Object from = next[i];
                    if (from != null) System.arraycopy(from, 0, sub.parameters[i], 0, in[i].size);
                }
            }
            for (int i = 0; i < carries; i++)
                System.arraycopy(sub.parameters[i], 0, out[i].array(w), out[i].offset(), out[i].size);
        };
    }
}
