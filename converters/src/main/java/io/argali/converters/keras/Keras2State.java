package io.argali.converters.keras;

import io.argali.runtime.layer.core.Embedding;
import io.argali.runtime.model.Model;
import io.argali.runtime.model.VariableOrder;
import io.argali.runtime.model.VariableSpec;
import io.argali.runtime.tensor.DType;
import io.argali.runtime.tensor.Tensor;
import io.argali.trainer.optimizer.Adadelta;
import io.argali.trainer.optimizer.Adam;
import io.argali.trainer.optimizer.Adamax;
import io.argali.trainer.optimizer.Ftrl;
import io.argali.trainer.optimizer.LossScaleOptimizer;
import io.argali.trainer.optimizer.Nadam;
import io.argali.trainer.optimizer.Optimizer;
import io.argali.trainer.optimizer.RMSprop;
import io.argali.trainer.optimizer.SGD;
import io.argali.trainer.optimizer.Slot;
import io.argali.trainer.optimizer.UpdateRule;
import io.argali.trainer.optimizer.Updates;
import io.argali.trainer.optimizer.Updates.Place;
import io.argali.trainer.optimizer.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables of an optimizer of Keras 2 in the order of Keras 3. Keras 2 keeps no learning rate among them, which stands in the configuration; and
 * the optimizers before TensorFlow 2.11 have one slot of all weights, then the next.
 */
final class Keras2State {
    private static final String ITERATION = "iteration";
    /** What the optimizers before TensorFlow 2.11 call slots that have other names now. */
    private static final Map<String, String> LEGACY_NAMES = Map.of(
            "Adam/momentum", "m",
            "Adam/velocity", "v",
            "Adam/velocity_hat", "vhat",
            "Adamax/momentum", "m",
            "Adamax/norm", "v",
            "RMSprop/velocity", "rms",
            "RMSprop/average_gradient", "mg",
            "Adadelta/accumulated_grad", "accum_grad",
            "Adadelta/accumulated_delta_var", "accum_var");

    /** Where a file keeps the state. */
    interface Source {
        /**
         * The variables in Keras 2's order, the counter of steps first; empty if there are none.
         *
         * @param legacy the slots of an optimizer before TensorFlow 2.11, which may be kept by name; null for a newer one
         */
        List<Tensor> read(@Nullable List<NamedSlot> legacy);

        /** What a loss is multiplied by, and for how many steps it was; empty where it is not kept, as in .h5 and .keras. */
        default Optional<Scale> scale() {
            return Optional.empty();
        }
    }

    /** The state of an optimizer around another one. */
    record Scale(double number, long goodSteps) {}

    /** A slot by its name, and the path of its weight. */
    record NamedSlot(String name, String path) {}

    private final Keras2Optimizer optimizer;
    private final Model model;
    private final List<String> lost;
    private final List<VariableSpec> trainable;
    private final List<Weight> weights;
    private final List<Tensor> values;

    /** @param lost takes what Keras 3 does otherwise */
    Keras2State(Keras2Optimizer optimizer, Model model, List<String> lost) {
        this.optimizer = optimizer;
        this.model = model;
        this.lost = lost;
        this.trainable = VariableOrder.of(model.variables().values()).stream()
                .filter(VariableSpec::isOptimized)
                .toList();
        this.weights = trainable.stream().map(Weight::of).toList();
        this.values = trainable.stream().map(s -> model.weights().get(s.path())).toList();
    }

    /** The state; empty if the file has none, or one that does not fit. */
    List<Tensor> translated(Source source) {
        Optimizer whole = optimizer.optimizer();
        UpdateRule rule = (UpdateRule) (whole instanceof LossScaleOptimizer s ? s.innerOptimizer() : whole);
        noteLazyRows(rule);
        List<Place> order = order(rule);
        List<Tensor> old = source.read(optimizer.legacy() ? named(rule, order) : null);
        if (old.isEmpty()) return List.of();
        List<Tensor> inner = of(rule, order, old);
        if (rule == whole || inner.isEmpty()) return inner;
        Updates updates = Updates.of(whole, weights);
        if (rule instanceof Nadam)
            lost.add("the product of Nadam's momenta, which Keras 3 begins anew inside another optimizer");
        List<Tensor> own = own(updates, inner.size(), source.scale().orElse(null));
        return updates.saved(Stream.concat(own.stream(), inner.stream()).toList());
    }

