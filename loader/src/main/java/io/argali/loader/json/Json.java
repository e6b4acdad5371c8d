package io.argali.loader.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.argali.loader.FileBytes;
import io.argali.loader.ModelFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON to plain values and back: {@code LinkedHashMap<String, Object>}, {@code List<Object>}, {@code String}, {@code Long} (or
 * {@code BigInteger} beyond 2⁶³), {@code Double}, {@code Boolean}, null. {@code NaN}, {@code Infinity} and {@code -Infinity} are
 * accepted and written, as Python does.
 */
public final class Json {
    /** Deeper than any model nests, and shallow enough for every thread's stack. */
    public static final int DEEPEST = 500;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    // A vocabulary or a base64 constant may be long; the file that holds it is in memory anyway.
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(1000)
                    .build())
            .build();

    private Json() {}

    /**
     * Reads a value from text; {@code where} names it in messages.
     *
     * @throws ModelFormatException if it is no JSON, nested deeper than {@value #DEEPEST}, or names a key twice
     */
    public static @Nullable Object parse(String where, String text) {
        try (JsonParser parser = FACTORY.createParser(text)) {
            return whole(where, parser);
        } catch (IOException e) {
            throw broken(where, e);
        }
    }

    /** Reads a value from a file. */
    public static @Nullable Object read(Path path) {
        MemorySegment bytes = FileBytes.map(path);
        if (bytes.byteSize() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(path + ": JSON beyond 2 GiB");
        }
        try (JsonParser parser = FACTORY.createParser(bytes.toArray(ValueLayout.JAVA_BYTE))) {
            return whole(path.toString(), parser);
        } catch (IOException e) {
            throw broken(path.toString(), e);
        }
    }

    /** Reads text that must hold an object. */
    public static Map<String, @Nullable Object> parseObject(String where, String text) {
        return object(where, parse(where, text));
    }

    /** Reads a file that must hold an object. */
    public static Map<String, @Nullable Object> readObject(Path path) {
        return object(path.toString(), read(path));
    }

    @SuppressWarnings("unchecked") // keys are strings: Reader makes no other
    private static Map<String, @Nullable Object> object(String where, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new ModelFormatException("%s: expected a JSON object, found %s"
                .formatted(where, value instanceof List ? "a list" : value instanceof String ? "a text" : value));
    }

    /** As Python's {@code json.dumps(value)}: one line, {@code ", "} and {@code ": "} between, everything ASCII. */
    public static String write(@Nullable Object value) {
        return new PythonJson(0).write(value);
    }

    /** As {@code json.dumps(value, indent=indent)}. */
    public static String write(@Nullable Object value, int indent) {
        return new PythonJson(indent).write(value);
    }

    private static @Nullable Object whole(String where, JsonParser parser) throws IOException {
        if (parser.nextToken() == null) {
            throw new ModelFormatException(where + ": expected JSON, found nothing");
        }
        Object value = value(where, parser);
        if (parser.nextToken() != null) {
            throw new ModelFormatException("%s: JSON is followed by more, at line %d"
                    .formatted(where, parser.currentTokenLocation().getLineNr()));
        }
        return value;
    }

    private static @Nullable Object value(String where, JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> map(where, parser);
            case START_ARRAY -> list(where, parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default ->
                throw new ModelFormatException("%s: JSON broken at line %d"
                        .formatted(where, parser.currentTokenLocation().getLineNr()));
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? parser.getBigIntegerValue()
                : (Object) parser.getLongValue();
    }

    private static Map<String, @Nullable Object> map(String where, JsonParser parser) throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            // Which of two would count is a matter of the reader, and so a way to show one thing and do another.
            if (map.containsKey(key)) {
                throw new ModelFormatException("%s: JSON key \"%s\" stands twice, at line %d"
                        .formatted(where, key, parser.currentTokenLocation().getLineNr()));
            }
            parser.nextToken();
            map.put(key, value(where, parser));
        }
        return map;
    }

    private static List<@Nullable Object> list(String where, JsonParser parser) throws IOException {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(where, parser));
        }
        return list;
    }

    private static ModelFormatException broken(String where, IOException e) {
        if (e instanceof StreamConstraintsException) {
            return new ModelFormatException("%s: JSON exceeds a limit: %s".formatted(where, e.getMessage()), e);
        }
        if (e instanceof JsonParseException parse && parse.getLocation() != null) {
            return new ModelFormatException(
                    "%s: no valid JSON at line %d, column %d: %s"
                            .formatted(
                                    where,
                                    parse.getLocation().getLineNr(),
                                    parse.getLocation().getColumnNr(),
                                    parse.getOriginalMessage()),
                    e);
        }
        return new ModelFormatException("%s: no valid JSON: %s".formatted(where, e.getMessage()), e);
    }
}
