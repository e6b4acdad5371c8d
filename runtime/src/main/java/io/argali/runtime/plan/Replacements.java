package io.argali.runtime.plan;

import io.argali.runtime.op.Graph;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.plan.Groups.Group;
import io.argali.runtime.tensor.DType.Storage;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which new states may be written over the old ones while a plan runs: those that a program makes, element by element, when nobody else reads
 * the old state any more. Large models then need memory for one set of weights and optimizer slots, not for two.
 */
final class Replacements {
    private final Constants constants;
    private final Groups groups;
    private final List<Node> nodes;
    private final Map<Group, Integer> position = new IdentityHashMap<>();

    Replacements(Constants constants, Groups groups, List<Group> order, List<Node> nodes) {
        this.constants = constants;
        this.groups = groups;
        this.nodes = nodes;
        for (int i = 0; i < order.size(); i++) position.put(order.get(i), i);
    }

    /** The new states, with the parameters they may be written over. */
    Map<Value, Integer> of(Graph graph, int states) {
        Map<Value, Integer> replaced = new HashMap<>();
        int parameters = graph.parameters().size() - states;
        int outputs = graph.outputs().size() - states;
        if (states == 0) return replaced;
        Map<Value, Last> last = lastReaders();
        for (Value v : graph.outputs()) last.remove(origin(v)); // read when all is over
        for (int i = 0; i < states; i++) {
            Value old = graph.parameters().get(parameters + i),
                    made = graph.outputs().get(outputs + i);
            if (mayReplace(old, made, last.get(old))) replaced.put(made, parameters + i);
        }
        return replaced;
    }

    /** Who reads a parameter last, and whether nobody reads it there but element by element. */
    private record Last(int position, boolean elementwise) {}

    private boolean mayReplace(Value old, Value made, @Nullable Last last) {
        Group g = groups.of(made.node());
        if (last == null || g == null || !last.elementwise || last.position != at(g)) return false;
        boolean whole = g.domain.equals(old.shape()) && made.shape().equals(old.shape());
        boolean program = g.program || g.head != null && made.node() != g.head;
        return whole
                && program
                && !g.folds
                && old.type().equals(made.type())
                && old.dtype().storage() == Storage.FLOATS
                && !constants.isConstant(made);
    }

    private Map<Value, Last> lastReaders() {
        Map<Value, Last> last = new HashMap<>();
        for (Node n : nodes) {
            Group g = groups.of(n);
            if (g == null) continue;
            for (Value v : n.inputs()) {
                Value parameter = origin(v);
                if (!(parameter.node().op() instanceof Op.Parameter)) continue;
                boolean elementwise = v.equals(parameter) && n != g.head && n.op() instanceof Op.Elementwise;
                Last now = new Last(at(g), elementwise);
                last.merge(parameter, now, Replacements::later);
            }
        }
        return last;
    }

    private static Last later(Last a, Last b) {
        if (a.position == b.position) return new Last(a.position, a.elementwise && b.elementwise);
        return a.position > b.position ? a : b;
    }

    /** What a value is a part or a movement of, as long as no step makes it. */
    private Value origin(Value v) {
        Value x = v;
        while (groups.of(x.node()) == null && !x.node().inputs().isEmpty())
            x = x.node().input(0);
        return x;
    }

    private int at(Group g) {
        return position.getOrDefault(g, -1);
    }
}
