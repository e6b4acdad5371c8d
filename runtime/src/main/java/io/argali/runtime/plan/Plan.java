package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * A graph as a list of steps over one workspace. Each caller leases a workspace of its own for the time of a run, so a plan may run on many
 * threads at once; a run allocates nothing but its results.
 */
final class Plan implements Executable {
    /** A step, with the layer and the operation that it is done for. */
    record Labelled(Step step, String layer, String operation) {}

    private final List<Labelled> steps;
    private final List<TensorType> parameterTypes;
    private final List<Buffer> outputs;
    private final List<TensorType> outputTypes;
    private final int[] arenaSizes;
    private final ConcurrentLinkedDeque<Lease> free = new ConcurrentLinkedDeque<>();

    Plan(
            List<Labelled> steps,
            List<TensorType> parameterTypes,
            List<Buffer> outputs,
            List<TensorType> outputTypes,
            int[] arenaSizes) {
        this.steps = List.copyOf(steps);
        this.parameterTypes = List.copyOf(parameterTypes);
        this.outputs = List.copyOf(outputs);
        this.outputTypes = List.copyOf(outputTypes);
        this.arenaSizes = arenaSizes;
    }

    /** A workspace with the steps bound to it. */
    final class Lease {
        final Workspace workspace = new Workspace(arenaSizes, parameterTypes.size());
        final Runnable[] bound = steps.stream().map(s -> s.step.bind(workspace)).toArray(Runnable[]::new);

        void run() {
            for (Runnable r : bound) r.run();
        }

        /** Copies an output out of the workspace. */
        void copyOutput(int i, Object to, int offset) {
            Buffer b = outputs.get(i);
            System.arraycopy(b.array(workspace), b.offset(), to, offset, b.size);
        }

        Object outputArray(int i) {
            return outputs.get(i).array(workspace);
        }

        int outputOffset(int i) {
            return outputs.get(i).offset();
        }
    }

    Lease open() {
        return new Lease();
    }

    /** Whether an output is a parameter, or a part of one. */
    boolean isParameter(int output) {
        Buffer b = outputs.get(output);
        return !b.isArena() && !b.isConstant();
    }

    List<TensorType> parameterTypes() {
        return parameterTypes;
    }

    List<TensorType> outputTypes() {
        return outputTypes;
    }

    @Override
    public Tensor[] run(List<Tensor> parameters) {
        Lease lease = lease();
        for (int i = 0; i < parameterTypes.size(); i++)
            lease.workspace.bind(i, parameters.get(i).array());
        lease.run();
        Tensor[] results = results(lease, outputs.size());
        release(lease);
        return results;
    }

    @Override
    public Tensor[] run(List<Tensor> parameters, States states) {
        Lease lease = lease();
        int inputs = parameters.size();
        for (int i = 0; i < inputs; i++)
            lease.workspace.bind(i, parameters.get(i).array());
        for (int i = 0; i < states.size(); i++) lease.workspace.bind(inputs + i, states.array(i));
        lease.run();
        int first = outputs.size() - states.size();
        Tensor[] results = results(lease, first);
        // A new state that is another's old one is taken aside before that is overwritten.
        Object[] aside = new Object[states.size()];
        for (int i = 0; i < aside.length; i++) {
            Buffer b = outputs.get(first + i);
            if (b.isArena() || b.isConstant()) continue;
            if (b.array(lease.workspace) == states.array(i)) continue;
            aside[i] = newArray(states.type(i));
            lease.copyOutput(first + i, aside[i], 0);
        }
        for (int i = 0; i < aside.length; i++) {
            Object array = states.array(i);
            if (aside[i] != null)
                System.arraycopy(aside[i], 0, array, 0, states.type(i).shape().size());
            else if (outputs.get(first + i).array(lease.workspace) != array) lease.copyOutput(first + i, array, 0);
        }
        release(lease);
        return results;
    }

    private Lease lease() {
        Lease lease = free.pollFirst();
        return lease == null ? new Lease() : lease;
    }

    /** Not reached after an error: a workspace that failed is left to the collector. */
    private void release(Lease lease) {
        for (int i = 0; i < parameterTypes.size(); i++) lease.workspace.bind(i, null);
        free.addFirst(lease);
    }

    private Tensor[] results(Lease lease, int count) {
        Tensor[] results = new Tensor[count];
        for (int i = 0; i < count; i++) {
            TensorType t = outputTypes.get(i);
            Object array = newArray(t);
            lease.copyOutput(i, array, 0);
            results[i] = Tensor.wrap(t.dtype(), t.shape(), array);
        }
        return results;
    }

    @Override
    public List<Timing> profile(List<Tensor> parameters, int runs) {
        Lease lease = open();
        for (int i = 0; i < parameterTypes.size(); i++)
            lease.workspace.bind(i, parameters.get(i).array());
        double[][] times = new double[steps.size()][runs];
        for (int r = 0; r < runs; r++) {
            for (int i = 0; i < steps.size(); i++) {
                long start = System.nanoTime();
                lease.bound[i].run();
                times[i][r] = System.nanoTime() - start;
            }
        }
        List<Timing> result = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Arrays.sort(times[i]);
            result.add(new Timing(steps.get(i).layer, steps.get(i).operation, times[i][runs / 2]));
        }
        return result;
    }

    private static Object newArray(TensorType t) {
        int n = t.shape().size();
        return t.dtype() == io.argali.runtime.tensor.DType.STRING ? new String[n] : Tensor.newArray(t.dtype(), n);
    }
}
