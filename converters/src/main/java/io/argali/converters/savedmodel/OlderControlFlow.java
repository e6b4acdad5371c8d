package io.argali.converters.savedmodel;

import io.argali.converters.UnsupportedModelException;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.FunctionDef;
import io.argali.loader.protobuf.GraphDef;
import io.argali.loader.protobuf.NameAttrList;
import io.argali.loader.protobuf.NodeDef;
import io.argali.loader.protobuf.OpDef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * TensorFlow 1's loops and branches in the words of TensorFlow 2. A loop was a frame of Enter, Merge, Switch, NextIteration and Exit nodes; it
 * becomes a While with two functions. A branch was a Switch for each argument and a Merge for each result; the Merge is told the condition.
 */
final class OlderControlFlow {
    /** One input of a node. */
    private record Edge(String node, int index) {
        static Edge of(String text) {
            int colon = text.lastIndexOf(':');
            try {
                return colon < 0
                        ? new Edge(text, 0)
                        : new Edge(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
            } catch (NumberFormatException e) {
                throw new ModelFormatException("\"" + text + "\" is no input of a node", e);
            }
        }

        @Override
        public String toString() {
            return index == 0 ? node : node + ":" + index;
        }
    }

    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final List<FunctionDef> functions = new ArrayList<>();

    private OlderControlFlow(GraphDef graph) {
        for (NodeDef n : graph.getNodeList()) nodes.put(n.getName(), n);
    }

    static GraphDef rewritten(GraphDef graph) {
        boolean older = graph.getNodeList().stream().anyMatch(n -> kind(n).equals("Merge"));
        if (!older) return graph;
        OlderControlFlow f = new OlderControlFlow(graph);
        f.branches();
        f.loops();
        GraphDef.Builder r = graph.toBuilder().clearNode().addAllNode(f.nodes.values());
        r.getLibraryBuilder().addAllFunction(f.functions);
        return r.build();
    }

    /** An operation without the word that says that it hands on a reference. */
    private static String kind(@Nullable NodeDef n) {
        if (n == null) return "";
        String op = n.getOp();
        return op.startsWith("Ref") ? op.substring(3) : op;
    }

    private static List<Edge> data(NodeDef n) {
        return n.getInputList().stream()
                .filter(i -> !i.startsWith("^"))
                .map(Edge::of)
                .toList();
    }

    private @Nullable NodeDef from(NodeDef n, int input) {
        List<Edge> in = data(n);
        return input < in.size() ? nodes.get(in.get(input).node) : null;
    }

    private static Edge input(NodeDef n, int i) {
        List<Edge> in = data(n);
        if (i < in.size()) return in.get(i);
        throw new ModelFormatException(
                "node \"" + n.getName() + "\" (" + n.getOp() + ") has " + in.size() + " inputs, expected more");
    }

    private NodeDef source(NodeDef n, int input) {
        NodeDef r = nodes.get(input(n, input).node);
        if (r == null) throw new ModelFormatException("there is no node \"" + input(n, input).node + "\"");
        return r;
    }

    private boolean isLoopMerge(NodeDef n) {
        return kind(from(n, 0)).equals("NextIteration") || kind(from(n, 1)).equals("NextIteration");
    }

    private boolean isLoopSwitch(NodeDef n) {
        return kind(from(n, 1)).equals("LoopCond");
    }

    // Branches

    private void branches() {
        for (NodeDef n : List.copyOf(nodes.values())) {
            if (!kind(n).equals("Merge") || isLoopMerge(n)) continue;
            List<Edge> in = data(n);
            if (in.size() != 2)
                throw new UnsupportedModelException(
                        "node \"" + n.getName() + "\" (Merge) of other than two branches is not supported");
            Set<Edge> conditions = switches(in.get(0).node, in.get(0).index, 0);
            conditions.retainAll(switches(in.get(1).node, in.get(1).index, 1));
            if (conditions.isEmpty())
                throw new UnsupportedModelException(
                        "node \"" + n.getName() + "\" (Merge): what its branches depend on is not clear");
            nodes.put(
                    n.getName(),
                    n.toBuilder()
                            .addInput(conditions.iterator().next().toString())
                            .build());
        }
    }

