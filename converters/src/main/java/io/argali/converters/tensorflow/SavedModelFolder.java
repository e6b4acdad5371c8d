package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;

import io.argali.converters.UnsupportedModelException;
import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.converters.keras.Tensors;
import io.argali.converters.tensorflow.TfGraph.Arg;
import io.argali.loader.Content;
import io.argali.loader.NewFolder;
import io.argali.loader.protobuf.DataType;
import io.argali.loader.protobuf.DictValue;
import io.argali.loader.protobuf.FingerprintDef;
import io.argali.loader.protobuf.MetaGraphDef;
import io.argali.loader.protobuf.SavedBareConcreteFunction;
import io.argali.loader.protobuf.SavedConcreteFunction;
import io.argali.loader.protobuf.SavedModel;
import io.argali.loader.protobuf.SavedObject;
import io.argali.loader.protobuf.SavedObjectGraph;
import io.argali.loader.protobuf.SavedUserObject;
import io.argali.loader.protobuf.SavedVariable;
import io.argali.loader.protobuf.SaverDef;
import io.argali.loader.protobuf.SignatureDef;
import io.argali.loader.protobuf.StructuredValue;
import io.argali.loader.protobuf.TensorInfo;
import io.argali.loader.protobuf.TensorShapeProto;
import io.argali.loader.protobuf.TensorSpecProto;
import io.argali.loader.protobuf.TrackableObjectGraph;
import io.argali.loader.protobuf.TrackableObjectGraph.TrackableObject.ObjectReference;
import io.argali.loader.protobuf.TupleValue;
import io.argali.loader.protobuf.VersionDef;
import io.argali.loader.tensorbundle.TensorBundleWriter;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.model.InputSpec;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Writes models as SavedModels: the prediction as the signatures {@code serving_default} and {@code serve}, its inputs and outputs under Keras'
 * names; the weights as variables, which TensorFlow can train on. States that go from call to call are variables that the function assigns. Nothing
 * needs to be initialized but these.
 */
public final class SavedModelFolder {
    /** The version of TensorFlow whose operations are written. */
    private static final String TENSORFLOW = "2.18.0";

    private static final String CALL = "StatefulPartitionedCall";

    private final Model model;
    private final DynamicGraph graph;
    private final TfGraph main = TfGraph.graph("");
    private final TfGraph function = main.function();
    /** The variables in the order in which the function takes them. */
    private final Map<String, String> handles = new LinkedHashMap<>();
    /** The nodes that read a variable, by its path. */
    private final Map<String, List<String>> reads = new HashMap<>();

    private SavedModelFolder(Model model, DynamicGraph graph) {
        this.model = model;
        this.graph = graph;
    }

    /**
     * Writes a model.
     *
     * @throws UnsupportedModelException if TensorFlow has no words for parts of it; the message names them all
     */
    public static void write(Model model, Path path) {
        DynamicGraph graph;
        try {
            graph = DynamicGraph.of(model, false);
        } catch (UnsupportedModelException e) {
            throw new UnsupportedModelException(path + ": " + e.getMessage());
        }
        NewFolder.write(path, new SavedModelFolder(model, graph).files(path), SavedModelFolder::isModel);
    }

    /** Whether a folder with files of these names is a SavedModel and holds nothing else. */
    public static boolean isModel(Set<String> names) {
        return names.contains("saved_model.pb")
                && Set.of(
                                "saved_model.pb",
                                "variables",
                                "assets",
                                "assets.extra",
                                "fingerprint.pb",
                                "keras_metadata.pb")
                        .containsAll(names);
    }

    /** An input or output: its name in the signature and in the function, and what it is. */
    private record Port(String name, String own, DType type, TensorShapeProto shape) {
        StructuredValue spec() {
            return StructuredValue.newBuilder()
                    .setTensorSpecValue(TensorSpecProto.newBuilder()
                            .setName(name)
                            .setDtype(TfGraph.type(type))
                            .setShape(shape))
                    .build();
        }

