package io.argali.converters.savedmodel;

import io.argali.loader.ByteText;
import io.argali.runtime.layer.preprocessing.StringHash;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.TensorFunction;
import io.argali.runtime.op.Value;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Shape;
import io.argali.runtime.tensor.ShapeException;
import io.argali.runtime.tensor.Tensor;
import io.argali.runtime.tensor.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Text, and the ragged tensors that it falls into. */
final class TextOps {
    private TextOps() {}

    static void add(OpTable t) {
        t.one("StringLower", c -> each(c, DType.STRING, s -> lower(s, c.text("encoding", ""))));
        t.one("StringUpper", c -> each(c, DType.STRING, s -> upper(s, c.text("encoding", ""))));
        t.one("StringStrip", c -> each(c, DType.STRING, String::strip));
        t.one("StringLength", c -> each(c, DType.INT32, s -> length(s, c.text("unit", "BYTE"))));
        t.one("StaticRegexReplace", c -> replace(c, c.text("pattern", ""), c.text("rewrite", "")));
        t.one(
                "RegexReplace",
                c -> replace(c, c.known(1).strings()[0], c.known(2).strings()[0]));
        t.one("StaticRegexFullMatch", c -> matches(c, c.text("pattern", "")));
        t.one("RegexFullMatch", c -> matches(c, c.known(1).strings()[0]));
        t.one(
                "StringToHashBucketFast",
                c -> each(
                        c,
                        DType.INT64,
                        s -> Long.remainderUnsigned(StringHash.fingerprint(s), c.longInteger("num_buckets", 1))));
        t.one("StringToHashBucketStrong", c -> {
            io.argali.loader.protobuf.AttrValue key = c.node().getAttrMap().get("key");
            if (key == null || key.getList().getICount() != 2) throw new ShapeException("has no key of two numbers");
            long k0 = key.getList().getI(0), k1 = key.getList().getI(1);
            return each(
                    c,
                    DType.INT64,
                    s -> Long.remainderUnsigned(StringHash.sip(s, k0, k1), c.longInteger("num_buckets", 1)));
        });
        t.one("Fingerprint", c -> fingerprint(c.value(0)));
        t.one(
                "StringToHashBucket",
                c -> each(
                        c,
                        DType.INT64,
                        s -> Long.remainderUnsigned(StringHash.murmur(s), c.longInteger("num_buckets", 1))));
        t.one("UnicodeTranscode", c -> {
            boolean plain = c.text("input_encoding", "UTF-8").equals("UTF-8")
                    && c.text("output_encoding", "UTF-8").equals("UTF-8");
            if (!plain) throw new ShapeException("to or from another encoding than UTF-8 is not supported");
            return c.value(0);
        });
        t.one("EncodeBase64", c -> each(c, DType.STRING, s -> base64(c).encodeToString(StringHash.bytes(s))));
        t.one("DecodeBase64", c -> each(c, DType.STRING, s -> decoded(s)));
        t.one("Substr", TextOps::substring);
        t.one("UnsortedSegmentJoin", TextOps::segmentJoin);
        t.many("StringSplit", List.of("indices", "values", "shape"), TextOps::splitByCharacters);
        t.one("AsString", TextOps::asString);
        t.one(
                "StringToNumber",
                c -> each(c, c.type("out_type", DType.FLOAT32), s -> number(s, c.type("out_type", DType.FLOAT32))));
        t.one("StringJoin", c -> join(c.values(0, c.count()), c.text("separator", "")));
        t.one("ReduceJoin", TextOps::reduceJoin);
        t.many("StringSplitV2", List.of("indices", "values", "shape"), TextOps::split);
        t.many("StringNGrams", List.of("ngrams", "ngrams_splits"), TextOps::ngrams);
        t.many(
                "UnicodeDecode",
                List.of("row_splits", "char_values"),
                c -> characters(c).subList(0, 2));
        t.many(
                "UnicodeDecodeWithOffsets",
                List.of("row_splits", "char_values", "char_to_byte_starts"),
                TextOps::characters);
        t.one("UnicodeEncode", c -> new Encoded().on(c.value(0), c.value(1)).get(0));
        t.one("RaggedTensorToTensor", TextOps::dense);
    }