    private record Place(String node, int index, int depth) {}

    /** The conditions of the switches whose given side a value comes through, past the branches and loops that lie between. */
    private Set<Edge> switches(String node, int index, int side) {
        Set<Edge> found = new LinkedHashSet<>();
        Set<Place> seen = new HashSet<>();
        Deque<Place> left = new ArrayDeque<>(List.of(new Place(node, index, 0)));
        while (!left.isEmpty()) {
            Place p = left.pop();
            NodeDef n = nodes.get(p.node);
            if (n == null || !seen.add(p)) continue;
            int depth = p.depth;
            if (kind(n).equals("Merge") && !isLoopMerge(n)) depth++;
            if (kind(n).equals("Switch") && !isLoopSwitch(n)) {
                if (depth == 0) {
                    if (p.index == side && data(n).size() == 2) found.add(input(n, 1));
                    continue;
                }
                depth--;
            }
            for (String in : n.getInputList()) {
                Edge e = Edge.of(in.startsWith("^") ? in.substring(1) : in);
                left.push(new Place(e.node, e.index, depth));
            }
        }
        return found;
    }

    // Loops

    /** What a frame consists of: what it carries, by its merges, and what stays. */
    private static final class Frame {
        final List<NodeDef> merges = new ArrayList<>();
        final List<NodeDef> constants = new ArrayList<>();
        /** The merge that a switch belongs to. */
        final Map<String, String> switches = new LinkedHashMap<>();

        @Nullable
        Edge condition;
    }

    private void loops() {
        Map<String, Frame> frames = frames();
        while (!frames.isEmpty()) {
            String ready = frames.keySet().stream()
                    .filter(f -> isInnermost(Objects.requireNonNull(frames.get(f))))
                    .findFirst()
                    .orElseThrow(
                            () -> new ModelFormatException("the loops " + frames.keySet() + " lie in one another"));
            replace(ready, Objects.requireNonNull(frames.remove(ready)));
        }
    }

    private Map<String, Frame> frames() {
        Map<String, Frame> frames = new LinkedHashMap<>();
        Map<String, String> frameOf = new HashMap<>(); // of enters and merges
        for (NodeDef n : nodes.values()) {
            if (!kind(n).equals("Enter")) continue;
            AttrValue name = n.getAttrMap().get("frame_name");
            frameOf.put(n.getName(), name == null ? "" : name.getS().toStringUtf8());
        }
        Set<String> carried = new HashSet<>();
        for (NodeDef n : nodes.values()) {
            if (!kind(n).equals("Merge") || !isLoopMerge(n)) continue;
            String frame = frameOf.get(input(n, 0).node);
            if (frame == null) throw new ModelFormatException("node \"" + n.getName() + "\" (Merge) begins no loop");
            carried.add(input(n, 0).node);
            frames.computeIfAbsent(frame, f -> new Frame()).merges.add(n);
            frameOf.put(n.getName(), frame);
        }
        frameOf.forEach((node, frame) -> {
            NodeDef n = Objects.requireNonNull(nodes.get(node));
            Frame f = frames.get(frame);
            if (f != null && kind(n).equals("Enter") && !carried.contains(node)) f.constants.add(n);
        });
        for (NodeDef n : nodes.values()) {
            if (!kind(n).equals("Switch") || !isLoopSwitch(n)) continue;
            String merge = input(n, 0).node, frame = frameOf.get(merge);
            Frame f = frame == null ? null : frames.get(frame);
            if (f == null) throw new ModelFormatException("node \"" + n.getName() + "\" (Switch) ends no loop");
            f.switches.put(n.getName(), merge);
            f.condition = input(source(n, 1), 0);
        }
        return frames;
    }

    private List<Edge> next(Frame f) {
        List<Edge> r = new ArrayList<>();
        for (NodeDef m : f.merges) r.add(input(source(m, 1), 0));
        return r;
    }

    private static Edge condition(Frame f) {
        if (f.condition == null) throw new ModelFormatException("a loop has no condition");
        return f.condition;
    }

