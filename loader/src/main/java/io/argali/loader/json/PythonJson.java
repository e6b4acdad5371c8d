package io.argali.loader.json;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON as Python's {@code json} module does, so that an exported config looks as Keras saved it. */
final class PythonJson {
    private final StringBuilder text = new StringBuilder();
    private final int indent;

    /** {@code indent} 0 writes one line. */
    PythonJson(int indent) {
        this.indent = indent;
    }

    String write(@Nullable Object value) {
        append(value, 0);
        return text.toString();
    }

    private void append(@Nullable Object value, int depth) {
        switch (value) {
            case null -> text.append("null");
            case String string -> quote(string);
            case Boolean bool -> text.append(bool.booleanValue());
            case Double number -> text.append(PythonNumbers.repr(number));
            case Float number -> text.append(PythonNumbers.repr(number));
            case Long number -> text.append(number.longValue());
            case Integer number -> text.append(number.intValue());
            case BigInteger number -> text.append(number);
            case Map<?, ?> map -> appendMap(map, depth);
            case List<?> list -> appendList(list, depth);
            default ->
                throw new IllegalArgumentException(
                        "no JSON value: " + value.getClass().getName());
        }
    }

    private void appendMap(Map<?, ?> map, int depth) {
        text.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            separate(first, depth + 1);
            first = false;
            quote((String) entry.getKey());
            text.append(": ");
            append(entry.getValue(), depth + 1);
        }
        close(first, depth, '}');
    }

    private void appendList(List<?> list, int depth) {
        text.append('[');
        boolean first = true;
        for (Object element : list) {
            separate(first, depth + 1);
            first = false;
            append(element, depth + 1);
        }
        close(first, depth, ']');
    }

    /** With an indent, Python ends lines with a bare comma. */
    private void separate(boolean first, int depth) {
        if (!first) {
            text.append(indent > 0 ? "," : ", ");
        }
        newLine(depth);
    }

    private void close(boolean empty, int depth, char bracket) {
        if (!empty) {
            newLine(depth);
        }
        text.append(bracket);
    }

    private void newLine(int depth) {
        if (indent > 0) {
            text.append('\n').repeat(' ', depth * indent);
        }
    }

    /** {@code ensure_ascii}: everything beyond ASCII as UTF-16 escapes. */
    private void quote(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                default -> {
                    if (c >= ' ' && c <= 0x7f) { // Python leaves DEL as it is
                        text.append(c);
                    } else {
                        text.append("\\u%04x".formatted((int) c));
                    }
                }
            }
        }
        text.append('"');
    }
}
