package io.argali.converters.savedmodel;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.argali.converters.UnsupportedModelException;
import io.argali.converters.keras.KerasMetadata;
import io.argali.converters.keras.LayerCatalog;
import io.argali.converters.keras.Tensors;
import io.argali.loader.ArrayData;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import io.argali.loader.protobuf.AssetFileDef;
import io.argali.loader.protobuf.CollectionDef;
import io.argali.loader.protobuf.MetaGraphDef;
import io.argali.loader.protobuf.SavedMetadata;
import io.argali.loader.protobuf.SavedModel;
import io.argali.loader.protobuf.SaverDef;
import io.argali.loader.protobuf.SignatureDef;
import io.argali.loader.protobuf.TensorInfo;
import io.argali.loader.tensorbundle.TensorBundle;
import io.argali.runtime.layer.DTypePolicy;
import io.argali.runtime.layer.Instance;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.model.Weights;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads SavedModels: the folders with a {@code saved_model.pb} that TensorFlow writes. */
public final class SavedModels {
    private static final String FILE = "saved_model.pb";
    private static final String INIT = "__saved_model_init_op";
    private static final String DEFAULT = "serving_default";

    private final Path folder;
    private final String label;
    private final MetaGraphDef graph;
    private final Program program;
    private @Nullable TensorBundle bundle;

    private SavedModels(Path folder, MetaGraphDef graph) {
        this.folder = folder;
        this.label = folder.toString();
        this.graph = graph;
        this.program = new Program(graph.getGraphDef());
    }

