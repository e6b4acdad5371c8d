package io.argali.converters.savedmodel;

import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Functions, branches and loops. */
final class ControlOps {
    private ControlOps() {}

    static void add(OpTable t) {
        for (String name : List.of("PartitionedCall", "StatefulPartitionedCall")) {
            t.items(name, c -> c.tracer().call(c.function("f"), c.inputs(), c.path()));
        }
        for (String name : List.of("If", "StatelessIf")) {
            t.items(name, c -> branch(c, List.of(c.function("else_branch"), c.function("then_branch")), true));
        }
        for (String name : List.of("Case", "StatelessCase")) {
            t.items(name, c -> branch(c, c.functions("branches"), false));
        }
        for (String name : List.of("While", "StatelessWhile")) t.items(name, LoopTracer::loop);
        for (String name : List.of("NoOp", "Assert")) t.items(name, c -> List.of());
        t.items("Print", c -> List.of(c.item(0)));
    }

    /** A branch that is known is followed alone; of others all are computed, and the one that counts is taken. */
    private static List<Item> branch(Call c, List<String> functions, boolean isIf) {
        List<Item> arguments = c.inputs().subList(1, c.count());
        Tensor known = c.constant(0);
        if (known != null) {
            int i = isIf ? (truth(known) ? 1 : 0) : (int) known.item();
            if (i < 0 || i >= functions.size()) i = functions.size() - 1; // TensorFlow's rule
            return c.tracer().call(functions.get(i), arguments, c.path());
        }
        Value index = c.value(0);
        List<Item> r = c.tracer().call(functions.getLast(), arguments, c.path());
        for (int i = functions.size() - 2; i >= 0; i--) {
            List<Item> other = c.tracer().call(functions.get(i), arguments, c.path());
            Value here = isIf ? holds(index).not() : index.equal(i);
            r = select(here, other, r);
        }
        return r;
    }

    private static boolean truth(Tensor t) {
        return t.size() == 1
                ? t.dtype() == io.argali.runtime.tensor.DType.STRING ? !t.strings()[0].isEmpty() : t.item() != 0
                : t.size() > 0;
    }

    private static Value holds(Value v) {
        Value flat = v.reshape(io.argali.runtime.tensor.Shape.SCALAR);
        return flat.cast(io.argali.runtime.tensor.DType.BOOL);
    }

    private static List<Item> select(Value condition, List<Item> a, List<Item> b) {
        List<Item> r = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            if (a.get(i).equals(b.get(i))) {
                r.add(a.get(i));
                continue;
            }
            if (!(a.get(i) instanceof Item.Dense x) || !(b.get(i) instanceof Item.Dense y))
                throw new ShapeException("branches that give different lists or resources are not supported");
            if (!x.value().type().equals(y.value().type()))
                throw new ShapeException("branches that give " + x.value().type() + " and "
                        + y.value().type() + " are not supported");
            r.add(new Item.Dense(condition.select(x.value(), y.value())));
        }
        return r;
    }
}
