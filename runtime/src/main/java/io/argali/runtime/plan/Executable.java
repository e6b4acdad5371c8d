package io.argali.runtime.plan;

import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A graph made ready to run, from any thread. */
public interface Executable {
    /** Runs the graph on its parameters, in order, whose types must be the graph's. */
    Tensor[] run(List<Tensor> parameters);

    /**
     * Runs the graph once, on states as its last parameters; its last outputs become their new values.
     *
     * @return the other outputs
     */
    default Tensor[] run(List<Tensor> parameters, States states) {
        List<Tensor> all = new ArrayList<>(parameters);
        for (int i = 0; i < states.size(); i++) all.add(states.get(i));
        Tensor[] r = run(all);
        int first = r.length - states.size();
        for (int i = 0; i < states.size(); i++) states.set(i, r[first + i]);
        return Arrays.copyOf(r, first);
    }

    /** A piece of the work, with the layer it is done for, and the time it takes in nanoseconds. */
    record Timing(String layer, String operation, double nanoseconds) {}

    /** Runs the graph several times and says where the time goes: the median of each piece. */
    default List<Timing> profile(List<Tensor> parameters, int runs) {
        return profile(parameters, new States(List.of()), runs);
    }

    /** The same for a graph that runs on states; they stay as they are. */
    default List<Timing> profile(List<Tensor> parameters, States states, int runs) {
        return List.of();
    }
}
