package io.argali.loader;

/** Floats into the types that a file asks for. */
final class Narrowing {
    private Narrowing() {}

    static short[] toFloat16(float[] values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToFloat16(values[i]);
        }
        return bits;
    }

    static short[] toBfloat16(float[] values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = bfloat16(values[i]);
        }
        return bits;
    }

    /** Round to nearest, ties to even; not-a-number stays one (quiet), where plain rounding could carry it to infinity. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    static byte[] toBytes(ElementType type, float[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = switch (type) {
                case BOOL -> (byte) (values[i] != 0 ? 1 : 0);
                case UINT8 -> (byte) Math.clamp((long) values[i], 0, 255);
                default -> (byte) Math.clamp((long) values[i], Byte.MIN_VALUE, Byte.MAX_VALUE);
            };
        }
        return bytes;
    }

    static short[] toShorts(ElementType type, float[] values) {
        int least = type == ElementType.UINT16 ? 0 : Short.MIN_VALUE;
        int most = type == ElementType.UINT16 ? 0xffff : Short.MAX_VALUE;
        short[] shorts = new short[values.length];
        for (int i = 0; i < shorts.length; i++) {
            shorts[i] = (short) Math.clamp((long) values[i], least, most);
        }
        return shorts;
    }

    static int[] toInts(float[] values) {
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) values[i];
        }
        return ints;
    }

    static int[] toUnsignedInts(float[] values) {
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) Math.clamp((long) values[i], 0L, 0xffff_ffffL);
        }
        return ints;
    }

    static long[] toLongs(float[] values) {
        long[] longs = new long[values.length];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = (long) values[i];
        }
        return longs;
    }
}
