package io.argali.converters.tensorflow;

import static io.argali.converters.tensorflow.TfGraph.attr;
import static io.argali.converters.tensorflow.TfGraph.type;

import io.argali.converters.export.DynamicGraph;
import io.argali.converters.export.Length;
import io.argali.runtime.layer.operation.MatrixFunctions;
import io.argali.runtime.layer.operation.Scatters;
import io.argali.runtime.layer.operation.SegmentFold;
import io.argali.runtime.layer.preprocessing.HashBuckets;
import io.argali.runtime.layer.preprocessing.HashedCrossing;
import io.argali.runtime.layer.preprocessing.StandardizedText;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.layer.preprocessing.TextTokens;
import io.argali.runtime.layer.preprocessing.TokenCount;
import io.argali.runtime.layer.preprocessing.TokenGrams;
import io.argali.runtime.layer.preprocessing.TokenNames;
import io.argali.runtime.layer.preprocessing.Vocabulary;
import io.argali.runtime.op.GradientRule;
import io.argali.runtime.op.Node;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.special.SpecialFunction;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The functions of whole tensors that TensorFlow has operations for. */
final class TfFunctions {
    private static final String PUNCTUATION = "[!\"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\']";
    /** Ends each character, when texts are cut into these. */
    private static final String MARK = "\u0001";

    private final TfNodes nodes;
    private final TfGraph out;
    private final Node n;

    private TfFunctions(TfNodes nodes, Node n) {
        this.nodes = nodes;
        this.out = nodes.out;
        this.n = n;
    }

    static void add(TfNodes nodes, Node n, TensorFunction f) {
        TfFunctions t = new TfFunctions(nodes, n);
        if (f instanceof MatrixFunctions.OfMatrices m) {
            t.matrices(m.function());
            return;
        }
        nodes.result(n, 0, t.one(f));
    }

    private String one(TensorFunction f) {
        return switch (f) {
            case GradientRule r -> nodes.input(n, 0);
            case Vocabulary v -> vocabulary(v);
            case TokenNames t -> tokenNames(t);
            case HashBuckets h -> buckets(nodes.input(n, 0), h);
            case StandardizedText s -> standardized(s);
            case TextTokens t -> tokens(t);
            case TokenCount t -> count(t);
            case TokenGrams t -> grams(t);
            case HashedCrossing.Cross c -> cross(c);
            case SegmentFold s -> segments(s);
            case Scatters.LastWriter w -> lastWriter();
            case SpecialFunction s -> special(s.tensorFlow());
            default -> throw nodes.unsupported(n, "uses " + f.name() + ", which TensorFlow has no operation for");
        };
    }

    private String special(String op) {
        DType type = n.input(0).dtype(), held = type == DType.FLOAT64 ? type : DType.FLOAT32;
        String[] in = n.inputs().stream()
                .map(v -> nodes.cast(nodes.get(v), type, held))
                .toArray(String[]::new);
        return nodes.cast(nodes.op(op, held, in), held, type);
    }

    // Text

    private String asText(String x, DType type) {
        return type == DType.STRING ? x : nodes.op("AsString", type, x);
    }

    /** The buckets, int64, of strings or of the digits of integers. */
    private String buckets(String x, HashBuckets h) {
        String text = asText(x, n.input(0).dtype());
        return h.salt().isEmpty()
                ? out.node("StringToHashBucketFast", List.of(text), attr("num_buckets", h.buckets()))
                : out.node(
                        "StringToHashBucketStrong",
                        List.of(text),
                        attr("num_buckets", h.buckets()),
                        attr("key", h.salt()));
    }

    private record Entry(long key, String text, long number) {}

