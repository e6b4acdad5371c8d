package io.argali.converters.keras;

import io.argali.runtime.layer.Instance;
import io.argali.runtime.layer.Layer;
import io.argali.runtime.layer.attention.GroupQueryAttention;
import io.argali.runtime.layer.attention.MultiHeadAttention;
import io.argali.runtime.layer.normalization.SpectralNormalization;
import io.argali.runtime.layer.preprocessing.TextVectorization;
import io.argali.runtime.layer.preprocessing.image.AugMix;
import io.argali.runtime.layer.preprocessing.image.RandAugment;
import io.argali.runtime.layer.preprocessing.image.RandomColorJitter;
import io.argali.runtime.layer.rnn.TimeDistributed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers that layers hold beside those that weights name: weight files have a group for each, with weights or without. */
final class InnerLayers {
    /** Where TextVectorization holds its lookup layer, whose weights are written once more there. */
    static final String LOOKUP = "_lookup_layer";

    private static final List<String> AUGMENTATIONS = List.of(
            "auto_contrast",
            "equalization",
            "random_posterization",
            "random_rotation",
            "random_shear",
            "random_translation",
            "solarization");
    private static final List<String> MORE_AUGMENTATIONS =
            List.of("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness");

    private InnerLayers() {}

    /** Layers with a configuration of their own, by the attributes that hold them. */
    static Map<String, Instance> configured(Layer layer) {
        return switch (layer) {
            case TimeDistributed t -> Map.of("layer", t.layer());
            case SpectralNormalization s when s.layer() != null -> Map.of("layer", s.layer());
            default -> Map.of();
        };
    }

    /** Layers that a layer makes for itself, by the attributes that hold them: the name, which Keras numbers unless it is the layer's own. */
    static Map<String, String> made(Instance instance) {
        Map<String, String> r = new LinkedHashMap<>();
        switch (instance.layer()) {
            case MultiHeadAttention m -> softmax(r);
            case GroupQueryAttention g -> softmax(r);
            case TextVectorization t -> r.put(LOOKUP, "string_lookup");
            case RandAugment a -> {
                for (String name : AUGMENTATIONS) r.put(name, instance.name());
                for (String name : MORE_AUGMENTATIONS) r.put(name, instance.name());
            }
            case AugMix a -> {
                for (String name : AUGMENTATIONS) r.put(name, instance.name());
                if (a.allOps()) for (String name : MORE_AUGMENTATIONS) r.put(name, instance.name());
            }
            case RandomColorJitter j -> {
                if (j.brightnessFactor() != null) r.put("random_brightness", "random_brightness");
                if (j.contrastFactor() != null) r.put("random_contrast", "random_contrast");
                if (j.saturationFactor() != null) r.put("random_saturation", "random_saturation");
                if (j.hueFactor() != null) r.put("random_hue", "random_hue");
            }
            default -> {}
        }
        return r;
    }

    private static void softmax(Map<String, String> made) {
        made.put("_softmax", "softmax");
        made.put("_dropout_layer", "dropout");
    }
}