    /** What an optimizer around another one has itself. */
    private List<Tensor> own(Updates updates, int inner, @Nullable Scale scale) {
        List<Slot> slots = updates.slots();
        List<Tensor> own = new ArrayList<>(updates.initialState(values).subList(0, slots.size() - inner));
        for (int i = 0; scale != null && i < own.size(); i++) {
            DType type = slots.get(i).type().dtype();
            switch (slots.get(i).name()) {
                case LossScaleOptimizer.DYNAMIC_SCALE -> own.set(i, Tensor.scalar(type, scale.number));
                case LossScaleOptimizer.STEP_COUNTER -> own.set(i, Tensor.scalar(type, scale.goodSteps));
                default -> {}
            }
        }
        return own;
    }

    private List<NamedSlot> named(UpdateRule rule, List<Place> order) {
        String kind = rule.getClass().getSimpleName();
        return order.stream()
                .map(p -> new NamedSlot(
                        LEGACY_NAMES.getOrDefault(kind + "/" + p.slot(), p.slot()),
                        trainable.get(p.weight()).path()))
                .toList();
    }

    private void noteLazyRows(UpdateRule rule) {
        boolean lazy = rule instanceof SGD s && s.momentum() > 0
                || rule instanceof RMSprop
                || rule instanceof Adadelta
                || rule instanceof Adamax
                || rule instanceof Ftrl;
        boolean embeds = model.variables().values().stream()
                .anyMatch(s -> s.trainable() && s.owners().getLast().layer() instanceof Embedding);
        if (optimizer.legacy() && lazy && embeds)
            lost.add("that " + rule.getClass().getSimpleName() + " left alone what a batch does not look up");
    }

    private List<Tensor> of(UpdateRule rule, List<Place> order, List<Tensor> old) {
        // Keras before 2.3 did not count the steps of some optimizers, and kept placeholders for a slot of Adam.
        int counters = old.size() == order.size() && optimizer.legacy() ? 0 : 1;
        boolean placeholders = optimizer.legacy() && rule instanceof Adam && old.size() == 3 * weights.size() + 1;
        if (old.size() != order.size() + counters && !placeholders)
            return none(rule, old.size() + " variables, expected " + (order.size() + 1));
        Map<Place, Tensor> said = new HashMap<>();
        for (int i = 0; i < order.size(); i++) said.put(order.get(i), old.get(i + counters));
        int steps = counters == 0 ? 0 : (int) old.getFirst().item();
        List<Place> places = Updates.places(rule, weights);
        List<Tensor> state = new ArrayList<>(Updates.of(rule, weights).initialState(values));
        for (int i = 0; i < places.size(); i++) {
            Place p = places.get(i);
            // As Keras counts on JAX: gradients of embeddings are added up there before anything else, as in Keras 2.
            if (p.slot().equals(ITERATION)) state.set(i, Tensor.scalar(DType.INT32, steps));
            if (p.slot().equals(Nadam.PRODUCT)) state.set(i, Nadam.product((Nadam) rule, steps));
            Tensor t = said.get(p);
            if (t == null) continue;
            if (!t.shape().equals(state.get(i).shape()))
                return none(
                        rule,
                        "a " + p.slot() + " of shape " + t.shape() + ", expected "
                                + state.get(i).shape());
            state.set(i, t);
        }
        return state;
    }

    private List<Tensor> none(UpdateRule rule, String why) {
        lost.add("the state of " + rule.getClass().getSimpleName() + ", which has " + why);
        return List.of();
    }

    /** What each variable is for, without the counter of steps. */
    private List<Place> order(UpdateRule rule) {
        List<Place> order = new ArrayList<>();
        if (rule.options().useEma()) addForEach("average", order);
        if (rule instanceof SGD && !optimizer.legacy()) {
            // It has a momentum, if only to multiply it by zero.
            addForEach("momentum", order);
            return order;
        }
        List<List<Slot>> slots = weights.stream().map(rule::slots).toList();
        boolean together = !optimizer.legacy() || rule instanceof Ftrl;
        int rounds = slots.stream().mapToInt(List::size).max().orElse(0);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < slots.size(); i++) {
                for (int k = 0; k < slots.get(i).size(); k++) {
                    Slot s = slots.get(i).get(k);
                    // Whole numbers are what Keras 3's Adafactor puts in the place of slots that a weight does not
                    // need.
                    if ((together ? s.round() : k) == round && s.type().dtype().isFloating())
                        order.add(new Place(s.name(), i));
                }
            }
        }
        return order;
    }

    private void addForEach(String slot, List<Place> order) {
        for (int i = 0; i < weights.size(); i++) order.add(new Place(slot, i));
    }
}