        TensorInfo info(String node) {
            return TensorInfo.newBuilder()
                    .setName(node)
                    .setDtype(TfGraph.type(type))
                    .setTensorShape(shape)
                    .build();
        }
    }

    private TensorShapeProto shape(Value v) {
        TensorShapeProto.Builder b = TensorShapeProto.newBuilder();
        for (Length l : graph.shape(v))
            b.addDim(TensorShapeProto.Dim.newBuilder().setSize(l instanceof Length.Fixed f ? f.value() : -1));
        return b.build();
    }

    private Port port(String name, Value v) {
        return new Port(name, function.name("arg_" + name.toLowerCase(Locale.ROOT)), v.dtype(), shape(v));
    }

    /** A weight, or a state that is in no file of Keras and begins with zeros. */
    private record Variable(String path, TensorType type, boolean trainable, boolean inFile) {}

    private List<Variable> variables() {
        List<Variable> r = new ArrayList<>();
        for (VariableSpec s : model.variables().values()) r.add(new Variable(s.path(), s.type(), s.trainable(), true));
        graph.updates().forEach((path, value) -> {
            if (!model.variables().containsKey(path)) r.add(new Variable(path, value.type(), false, false));
        });
        return r;
    }

    private String handle(String path) {
        return handles.computeIfAbsent(path, p -> function.name("weight"));
    }

    private String read(Op.Variable v) {
        String node = function.add(
                "ReadVariableOp",
                v.path(),
                List.of(handle(v.path())),
                type("dtype", v.type().dtype()));
        reads.computeIfAbsent(v.path(), p -> new ArrayList<>()).add("^" + node);
        return function.result(node, "ReadVariableOp", 0);
    }

    /** Gives states their new values, after all that wants the old ones has read them. */
    private void assign(String path, String value, DType type) {
        List<String> in = new ArrayList<>(List.of(handle(path), value));
        in.addAll(reads.getOrDefault(path, List.of()));
        function.effect(function.add("AssignVariableOp", path + "/Assign", in, type("dtype", type)));
    }

