package io.argali.converters.keras;

import io.argali.trainer.optimizer.Adadelta;
import io.argali.trainer.optimizer.Adafactor;
import io.argali.trainer.optimizer.Adagrad;
import io.argali.trainer.optimizer.Adam;
import io.argali.trainer.optimizer.AdamW;
import io.argali.trainer.optimizer.Adamax;
import io.argali.trainer.optimizer.Ftrl;
import io.argali.trainer.optimizer.Lamb;
import io.argali.trainer.optimizer.Lion;
import io.argali.trainer.optimizer.LossScaleOptimizer;
import io.argali.trainer.optimizer.MultiOptimizer;
import io.argali.trainer.optimizer.Muon;
import io.argali.trainer.optimizer.Nadam;
import io.argali.trainer.optimizer.Optimizer;
import io.argali.trainer.optimizer.RMSprop;
import io.argali.trainer.optimizer.SGD;
import io.argali.trainer.optimizer.ScheduleFreeAdamW;
import io.argali.trainer.schedule.CosineDecay;
import io.argali.trainer.schedule.CosineDecayRestarts;
import io.argali.trainer.schedule.ExponentialDecay;
import io.argali.trainer.schedule.InverseTimeDecay;
import io.argali.trainer.schedule.PiecewiseConstantDecay;
import io.argali.trainer.schedule.PolynomialDecay;
import io.argali.trainer.schedule.Schedule;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The optimizers and schedules that files may name, each with the instance that holds Keras' defaults. Immutable; add your own with {@code plus}. */
public final class OptimizerCatalog {
    private static final OptimizerCatalog STANDARD = new OptimizerCatalog(optimizers(), schedules());

    private final Map<String, Optimizer> optimizers;
    private final Map<String, Schedule> schedules;

    private OptimizerCatalog(Map<String, Optimizer> optimizers, Map<String, Schedule> schedules) {
        this.optimizers = Collections.unmodifiableMap(optimizers);
        this.schedules = Collections.unmodifiableMap(schedules);
    }

    private static Map<String, Optimizer> optimizers() {
        return byName(List.of(
                SGD.DEFAULTS,
                RMSprop.DEFAULTS,
                Adam.DEFAULTS,
                AdamW.DEFAULTS,
                Adadelta.DEFAULTS,
                Adafactor.DEFAULTS,
                Adagrad.DEFAULTS,
                Adamax.DEFAULTS,
                Ftrl.DEFAULTS,
                Lamb.DEFAULTS,
                Lion.DEFAULTS,
                LossScaleOptimizer.DEFAULTS,
                MultiOptimizer.DEFAULTS,
                Muon.DEFAULTS,
                Nadam.DEFAULTS,
                ScheduleFreeAdamW.DEFAULTS));
    }

    private static Map<String, Schedule> schedules() {
        return byName(List.of(
                CosineDecay.DEFAULTS,
                CosineDecayRestarts.DEFAULTS,
                ExponentialDecay.DEFAULTS,
                InverseTimeDecay.DEFAULTS,
                PiecewiseConstantDecay.DEFAULTS,
                PolynomialDecay.DEFAULTS));
    }

    /** Records are named as Keras names its classes. */
    private static <T> Map<String, T> byName(List<T> defaults) {
        Map<String, T> rows = new LinkedHashMap<>();
        for (T d : defaults) rows.put(d.getClass().getSimpleName(), d);
        return rows;
    }

    /** Keras' own. */
    public static OptimizerCatalog standard() {
        return STANDARD;
    }

    /** This catalogue with an optimizer of yours, by its class name or registered name ({@code my_package>MyOptimizer}). */
    public OptimizerCatalog plus(String name, Optimizer defaults) {
        Map<String, Optimizer> more = new LinkedHashMap<>(optimizers);
        more.put(name, defaults);
        return new OptimizerCatalog(more, schedules);
    }

    /** This catalogue with a schedule of yours. */
    public OptimizerCatalog plus(String name, Schedule defaults) {
        Map<String, Schedule> more = new LinkedHashMap<>(schedules);
        more.put(name, defaults);
        return new OptimizerCatalog(optimizers, more);
    }

    /** The defaults of an optimizer, by its name in any case: Keras takes {@code "adam"} for {@code Adam}. */
    public @Nullable Optimizer optimizer(String name) {
        for (Map.Entry<String, Optimizer> row : optimizers.entrySet()) {
            if (row.getKey().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) return row.getValue();
        }
        return null;
    }

    /** The defaults of a schedule. */
    public @Nullable Schedule schedule(String name) {
        return schedules.get(name);
    }

    /** The names of the optimizers. */
    public Collection<String> optimizerNames() {
        return optimizers.keySet();
    }

    /** The names of the schedules. */
    public Collection<String> scheduleNames() {
        return schedules.keySet();
    }
}
