package io.argali.runtime.layer.rnn;

import io.argali.runtime.layer.Scope;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the convolutional LSTMs share: they compute channels last, and transpose around the loop where the model says otherwise. */
sealed interface ConvLSTM extends Recurrent permits ConvLSTM1D, ConvLSTM2D, ConvLSTM3D {
    ConvLSTMCell cell();

    @Nullable
    String dataFormat();

    @Override
    default Recurrence open(Scope scope, Shape step) {
        ConvLSTMCell cell = cell();
        return cell.open(scope.child("cell", cell), step);
    }

    @Override
    default List<Value> call(Scope scope, List<Value> inputs) {
        Value x = inputs.get(0);
        int rank = cell().rank() + 3;
        if (x.rank() != rank) throw new ShapeException("expected a sequence of " + rank + " axes, got " + x.type());
        List<Value> given =
                inputs.size() > 1 ? inputs.subList(1, inputs.size()) : Cells.leaves(scope.argument("initial_state"));
        if (!"channels_first".equals(dataFormat())) return RecurrentLoop.run(this, scope, x, given);
        List<Value> states = given.stream().map(s -> s.moveAxis(1, -1)).toList();
        List<Value> results = new ArrayList<>(RecurrentLoop.run(this, scope, x.moveAxis(2, -1), states));
        results.set(0, results.get(0).moveAxis(-1, returnSequences() ? 2 : 1));
        for (int i = 1; i < results.size(); i++) results.set(i, results.get(i).moveAxis(-1, 1));
        return results;
    }
}
