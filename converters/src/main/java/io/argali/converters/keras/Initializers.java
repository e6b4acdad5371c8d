package io.argali.converters.keras;

import io.argali.runtime.layer.Constraint;
import io.argali.runtime.layer.Initializer;
import io.argali.runtime.layer.Regularizer;
import java.util.Map;

/** Initializers, regularizers and constraints by name: Keras' class names and function names, in lower case without underscores. */
final class Initializers {
    private Initializers() {}

    static final Map<String, Initializer> TABLE = Map.ofEntries(
            Map.entry("zeros", new Initializer.Zeros()),
            Map.entry("zero", new Initializer.Zeros()),
            Map.entry("ones", new Initializer.Ones()),
            Map.entry("one", new Initializer.Ones()),
            Map.entry("constant", Initializer.Constant.DEFAULTS),
            Map.entry("identity", Initializer.Identity.DEFAULTS),
            Map.entry("identityinitializer", Initializer.Identity.DEFAULTS),
            Map.entry("randomnormal", Initializer.RandomNormal.DEFAULTS),
            Map.entry("normal", Initializer.RandomNormal.DEFAULTS),
            Map.entry("randomuniform", Initializer.RandomUniform.DEFAULTS),
            Map.entry("uniform", Initializer.RandomUniform.DEFAULTS),
            Map.entry("truncatednormal", Initializer.TruncatedNormal.DEFAULTS),
            Map.entry("variancescaling", Initializer.VarianceScaling.DEFAULTS),
            Map.entry("glorotuniform", Initializer.GlorotUniform.DEFAULTS),
            Map.entry("glorotnormal", Initializer.GlorotNormal.DEFAULTS),
            Map.entry("heuniform", Initializer.HeUniform.DEFAULTS),
            Map.entry("henormal", Initializer.HeNormal.DEFAULTS),
            Map.entry("lecununiform", Initializer.LecunUniform.DEFAULTS),
            Map.entry("lecunnormal", Initializer.LecunNormal.DEFAULTS),
            Map.entry("orthogonal", Initializer.Orthogonal.DEFAULTS),
            Map.entry("orthogonalinitializer", Initializer.Orthogonal.DEFAULTS),
            Map.entry("stft", Initializer.Stft.DEFAULTS),
            Map.entry("stftinitializer", Initializer.Stft.DEFAULTS));

    static final Map<String, Regularizer> REGULARIZERS = Map.of(
            "l1", Regularizer.L1.DEFAULTS,
            "l2", Regularizer.L2.DEFAULTS,
            "l1l2", Regularizer.L1L2.DEFAULTS,
            "orthogonalregularizer", Regularizer.OrthogonalRegularizer.DEFAULTS);

    static final Map<String, Constraint> CONSTRAINTS = Map.of(
            "maxnorm", Constraint.MaxNorm.DEFAULTS,
            "minmaxnorm", Constraint.MinMaxNorm.DEFAULTS,
            "nonneg", new Constraint.NonNeg(),
            "unitnorm", Constraint.UnitNorm.DEFAULTS);
}