    // One string at a time

    private record EachText(String name, DType type, Function<String, Object> f) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (in.get(0).dtype() != DType.STRING) throw new ShapeException("expected text, got " + in.get(0));
            return List.of(new TensorType(type, in.get(0).shape()));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            String[] s = in.get(0).strings();
            Object r = Tensor.newArray(type, s.length);
            for (int i = 0; i < s.length; i++) {
                switch (r) {
                    case String[] a -> a[i] = (String) f.apply(s[i]);
                    case int[] a -> a[i] = ((Number) f.apply(s[i])).intValue();
                    case long[] a -> a[i] = ((Number) f.apply(s[i])).longValue();
                    case float[] a -> a[i] = ((Number) f.apply(s[i])).floatValue();
                    case double[] a -> a[i] = ((Number) f.apply(s[i])).doubleValue();
                    case byte[] a -> a[i] = (byte) (Boolean.TRUE.equals(f.apply(s[i])) ? 1 : 0);
                    default -> throw new IllegalStateException();
                }
            }
            return List.of(Tensor.wrap(type, in.get(0).shape(), r));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Value each(Call c, DType type, Function<String, Object> f) {
        return new EachText(c.node().getOp(), type, f).on(c.value(0)).get(0);
    }

    /** Without an encoding, ASCII letters alone change. */
    private static String lower(String s, String encoding) {
        return encoding.equalsIgnoreCase("utf-8") ? s.toLowerCase(Locale.ROOT) : ascii(s, 'A', 'Z', 32);
    }

    private static String upper(String s, String encoding) {
        return encoding.equalsIgnoreCase("utf-8") ? s.toUpperCase(Locale.ROOT) : ascii(s, 'a', 'z', -32);
    }

    private static String ascii(String s, char from, char to, int by) {
        StringBuilder b = new StringBuilder(s);
        for (int i = 0; i < b.length(); i++) {
            char c = b.charAt(i);
            if (c >= from && c <= to) b.setCharAt(i, (char) (c + by));
        }
        return b.toString();
    }

    private static int length(String s, String unit) {
        return unit.equals("UTF8_CHAR") ? s.codePointCount(0, s.length()) : StringHash.bytes(s).length;
    }

    private static Value replace(Call c, String pattern, String rewrite) {
        Pattern p = pattern(pattern);
        StringBuilder java = new StringBuilder();
        for (int i = 0; i < rewrite.length(); i++) {
            char ch = rewrite.charAt(i);
            if (ch == '\\' && i + 1 < rewrite.length()) {
                char next = rewrite.charAt(++i);
                java.append(Character.isDigit(next) ? "$" : "\\").append(next);
            } else if (ch == '$') java.append("\\$");
            else java.append(ch);
        }
        boolean all = c.flag("replace_global", true);
        return each(
                c,
                DType.STRING,
                s -> all
                        ? p.matcher(s).replaceAll(java.toString())
                        : p.matcher(s).replaceFirst(java.toString()));
    }

    private static Value matches(Call c, String pattern) {
        Pattern p = pattern(pattern);
        return each(c, DType.BOOL, s -> p.matcher(s).matches());
    }

    private static Pattern pattern(String p) {
        try {
            // In a class of characters, Java gives [ and && a meaning that RE2 does not.
            return Pattern.compile(p.replace("&&", "&\\&"));
        } catch (PatternSyntaxException e) {
            throw new ShapeException("the pattern \"" + p + "\" is not supported: " + e.getMessage());
        }
    }

    private static Object number(String s, DType type) {
        try {
            return type.isInteger() ? (Object) Long.parseLong(s.strip()) : (Object) Double.parseDouble(s.strip());
        } catch (NumberFormatException e) {
            throw new ShapeException("\"" + s + "\" is no number");
        }
    }