    /**
     * A look-up without a table, so that the graph needs nothing to be initialized: the sorted keys are searched. The keys of strings are their
     * fingerprints; that the string is the same is checked.
     */
    private String vocabulary(Vocabulary v) {
        Vocabulary.Rules rules = v.rules();
        DType type = n.input(0).dtype();
        boolean text = type == DType.STRING;
        List<Entry> entries = new ArrayList<>();
        if (rules.mask() != null) entries.add(entry(rules.mask(), rules.maskNumber()));
        for (int i = 0; i < v.tokens().size(); i++) {
            if (!v.tokens().get(i).equals(rules.mask()))
                entries.add(entry(v.tokens().get(i), (long) rules.first() + i));
        }
        entries.sort(Comparator.comparingLong(Entry::key));
        Set<Long> seen = new HashSet<>();
        for (Entry e : entries)
            if (!seen.add(e.key)) throw nodes.unsupported(n, "has two tokens with one fingerprint: \"" + e.text + "\"");
        int count = entries.size(), rank = n.input(0).rank();
        String x = nodes.input(n, 0);
        String flat = nodes.reshape(x, type, out.ints(-1));
        String key = text ? fingerprint(flat) : nodes.cast(flat, type, DType.INT64);
        long start = rules.first() - rules.unknown();
        String other = rules.unknown() <= 1
                ? out.scalar(DType.INT64, start)
                : nodes.op("AddV2", DType.INT64, unknown(flat, rules, text), out.scalar(DType.INT64, start));
        String number, found;
        if (count == 0) {
            found = nodes.op("NotEqual", type, flat, flat);
            String shape = out.node("Shape", List.of(flat), type("T", type), type("out_type", DType.INT32));
            number = out.node("BroadcastTo", List.of(other, shape), type("T", DType.INT64), type("Tidx", DType.INT32));
        } else {
            String keys =
                    constant(Tensor.of(entries.stream().mapToLong(Entry::key).toArray(), 1, count));
            String at = nodes.squeeze(
                    out.node(
                            "LowerBound",
                            List.of(keys, nodes.expand(key, DType.INT64, 0)),
                            type("T", DType.INT64),
                            type("out_type", DType.INT32)),
                    DType.INT32,
                    0);
            String place = nodes.op("Minimum", DType.INT32, at, out.scalar(DType.INT32, count - 1.0));
            String known = text
                    ? pick(Tensor.of(entries.stream().map(Entry::text).toArray(String[]::new)), place)
                    : pick(Tensor.of(entries.stream().mapToLong(Entry::key).toArray()), place);
            DType compared = text ? DType.STRING : DType.INT64;
            found = nodes.op("Equal", compared, known, text ? flat : key);
            String numbers =
                    pick(Tensor.of(entries.stream().mapToLong(Entry::number).toArray()), place);
            number = nodes.select(found, numbers, other, DType.INT64);
        }
        if (rules.unknown() == 0) number = ofKnown(number, found, flat, type);
        String shape = out.node("Shape", List.of(x), type("T", type), type("out_type", DType.INT32));
        return rank == 1 ? number : nodes.reshape(number, DType.INT64, shape);
    }

    /** Numbers of tokens, of which none may be unknown. */
    private String ofKnown(String numbers, String found, String tokens, DType type) {
        String all = out.node("All", List.of(found, out.ints(0)), type("Tidx", DType.INT32));
        String message = DynamicGraph.place(n)
                + "has tokens that are not in the vocabulary, and with num_oov_indices=0 they must be:";
        String places = out.node("Where", List.of(nodes.plain("LogicalNot", found)), type("T", DType.BOOL));
        String unknown =
                out.node("GatherNd", List.of(tokens, places), type("Tparams", type), type("Tindices", DType.INT64));
        String check = out.add(
                "Assert",
                n.origin() + "/Assert",
                List.of(all, text("message", message), unknown),
                TfGraph.types("T", List.of(TfGraph.type(DType.STRING), TfGraph.type(type))));
        return out.node("Identity", List.of(numbers, "^" + check), type("T", DType.INT64));
    }

    private String text(String wanted, String text) {
        return out.constant(wanted, Tensor.wrap(DType.STRING, Shape.SCALAR, new String[] {text}));
    }

    private String constant(Tensor t) {
        return out.constant(n.origin().isEmpty() ? "tokens" : n.origin() + "/tokens", t);
    }