    /** Whether a folder is a SavedModel. */
    public static boolean isSavedModel(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /**
     * A signature as a model.
     *
     * @param signature its name; null for {@code serving_default}, or the only one
     * @throws ModelFormatException if the files are broken or there is no such signature
     * @throws UnsupportedModelException if it has operations that are not supported; the message names them all
     */
    public static Model read(Path folder, @Nullable String signature) {
        return guarded(folder, () -> new SavedModels(folder, parse(folder)).model(signature));
    }

    /**
     * A model as Keras 2 made it of layers, if that is known, or its default signature.
     *
     * @throws ModelFormatException if the files are broken
     * @throws UnsupportedModelException if it has operations that are not supported; the message names them all
     */
    public static Model read(Path folder, LayerCatalog catalog) {
        return guarded(folder, () -> {
            SavedModels m = new SavedModels(folder, parse(folder));
            Model layers = m.layers(catalog);
            return layers == null ? m.model(null) : layers;
        });
    }

    private static Model guarded(Path folder, Supplier<Model> reader) {
        String label = folder.toString();
        try {
            return reader.get();
        } catch (ModelFormatException | ShapeException e) {
            if (String.valueOf(e.getMessage()).startsWith(label)) throw e;
            throw new ModelFormatException(label + ": " + e.getMessage(), e);
        } catch (UnsupportedModelException e) {
            if (String.valueOf(e.getMessage()).startsWith(label)) throw e;
            throw new UnsupportedModelException(label + ": " + e.getMessage());
        }
    }

    private static MetaGraphDef parse(Path folder) {
        Path file = folder.resolve(FILE);
        MemorySegment bytes = FileBytes.map(file);
        if (bytes.byteSize() > Integer.MAX_VALUE - 8) throw new ModelFormatException(file + ": is larger than 2 GiB");
        SavedModel model;
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes.asByteBuffer());
            in.enableAliasing(true);
            model = SavedModel.parseFrom(in);
        } catch (IOException | IllegalStateException e) {
            throw new ModelFormatException(file + ": is garbled: " + e.getMessage(), e);
        }
        List<MetaGraphDef> graphs = model.getMetaGraphsList();
        if (graphs.isEmpty()) throw new ModelFormatException(file + ": holds no graph; it may be cut off");
        return graphs.stream()
                .filter(g -> g.getMetaInfoDef().getTagsList().contains("serve"))
                .findFirst()
                .orElse(graphs.getFirst());
    }

    /** The model of Keras 2's layers; null where it is not known, or has others. */
    private @Nullable Model layers(LayerCatalog catalog) {
        Path file = folder.resolve("keras_metadata.pb");
        if (!Files.isRegularFile(file)
                || !hasVariables() && graph.getObjectGraphDef().getNodesCount() == 0) return null;
        SavedMetadata metadata;
        try {
            metadata = SavedMetadata.parseFrom(FileBytes.map(file).asByteBuffer());
        } catch (InvalidProtocolBufferException e) {
            throw new ModelFormatException(file + ": is garbled: " + e.getMessage(), e);
        }
        KerasMetadata keras = new KerasMetadata(label, metadata, catalog);
        ObjectGraph objects = new ObjectGraph(graph.getObjectGraphDef(), bundle());
        KerasMetadata.Plan plan = keras.plan(new KerasObjects(objects, program, this::tables, bundle()));
        if (plan != null) return keras.model(plan, bundle());
        RuntimeException reason = keras.reason();
        if (reason != null && signatures().isEmpty()) throw reason;
        return null;
    }

    /** The tables that the initializers fill. */
    private Map<String, Table> tables() {
        Setup setup = new Setup(this::stored, assets());
        for (Body.Edge e : initializers()) new Tracer(program, setup).run(Map.of(), e);
        return setup.tables;
    }

    private Model model(@Nullable String wanted) {
        Map<String, SavedFunction.Signature> signatures = signatures();
        String name = choose(wanted, signatures.keySet());
        SavedFunction.Signature signature = Objects.requireNonNull(signatures.get(name));
        Map<String, String> assets = assets();
        Body.Edge restore = node(graph.getSaverDef().getRestoreOpName());
        List<Body.Edge> init = initializers();
        requireSupported(name, signature, restore, init);
        Setup setup = new Setup(this::stored, assets);
        if (restore != null && hasVariables()) {
            new Tracer(program, setup).run(Map.of(filenameNode(graph.getSaverDef()), text()), restore);
        }
        for (Body.Edge e : init) new Tracer(program, setup).run(Map.of(), e);
        SavedFunction.Source source = new SavedFunction.Source(program, signatures, Map.copyOf(setup.tables), assets);
        return model(name, source, setup, signature);
    }

    // Signatures

    private String choose(@Nullable String wanted, Set<String> names) {
        if (wanted != null) {
            if (names.contains(wanted)) return wanted;
            throw new ModelFormatException(
                    label + ": has no signature \"" + wanted + "\"; it has " + new TreeSet<>(names));
        }
        if (names.contains(DEFAULT)) return DEFAULT;
        if (names.size() == 1) return names.iterator().next();
        if (names.isEmpty())
            throw new ModelFormatException(label + ": has no signature, so nothing says what its inputs are");
        throw new ModelFormatException(
                label + ": has the signatures " + new TreeSet<>(names) + "; choose one with --signature");
    }

    private Map<String, SavedFunction.Signature> signatures() {
        Map<String, SavedFunction.Signature> r = new LinkedHashMap<>();
        graph.getSignatureDefMap().forEach((name, def) -> {
            if (!name.equals(INIT) && !name.equals("__saved_model_train_op")) r.put(name, signature(def));
        });
        return r;
    }

    private SavedFunction.Signature signature(SignatureDef def) {
        List<InputSpec> inputs = new ArrayList<>();
        List<String> nodes = new ArrayList<>(), outputNames = new ArrayList<>();
        List<Body.Edge> outputs = new ArrayList<>();
        new TreeMap<>(def.getInputsMap()).forEach((name, info) -> {
            Shape shape = Call.shape(info.getTensorShape());
            DType dtype = Call.dtype(info.getDtype());
            inputs.add(shape == null ? InputSpec.ofAnyRank(name, dtype) : new InputSpec(name, dtype, shape, false));
            nodes.add(edge(info).node());
        });
        new TreeMap<>(def.getOutputsMap()).forEach((name, info) -> {
            outputNames.add(name);
            outputs.add(edge(info));
        });
        return new SavedFunction.Signature(List.copyOf(inputs), nodes, outputNames, outputs);
    }

    private Body.Edge edge(TensorInfo info) {
        if (info.getEncodingCase() != TensorInfo.EncodingCase.NAME)
            throw new UnsupportedModelException(label + ": sparse and composite inputs or outputs are not supported");
        return Body.Edge.of(info.getName(), false);
    }

    private void requireSupported(
            String name, SavedFunction.Signature signature, Body.@Nullable Edge restore, List<Body.Edge> init) {
        Set<String> used = new TreeSet<>(program.operations(signature.outputs()));
        if (restore != null) used.addAll(program.operations(List.of(restore)));
        for (Body.Edge e : init) used.addAll(program.operations(List.of(e)));
        List<String> missing = OpTable.missing(used);
        if (missing.isEmpty()) return;
        throw UnsupportedModelException.of(
                label,
                missing.stream().map(op -> "the TensorFlow operation " + op).toList(),
                "Signature \"" + name + "\" needs them. TensorFlow runs it as it is: --backend tensorflow.");
    }

    // Variables and tables

    private Body.@Nullable Edge node(String name) {
        return name.isEmpty() ? null : Body.Edge.of(name, false);
    }

    private static String filenameNode(SaverDef s) {
        return s.getFilenameTensorName().replace(":0", "");
    }

    private static Item text() {
        return new Item.Dense(io.argali.runtime.op.Value.constant(
                Tensor.wrap(DType.STRING, Shape.SCALAR, new String[] {"variables"})));
    }

    private boolean hasVariables() {
        return Files.exists(folder.resolve("variables").resolve("variables.index"));
    }

    private List<Body.Edge> initializers() {
        List<Body.Edge> r = new ArrayList<>();
        SignatureDef init = graph.getSignatureDefMap().get(INIT);
        if (init != null) {
            for (TensorInfo i : init.getOutputsMap().values()) r.add(edge(i));
            return r;
        }
        for (String name : List.of("saved_model_main_op", "legacy_init_op")) {
            CollectionDef c = graph.getCollectionDefMap().get(name);
            if (c == null) continue;
            for (String n : c.getNodeList().getValueList()) r.add(Body.Edge.of(n, false));
            return r;
        }
        return r;
    }

    private Map<String, String> assets() {
        Map<String, String> r = new HashMap<>();
        for (AssetFileDef a : graph.getAssetFileDefList()) {
            Path root = folder.resolve("assets").normalize(),
                    file = root.resolve(a.getFilename()).normalize();
            if (!file.startsWith(root))
                throw new ModelFormatException(label + ": an asset leads out of the folder, " + a.getFilename());
            r.put(edge(a.getTensorInfo()).node(), file.toString());
        }
        return r;
    }

    private TensorBundle bundle() {
        if (bundle == null)
            bundle = TensorBundle.open(folder.resolve("variables").resolve("variables"));
        return bundle;
    }

    private Tensor stored(Item.Stored s) {
        return Tensors.of(label, array(s));
    }

    private ArrayData array(Item.Stored s) {
        return bundle().array(s.name());
    }

    private Model model(String name, SavedFunction.Source source, Setup setup, SavedFunction.Signature signature) {
        Set<String> reached = reachedVariables(signature, setup);
        Map<String, Boolean> trainable = new Trainability(graph, bundle).byKey(setup.stored);
        List<SavedFunction.Variable> variables = new ArrayList<>();
        Map<String, Tensor> values = new LinkedHashMap<>();
        Set<String> names = new HashSet<>(), changed = Assignments.of(program, signature.outputs());
        for (String key : reached) {
            Tensor value = value(key, setup);
            String own = key;
            for (int k = 1; !names.add(own); k++) own = key + "_" + k;
            boolean trains = trainable.getOrDefault(key, true) && value.dtype().isFloating() && !changed.contains(key);
            variables.add(new SavedFunction.Variable(key, own, setup.type(key, value), trains));
            boolean other = trains && value.dtype() != DType.FLOAT32;
            values.put(other ? value.dtype().kerasName() + "/" + own : own, value);
        }
        SavedFunction layer = new SavedFunction(source, name, variables);
        Instance root = new Instance(name, layer, true, DTypePolicy.FLOAT32, null, Map.of());
        Map<String, VariableSpec> specs = new LinkedHashMap<>();
        List<String> paths = List.copyOf(values.keySet());
        for (int i = 0; i < paths.size(); i++) {
            SavedFunction.Variable v = variables.get(i);
            specs.put(
                    paths.get(i),
                    new VariableSpec(
                            paths.get(i),
                            v.name(),
                            v.type(),
                            v.trainable(),
                            v.trainable() ? VariableSpec.Kind.WEIGHT : VariableSpec.Kind.STATE,
                            v.options(),
                            List.of(new VariableSpec.Owner("", layer, root))));
        }
        return Model.of(root, new Weights(values), specs);
    }

    private Tensor value(String key, Setup setup) {
        List<Item.Stored> parts = setup.stored.get(key);
        if (parts == null) {
            Tensor t = setup.assigned.get(key);
            if (t == null)
                throw new ModelFormatException(label + ": the variable \"" + key + "\" has no value in the checkpoint");
            return t;
        }
        Item.Stored first = parts.getFirst();
        ArrayData data = array(first);
        if (!first.slice().isBlank()) data = Slices.part(label, data, first.slice());
        Shape declared = setup.shapes.get(key);
        DType dtype = Objects.requireNonNullElse(
                setup.dtypes.get(key), DType.valueOf(data.type().name()));
        Tensor t = Tensors.lazy(label + ": variable \"" + key + "\"", data, dtype);
        if (declared != null && !declared.equals(t.shape()))
            throw new ModelFormatException(
                    "%s: variable \"%s\" has shape %s, expected %s".formatted(label, key, t.shape(), declared));
        return t;
    }

    /** The variables that a signature can reach, in the order of the main graph. */
    private Set<String> reachedVariables(SavedFunction.Signature signature, Setup setup) {
        Set<String> r = new java.util.LinkedHashSet<>();
        for (Body.Step s : program.order(program.main(), signature.outputs(), true)) {
            String op = s.node().getOp();
            if (!op.equals("VarHandleOp") && !op.equals("VariableV2") && !op.equals("Variable")) continue;
            String key = ResourceOps.key(s.node(), s.node().getName());
            setup.declare(
                    new Item.Handle(key, Item.Handle.Kind.VARIABLE),
                    Call.dtype(Objects.requireNonNull(s.node().getAttrMap().get("dtype"))
                            .getType()),
                    null);
            r.add(key);
        }
        return r;
    }
}