    /** The hash of each string, as eight bytes. */
    private static Value fingerprint(Value x) {
        if (x.dtype() != DType.STRING || x.rank() != 1)
            throw new ShapeException("of " + x.type() + " is not supported");
        Value hash = new EachText("Fingerprint", DType.INT64, StringHash::fingerprint)
                .on(x)
                .get(0);
        List<Value> bytes = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Value shifted = hash.binary(BinaryFunction.SHIFT_RIGHT, Value.scalar(DType.INT64, 8 * i));
            bytes.add(shifted.binary(BinaryFunction.BITWISE_AND, Value.scalar(DType.INT64, 255))
                    .cast(DType.UINT8));
        }
        return Value.stack(1, bytes);
    }

    private static Value asString(Call c) {
        Value x = c.value(0);
        DType type = x.dtype();
        if (type == DType.STRING) return x;
        int width = c.integer("width", -1), precision = c.integer("precision", -1);
        String fill = c.text("fill", "");
        boolean scientific = c.flag("scientific"), shortest = c.flag("shortest");
        if (shortest && precision < 0) precision = 6;
        String flags = width < 0 ? "" : fill + width;
        String kind = (precision < 0 ? "" : "." + precision) + (scientific ? "e" : "f");
        int digits = precision;
        return HostFunction.of(c, DType.STRING, x.shape(), List.of(x), in -> {
            Tensor t = in.get(0);
            String[] r = new String[t.size()];
            long[] n = type.isFloating() ? new long[0] : t.toLongArray();
            double[] d = type.isFloating() ? t.toDoubleArray() : new double[0];
            for (int i = 0; i < r.length; i++) {
                r[i] = type == DType.BOOL
                        ? (n[i] != 0 ? "true" : "false")
                        : type.isFloating()
                                ? number(d[i], flags, kind, shortest ? digits : -1, width)
                                : type == DType.UINT64
                                        ? Long.toUnsignedString(n[i])
                                        : String.format(Locale.ROOT, "%" + flags + "d", n[i]);
            }
            return List.of(Tensor.wrap(DType.STRING, x.shape(), r));
        });
    }

    /** As C's printf; the shortest form is %g, whose zeros at the end go. */
    private static String number(double x, String flags, String kind, int shortest, int width) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            String name = Double.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
            return width < 0 ? name : String.format(Locale.ROOT, "%" + width + "s", name);
        }
        if (shortest < 0) return String.format(Locale.ROOT, "%" + flags + kind, x);
        int digits = Math.max(1, shortest);
        java.math.BigDecimal b = x == 0
                ? java.math.BigDecimal.ZERO
                : new java.math.BigDecimal(x)
                        .round(new java.math.MathContext(digits, java.math.RoundingMode.HALF_EVEN));
        int exponent = x == 0 ? 0 : b.precision() - b.scale() - 1;
        String text = exponent >= -4 && exponent < digits
                ? b.stripTrailingZeros().toPlainString()
                : b.unscaledValue().signum() == 0 ? "0" : scientific(b, exponent);
        return width < 0 ? text : String.format(Locale.ROOT, "%" + width + "s", text);
    }

    private static String scientific(java.math.BigDecimal b, int exponent) {
        String mantissa = b.movePointLeft(exponent).stripTrailingZeros().toPlainString();
        return mantissa + String.format(Locale.ROOT, "e%+03d", exponent);
    }

    private static java.util.Base64.Encoder base64(Call c) {
        java.util.Base64.Encoder e = java.util.Base64.getUrlEncoder();
        return c.flag("pad") ? e : e.withoutPadding();
    }

    private static String decoded(String s) {
        try {
            return ByteText.of(java.util.Base64.getUrlDecoder().decode(s));
        } catch (IllegalArgumentException e) {
            throw new ShapeException("\"" + s + "\" is no base64: " + e.getMessage());
        }
    }

    /** Inputs: text, places, lengths, which broadcast; a negative place counts from the end. */
    private static Value substring(Call c) {
        Value x = c.value(0);
        Shape shape = Shape.broadcast(x.shape(), c.value(1).shape());
        boolean bytes = c.text("unit", "BYTE").equals("BYTE");
        List<Value> inputs = List.of(
                x.broadcastTo(shape), c.value(1).broadcastTo(shape), c.value(2).broadcastTo(shape));
        return HostFunction.of(c, DType.STRING, shape, inputs, in -> {
            String[] s = in.get(0).strings(), r = new String[s.length];
            int[] at = in.get(1).toIntArray(), length = in.get(2).toIntArray();
            for (int i = 0; i < r.length; i++)
                r[i] = bytes ? bytes(s[i], at[i], length[i]) : part(s[i], at[i], length[i]);
            return List.of(Tensor.wrap(DType.STRING, shape, r));
        });
    }

    private static int begin(String s, int at, int n) {
        if (at > n || at < -n) throw new ShapeException("place " + at + " is outside \"" + s + "\"");
        return at < 0 ? at + n : at;
    }

    private static String part(String s, int at, int length) {
        int n = s.codePointCount(0, s.length()), from = begin(s, at, n), to = (int) Math.min(n, (long) from + length);
        return s.substring(s.offsetByCodePoints(0, from), s.offsetByCodePoints(0, Math.max(from, to)));
    }

    private static String bytes(String s, int at, int length) {
        byte[] all = StringHash.bytes(s);
        int from = begin(s, at, all.length), to = (int) Math.min(all.length, (long) from + length);
        return ByteText.of(Arrays.copyOfRange(all, from, Math.max(from, to)));
    }

    private static Value segmentJoin(Call c) {
        Value x = c.value(0), ids = c.value(1);
        int n = c.scalar(2), k = ids.rank();
        if (k != x.rank()) throw new ShapeException("of " + x.type() + " by " + ids.type() + " is not supported");
        String separator = c.text("separator", "");
        return HostFunction.of(c, DType.STRING, Shape.of(n), List.of(x, ids), in -> {
            List<List<String>> parts = new ArrayList<>();
            for (int i = 0; i < n; i++) parts.add(new ArrayList<>());
            String[] s = in.get(0).strings();
            int[] of = in.get(1).toIntArray();
            for (int i = 0; i < s.length; i++) {
                if (of[i] >= n) throw new ShapeException("segment " + of[i] + " is not among " + n);
                if (of[i] >= 0) parts.get(of[i]).add(s[i]);
            }
            String[] r = new String[n];
            for (int i = 0; i < n; i++) r[i] = String.join(separator, parts.get(i));
            return List.of(Tensor.wrap(DType.STRING, Shape.of(n), r));
        });
    }

    /** The older operation: each character of the delimiter separates; without one, each byte stands alone. */
    private static List<Value> splitByCharacters(Call c) {
        String delimiters = c.known(1).strings()[0];
        boolean skip = c.flag("skip_empty", true);
        int rows = c.value(0).shape().dim(0);
        return HostFunction.measured(
                c,
                List.of(
                        TensorType.of(DType.INT64, Shape.UNKNOWN, 2),
                        TensorType.of(DType.STRING, Shape.UNKNOWN),
                        TensorType.of(DType.INT64, 2)),
                List.of(c.value(0)),
                in -> {
                    List<Long> at = new ArrayList<>();
                    List<String> all = new ArrayList<>();
                    long widest = 0;
                    for (int row = 0; row < rows; row++) {
                        List<String> own = pieces(in.get(0).strings()[row], delimiters);
                        if (skip) own.removeIf(String::isEmpty);
                        for (int i = 0; i < own.size(); i++) at.addAll(List.of((long) row, (long) i));
                        all.addAll(own);
                        widest = Math.max(widest, own.size());
                    }
                    return List.of(
                            Tensor.of(at.stream().mapToLong(v -> v).toArray(), all.size(), 2),
                            Tensor.of(all.toArray(new String[0]), all.size()),
                            Tensor.of(new long[] {rows, widest}, 2));
                });
    }

    private static List<String> pieces(String s, String delimiters) {
        List<String> r = new ArrayList<>();
        if (delimiters.isEmpty()) {
            for (byte b : StringHash.bytes(s)) r.add(ByteText.of(new byte[] {b}));
            return r;
        }
        int from = 0;
        for (int i = 0; i < s.length(); i++) {
            if (delimiters.indexOf(s.charAt(i)) < 0) continue;
            r.add(s.substring(from, i));
            from = i + 1;
        }
        r.add(s.substring(from));
        return r;
    }

    private record Joined(String separator, Shape shape) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(new TensorType(DType.STRING, shape));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            String[] r = new String[shape.size()];
            for (int i = 0; i < r.length; i++) {
                List<String> parts = new ArrayList<>();
                for (Tensor t : in) parts.add(t.strings()[t.size() == 1 ? 0 : i]);
                r[i] = String.join(separator, parts);
            }
            return List.of(Tensor.wrap(DType.STRING, shape, r));
        }
    }

    private static Value join(List<Value> values, String separator) {
        Shape shape = Shape.SCALAR;
        for (Value v : values) if (v.rank() > 0) shape = v.shape();
        return new Joined(separator, shape).on(values.toArray(Value[]::new)).get(0);
    }

    private static Value reduceJoin(Call c) {
        Value x = c.value(0);
        int[] axes = c.axes(1, x.rank());
        if (axes.length == 0) return x;
        if (axes.length != 1) throw new ShapeException("over several axes is not supported");
        List<Value> parts = new ArrayList<>();
        for (int i = 0; i < x.shape().dim(axes[0]); i++) parts.add(x.at(axes[0], i));
        Value y = join(parts, c.text("separator", ""));
        return c.flag("keep_dims") ? y.expandDims(axes[0]) : y;
    }

    // Text in pieces

    /** The pieces of each of some strings; with {@code count}, no more than how many there are. */
    private record Pieces(String separator, int most, int count) implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (count < 0) return List.of(TensorType.of(DType.INT32));
            return List.of(
                    TensorType.of(DType.INT64, count, 2),
                    TensorType.of(DType.STRING, count),
                    TensorType.of(DType.INT64, 2));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            String[] given = in.get(0).strings();
            List<String> values = new ArrayList<>();
            List<Long> indices = new ArrayList<>();
            int longest = 0;
            for (int i = 0; i < given.length; i++) {
                List<String> own = pieces(given[i]);
                longest = Math.max(longest, own.size());
                for (int k = 0; k < own.size(); k++) {
                    values.add(own.get(k));
                    indices.add((long) i);
                    indices.add((long) k);
                }
            }
            if (count < 0) return List.of(Tensor.scalar(DType.INT32, values.size()));
            return List.of(
                    Tensor.wrap(
                            DType.INT64,
                            Shape.of(count, 2),
                            indices.stream().mapToLong(n -> n).toArray()),
                    Tensor.wrap(DType.STRING, Shape.of(count), values.toArray(String[]::new)),
                    Tensor.wrap(DType.INT64, Shape.of(2), new long[] {given.length, longest}));
        }

        private List<String> pieces(String s) {
            if (separator.isEmpty()) { // runs of white space, as Python splits
                String t = s.strip();
                if (t.isEmpty()) return List.of();
                return most < 0 ? Arrays.asList(t.split("\\s+")) : Arrays.asList(t.split("\\s+", most + 1));
            }
            return Arrays.asList(s.split(Pattern.quote(separator), most < 0 ? -1 : most + 1));
        }
    }

    private static List<Value> split(Call c) {
        String separator = c.known(1).strings()[0];
        int most = c.integer("maxsplit", -1);
        Value text = c.value(0).reshape(-1);
        int n = c.tracer().ints(new Pieces(separator, most, -1).on(text).get(0))[0];
        return new Pieces(separator, most, n).on(text);
    }

    /** Inputs: tokens, and where the rows begin. */
    private record Grams(
            String separator,
            List<Integer> widths,
            String left,
            String right,
            int padWidth,
            boolean shortToo,
            int count)
            implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (count < 0) return List.of(TensorType.of(DType.INT32));
            return List.of(TensorType.of(DType.STRING, count), in.get(1));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            String[] tokens = in.get(0).strings();
            long[] splits = in.get(1).toLongArray(), own = new long[splits.length];
            List<String> r = new ArrayList<>();
            for (int i = 0; i + 1 < splits.length; i++) {
                List<String> row = Arrays.asList(tokens).subList((int) splits[i], (int) splits[i + 1]);
                int before = r.size();
                for (int w : widths) add(row, w, r);
                if (shortToo && r.size() == before && !row.isEmpty()) r.add(String.join(separator, row));
                own[i + 1] = r.size();
            }
            if (count < 0) return List.of(Tensor.scalar(DType.INT32, r.size()));
            return List.of(
                    Tensor.wrap(DType.STRING, Shape.of(count), r.toArray(String[]::new)),
                    Tensor.wrap(DType.INT64, Shape.of(own.length), own)
                            .cast(in.get(1).dtype()));
        }

        private void add(List<String> row, int width, List<String> to) {
            int pad = padWidth < 0 ? width - 1 : Math.min(padWidth, width - 1);
            List<String> padded = new ArrayList<>();
            for (int i = 0; i < pad && !left.isEmpty(); i++) padded.add(left);
            padded.addAll(row);
            for (int i = 0; i < pad && !right.isEmpty(); i++) padded.add(right);
            for (int i = 0; i + width <= padded.size(); i++)
                to.add(String.join(separator, padded.subList(i, i + width)));
        }
    }

    private static List<Value> ngrams(Call c) {
        Value tokens = c.value(0), splits = c.value(1);
        Grams g = new Grams(
                c.text("separator", " "),
                c.integers("ngram_widths"),
                c.text("left_pad", ""),
                c.text("right_pad", ""),
                c.integer("pad_width", 0),
                c.flag("preserve_short_sequences"),
                -1);
        int n = c.tracer().ints(g.on(tokens, splits).get(0))[0];
        return new Grams(g.separator, g.widths, g.left, g.right, g.padWidth, g.shortToo, n).on(tokens, splits);
    }

    /** The characters of some strings, one after the other, and where each string's begin. */
    private record Characters(int count) implements TensorFunction {

        @Override
        public List<TensorType> infer(List<TensorType> in) {
            if (count < 0) return List.of(TensorType.of(DType.INT32));
            return List.of(
                    TensorType.of(DType.INT64, in.get(0).shape().size() + 1),
                    TensorType.of(DType.INT32, count),
                    TensorType.of(DType.INT64, count));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            String[] s = in.get(0).strings();
            int[] all = Arrays.stream(s).flatMapToInt(String::codePoints).toArray();
            if (count < 0) return List.of(Tensor.scalar(DType.INT32, all.length));
            long[] splits = new long[s.length + 1], starts = new long[count];
            int at = 0;
            for (int i = 0; i < s.length; i++) {
                splits[i + 1] = splits[i] + s[i].codePointCount(0, s[i].length());
                long bytes = 0;
                for (; at < splits[i + 1]; at++) {
                    starts[at] = bytes;
                    bytes += bytes(all[at]);
                }
            }
            return List.of(
                    Tensor.wrap(DType.INT64, Shape.of(splits.length), splits),
                    Tensor.wrap(DType.INT32, Shape.of(count), all),
                    Tensor.wrap(DType.INT64, Shape.of(count), starts));
        }

        /** How many bytes of UTF-8 a character has; a lone surrogate stands for one byte. */
        private static int bytes(int character) {
            if (character < 0x80 || character >= 0xD800 && character < 0xE000) return 1;
            return character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
        }
    }

    private static List<Value> characters(Call c) {
        Value text = c.value(0).reshape(-1);
        int n = c.tracer().ints(new Characters(-1).on(text).get(0))[0];
        List<Value> r = new Characters(n).on(text);
        return List.of(r.get(0).cast(c.type("Tsplits", DType.INT64)), r.get(1), r.get(2));
    }

    /** Inputs: characters, and where each string's begin. */
    private record Encoded() implements TensorFunction {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            return List.of(TensorType.of(DType.STRING, in.get(1).shape().size() - 1));
        }

        @Override
        public List<Tensor> apply(List<Tensor> in) {
            int[] characters = in.get(0).toIntArray();
            long[] splits = in.get(1).toLongArray();
            String[] r = new String[splits.length - 1];
            for (int i = 0; i < r.length; i++)
                r[i] = new String(characters, (int) splits[i], (int) (splits[i + 1] - splits[i]));
            return List.of(Tensor.wrap(DType.STRING, Shape.of(r.length), r));
        }
    }

    // Ragged tensors

    /** Inputs: shape, values, default, then how the values fall into rows; types say how that is written. */
    private static Value dense(Call c) {
        List<String> types = c.node().getAttrMap().get("row_partition_types") == null
                ? List.of()
                : c.node().getAttrMap().get("row_partition_types").getList().getSList().stream()
                        .map(b -> b.toStringUtf8())
                        .toList();
        Value values = c.value(1), otherwise = c.value(2);
        int n = values.shape().dim(0);
        Value starts, lengths;
        if (types.equals(List.of("ROW_SPLITS"))) {
            Value splits = c.value(3);
            int rows = splits.shape().dim(0) - 1;
            starts = splits.slice(0, 0, rows);
            lengths = splits.slice(0, 1, rows + 1).subtract(starts);
        } else if (types.equals(List.of("FIRST_DIM_SIZE", "VALUE_ROWIDS"))) {
            int rows = c.scalar(3);
            Value ids = c.value(4);
            Value row = Value.iota(ids.dtype(), Shape.of(rows, n), 0);
            starts = ids.less(row).cast(ids.dtype()).sum(false, 1);
            lengths = ids.equal(row).cast(ids.dtype()).sum(false, 1);
        } else {
            throw new ShapeException("rows written as " + types + " are not supported");
        }
        int[] shape = c.value(0).rank() == 0 ? new int[] {-1, -1} : c.tracer().ints(c.value(0));
        int rows = starts.shape().dim(0);
        int columns = shape.length > 1 && shape[1] >= 0 ? shape[1] : longest(c, lengths, rows);
        Value place = Value.iota(starts.dtype(), Shape.of(rows, columns), 1);
        Value inside = place.less(lengths.reshape(rows, 1));
        Value taken = n == 0
                ? otherwise.broadcastTo(Shape.of(rows, columns)
                        .append(values.shape().slice(1, values.rank()).toArray()))
                : values.gather(inside.select(place.add(starts.reshape(rows, 1)), 0), 0);
        int[] d = new int[taken.rank()];
        Arrays.fill(d, 1);
        d[0] = rows;
        d[1] = columns;
        Value y = inside.reshape(Shape.of(d)).select(taken, otherwise);
        if (shape[0] < 0 || shape[0] == rows) return y;
        if (shape[0] < rows) return y.slice(0, 0, shape[0]);
        Value more = otherwise.broadcastTo(y.shape().with(0, shape[0] - rows));
        return Value.concat(0, List.of(y, more));
    }

    private static int longest(Call c, Value lengths, int rows) {
        return rows == 0 ? 0 : c.tracer().ints(lengths.max(false).cast(DType.INT32))[0];
    }
}
