package io.argali.trainer.callback;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers as Python writes them: in file names {@code {epoch:02d}} and in tables. */
final class PythonFormat {
    private static final Pattern FIELD =
            Pattern.compile("\\{\\{|\\}\\}|\\{(\\w+)(?::(0?)(\\d*)(?:\\.(\\d+))?([dfeg]?))?\\}");
    /** Python writes an exponent below and from these. */
    private static final double SMALLEST_PLAIN = 1e-4, SMALLEST_EXPONENT = 1e16;

    private PythonFormat() {}

    /**
     * {@code str.format} for numbers.
     *
     * @throws IllegalArgumentException if the pattern names what there is not
     */
    static String format(String pattern, Map<String, ? extends Number> values) {
        Matcher m = FIELD.matcher(pattern);
        StringBuilder b = new StringBuilder();
        while (m.find()) m.appendReplacement(b, Matcher.quoteReplacement(field(m, pattern, values)));
        return m.appendTail(b).toString();
    }

    private static String field(Matcher m, String pattern, Map<String, ? extends Number> values) {
        if (m.group(1) == null) return m.group().substring(1); // {{ is {
        Number value = values.get(m.group(1));
        if (value == null)
            throw new IllegalArgumentException(
                    "\"" + pattern + "\": there is no \"" + m.group(1) + "\"; there are " + values.keySet());
        String width = m.group(3) == null || m.group(3).isEmpty() ? "" : m.group(2) + m.group(3);
        String precision = m.group(4) == null ? "" : "." + m.group(4), type = m.group(5) == null ? "" : m.group(5);
        boolean whole = value instanceof Integer || value instanceof Long;
        if (type.equals("f") || type.equals("e"))
            return String.format(Locale.ROOT, "%" + width + precision + type, value.doubleValue());
        if (type.equals("d") && !whole)
            throw new IllegalArgumentException("\"" + pattern + "\": \"" + m.group(1) + "\" is no whole number");
        if (whole && precision.isEmpty()) return String.format(Locale.ROOT, "%" + width + "d", value.longValue());
        double v = value.doubleValue();
        if (precision.isEmpty() || !Double.isFinite(v)) return pad(repr(v), width);
        return pad(
                repr(new BigDecimal(v)
                        .round(new java.math.MathContext(Math.max(1, Integer.parseInt(precision.substring(1)))))
                        .doubleValue()),
                width);
    }

    private static String pad(String s, String width) {
        int n = width.isEmpty() ? 0 : Integer.parseInt(width);
        return (width.startsWith("0") ? "0" : " ").repeat(Math.max(0, n - s.length())) + s;
    }

    /** The shortest digits that give the number again. */
    static String repr(double v) {
        if (Double.isNaN(v)) return "nan";
        if (Double.isInfinite(v)) return v > 0 ? "inf" : "-inf";
        if (v == 0) return 1 / v < 0 ? "-0.0" : "0.0";
        BigDecimal d = new BigDecimal(Double.toString(v)).stripTrailingZeros();
        double magnitude = Math.abs(v);
        if (magnitude >= SMALLEST_PLAIN && magnitude < SMALLEST_EXPONENT) {
            String s = d.toPlainString();
            return s.contains(".") ? s : s + ".0";
        }
        String digits = d.unscaledValue().abs().toString();
        int exponent = digits.length() - 1 - d.scale();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return (v < 0 ? "-" : "")
                + mantissa
                + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
