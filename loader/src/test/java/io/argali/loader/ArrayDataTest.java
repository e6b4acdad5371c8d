package io.argali.loader;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayDataTest {
    /** Float, and what each type keeps of it. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT16,  1.0009766,  1.0009766",
        "FLOAT16,  70000,      Infinity",
        "FLOAT16,  2049,       2048", // halfway: to even
        "FLOAT16,  2051,       2052",
        "BFLOAT16, 1.00390625, 1.0", // halfway: to even
        "BFLOAT16, 1.01171875, 1.015625",
        "BFLOAT16, NaN,        NaN",
        "BFLOAT16, 3.4e38,     Infinity",
        "FLOAT64,  0.1,        0.1",
        "INT8,     -1.9,       -1",
        "INT8,     200,        127",
        "UINT8,    200,        200",
        "UINT8,    -1,         0",
        "INT16,    -40000,     -32768",
        "UINT16,   65535,      65535",
        "INT32,    -7.5,       -7",
        "UINT32,   4294967040, 4294967040",
        "INT64,    -1e15,      -1e15",
        "BOOL,     2,          1",
    })
    void floatsNarrowAsNumpyNarrows(ElementType type, float value, float kept) {
        ArrayData array = ArrayData.ofFloats(type, new float[] {value}, 1);
        assertEquals(type, array.type());
        assertEquals(kept, array.toFloats()[0]);
    }

    @Test
    void valuesThatDoNotFitAreRefused() {
        ArrayData unsigned = ArrayData.of(
                ElementType.UINT64, new long[] {1}, MemorySegment.ofArray(new long[] {-1}), ByteOrder.nativeOrder());
        assertEquals(0x1p64, unsigned.scalar());
        assertEquals(0x1p64f, unsigned.toFloats()[0]);
        assertThrows(ModelFormatException.class, unsigned::toLongs);
        assertThrows(
                ModelFormatException.class,
                () -> ArrayData.ofLongs(new long[] {1L << 31}, 1).toInts());
        assertThrows(
                ModelFormatException.class,
                () -> ArrayData.ofStrings(new String[] {"1"}, 1).toFloats());
        assertThrows(
                ModelFormatException.class,
                () -> ArrayData.ofInts(new int[] {1}, 1).toStrings());
        assertThrows(
                ModelFormatException.class,
                () -> ArrayData.ofInts(new int[2], 2).scalar());
    }

    @Test
    void floatsAreCutTowardsZero() {
        assertArrayEquals(
                new int[] {1, -1},
                ArrayData.ofFloats(new float[] {1.9f, -1.9f}, 2).toInts());
    }

    @Test
    void partsAreCheckedAgainstBothEnds() {
        ArrayData array = ArrayData.ofFloats(new float[] {1, 2, 3}, 3);
        float[] target = new float[2];
        array.copyTo(target, 0, 1, 2);
        assertArrayEquals(new float[] {2, 3}, target);
        assertThrows(IndexOutOfBoundsException.class, () -> array.copyTo(target, 0, 2, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> array.copyTo(target, 1, 0, 2));
    }

    @Test
    void shapesMustFit() {
        ArrayData array = ArrayData.ofInts(new int[6], 2, 3);
        assertArrayEquals(new long[] {3, 2}, array.reshape(3, 2).shape());
        assertThrows(IllegalArgumentException.class, () -> array.reshape(4));
        assertThrows(IllegalArgumentException.class, () -> ArrayData.ofInts(new int[6], 5));
        assertEquals("INT32[2, 3]", array.toString());
        assertTrue(array.bytes().isReadOnly());
    }
}
