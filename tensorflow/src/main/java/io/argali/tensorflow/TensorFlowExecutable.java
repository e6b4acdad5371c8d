package io.argali.tensorflow;

import io.argali.runtime.plan.Executable;
import io.argali.runtime.plan.States;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.RunOptions;

/**
 * A graph in a session, which any number of threads may run; on states, one at a time.
 *
 * @param owner what closes the session when nobody can run it any more
 * @param outputs those that are no states
 * @param assignments what gives states their new values
 * @param changed the states that have new values
 * @param options which threads run it
 */
record TensorFlowExecutable(
        SharedSession owner,
        Session session,
        List<Output<?>> inputs,
        List<Output<?>> outputs,
        List<DType> types,
        List<Operation> assignments,
        BitSet changed,
        RunOptions options)
        implements Executable {
    @Override
    public Tensor[] run(List<Tensor> parameters, States states) {
        owner.take(states);
        states.changedThere(changed);
        return run(parameters);
    }

    @Override
    public Tensor[] run(List<Tensor> parameters) {
        Session.Runner runner = session.runner().setOptions(options);
        List<org.tensorflow.Tensor> fed = new ArrayList<>();
        try {
            for (int i = 0; i < inputs.size(); i++) {
                org.tensorflow.Tensor t = NativeTensors.of(parameters.get(i));
                fed.add(t);
                runner.feed(inputs.get(i), t);
            }
            outputs.forEach(runner::fetch);
            assignments.forEach(runner::addTarget);
            Tensor[] r = new Tensor[outputs.size()];
            try (Result result = runner.run()) {
                for (int i = 0; i < r.length; i++)
                    r[i] = NativeTensors.read(result.get(i)).cast(types.get(i));
            }
            return r;
        } finally {
            fed.forEach(org.tensorflow.Tensor::close);
        }
    }
}