    private String pick(Tensor table, String place) {
        return nodes.gather(constant(table), table.dtype(), place, DType.INT32, 0, 0);
    }

    private static Entry entry(Object token, long number) {
        return token instanceof Long l
                ? new Entry(l, "", number)
                : new Entry(StringHash.fingerprint((String) token), (String) token, number);
    }

    private String unknown(String flat, Vocabulary.Rules rules, boolean text) {
        return text || rules.hashed()
                ? buckets(flat, new HashBuckets(rules.unknown(), rules.salt()))
                : nodes.op(
                        "FloorMod",
                        DType.INT64,
                        nodes.cast(flat, n.input(0).dtype(), DType.INT64),
                        out.scalar(DType.INT64, rules.unknown()));
    }

    private String fingerprint(String flat) {
        String bytes = out.node("Fingerprint", List.of(flat, text("method", "farmhash64")), type("T", DType.STRING));
        return out.node("Bitcast", List.of(bytes), type("T", DType.UINT8), type("type", DType.INT64));
    }

    private String tokenNames(TokenNames t) {
        boolean text = t.unknown() instanceof String;
        DType type = text ? DType.STRING : DType.INT64;
        int count = t.tokens().size();
        String x = nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT64);
        String k = nodes.op("Sub", DType.INT64, x, out.scalar(DType.INT64, t.first()));
        String zero = out.scalar(DType.INT64, 0);
        String inside = nodes.plain(
                "LogicalAnd",
                nodes.op("GreaterEqual", DType.INT64, k, zero),
                nodes.op("Less", DType.INT64, k, out.scalar(DType.INT64, count)));
        String other = single(t.unknown());
        String y = count == 0
                ? other
                : nodes.select(
                        inside,
                        nodes.gather(
                                constant(table(t.tokens(), text)),
                                type,
                                nodes.select(inside, k, zero, DType.INT64),
                                DType.INT64,
                                0,
                                0),
                        other,
                        type);
        if (t.mask() != null) y = nodes.select(nodes.op("Equal", DType.INT64, x, zero), single(t.mask()), y, type);
        return y;
    }

    private String single(Object token) {
        return constant(table(List.of(token), token instanceof String).reshape(Shape.SCALAR));
    }

    private static Tensor table(List<Object> tokens, boolean text) {
        return text
                ? Tensor.of(tokens.stream().map(String::valueOf).toArray(String[]::new), tokens.size())
                : Tensor.of(tokens.stream().mapToLong(k -> (Long) k).toArray(), tokens.size());
    }

    private String standardized(StandardizedText s) {
        String x = nodes.input(n, 0);
        if (s.lower()) x = out.node("StringLower", List.of(x), attr("encoding", ""));
        return s.strip() ? replaced(x, PUNCTUATION, "") : x;
    }

    private String replaced(String x, String pattern, String by) {
        return out.node(
                "StaticRegexReplace",
                List.of(x),
                attr("pattern", pattern),
                attr("rewrite", by),
                attr("replace_global", true));
    }

    private String tokens(TextTokens t) {
        String x = nodes.input(n, 0);
        if (n.input(0).rank() != 1) throw nodes.unsupported(n, "cuts texts that do not stand in a row");
        String separator = text("separator", t.characters() ? MARK : "");
        if (t.characters()) x = replaced(replaced(x, "(?s)(.)", "\\1" + MARK), MARK + "$", "");
        List<String> cut = out.nodes("StringSplitV2", 3, List.of(x, separator), attr("maxsplit", -1));
        Length batch = nodes.graph().shape(n.input(0)).get(0);
        String rows = out.node(
                "StridedSlice",
                List.of(cut.get(0), out.ints(0, 0), out.ints(0, 1), out.ints(1, 1)),
                type("T", DType.INT64),
                type("Index", DType.INT32),
                attr("begin_mask", 1),
                attr("end_mask", 1),
                attr("shrink_axis_mask", 2));
        String count = nodes.cast(nodes.length(batch), DType.INT32, DType.INT64);
        String values = cut.get(1);
        String places = rows;
        String kind = "VALUE_ROWIDS";
        List<String> partitions = new ArrayList<>(List.of(count, places));
        List<String> kinds = new ArrayList<>(List.of("FIRST_DIM_SIZE", kind));
        if (!t.ngrams().isEmpty()) {
            String splits = rowSplits(rows, count);
            List<String> grams = grams(values, splits, t.ngrams());
            values = grams.get(0);
            partitions = List.of(grams.get(1));
            kinds = List.of("ROW_SPLITS");
        }
        Length length = nodes.graph().length(n, m -> m.output(0).shape().last());
        String shape = nodes.cast(nodes.vector(List.of(batch, length)), DType.INT32, DType.INT64);
        List<String> in = new ArrayList<>(List.of(shape, values, text("nothing", "")));
        in.addAll(partitions);
        return out.node(
                "RaggedTensorToTensor",
                in,
                type("T", DType.STRING),
                type("Tindex", DType.INT64),
                type("Tshape", DType.INT64),
                attr("num_row_partition_tensors", partitions.size()),
                TfGraph.strings("row_partition_types", kinds));
    }

    /** The n-grams of rows of tokens, and where the rows begin among them. */
    private List<String> grams(String tokens, String splits, List<Integer> widths) {
        return out.nodes(
                "StringNGrams",
                2,
                List.of(tokens, splits),
                attr("separator", " "),
                attr("ngram_widths", widths),
                attr("left_pad", ""),
                attr("right_pad", ""),
                attr("pad_width", 0),
                attr("preserve_short_sequences", false),
                type("Tsplits", DType.INT64));
    }

    /** Rows of as many tokens each have as many n-grams each. */
    private String grams(TokenGrams t) {
        List<Length> shape = nodes.graph().shape(n.input(0));
        String flat = nodes.reshape(nodes.input(n, 0), DType.STRING, out.ints(-1));
        String rows = nodes.op("AddV2", DType.INT32, nodes.length(shape.get(0)), out.scalar(DType.INT32, 1));
        String splits = nodes.op("Mul", DType.INT32, nodes.range(rows), nodes.length(shape.get(1)));
        String grams = grams(flat, nodes.cast(splits, DType.INT32, DType.INT64), t.ngrams())
                .get(0);
        return nodes.reshape(grams, DType.STRING, nodes.vector(nodes.graph().shape(n.output(0))));
    }

    /** How many tokens the text with the most of them has: n-grams are the more, the more tokens there are. */
    private String count(TokenCount t) {
        String x = nodes.reshape(nodes.input(n, 0), DType.STRING, out.ints(-1)), most;
        if (t.characters()) {
            String lengths = out.node("StringLength", List.of(x), attr("unit", "UTF8_CHAR"));
            String some = nodes.concat(List.of(lengths, out.ints(0)), DType.INT32, 0);
            most = out.node("Max", List.of(some, out.ints(0)), type("T", DType.INT32), type("Tidx", DType.INT32));
        } else {
            String separator = text("separator", "");
            String shape = out.nodes("StringSplitV2", 3, List.of(x, separator), attr("maxsplit", -1))
                    .get(2);
            most = nodes.cast(
                    out.node(
                            "StridedSlice",
                            List.of(shape, out.ints(1), out.ints(2), out.ints(1)),
                            type("T", DType.INT64),
                            type("Index", DType.INT32),
                            attr("shrink_axis_mask", 1)),
                    DType.INT64,
                    DType.INT32);
        }
        if (t.ngrams().isEmpty()) return most;
        String sum = out.scalar(DType.INT32, 0);
        for (int width : t.ngrams()) {
            String some = nodes.op("Sub", DType.INT32, most, out.scalar(DType.INT32, width - 1.0));
            sum = nodes.op(
                    "AddV2", DType.INT32, sum, nodes.op("Maximum", DType.INT32, some, out.scalar(DType.INT32, 0)));
        }
        return sum;
    }

    /** Where each row begins among values that say their row. */
    private String rowSplits(String rows, String count) {
        String places = out.node(
                "Range",
                List.of(
                        out.scalar(DType.INT64, 0),
                        nodes.op("AddV2", DType.INT64, count, out.scalar(DType.INT64, 1)),
                        out.scalar(DType.INT64, 1)),
                type("Tidx", DType.INT64));
        return nodes.squeeze(
                out.node(
                        "LowerBound",
                        List.of(nodes.expand(rows, DType.INT64, 0), nodes.expand(places, DType.INT64, 0)),
                        type("T", DType.INT64),
                        type("out_type", DType.INT64)),
                DType.INT64,
                0);
    }

    private String cross(HashedCrossing.Cross c) {
        List<String> in = new ArrayList<>();
        List<io.argali.loader.protobuf.DataType> types = new ArrayList<>();
        for (int i = 0; i < n.inputs().size(); i++) {
            DType given = n.input(i).dtype(), held = given == DType.STRING ? given : DType.INT64;
            in.add(nodes.reshape(nodes.cast(nodes.input(n, i), given, held), held, out.ints(-1, 1)));
            types.add(TfGraph.type(held));
        }
        String values = out.nodes(
                        "SparseCross",
                        3,
                        in,
                        attr("N", 0),
                        attr("hashed_output", true),
                        attr("num_buckets", c.bins()),
                        attr("hash_key", HashedCrossing.Cross.KEY),
                        TfGraph.types("sparse_types", List.of()),
                        TfGraph.types("dense_types", types),
                        type("out_type", DType.INT64),
                        type("internal_type", DType.INT64))
                .get(1);
        return nodes.reshape(values, DType.INT64, nodes.vector(nodes.graph().shape(n.output(0))));
    }

    // Rows by number

    private String segments(SegmentFold s) {
        DType type = n.input(0).dtype(), held = TfNodes.common(type);
        String name = switch (s.function()) {
            case PRODUCT -> "UnsortedSegmentProd";
            case MAX -> "UnsortedSegmentMax";
            case MIN -> "UnsortedSegmentMin";
            default -> "UnsortedSegmentSum";
        };
        DType ids = n.input(1).dtype();
        String at = nodes.cast(nodes.input(n, 1), ids, DType.INT32);
        String count =
                nodes.length(nodes.graph().length(n, m -> m.output(0).shape().dim(0)));
        String y = segment(name, nodes.cast(nodes.input(n, 0), type, held), held, at, count);
        if (s.zeroWhereEmpty() && s.function() != ReduceFunction.SUM) {
            String one = nodes.fill(
                    nodes.vector(List.of(
                            nodes.graph().length(n, m -> m.input(1).shape().dim(0)))),
                    DType.INT32,
                    1);
            String rows = segment("UnsortedSegmentSum", one, DType.INT32, at, count);
            int[] d = new int[n.output(0).rank()];
            java.util.Arrays.fill(d, 1);
            d[0] = -1;
            String empty = nodes.reshape(
                    nodes.op("Equal", DType.INT32, rows, out.scalar(DType.INT32, 0)), DType.BOOL, out.ints(d));
            y = nodes.select(empty, out.scalar(held, 0), y, held);
        }
        return nodes.cast(y, held, type);
    }

    private String segment(String op, String x, DType type, String ids, String count) {
        return out.node(
                op,
                List.of(x, ids, count),
                type("T", type),
                type("Tindices", DType.INT32),
                type("Tnumsegments", DType.INT32));
    }

    private String lastWriter() {
        String ids = nodes.cast(nodes.input(n, 0), n.input(0).dtype(), DType.INT32);
        String count =
                nodes.length(nodes.graph().length(n, m -> m.output(0).shape().dim(0)));
        String places = nodes.range(
                nodes.length(nodes.graph().length(n, m -> m.input(0).shape().dim(0))));
        String last = segment("UnsortedSegmentMax", places, DType.INT32, ids, count);
        return nodes.op("Maximum", DType.INT32, last, out.scalar(DType.INT32, -1));
    }

    // Matrices, in float64 as ours

    private void matrices(MatrixFunctions.Function f) {
        DType type = n.input(0).dtype(), wide = DType.FLOAT64;
        String a = nodes.cast(nodes.input(n, 0), type, wide);
        List<String> results = switch (f) {
            case DETERMINANT -> List.of(nodes.op("MatrixDeterminant", wide, a));
            case SIGN_AND_LOG_DETERMINANT -> out.nodes("LogMatrixDeterminant", 2, List.of(a), type("T", wide));
            case INVERSE -> List.of(nodes.op("MatrixInverse", wide, a));
            case SOLVE -> List.of(nodes.op("MatrixSolve", wide, a, second(wide)));
            case SOLVE_LOWER, SOLVE_UPPER ->
                List.of(out.node(
                        "MatrixTriangularSolve",
                        List.of(a, second(wide)),
                        type("T", wide),
                        attr("lower", f == MatrixFunctions.Function.SOLVE_LOWER)));
            case CHOLESKY -> List.of(nodes.op("Cholesky", wide, a));
            case EIGENVECTORS_OF_SYMMETRIC ->
                out.nodes("SelfAdjointEigV2", 2, List.of(a), type("T", wide), attr("compute_v", true));
            case SINGULAR_VALUES ->
                List.of(out.nodes("Svd", 3, List.of(a), type("T", wide), attr("compute_uv", false))
                        .get(0));
            case SINGULAR_VECTORS ->
                out.nodes(
                        "Svd", 3, List.of(a), type("T", wide), attr("compute_uv", true), attr("full_matrices", false));
            case QR -> out.nodes("Qr", 2, List.of(a), type("T", wide), attr("full_matrices", false));
            case LU -> {
                List<String> lu = out.nodes("Lu", 2, List.of(a), type("T", wide), type("output_idx_type", DType.INT32));
                yield n.input(0).rank() == 2
                        ? List.of(lu.get(0), nodes.op("InvertPermutation", DType.INT32, lu.get(1)))
                        : unsupportedMatrices("the LU decomposition of a batch");
            }
            case PSEUDO_INVERSE -> pseudoInverse(a, wide);
        };
        for (int i = 0; i < results.size(); i++) {
            DType is = f == MatrixFunctions.Function.LU && i == 1 ? DType.INT32 : wide;
            nodes.result(n, i, nodes.cast(results.get(i), is, n.output(i).dtype()));
        }
    }

    private List<String> unsupportedMatrices(String what) {
        throw nodes.unsupported(n, "computes " + what);
    }

    private String second(DType wide) {
        return nodes.cast(nodes.input(n, 1), n.input(1).dtype(), wide);
    }

    /** V · diag(1 / s) · Uᵀ, without the singular values below a part of the greatest. */
    private List<String> pseudoInverse(String a, DType wide) {
        List<String> svd = out.nodes(
                "Svd", 3, List.of(a), type("T", wide), attr("compute_uv", true), attr("full_matrices", false));
        String s = svd.get(0);
        String cut = nodes.reshape(second(wide), wide, out.ints(new int[0]));
        int last = n.input(0).rank() - 2;
        String greatest = out.node(
                "Max", List.of(s, out.ints(last)), type("T", wide), type("Tidx", DType.INT32), attr("keep_dims", true));
        String keeps = nodes.op("Greater", wide, s, nodes.op("Mul", wide, cut, greatest));
        String safe = nodes.select(keeps, s, out.scalar(wide, 1), wide);
        String inverse = nodes.select(keeps, nodes.op("Reciprocal", wide, safe), out.scalar(wide, 0), wide);
        String scaled = nodes.op("Mul", wide, svd.get(2), nodes.expand(inverse, wide, last));
        return List.of(out.node(
                "BatchMatMulV2",
                List.of(scaled, svd.get(1)),
                type("T", wide),
                attr("adj_x", false),
                attr("adj_y", true)));
    }
}
