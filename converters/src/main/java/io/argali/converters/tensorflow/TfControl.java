package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.converters.tensorflow.TfGraph.Arg;
import io.argali.converters.tensorflow.TfGraph.Attr;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.DataType;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Loops and branches: functions of their own, which take what they use of the graph around. */
final class TfControl {
    private final TfNodes nodes;
    private final TfGraph out;
    private final DynamicGraph graph;

    TfControl(TfNodes nodes) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.graph = nodes.graph();
    }

    void add(Node n, Op.Control c) {
        switch (c) {
            case Op.Scan s -> scan(n, s);
            case Op.While w -> {
                TfNodes body = nodes.inner(), condition = nodes.inner();
                List<Arg> arguments = parameters(body, w.body().parameters());
                List<Arg> again = parameters(condition, w.condition().parameters());
                List<String> next = body.add(w.body()), goesOn = condition.add(w.condition());
                List<DataType> types = dataTypes(w.body().parameters());
                results(n, loop(body, arguments, next, condition, again, goesOn.get(0), types, nodes.inputs(n)));
            }
            case Op.If i -> branches(n, i);
        }
    }

    private List<DataType> dataTypes(List<Value> values) {
        return values.stream().map(v -> type(v.dtype())).toList();
    }

    private void results(Node n, List<String> made) {
        for (int i = 0; i < n.types().size(); i++) nodes.result(n, i, made.get(i));
    }

    private List<Arg> parameters(TfNodes inner, List<Value> parameters) {
        List<Arg> r = new ArrayList<>();
        for (Value p : parameters) {
            Arg a = new Arg(out.name("arg"), type(p.dtype()));
            inner.bind(p, a.name());
            r.add(a);
        }
        return r;
    }

    /** A While whose functions take, behind the carries, all that either takes from around. */
    private List<String> loop(
            TfNodes body,
            List<Arg> bodyArguments,
            List<String> next,
            TfNodes condition,
            List<Arg> conditionArguments,
            String goesOn,
            List<DataType> types,
            List<String> start) {
        List<TfGraph.Capture> fromBody = List.copyOf(body.out.captures.values());
        List<TfGraph.Capture> fromCondition = List.copyOf(condition.out.captures.values());
        List<Arg> b = new ArrayList<>(bodyArguments), c = new ArrayList<>(conditionArguments);
        List<String> returned = new ArrayList<>(next), in = new ArrayList<>(start);
        List<DataType> all = new ArrayList<>(types);
        for (TfGraph.Capture k : fromBody) {
            b.add(new Arg(k.inner(), k.type()));
            c.add(new Arg(out.name("unused"), k.type()));
            returned.add(k.inner());
            in.add(k.outer());
            all.add(k.type());
        }
        for (TfGraph.Capture k : fromCondition) {
            String unused = out.name("unused");
            c.add(new Arg(k.inner(), k.type()));
            b.add(new Arg(unused, k.type()));
            returned.add(unused);
            in.add(k.outer());
            all.add(k.type());
        }
        List<Arg> results = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) results.add(new Arg("result_" + i, all.get(i)));
        String step = body.out.define("while_body", b, results, returned, false);
        String test = condition.out.define(
                "while_cond", c, List.of(new Arg("goes_on", DataType.DT_BOOL)), List.of(goesOn), false);
        return out.nodes(
                "StatelessWhile",
                all.size(),
                in,
                TfGraph.types("T", all),
                TfGraph.calls("body", step),
                TfGraph.calls("cond", test),
                new Attr(
                        "output_shapes",
                        AttrValue.newBuilder()
                                .setList(AttrValue.ListValue.getDefaultInstance())
                                .build()),
                attr("parallel_iterations", 1),
                attr("_lower_using_switch_merge", true));
    }

    private void branches(Node n, Op.If op) {
        TfNodes then = nodes.inner(), otherwise = nodes.inner();
        List<Arg> a = parameters(then, op.then().parameters()),
                b = parameters(otherwise, op.otherwise().parameters());
        List<String> x = then.add(op.then()), y = otherwise.add(op.otherwise());
        List<Arg> first = new ArrayList<>(a), second = new ArrayList<>(b);
        List<String> in = new ArrayList<>(nodes.inputs(n));
        for (TfGraph.Capture k : then.out.captures.values()) {
            first.add(new Arg(k.inner(), k.type()));
            second.add(new Arg(out.name("unused"), k.type()));
            in.add(k.outer());
        }
        for (TfGraph.Capture k : otherwise.out.captures.values()) {
            first.add(new Arg(out.name("unused"), k.type()));
            second.add(new Arg(k.inner(), k.type()));
            in.add(k.outer());
        }
        List<Arg> results = new ArrayList<>();
        for (int i = 0; i < n.types().size(); i++)
            results.add(new Arg("result_" + i, type(n.types().get(i).dtype())));
        String f = then.out.define("if_true", first, results, x, false);
        String g = otherwise.out.define("if_false", second, results, y, false);
        results(
                n,
                out.nodes(
                        "StatelessIf",
                        n.types().size(),
                        in,
                        type("Tcond", DataType.DT_BOOL),
                        TfGraph.types("Tin", first.stream().map(Arg::type).toList()),
                        TfGraph.types("Tout", results.stream().map(Arg::type).toList()),
                        TfGraph.calls("then_branch", f),
                        TfGraph.calls("else_branch", g),
                        attr("_lower_using_switch_merge", true),
                        new Attr(
                                "output_shapes",
                                AttrValue.newBuilder()
                                        .setList(AttrValue.ListValue.getDefaultInstance())
                                        .build())));
    }

    /**
     * A While over a counter: elements are gathered from the sequences, results collected in lists. The counter and how far it goes come first, where
     * TensorFlow's gradient of loops expects them (while_v2.py).
     */
    private void scan(Node n, Op.Scan s) {
        int carries = s.carries(), fixed = carries + s.sequences();
        int stacks = s.body().outputs().size() - carries;
        String count = nodes.length(graph.length(n, m -> ((Op.Scan) m.op()).length()));
        List<String> in = nodes.inputs(n);
        List<String> start = new ArrayList<>(List.of(out.scalar(DType.INT32, 0), count));
        List<DataType> types = new ArrayList<>(List.of(DataType.DT_INT32, DataType.DT_INT32));
        int first = types.size();
        for (int i = 0; i < carries; i++) {
            start.add(in.get(i));
            types.add(type(n.input(i).dtype()));
        }
        List<Value> stacked = s.body().outputs().subList(carries, carries + stacks);
        for (Value v : stacked) {
            start.add(out.node(
                    "TensorListReserve",
                    List.of(unknownShape(out, v.rank()), count),
                    type("element_dtype", v.dtype()),
                    type("shape_type", DType.INT32)));
            types.add(DataType.DT_VARIANT);
        }
        TfNodes body = nodes.inner();
        List<Arg> arguments = new ArrayList<>();
        for (DataType t : types) arguments.add(new Arg(out.name("arg"), t));
        String i = arguments.get(0).name(), end = arguments.get(1).name();
        String at = s.reverse()
                ? body.op("Sub", DType.INT32, body.op("Sub", DType.INT32, end, i), body.out.scalar(DType.INT32, 1))
                : i;
        List<Value> parameters = s.body().parameters();
        for (int k = 0; k < carries; k++)
            body.bind(parameters.get(k), arguments.get(first + k).name());
        for (int k = carries; k < fixed; k++) {
            DType type = n.input(k).dtype();
            String sequence = body.out.capture(in.get(k), type(type));
            body.bind(parameters.get(k), body.gather(sequence, type, at, DType.INT32, s.axis(), 0));
        }
        for (int k = fixed; k < parameters.size(); k++)
            body.bind(
                    parameters.get(k),
                    body.out.capture(in.get(k), type(n.input(k).dtype())));
        List<String> made = body.add(s.body()), next = new ArrayList<>();
        next.add(body.op("AddV2", DType.INT32, i, body.out.scalar(DType.INT32, 1)));
        next.add(end);
        next.addAll(made.subList(0, carries));
        for (int k = 0; k < stacks; k++) {
            next.add(body.out.node(
                    "TensorListSetItem",
                    List.of(arguments.get(first + carries + k).name(), at, made.get(carries + k)),
                    type("element_dtype", stacked.get(k).dtype())));
        }
        TfNodes condition = nodes.inner();
        List<Arg> again = types.stream().map(t -> new Arg(out.name("arg"), t)).toList();
        String goesOn = condition.op(
                "Less", DType.INT32, again.get(0).name(), again.get(1).name());
        List<String> done = loop(body, arguments, next, condition, again, goesOn, types, start);
        for (int k = 0; k < carries; k++) nodes.result(n, k, done.get(first + k));
        for (int k = 0; k < stacks; k++) {
            Value v = stacked.get(k);
            List<Length> element = new ArrayList<>(graph.shape(n.output(carries + k)));
            element.remove(s.axis());
            String y = out.node(
                    "TensorListStack",
                    List.of(done.get(first + carries + k), nodes.vector(element)),
                    type("element_dtype", v.dtype()),
                    attr("num_elements", -1));
            if (s.axis() > 0) {
                List<Integer> p = new ArrayList<>();
                for (int a = 1; a <= v.rank(); a++) p.add(a);
                p.add(s.axis(), 0);
                y = nodes.transpose(y, v.dtype(), p);
            }
            nodes.result(n, carries + k, y);
        }
    }

    private static String unknownShape(TfGraph g, int rank) {
        int[] d = new int[rank];
        Arrays.fill(d, -1);
        return g.ints(d);
    }
}
