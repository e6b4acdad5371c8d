package io.argali.converters.savedmodel;

import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.AttrValue;
import io.argali.loader.protobuf.FunctionDef;
import io.argali.loader.protobuf.GraphDef;
import io.argali.loader.protobuf.NameAttrList;
import io.argali.loader.protobuf.NodeDef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The main graph and the functions of a SavedModel. */
final class Program implements Body.Effects {
    private static final Set<String> CHANGES = Set.of(
            "AssignVariableOp",
            "AssignAddVariableOp",
            "AssignSubVariableOp",
            "Assign",
            "AssignAdd",
            "AssignSub",
            "LookupTableImportV2",
            "LookupTableInsertV2",
            "InitializeTableV2",
            "InitializeTableFromTextFileV2",
            "InitializeTable",
            "InitializeTableFromTextFile");

    private final Body main;
    private final Map<String, FunctionDef> definitions = new HashMap<>();
    private final Map<String, Body> functions = new HashMap<>();
    private final Map<String, Boolean> effects = new HashMap<>();

    Program(GraphDef given) {
        GraphDef graph = OlderControlFlow.rewritten(given);
        main = Body.of(graph);
        for (FunctionDef f : graph.getLibrary().getFunctionList()) {
            definitions.put(f.getSignature().getName(), f);
        }
    }

    Body main() {
        return main;
    }

    /**
     * The function of a name.
     *
     * @throws ModelFormatException if there is none
     */
    Body function(String name) {
        Body known = functions.get(name);
        if (known != null) return known;
        FunctionDef f = definitions.get(name);
        if (f == null) throw new ModelFormatException("there is no function \"" + name + "\"");
        Body b = Body.of(f);
        functions.put(name, b);
        return b;
    }

    /** Whether an operation is one of the functions. */
    boolean isFunction(String op) {
        return definitions.containsKey(op);
    }

    /** The functions that a node calls. */
    List<String> called(NodeDef n) {
        List<String> names = new ArrayList<>();
        if (isFunction(n.getOp())) names.add(n.getOp());
        for (AttrValue a : n.getAttrMap().values()) {
            if (a.hasFunc()) names.add(a.getFunc().getName());
            else if (a.hasList()) for (NameAttrList f : a.getList().getFuncList()) names.add(f.getName());
        }
        return names;
    }

    @Override
    public boolean hasEffect(NodeDef node) {
        if (CHANGES.contains(node.getOp())) return true;
        for (String f : called(node)) {
            if (functionHasEffect(f)) return true;
        }
        return false;
    }

    boolean functionHasEffect(String name) {
        Boolean known = effects.get(name);
        if (known != null) return known;
        effects.put(name, false);
        FunctionDef f = definitions.get(name);
        boolean r = f != null && f.getNodeDefList().stream().anyMatch(this::hasEffect);
        effects.put(name, r);
        return r;
    }

    /** The nodes of a function that its results and effects need. */
    List<Body.Step> order(Body b, Collection<Body.Edge> results, boolean withEffects) {
        Set<String> wanted = new LinkedHashSet<>();
        if (withEffects && b != main) {
            for (Body.Step s : b.steps())
                if (hasEffect(s.node())) wanted.add(s.node().getName());
        }
        for (Body.Edge e : results) wanted.add(e.node());
        return b.order(wanted, this);
    }

    /**
     * The operations that some nodes of the main graph reach, each once.
     *
     * @throws ModelFormatException if a function calls itself
     */
    Set<String> operations(Collection<Body.Edge> results) {
        Set<String> ops = new LinkedHashSet<>();
        collect(main, results, ops, new HashSet<>(), new LinkedHashSet<>());
        return ops;
    }

    private void collect(
            Body b, Collection<Body.Edge> results, Set<String> ops, Set<String> done, LinkedHashSet<String> callers) {
        for (Body.Step s : order(b, results, true)) {
            if (!isFunction(s.node().getOp())) ops.add(s.node().getOp());
            for (String f : called(s.node())) {
                if (callers.contains(f)) {
                    throw new ModelFormatException("function \"" + f + "\" calls itself");
                }
                if (!done.add(f)) continue;
                callers.add(f);
                Body inner = function(f);
                collect(inner, inner.results(), ops, done, callers);
                callers.remove(f);
            }
        }
    }
}