    private Map<String, Content> files(Path path) {
        List<Variable> specs = variables();
        TfNodes nodes = new TfNodes(function, graph, null, this::read);
        List<Port> inputs = new ArrayList<>();
        List<InputSpec> declared = model.inputs();
        for (int i = 0; i < declared.size(); i++) {
            Value p = graph.graph().parameters().get(i);
            Port port = port(declared.get(i).name(), p);
            nodes.bind(p, port.own);
            inputs.add(port);
        }
        for (Length.Symbol s : graph.symbols()) nodes.bind(s, inputs.get(s.parameter()).own);
        nodes.add(graph.graph());
        graph.updates().forEach((state, value) -> assign(state, nodes.get(value), value.dtype()));
        if (!nodes.problems().isEmpty())
            throw UnsupportedModelException.of(path.toString(), nodes.problems(), "TensorFlow has no words for them.");
        List<String> names = model.outputNames();
        List<Port> outputs = new ArrayList<>();
        for (int i = 0; i < names.size(); i++)
            outputs.add(port(names.get(i), graph.outputs().get(i)));
        // Python takes dictionaries apart in the order of their keys.
        inputs.sort(Comparator.comparing(Port::name));
        List<Integer> order = IntStream.range(0, outputs.size())
                .boxed()
                .sorted(Comparator.comparing(i -> outputs.get(i).name))
                .toList();
        List<Port> sorted = order.stream().map(outputs::get).toList();

        List<Arg> arguments = new ArrayList<>();
        inputs.forEach(p -> arguments.add(new Arg(p.own, type(p.type))));
        handles.values().forEach(h -> arguments.add(new Arg(h, DataType.DT_RESOURCE)));
        List<Arg> results =
                sorted.stream().map(p -> new Arg(p.own, type(p.type))).toList();
        String name = function.define(
                "predict",
                arguments,
                results,
                order.stream().map(i -> nodes.get(graph.outputs().get(i))).toList(),
                true);

        MetaGraphDef.Builder meta = MetaGraphDef.newBuilder()
                .setMetaInfoDef(MetaGraphDef.MetaInfoDef.newBuilder()
                        .addTags("serve")
                        .setTensorflowVersion(TENSORFLOW)
                        .setStrippedDefaultAttrs(true));
        Map<String, String> resources = variables(specs);
        SignatureDef signature = call(inputs, sorted, name, arguments, results, resources);
        String nothing = main.add("NoOp", "NoOp", List.of());
        meta.putSignatureDef("serving_default", signature)
                .putSignatureDef("serve", signature)
                .putSignatureDef(
                        "__saved_model_init_op",
                        SignatureDef.newBuilder()
                                .putOutputs(
                                        "__saved_model_init_op",
                                        TensorInfo.newBuilder()
                                                .setName(nothing)
                                                .setTensorShape(TensorShapeProto.newBuilder()
                                                        .setUnknownRank(true))
                                                .build())
                                .build())
                .setSaverDef(saver(specs, resources))
                .setGraphDef(main.graphDef());
        Objects objects = new Objects(specs);
        meta.setObjectGraphDef(objects.saved(name, inputs, sorted));
        byte[] bytes = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(meta)
                .build()
                .toByteArray();

        TensorBundleWriter bundle = new TensorBundleWriter();
        for (int i = 0; i < specs.size(); i++) {
            Variable v = specs.get(i);
            Tensor t = v.inFile ? model.weights().get(v.path) : Tensor.zeros(v.type.dtype(), v.type.shape());
            bundle.add(
                    key(i),
                    new TensorBundleWriter.Entry(type(t.dtype()), TfGraph.shape(t.shape()), Tensors.content(t)));
        }
        bundle.add("_CHECKPOINTABLE_OBJECT_GRAPH", objects.checkpoint().toByteString());
        Map<String, Content> files = new LinkedHashMap<>(bundle.files("variables/variables"));
        files.put("fingerprint.pb", Content.of(fingerprint(bytes)));
        files.put("saved_model.pb", Content.of(bytes));
        return files;
    }

    private static DataType type(DType t) {
        return TfGraph.type(t);
    }

    private static TfGraph.Attr type(String name, DType t) {
        return TfGraph.type(name, t);
    }

    private static byte[] fingerprint(byte[] model) {
        long checksum = StringHash.fingerprint(model);
        byte[] name = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(checksum)
                .array();
        return FingerprintDef.newBuilder()
                .setSavedModelChecksum(checksum)
                .setUuid(UUID.nameUUIDFromBytes(name).toString())
                .setVersion(VersionDef.newBuilder().setProducer(3))
                .build()
                .toByteArray();
    }

    private static String key(int variable) {
        return "variables/" + variable + "/.ATTRIBUTES/VARIABLE_VALUE";
    }

    // The graph around the function

    private Map<String, String> variables(List<Variable> specs) {
        Map<String, String> r = new LinkedHashMap<>();
        for (Variable s : specs) {
            r.put(
                    s.path(),
                    main.add(
                            "VarHandleOp",
                            s.path(),
                            List.of(),
                            type("dtype", s.type().dtype()),
                            TfGraph.shape("shape", TfGraph.shape(s.type().shape())),
                            attr("shared_name", s.path()),
                            attr("container", ""),
                            attr("debug_name", s.path() + "/")));
        }
        return r;
    }

