package io.argali.converters.savedmodel;

import io.argali.loader.protobuf.NodeDef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which variables a graph changes when it runs: these are states, whatever else is said of them. */
final class Assignments {
    private final Program program;
    private final Set<String> changed = new HashSet<>();

    private Assignments(Program program) {
        this.program = program;
    }

    /** The keys of the variables that some nodes of the main graph change. */
    static Set<String> of(Program program, List<Body.Edge> results) {
        Assignments a = new Assignments(program);
        a.walk(program.main(), results, Map.of());
        return a.changed;
    }

    /** The keys of the variables that a function changes, for arguments of which some are variables with these keys. */
    static Set<String> of(Program program, Body function, Map<String, String> arguments) {
        Assignments a = new Assignments(program);
        a.walk(function, function.results(), arguments);
        return a.changed;
    }

    private void walk(Body b, List<Body.Edge> results, Map<String, String> arguments) {
        Map<String, String> keys = new HashMap<>(arguments); // of variables, by node
        for (Body.Step s : program.order(b, results, true)) {
            NodeDef n = s.node();
            String first =
                    s.inputs().isEmpty() ? null : keys.get(s.inputs().getFirst().node());
            switch (n.getOp()) {
                case "VarHandleOp", "VariableV2", "Variable" -> keys.put(n.getName(), ResourceOps.key(n, n.getName()));
                case "Identity" -> {
                    if (first != null) keys.put(n.getName(), first);
                }
                case "AssignVariableOp",
                        "AssignAddVariableOp",
                        "AssignSubVariableOp",
                        "Assign",
                        "AssignAdd",
                        "AssignSub" -> {
                    if (first != null) changed.add(first);
                }
                default -> {
                    if (program.hasEffect(n)) for (String f : program.called(n)) call(program.function(f), s, keys);
                }
            }
        }
    }

    /** A branch has no argument for the condition, which is a node's first input. */
    private void call(Body f, Body.Step s, Map<String, String> keys) {
        List<@Nullable String> given = new ArrayList<>();
        for (Body.Edge e : s.inputs()) given.add(keys.get(e.node()));
        int skipped = given.size() - f.parameters().size();
        Map<String, String> arguments = new HashMap<>();
        for (int i = 0; i < f.parameters().size(); i++) {
            String key = i + skipped >= 0 && i + skipped < given.size() ? given.get(i + skipped) : null;
            if (key != null) arguments.put(f.parameters().get(i), key);
        }
        walk(f, f.results(), arguments);
    }
}
