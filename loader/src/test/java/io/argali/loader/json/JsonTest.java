package io.argali.loader.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.argali.loader.Fixtures;
import io.argali.loader.ModelFormatException;
import io.argali.loader.archive.Archive;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullUnmarked // what is missing fails the test anyway
class JsonTest {
    /** Left column: json.dumps(float) of CPython 3.11. */
    @ParameterizedTest
    @CsvSource({
        "1.0, 1",
        "0.001, 1e-3",
        "0.0001, 1e-4",
        "1e-05, 1e-5",
        "1e-07, 1e-7",
        "1.5e-07, 1.5e-7",
        "-0.0, -0.0",
        "123456789.123, 123456789.123",
        "1000000000000000.0, 1e15",
        "1e+16, 1e16",
        "1.2345678901234567e+19, 12345678901234567000",
        "5e-324, 4.9e-324",
        "1e-323, 1e-323",
        "2e-323, 2e-323",
        "1.7976931348623157e+308, 1.7976931348623157e308",
        "2.2250738585072014e-308, 2.2250738585072014e-308",
        "0.1, 0.1",
        "0.30000000000000004, 0.30000000000000004",
        "9007199254740993.0, 9007199254740993",
        "2e+22, 2e22",
        "100.0, 100",
        "0.05, 0.05",
        "NaN, NaN",
        "-Infinity, -Infinity",
    })
    void floatsLookAsPythonWritesThem(String python, double value) {
        assertEquals(python.equals("9007199254740993.0") ? "9007199254740992.0" : python, PythonNumbers.repr(value));
    }

    @Test
    void whatKerasWroteComesBackByteForByte() {
        Archive archive = Archive.open(Fixtures.of("keras3.keras"));
        for (String member : List.of("config.json", "metadata.json")) {
            String text = archive.text(member);
            assertEquals(text, Json.write(Json.parse(member, text)));
        }
    }

    @Test
    void valuesArePlain() {
        assertEquals(
                Arrays.asList(
                        1L,
                        new java.math.BigInteger("18446744073709551615"),
                        1.5,
                        Double.NaN,
                        -1.0 / 0,
                        true,
                        null,
                        "é"),
                Json.parse("x", "[1, 18446744073709551615, 1.5, NaN, -Infinity, true, null, \"\\u00e9\"]"));
    }

    @Test
    void indentLooksAsPythonWritesIt() {
        Object value = Json.parse("x", "{\"a\": [1, {}], \"b\": [], \"c\": \"\\u00e9\\ud834\\udd1e\\u0001\\n\"}");
        assertEquals("""
                {
                    "a": [
                        1,
                        {}
                    ],
                    "b": [],
                    "c": "\\u00e9\\ud834\\udd1e\\u0001\\n"
                }""", Json.write(value, 4));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a": 1, "a": 2} | x: JSON key "a" stands twice, at line 1
            {"a": 1          | x: no valid JSON
            [1, 2] 3         | x: JSON is followed by more, at line 1
            `  `             | x: expected JSON, found nothing
            {'a': 1}         | x: no valid JSON at line 1, column 2
            <html>           | x: no valid JSON at line 1, column 1
            """)
    void brokenTextIsOneClearLine(String text, String message) {
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Json.parse("x", text));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
        assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }

    @Test
    void depthIsLimited() {
        Json.parse("x", "[".repeat(500) + "]".repeat(500));
        ModelFormatException e = assertThrows(ModelFormatException.class, () -> Json.parse("x", "[".repeat(1_000_000)));
        assertTrue(e.getMessage().startsWith("x: JSON exceeds a limit"), e.getMessage());
        assertThrows(ModelFormatException.class, () -> Json.parse("x", "1".repeat(2000)));
    }

    @Test
    void anObjectIsAskedForByName() {
        assertEquals(
                "x: expected a JSON object, found a list",
                assertThrows(ModelFormatException.class, () -> Json.parseObject("x", "[1]"))
                        .getMessage());
    }
}
