package io.argali.converters.tensorflow;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How TensorFlow calls the results of its operations, by which nodes of functions refer to them. */
final class TfResults {
    private static final Map<String, List<String>> NAMES = new HashMap<>();

    static {
        row("activations", "Relu Softplus");
        row("e,v", "SelfAdjointEigV2");
        row("fingerprint", "Fingerprint");
        row("handle", "TensorListReserve");
        row("index", "Where");
        row("indices,values,shape", "StringSplitV2");
        row("lu,p", "Lu");
        row("ngrams,ngrams_splits", "StringNGrams");
        row("out", "Cumprod Cumsum");
        row(
                "output",
                "All Any ArgMax ArgMin AsString AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad BatchMatMulV2 Bitcast BroadcastTo Cholesky ConcatV2 Const Conv Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D Conv3DBackpropFilterV2 Conv3DBackpropInputV2 DepthwiseConv2dNative ExpandDims Fill GatherNd GatherV2 Identity LowerBound MatrixDeterminant MatrixInverse MatrixSolve MatrixTriangularSolve Max MaxPool MaxPool3D MaxPool3DGrad MaxPoolGrad Min NextAfter Pack PadV2 Placeholder Prod Range Reshape ReverseV2 ScatterNd SelectV2 Shape Slice Split Squeeze StatefulPartitionedCall StatelessIf StatelessRandomNormal StatelessRandomUniform StatelessWhile StaticRegexReplace StridedSlice StringLength StringLower StringToHashBucketFast StringToHashBucketStrong Sum UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum");
        row("output_handle", "TensorListSetItem");
        row("output_indices,output_values,output_shape", "SparseCross");
        row("product", "MatMul");
        row("q,r", "Qr");
        row("resource", "VarHandleOp");
        row("result", "RaggedTensorToTensor");
        row("s,u,v", "Svd");
        row("sign,log_abs_determinant", "LogMatrixDeterminant");
        row("tensor", "TensorListStack");
        row("tensors", "RestoreV2");
        row("value", "ReadVariableOp");
        row("values,indices", "TopKV2");
        row(
                "y",
                "Abs Acos Acosh Asin Asinh Atan Atanh BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 BesselY1 Cast Ceil Cos Cosh Dawsn Digamma Erf Erfc Erfinv Exp Expint Expm1 Floor FresnelCos FresnelSin Invert InvertPermutation IsFinite IsInf IsNan Lgamma Log Log1p LogicalNot Ndtri Neg Reciprocal Round Rsqrt Sigmoid Sign Sin Sinh Spence Sqrt Square Tan Tanh Transpose");
        row(
                "z",
                "AddV2 Atan2 Betainc BitwiseAnd BitwiseOr BitwiseXor Equal FloorDiv FloorMod Greater GreaterEqual Igamma IgammaGradA Igammac LeftShift Less LessEqual LogicalAnd LogicalOr Maximum Minimum Mul NotEqual Polygamma Pow RealDiv RightShift Sub TruncateDiv Zeta");
    }

    private TfResults() {}

    private static void row(String results, String operations) {
        for (String op : operations.split(" ")) NAMES.put(op, List.of(results.split(",")));
    }

    static List<String> of(String op) {
        List<String> names = NAMES.get(op);
        if (names == null) throw new IllegalStateException("no row for the results of " + op);
        return names;
    }
}
