package io.argali.converters.keras;

import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.activations.ActivationLayer;
import io.argali.runtime.layer.activations.ELU;
import io.argali.runtime.layer.activations.LeakyReLU;
import io.argali.runtime.layer.activations.PReLU;
import io.argali.runtime.layer.activations.ReLU;
import io.argali.runtime.layer.activations.Softmax;
import io.argali.runtime.layer.attention.AdditiveAttention;
import io.argali.runtime.layer.attention.Attention;
import io.argali.runtime.layer.attention.GroupQueryAttention;
import io.argali.runtime.layer.attention.MultiHeadAttention;
import io.argali.runtime.layer.convolutional.Conv1D;
import io.argali.runtime.layer.convolutional.Conv1DTranspose;
import io.argali.runtime.layer.convolutional.Conv2D;
import io.argali.runtime.layer.convolutional.Conv2DTranspose;
import io.argali.runtime.layer.convolutional.Conv3D;
import io.argali.runtime.layer.convolutional.Conv3DTranspose;
import io.argali.runtime.layer.convolutional.DepthwiseConv1D;
import io.argali.runtime.layer.convolutional.DepthwiseConv2D;
import io.argali.runtime.layer.convolutional.SeparableConv1D;
import io.argali.runtime.layer.convolutional.SeparableConv2D;
import io.argali.runtime.layer.core.Dense;
import io.argali.runtime.layer.core.EinsumDense;
import io.argali.runtime.layer.core.Embedding;
import io.argali.runtime.layer.core.Identity;
import io.argali.runtime.layer.core.InputLayer;
import io.argali.runtime.layer.core.Lambda;
import io.argali.runtime.layer.core.Masking;
import io.argali.runtime.layer.core.ReversibleEmbedding;
import io.argali.runtime.layer.merging.Add;
import io.argali.runtime.layer.merging.Average;
import io.argali.runtime.layer.merging.Concatenate;
import io.argali.runtime.layer.merging.CustomScaleLayer;
import io.argali.runtime.layer.merging.Dot;
import io.argali.runtime.layer.merging.Maximum;
import io.argali.runtime.layer.merging.Minimum;
import io.argali.runtime.layer.merging.Multiply;
import io.argali.runtime.layer.merging.Subtract;
import io.argali.runtime.layer.normalization.BatchNormalization;
import io.argali.runtime.layer.normalization.GroupNormalization;
import io.argali.runtime.layer.normalization.LayerNormalization;
import io.argali.runtime.layer.normalization.LayerScale;
import io.argali.runtime.layer.normalization.RMSNormalization;
import io.argali.runtime.layer.normalization.SpectralNormalization;
import io.argali.runtime.layer.normalization.UnitNormalization;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling1D;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling2D;
import io.argali.runtime.layer.pooling.AdaptiveAveragePooling3D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling1D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling2D;
import io.argali.runtime.layer.pooling.AdaptiveMaxPooling3D;
import io.argali.runtime.layer.pooling.AveragePooling1D;
import io.argali.runtime.layer.pooling.AveragePooling2D;
import io.argali.runtime.layer.pooling.AveragePooling3D;
import io.argali.runtime.layer.pooling.GlobalAveragePooling1D;
import io.argali.runtime.layer.pooling.GlobalAveragePooling2D;
import io.argali.runtime.layer.pooling.GlobalAveragePooling3D;
import io.argali.runtime.layer.pooling.GlobalMaxPooling1D;
import io.argali.runtime.layer.pooling.GlobalMaxPooling2D;
import io.argali.runtime.layer.pooling.GlobalMaxPooling3D;
import io.argali.runtime.layer.pooling.MaxPooling1D;
import io.argali.runtime.layer.pooling.MaxPooling2D;
import io.argali.runtime.layer.pooling.MaxPooling3D;
import io.argali.runtime.layer.preprocessing.CategoryEncoding;
import io.argali.runtime.layer.preprocessing.CenterCrop;
import io.argali.runtime.layer.preprocessing.Discretization;
import io.argali.runtime.layer.preprocessing.HashedCrossing;
import io.argali.runtime.layer.preprocessing.Hashing;
import io.argali.runtime.layer.preprocessing.IntegerLookup;
import io.argali.runtime.layer.preprocessing.MelSpectrogram;
import io.argali.runtime.layer.preprocessing.Normalization;
import io.argali.runtime.layer.preprocessing.Rescaling;
import io.argali.runtime.layer.preprocessing.Resizing;
import io.argali.runtime.layer.preprocessing.STFTSpectrogram;
import io.argali.runtime.layer.preprocessing.StringLookup;
import io.argali.runtime.layer.preprocessing.TextVectorization;
import io.argali.runtime.layer.preprocessing.image.AugMix;
import io.argali.runtime.layer.preprocessing.image.AutoContrast;
import io.argali.runtime.layer.preprocessing.image.ContrastLimitedAdaptiveHistogramEqualization;
import io.argali.runtime.layer.preprocessing.image.CutMix;
import io.argali.runtime.layer.preprocessing.image.Equalization;
import io.argali.runtime.layer.preprocessing.image.MaxNumBoundingBoxes;
import io.argali.runtime.layer.preprocessing.image.MixUp;
import io.argali.runtime.layer.preprocessing.image.RandAugment;
import io.argali.runtime.layer.preprocessing.image.RandomBrightness;
import io.argali.runtime.layer.preprocessing.image.RandomColorDegeneration;
import io.argali.runtime.layer.preprocessing.image.RandomColorJitter;
import io.argali.runtime.layer.preprocessing.image.RandomContrast;
import io.argali.runtime.layer.preprocessing.image.RandomCrop;
import io.argali.runtime.layer.preprocessing.image.RandomElasticTransform;
import io.argali.runtime.layer.preprocessing.image.RandomErasing;
import io.argali.runtime.layer.preprocessing.image.RandomFlip;
import io.argali.runtime.layer.preprocessing.image.RandomGaussianBlur;
import io.argali.runtime.layer.preprocessing.image.RandomGrayscale;
import io.argali.runtime.layer.preprocessing.image.RandomHue;
import io.argali.runtime.layer.preprocessing.image.RandomInvert;
import io.argali.runtime.layer.preprocessing.image.RandomPerspective;
import io.argali.runtime.layer.preprocessing.image.RandomPosterization;
import io.argali.runtime.layer.preprocessing.image.RandomRotation;
import io.argali.runtime.layer.preprocessing.image.RandomSaturation;
import io.argali.runtime.layer.preprocessing.image.RandomSharpness;
import io.argali.runtime.layer.preprocessing.image.RandomShear;
import io.argali.runtime.layer.preprocessing.image.RandomTranslation;
import io.argali.runtime.layer.preprocessing.image.RandomZoom;
import io.argali.runtime.layer.preprocessing.image.Solarization;
import io.argali.runtime.layer.regularization.ActivityRegularization;
import io.argali.runtime.layer.regularization.AlphaDropout;
import io.argali.runtime.layer.regularization.Dropout;
import io.argali.runtime.layer.regularization.GaussianDropout;
import io.argali.runtime.layer.regularization.GaussianNoise;
import io.argali.runtime.layer.regularization.SpatialDropout1D;
import io.argali.runtime.layer.regularization.SpatialDropout2D;
import io.argali.runtime.layer.regularization.SpatialDropout3D;
import io.argali.runtime.layer.regularization.StochasticDepth;
import io.argali.runtime.layer.reshaping.Cropping1D;
import io.argali.runtime.layer.reshaping.Cropping2D;
import io.argali.runtime.layer.reshaping.Cropping3D;
import io.argali.runtime.layer.reshaping.Flatten;
import io.argali.runtime.layer.reshaping.Permute;
import io.argali.runtime.layer.reshaping.RepeatVector;
import io.argali.runtime.layer.reshaping.Reshape;
import io.argali.runtime.layer.reshaping.UpSampling1D;
import io.argali.runtime.layer.reshaping.UpSampling2D;
import io.argali.runtime.layer.reshaping.UpSampling3D;
import io.argali.runtime.layer.reshaping.ZeroPadding1D;
import io.argali.runtime.layer.reshaping.ZeroPadding2D;
import io.argali.runtime.layer.reshaping.ZeroPadding3D;
import io.argali.runtime.layer.rnn.Bidirectional;
import io.argali.runtime.layer.rnn.ConvLSTM1D;
import io.argali.runtime.layer.rnn.ConvLSTM2D;
import io.argali.runtime.layer.rnn.ConvLSTM3D;
import io.argali.runtime.layer.rnn.GRU;
import io.argali.runtime.layer.rnn.GRUCell;
import io.argali.runtime.layer.rnn.LSTM;
import io.argali.runtime.layer.rnn.LSTMCell;
import io.argali.runtime.layer.rnn.RNN;
import io.argali.runtime.layer.rnn.SimpleRNN;
import io.argali.runtime.layer.rnn.SimpleRNNCell;
import io.argali.runtime.layer.rnn.StackedRNNCells;
import io.argali.runtime.layer.rnn.TimeDistributed;
import io.argali.runtime.model.Pipeline;
import io.argali.runtime.model.Sequential;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layers that files may name, each with the instance that holds Keras' defaults. Immutable; add your own with {@link #plus} and pass the
 * result to {@link io.argali.converters.Models#with}.
 */
public final class LayerCatalog {
    /**
     * A layer that files may name.
     *
     * @param name the class name in Keras' configuration, or the registered name of a custom layer ({@code my_package>MyLayer})
     * @param defaults what missing keys keep
     * @param pythonName the name of the Python class, which weight files use
     */
    public record Row(String name, Layer defaults, String pythonName) {}

    private static final LayerCatalog STANDARD = new LayerCatalog(standardRows());

    private final Map<String, Row> rows;

    private LayerCatalog(Map<String, Row> rows) {
        this.rows = Collections.unmodifiableMap(rows);
    }

    private static Map<String, Row> standardRows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        Stream.of(
                        core(),
                        activations(),
                        attention(),
                        convolutional(),
                        merging(),
                        normalization(),
                        pooling(),
                        preprocessing(),
                        regularization(),
                        reshaping(),
                        rnn(),
                        wrappers())
                .flatMap(List::stream)
                .forEach(row -> rows.put(row.name(), row));
        return rows;
    }

    // core

    private static List<Row> core() {
        return List.of(
                layer("Dense", Dense.DEFAULTS),
                layer("EinsumDense", EinsumDense.DEFAULTS),
                layer("Embedding", Embedding.DEFAULTS),
                layer("Identity", Identity.DEFAULTS),
                layer("InputLayer", InputLayer.DEFAULTS),
                layer("Lambda", Lambda.DEFAULTS),
                layer("Masking", Masking.DEFAULTS),
                layer("ReversibleEmbedding", ReversibleEmbedding.DEFAULTS));
    }

    // activations

    private static List<Row> activations() {
        return List.of(
                layer("Activation", ActivationLayer.DEFAULTS),
                layer("ELU", ELU.DEFAULTS),
                layer("LeakyReLU", LeakyReLU.DEFAULTS),
                layer("PReLU", PReLU.DEFAULTS),
                layer("ReLU", ReLU.DEFAULTS),
                layer("Softmax", Softmax.DEFAULTS));
    }

    // attention

    private static List<Row> attention() {
        return List.of(
                layer("Attention", Attention.DEFAULTS),
                layer("AdditiveAttention", AdditiveAttention.DEFAULTS),
                layer("MultiHeadAttention", MultiHeadAttention.DEFAULTS),
                layer("GroupQueryAttention", GroupQueryAttention.DEFAULTS, "GroupedQueryAttention"));
    }

    // convolutional

    private static List<Row> convolutional() {
        return List.of(
                layer("Conv1D", Conv1D.DEFAULTS),
                layer("Conv2D", Conv2D.DEFAULTS),
                layer("Conv3D", Conv3D.DEFAULTS),
                layer("Conv1DTranspose", Conv1DTranspose.DEFAULTS),
                layer("Conv2DTranspose", Conv2DTranspose.DEFAULTS),
                layer("Conv3DTranspose", Conv3DTranspose.DEFAULTS),
                layer("DepthwiseConv1D", DepthwiseConv1D.DEFAULTS),
                layer("DepthwiseConv2D", DepthwiseConv2D.DEFAULTS),
                layer("SeparableConv1D", SeparableConv1D.DEFAULTS),
                layer("SeparableConv2D", SeparableConv2D.DEFAULTS));
    }

    // merging

    private static List<Row> merging() {
        return List.of(
                layer("Add", Add.DEFAULTS),
                layer("Average", Average.DEFAULTS),
                layer("Concatenate", Concatenate.DEFAULTS),
                layer("CustomScaleLayer", CustomScaleLayer.DEFAULTS),
                layer("Dot", Dot.DEFAULTS),
                layer("Maximum", Maximum.DEFAULTS),
                layer("Minimum", Minimum.DEFAULTS),
                layer("Multiply", Multiply.DEFAULTS),
                layer("Subtract", Subtract.DEFAULTS));
    }

    // normalization

    private static List<Row> normalization() {
        return List.of(
                layer("BatchNormalization", BatchNormalization.DEFAULTS),
                layer("GroupNormalization", GroupNormalization.DEFAULTS),
                layer("LayerNormalization", LayerNormalization.DEFAULTS),
                layer("LayerScale", LayerScale.DEFAULTS),
                layer("RMSNormalization", RMSNormalization.DEFAULTS),
                layer("SpectralNormalization", SpectralNormalization.DEFAULTS),
                layer("UnitNormalization", UnitNormalization.DEFAULTS));
    }

    // pooling

    private static List<Row> pooling() {
        return List.of(
                layer("AdaptiveAveragePooling1D", AdaptiveAveragePooling1D.DEFAULTS),
                layer("AdaptiveAveragePooling2D", AdaptiveAveragePooling2D.DEFAULTS),
                layer("AdaptiveAveragePooling3D", AdaptiveAveragePooling3D.DEFAULTS),
                layer("AdaptiveMaxPooling1D", AdaptiveMaxPooling1D.DEFAULTS),
                layer("AdaptiveMaxPooling2D", AdaptiveMaxPooling2D.DEFAULTS),
                layer("AdaptiveMaxPooling3D", AdaptiveMaxPooling3D.DEFAULTS),
                layer("AveragePooling1D", AveragePooling1D.DEFAULTS),
                layer("AveragePooling2D", AveragePooling2D.DEFAULTS),
                layer("AveragePooling3D", AveragePooling3D.DEFAULTS),
                layer("GlobalAveragePooling1D", GlobalAveragePooling1D.DEFAULTS),
                layer("GlobalAveragePooling2D", GlobalAveragePooling2D.DEFAULTS),
                layer("GlobalAveragePooling3D", GlobalAveragePooling3D.DEFAULTS),
                layer("GlobalMaxPooling1D", GlobalMaxPooling1D.DEFAULTS),
                layer("GlobalMaxPooling2D", GlobalMaxPooling2D.DEFAULTS),
                layer("GlobalMaxPooling3D", GlobalMaxPooling3D.DEFAULTS),
                layer("MaxPooling1D", MaxPooling1D.DEFAULTS),
                layer("MaxPooling2D", MaxPooling2D.DEFAULTS),
                layer("MaxPooling3D", MaxPooling3D.DEFAULTS));
    }

    // preprocessing

    private static List<Row> preprocessing() {
        return List.of(
                layer("CategoryEncoding", CategoryEncoding.DEFAULTS),
                layer("CenterCrop", CenterCrop.DEFAULTS),
                layer("Discretization", Discretization.DEFAULTS),
                layer("HashedCrossing", HashedCrossing.DEFAULTS),
                layer("Hashing", Hashing.DEFAULTS),
                layer("IntegerLookup", IntegerLookup.DEFAULTS),
                layer("MelSpectrogram", MelSpectrogram.DEFAULTS),
                layer("Normalization", Normalization.DEFAULTS),
                layer("Pipeline", Pipeline.DEFAULTS),
                layer("Rescaling", Rescaling.DEFAULTS),
                layer("Resizing", Resizing.DEFAULTS),
                layer("STFTSpectrogram", STFTSpectrogram.DEFAULTS),
                layer("StringLookup", StringLookup.DEFAULTS),
                layer("TextVectorization", TextVectorization.DEFAULTS),
                layer("AugMix", AugMix.DEFAULTS),
                layer("AutoContrast", AutoContrast.DEFAULTS),
                layer(
                        "ContrastLimitedAdaptiveHistogramEqualization",
                        ContrastLimitedAdaptiveHistogramEqualization.DEFAULTS),
                layer("CutMix", CutMix.DEFAULTS),
                layer("Equalization", Equalization.DEFAULTS),
                layer("MaxNumBoundingBoxes", MaxNumBoundingBoxes.DEFAULTS),
                layer("MixUp", MixUp.DEFAULTS),
                layer("RandAugment", RandAugment.DEFAULTS),
                layer("RandomBrightness", RandomBrightness.DEFAULTS),
                layer("RandomColorDegeneration", RandomColorDegeneration.DEFAULTS),
                layer("RandomColorJitter", RandomColorJitter.DEFAULTS),
                layer("RandomContrast", RandomContrast.DEFAULTS),
                layer("RandomCrop", RandomCrop.DEFAULTS),
                layer("RandomElasticTransform", RandomElasticTransform.DEFAULTS),
                layer("RandomErasing", RandomErasing.DEFAULTS),
                layer("RandomFlip", RandomFlip.DEFAULTS),
                layer("RandomGaussianBlur", RandomGaussianBlur.DEFAULTS),
                layer("RandomGrayscale", RandomGrayscale.DEFAULTS),
                layer("RandomHue", RandomHue.DEFAULTS),
                layer("RandomInvert", RandomInvert.DEFAULTS),
                layer("RandomPerspective", RandomPerspective.DEFAULTS),
                layer("RandomPosterization", RandomPosterization.DEFAULTS),
                layer("RandomRotation", RandomRotation.DEFAULTS),
                layer("RandomSaturation", RandomSaturation.DEFAULTS),
                layer("RandomSharpness", RandomSharpness.DEFAULTS),
                layer("RandomShear", RandomShear.DEFAULTS),
                layer("RandomTranslation", RandomTranslation.DEFAULTS),
                layer("RandomZoom", RandomZoom.DEFAULTS),
                layer("Solarization", Solarization.DEFAULTS));
    }

    // regularization

    private static List<Row> regularization() {
        return List.of(
                layer("ActivityRegularization", ActivityRegularization.DEFAULTS),
                layer("AlphaDropout", AlphaDropout.DEFAULTS),
                layer("Dropout", Dropout.DEFAULTS),
                layer("GaussianDropout", GaussianDropout.DEFAULTS),
                layer("GaussianNoise", GaussianNoise.DEFAULTS),
                layer("SpatialDropout1D", SpatialDropout1D.DEFAULTS),
                layer("SpatialDropout2D", SpatialDropout2D.DEFAULTS),
                layer("SpatialDropout3D", SpatialDropout3D.DEFAULTS),
                layer("StochasticDepth", StochasticDepth.DEFAULTS));
    }

    // reshaping

    private static List<Row> reshaping() {
        return List.of(
                layer("Cropping1D", Cropping1D.DEFAULTS),
                layer("Cropping2D", Cropping2D.DEFAULTS),
                layer("Cropping3D", Cropping3D.DEFAULTS),
                layer("Flatten", Flatten.DEFAULTS),
                layer("Permute", Permute.DEFAULTS),
                layer("RepeatVector", RepeatVector.DEFAULTS),
                layer("Reshape", Reshape.DEFAULTS),
                layer("UpSampling1D", UpSampling1D.DEFAULTS),
                layer("UpSampling2D", UpSampling2D.DEFAULTS),
                layer("UpSampling3D", UpSampling3D.DEFAULTS),
                layer("ZeroPadding1D", ZeroPadding1D.DEFAULTS),
                layer("ZeroPadding2D", ZeroPadding2D.DEFAULTS),
                layer("ZeroPadding3D", ZeroPadding3D.DEFAULTS));
    }

    // rnn

    private static List<Row> rnn() {
        return List.of(
                layer("SimpleRNN", SimpleRNN.DEFAULTS),
                layer("SimpleRNNCell", SimpleRNNCell.DEFAULTS),
                layer("LSTM", LSTM.DEFAULTS),
                layer("LSTMCell", LSTMCell.DEFAULTS),
                layer("GRU", GRU.DEFAULTS),
                layer("GRUCell", GRUCell.DEFAULTS),
                layer("RNN", RNN.DEFAULTS),
                layer("StackedRNNCells", StackedRNNCells.DEFAULTS),
                layer("ConvLSTM1D", ConvLSTM1D.DEFAULTS),
                layer("ConvLSTM2D", ConvLSTM2D.DEFAULTS),
                layer("ConvLSTM3D", ConvLSTM3D.DEFAULTS),
                layer("Bidirectional", Bidirectional.DEFAULTS),
                layer("TimeDistributed", TimeDistributed.DEFAULTS));
    }

    // wrappers

    private static List<Row> wrappers() {
        return List.of();
    }

    /** Keras' own layers. */
    public static LayerCatalog standard() {
        return STANDARD;
    }

    /** A row whose Python class has the name that the configuration gives. */
    public static Row layer(String name, Layer defaults) {
        return new Row(name, defaults, name.substring(name.indexOf('>') + 1));
    }

    /** A row whose Python class is called otherwise. */
    public static Row layer(String name, Layer defaults, String pythonName) {
        return new Row(name, defaults, pythonName);
    }

    /** This catalogue with a row added or replaced. */
    public LayerCatalog plus(Row row) {
        Map<String, Row> more = new LinkedHashMap<>(rows);
        more.put(row.name(), row);
        return new LayerCatalog(more);
    }

    /** The row of this name, or of this Python class, which is what {@code .h5} files name; null if there is none. */
    public @Nullable Row find(String name) {
        Row row = rows.get(name);
        if (row != null) return row;
        return rows.values().stream()
                .filter(r -> r.pythonName().equals(name))
                .findFirst()
                .orElse(null);
    }

    public java.util.Collection<Row> rows() {
        return rows.values();
    }

    /** The row of a layer's class, or null. */
    public @Nullable Row rowOf(Layer layer) {
        for (Row row : rows.values()) if (row.defaults().getClass() == layer.getClass()) return row;
        return null;
    }

    /** The Python class name of a layer, which weight files use in snake_case. */
    public String pythonName(Layer layer) {
        Row row = rowOf(layer);
        return row == null ? layer.getClass().getSimpleName() : row.pythonName();
    }

    /** How the layer's groups are called in weight files: {@code Conv2D} → {@code conv2d}. */
    String groupName(Layer layer) {
        return Sequential.snakeCase(pythonName(layer));
    }
}