    private SignatureDef call(
            List<Port> inputs,
            List<Port> outputs,
            String function,
            List<Arg> arguments,
            List<Arg> results,
            Map<String, String> resources) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName("tensorflow/serving/predict");
        List<String> in = new ArrayList<>();
        for (Port p : inputs) {
            String node = main.add(
                    "Placeholder",
                    "serving_default_" + p.name,
                    List.of(),
                    type("dtype", p.type),
                    TfGraph.shape("shape", p.shape));
            in.add(node);
            signature.putInputs(p.name, p.info(node + ":0"));
        }
        for (String path : handles.keySet()) in.add(java.util.Objects.requireNonNull(resources.get(path)));
        String call = main.add(
                CALL,
                CALL,
                in,
                TfGraph.types("Tin", arguments.stream().map(Arg::type).toList()),
                TfGraph.types("Tout", results.stream().map(Arg::type).toList()),
                TfGraph.calls("f", function),
                attr("config", ""),
                attr("config_proto", ""),
                attr("executor_type", ""));
        for (int i = 0; i < outputs.size(); i++)
            signature.putOutputs(outputs.get(i).name, outputs.get(i).info(call + ":" + i));
        return signature.build();
    }

    /** How programs without Python restore the variables. */
    private SaverDef saver(List<Variable> specs, Map<String, String> resources) {
        String file = main.add(
                "Placeholder",
                "saver_filename",
                List.of(),
                type("dtype", DType.STRING),
                TfGraph.shape("shape", TensorShapeProto.getDefaultInstance()));
        List<String> restored = new ArrayList<>(), saved = new ArrayList<>();
        if (!specs.isEmpty()) {
            int n = specs.size();
            String keys = main.constant(
                    "save/tensor_names",
                    Tensor.of(
                            IntStream.range(0, n)
                                    .mapToObj(SavedModelFolder::key)
                                    .toArray(String[]::new),
                            n));
            String slices = main.constant(
                    "save/shape_and_slices", Tensor.zeros(DType.STRING, io.argali.runtime.tensor.Shape.of(n)));
            List<DataType> types =
                    specs.stream().map(s -> type(s.type().dtype())).toList();
            String restore = main.add(
                    "RestoreV2", "save/RestoreV2", List.of(file, keys, slices), TfGraph.types("dtypes", types));
            List<String> values = new ArrayList<>(List.of(file, keys, slices));
            for (int i = 0; i < n; i++) {
                String handle = java.util.Objects.requireNonNull(
                        resources.get(specs.get(i).path()));
                DType type = specs.get(i).type().dtype();
                String assigned = main.add(
                        "AssignVariableOp",
                        "save/Assign",
                        List.of(handle, i == 0 ? restore : restore + ":" + i),
                        type("dtype", type));
                restored.add("^" + assigned);
                values.add(main.add("ReadVariableOp", "save/Read", List.of(handle), type("dtype", type)));
            }
            saved.add("^" + main.add("SaveV2", "save/SaveV2", values, TfGraph.types("dtypes", types)));
        }
        String all = main.add("NoOp", "save/restore_all", restored);
        List<String> in = new ArrayList<>(List.of(file));
        in.addAll(saved);
        String path = main.add("Identity", "save/path", in, type("T", DType.STRING));
        return SaverDef.newBuilder()
                .setFilenameTensorName(file + ":0")
                .setSaveTensorName(path + ":0")
                .setRestoreOpName(all)
                .setVersion(SaverDef.CheckpointFormatVersion.V2)
                .build();
    }

    /** The objects that Python makes: a root with lists of variables, and a map of signatures. */
    private final class Objects {
        private static final int LISTS = 1, SIGNATURES = 4, FUNCTIONS = 5, VARIABLES = 7;
        private final List<Variable> specs;
        private final List<List<ObjectReference>> children = new ArrayList<>();

        Objects(List<Variable> specs) {
            this.specs = specs;
            List<ObjectReference> all = new ArrayList<>(), trainable = new ArrayList<>(), others = new ArrayList<>();
            for (int i = 0; i < specs.size(); i++) {
                List<ObjectReference> list = specs.get(i).trainable() ? trainable : others;
                all.add(reference(VARIABLES + i, Integer.toString(i)));
                list.add(reference(VARIABLES + i, Integer.toString(list.size())));
            }
            children.add(List.of(
                    reference(LISTS, "variables"),
                    reference(LISTS + 1, "trainable_variables"),
                    reference(LISTS + 2, "non_trainable_variables"),
                    reference(SIGNATURES, "signatures")));
            children.add(all);
            children.add(trainable);
            children.add(others);
            children.add(List.of(reference(FUNCTIONS, "serving_default"), reference(FUNCTIONS + 1, "serve")));
            for (int i = FUNCTIONS; i < VARIABLES + specs.size(); i++) children.add(List.of());
        }

        private static ObjectReference reference(int node, String name) {
            return ObjectReference.newBuilder()
                    .setNodeId(node)
                    .setLocalName(name)
                    .build();
        }

        TrackableObjectGraph checkpoint() {
            TrackableObjectGraph.Builder b = TrackableObjectGraph.newBuilder();
            for (int i = 0; i < children.size(); i++) {
                TrackableObjectGraph.TrackableObject.Builder node =
                        TrackableObjectGraph.TrackableObject.newBuilder().addAllChildren(children.get(i));
                if (i >= VARIABLES) {
                    node.addAttributes(TrackableObjectGraph.TrackableObject.SerializedTensor.newBuilder()
                            .setName("VARIABLE_VALUE")
                            .setFullName(specs.get(i - VARIABLES).path())
                            .setCheckpointKey(key(i - VARIABLES)));
                }
                b.addNodes(node);
            }
            return b.build();
        }

        SavedObjectGraph saved(String function, List<Port> inputs, List<Port> outputs) {
            SavedObjectGraph.Builder b = SavedObjectGraph.newBuilder();
            for (int i = 0; i < children.size(); i++) {
                SavedObject.Builder node = SavedObject.newBuilder().addAllChildren(children.get(i));
                if (i >= VARIABLES) {
                    Variable s = specs.get(i - VARIABLES);
                    node.setVariable(SavedVariable.newBuilder()
                            .setDtype(type(s.type().dtype()))
                            .setShape(TfGraph.shape(s.type().shape()))
                            .setTrainable(s.trainable())
                            .setName(s.path()));
                } else if (i >= FUNCTIONS) {
                    node.setBareConcreteFunction(SavedBareConcreteFunction.newBuilder()
                            .setConcreteFunctionName(function)
                            .addAllArgumentKeywords(
                                    inputs.stream().map(Port::name).toList()));
                } else {
                    String kind = i == 0
                            ? "_generic_user_object"
                            : i == SIGNATURES ? "signature_map" : "trackable_list_wrapper";
                    node.setUserObject(SavedUserObject.newBuilder()
                            .setIdentifier(kind)
                            .setVersion(VersionDef.newBuilder().setProducer(1).setMinConsumer(1)));
                }
                b.addNodes(node);
            }
            List<String> paths = specs.stream().map(Variable::path).toList();
            SavedConcreteFunction.Builder f = SavedConcreteFunction.newBuilder();
            for (String path : handles.keySet()) f.addBoundInputs(VARIABLES + paths.indexOf(path));
            DictValue.Builder in = DictValue.newBuilder(), out = DictValue.newBuilder();
            for (Port p : inputs) in.putFields(p.name, p.spec());
            for (Port p : outputs) out.putFields(p.name, p.spec());
            StructuredValue positional = StructuredValue.newBuilder()
                    .setTupleValue(TupleValue.getDefaultInstance())
                    .build();
            f.setCanonicalizedInputSignature(StructuredValue.newBuilder()
                    .setTupleValue(TupleValue.newBuilder()
                            .addValues(positional)
                            .addValues(StructuredValue.newBuilder().setDictValue(in))));
            f.setOutputSignature(StructuredValue.newBuilder().setDictValue(out));
            return b.putConcreteFunctions(function, f.build()).build();
        }
    }
}
