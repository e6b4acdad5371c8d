package io.argali.loader.tensorbundle;

import io.argali.loader.ElementType;
import io.argali.loader.protobuf.DataType;
import org.jspecify.annotations.Nullable;

/** TensorFlow's element types and ours. */
public final class ElementTypes {
    private ElementTypes() {}

    /** Our type for a type of TensorFlow, a reference to it included; null if there is none. */
    public static @Nullable ElementType of(DataType t) {
        return switch (t) {
            case DT_FLOAT, DT_FLOAT_REF -> ElementType.FLOAT32;
            case DT_DOUBLE, DT_DOUBLE_REF -> ElementType.FLOAT64;
            case DT_HALF, DT_HALF_REF -> ElementType.FLOAT16;
            case DT_BFLOAT16, DT_BFLOAT16_REF -> ElementType.BFLOAT16;
            case DT_INT8, DT_INT8_REF, DT_QINT8 -> ElementType.INT8;
            case DT_INT16, DT_INT16_REF, DT_QINT16 -> ElementType.INT16;
            case DT_INT32, DT_INT32_REF, DT_QINT32 -> ElementType.INT32;
            case DT_INT64, DT_INT64_REF -> ElementType.INT64;
            case DT_UINT8, DT_UINT8_REF, DT_QUINT8 -> ElementType.UINT8;
            case DT_UINT16, DT_QUINT16 -> ElementType.UINT16;
            case DT_UINT32 -> ElementType.UINT32;
            case DT_UINT64 -> ElementType.UINT64;
            case DT_BOOL, DT_BOOL_REF -> ElementType.BOOL;
            case DT_STRING, DT_STRING_REF -> ElementType.STRING;
            case DT_COMPLEX64 -> ElementType.COMPLEX64;
            case DT_COMPLEX128 -> ElementType.COMPLEX128;
            default -> null;
        };
    }

    /** TensorFlow's type for ours. */
    public static DataType of(ElementType t) {
        return switch (t) {
            case FLOAT32 -> DataType.DT_FLOAT;
            case FLOAT64 -> DataType.DT_DOUBLE;
            case FLOAT16 -> DataType.DT_HALF;
            case BFLOAT16 -> DataType.DT_BFLOAT16;
            case INT8 -> DataType.DT_INT8;
            case INT16 -> DataType.DT_INT16;
            case INT32 -> DataType.DT_INT32;
            case INT64 -> DataType.DT_INT64;
            case UINT8 -> DataType.DT_UINT8;
            case UINT16 -> DataType.DT_UINT16;
            case UINT32 -> DataType.DT_UINT32;
            case UINT64 -> DataType.DT_UINT64;
            case BOOL -> DataType.DT_BOOL;
            case STRING -> DataType.DT_STRING;
            case COMPLEX64 -> DataType.DT_COMPLEX64;
            case COMPLEX128 -> DataType.DT_COMPLEX128;
            case OPAQUE -> DataType.DT_INVALID;
        };
    }
}