    private boolean isInnermost(Frame f) {
        Set<String> inside = inside(f, next(f));
        inside.addAll(inside(f, List.of(condition(f))));
        return inside.stream().noneMatch(n -> kind(nodes.get(n)).equals("Exit"));
    }

    /** The nodes that some results need, up to what the frame hands in. */
    private Set<String> inside(Frame f, Collection<Edge> results) {
        Set<String> given = new HashSet<>(f.switches.keySet()), found = new LinkedHashSet<>();
        for (NodeDef n : f.merges) given.add(n.getName());
        for (NodeDef n : f.constants) given.add(n.getName());
        Deque<String> left = new ArrayDeque<>();
        for (Edge e : results) left.push(e.node);
        while (!left.isEmpty()) {
            String name = left.pop();
            NodeDef n = nodes.get(name);
            if (n == null || given.contains(name) || !found.add(name)) continue;
            for (String in : n.getInputList()) left.push(Edge.of(in.startsWith("^") ? in.substring(1) : in).node);
        }
        return found;
    }

    private void replace(String name, Frame f) {
        String loop = "loop/" + name;
        FunctionDef condition = function(loop + "/cond", f, List.of(condition(f)));
        List<Edge> results = new ArrayList<>(next(f));
        for (NodeDef c : f.constants) results.add(new Edge(c.getName(), 0));
        FunctionDef body = function(loop + "/body", f, results);
        functions.add(condition);
        functions.add(body);
        NodeDef.Builder node = NodeDef.newBuilder().setName(loop).setOp("While");
        for (NodeDef m : f.merges) node.addInput(input(source(m, 0), 0).toString());
        for (NodeDef c : f.constants) node.addInput(input(c, 0).toString());
        node.putAttr("cond", call(condition)).putAttr("body", call(body));
        nodes.put(loop, node.build());
        List<String> order = f.merges.stream().map(NodeDef::getName).toList();
        for (NodeDef n : List.copyOf(nodes.values())) {
            String merge = kind(n).equals("Exit") ? f.switches.get(input(n, 0).node) : null;
            if (merge == null) continue;
            Edge result = new Edge(loop, order.indexOf(merge));
            nodes.put(
                    n.getName(),
                    NodeDef.newBuilder()
                            .setName(n.getName())
                            .setOp("Identity")
                            .addInput(result.toString())
                            .build());
        }
        // What an outer loop reaches from here on is the new node, not the frame.
        for (NodeDef m : f.merges) nodes.remove(m.getName());
        f.switches.keySet().forEach(nodes::remove);
    }

    private static AttrValue call(FunctionDef f) {
        return AttrValue.newBuilder()
                .setFunc(NameAttrList.newBuilder().setName(f.getSignature().getName()))
                .build();
    }

    /** A function of what the frame carries, then of what stays: parameters are called after the merges and enters. */
    private FunctionDef function(String name, Frame f, List<Edge> results) {
        FunctionDef.Builder r = FunctionDef.newBuilder();
        OpDef.Builder signature = r.getSignatureBuilder().setName(name);
        for (NodeDef m : f.merges) signature.addInputArgBuilder().setName(m.getName());
        for (NodeDef c : f.constants) signature.addInputArgBuilder().setName(c.getName());
        Set<String> inside = inside(f, results);
        for (String own : inside) {
            NodeDef n = Objects.requireNonNull(nodes.get(own));
            NodeDef.Builder copy = n.toBuilder().clearInput();
            for (String in : n.getInputList()) {
                if (!in.startsWith("^")) copy.addInput(inFunction(f, Edge.of(in)));
                else if (inside.contains(in.substring(1))) copy.addInput(in);
            }
            r.addNodeDef(copy);
        }
        for (int i = 0; i < results.size(); i++) {
            signature.addOutputArgBuilder().setName("r" + i);
            r.putRet("r" + i, inFunction(f, results.get(i)));
        }
        return r.build();
    }

    private static String inFunction(Frame f, Edge e) {
        String merge = f.switches.get(e.node);
        return (merge != null ? merge : e.node) + "::" + (merge != null ? 0 : e.index);
    }
}
