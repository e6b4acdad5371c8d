package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A graph as a list of steps over one workspace. Each caller leases a workspace of its own for the time of a run, so a plan may run on many
 * threads at once; a run allocates nothing but its results.
 */
final class Plan implements Executable {
    /** A step, with the layer and the operation that it is done for. */
    record Labelled(Step step, String layer, String operation) {}

    private final List<Labelled> steps;
    private final List<TensorType> parameterTypes;
    /** Arrays that are bound after the parameters, and written by the steps: whole outputs. */
    private final int results;

    private final List<Buffer> outputs;
    private final List<TensorType> outputTypes;
    private final int[] arenaSizes;
    private final ConcurrentLinkedDeque<Lease> free = new ConcurrentLinkedDeque<>();

    Plan(
            List<Labelled> steps,
            List<TensorType> parameterTypes,
            int results,
            List<Buffer> outputs,
            List<TensorType> outputTypes,
            int[] arenaSizes) {
        this.steps = List.copyOf(steps);
        this.parameterTypes = List.copyOf(parameterTypes);
        this.results = results;
        this.outputs = List.copyOf(outputs);
        this.outputTypes = List.copyOf(outputTypes);
        this.arenaSizes = arenaSizes;
    }

    /** A workspace with the steps bound to it. */
    final class Lease {
        final Workspace workspace = new Workspace(arenaSizes, parameterTypes.size() + results);
        final Runnable[] bound;

        /** Arrays that stay bound are there before the steps are. */
        Lease(Object... parameters) {
            for (int i = 0; i < parameters.length; i++) workspace.bind(i, parameters[i]);
            bound = steps.stream().map(s -> s.step.bind(workspace)).toArray(Runnable[]::new);
        }

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

    Lease open(Object... parameters) {
        return new Lease(parameters);
    }

    /** Whether an output is a parameter, or a part of one. */
    boolean isParameter(int output) {
        Buffer b = outputs.get(output);
        return !b.isArena() && !b.isConstant() && resultOf(output) < 0;
    }

    /** Where an output's own array is bound, or -1 if it lies elsewhere. */
    private int resultOf(int output) {
        int bound = outputs.get(output).bound();
        return bound >= parameterTypes.size() ? bound : -1;
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
        Object[] arrays = newArrays(outputs.size());
        bindResults(lease, arrays);
        lease.run();
        Tensor[] tensors = results(lease, arrays);
        release(lease);
        return tensors;
    }

    /** New states are written over the old ones where the planner found it safe, else beside them, and the two change places. */
    @Override
    public Tensor[] run(List<Tensor> parameters, States states) {
        states.comeHome();
        Lease lease = lease();
        int inputs = parameters.size();
        for (int i = 0; i < inputs; i++)
            lease.workspace.bind(i, parameters.get(i).array());
        int first = outputs.size() - states.size();
        boolean[] written = new boolean[inputs + states.size() + results];
        for (int i = first; i < outputs.size(); i++)
            if (outputs.get(i).bound() >= 0) written[outputs.get(i).bound()] = true;
        for (int i = 0; i < states.size(); i++)
            lease.workspace.bind(inputs + i, written[inputs + i] ? states.ownArray(i) : states.array(i));
        Object[] arrays = Arrays.copyOf(newArrays(first), outputs.size());
        for (int i = 0; i < states.size(); i++) {
            Buffer b = outputs.get(first + i);
            boolean stays = isParameter(first + i) && b.array(lease.workspace) == states.array(i);
            arrays[first + i] = stays ? states.array(i) : states.other(i);
        }
        bindResults(lease, arrays);
        lease.run();
        Tensor[] tensors = results(lease, Arrays.copyOf(arrays, first));
        for (int i = 0; i < states.size(); i++) {
            if (arrays[first + i] == states.array(i)) continue;
            deliver(lease, first + i, arrays[first + i]);
        }
        for (int i = 0; i < states.size(); i++) if (arrays[first + i] != states.array(i)) states.swap(i);
        release(lease);
        return tensors;
    }

    private Object[] newArrays(int count) {
        Object[] arrays = new Object[count];
        for (int i = 0; i < count; i++) arrays[i] = newArray(outputTypes.get(i));
        return arrays;
    }

    /** Where an output is wanted twice, the last of its arrays is written. */
    private void bindResults(Lease lease, Object[] arrays) {
        for (int i = 0; i < arrays.length; i++) {
            int result = resultOf(i);
            if (result >= 0) lease.workspace.bind(result, arrays[i]);
        }
    }

    private Tensor[] results(Lease lease, Object[] arrays) {
        Tensor[] tensors = new Tensor[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            deliver(lease, i, arrays[i]);
            TensorType t = outputTypes.get(i);
            tensors[i] = Tensor.wrap(t.dtype(), t.shape(), arrays[i]);
        }
        return tensors;
    }

    /** Puts an output into the array it is wanted in, unless it was written there. */
    private void deliver(Lease lease, int output, Object array) {
        if (outputs.get(output).array(lease.workspace) != array) lease.copyOutput(output, array, 0);
    }

    private Lease lease() {
        Lease lease = free.pollFirst();
        return lease == null ? new Lease() : lease;
    }

    /** Not reached after an error: a workspace that failed is left to the collector. */
    private void release(Lease lease) {
        for (int i = 0; i < parameterTypes.size() + results; i++) lease.workspace.bind(i, null);
        free.addFirst(lease);
    }

    @Override
    public List<Timing> profile(List<Tensor> parameters, States states, int runs) {
        states.comeHome();
        Lease lease = open();
        int inputs = parameters.size();
        for (int i = 0; i < inputs; i++)
            lease.workspace.bind(i, parameters.get(i).array());
        for (int i = 0; i < states.size(); i++) lease.workspace.bind(inputs + i, states.copy(i));
        bindResults(lease, newArrays(outputs.size()));
        double[][] times = new double[steps.size()][runs];
        for (int r = 0; r < runs; r++) {
            for (int i = 0; i < steps.size(); i++) {
                long start = System.nanoTime();
                lease.bound[i].run();
                times[i][r] = System.nanoTime() - start;
            }
        }
        for (double[] t : times) Arrays.sort(t);
        List<Timing> result = new ArrayList<>(), own = timings(i -> times[i][runs / 2]);
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).step instanceof ScanStep s) result.addAll(s.profile(lease.workspace, runs));
            else result.add(own.get(i));
        }
        return result;
    }

    /** The steps with their times in nanoseconds. */
    List<Timing> timings(IntToDoubleFunction nanos) {
        return IntStream.range(0, steps.size())
                .mapToObj(i -> new Timing(steps.get(i).layer, steps.get(i).operation, nanos.applyAsDouble(i)))
                .toList();
    }

    private static Object newArray(TensorType t) {
        int n = t.shape().size();
        return t.dtype() == io.argali.runtime.tensor.DType.STRING ? new String[n] : Tensor.newArray(t.dtype(), n);
    }
}
