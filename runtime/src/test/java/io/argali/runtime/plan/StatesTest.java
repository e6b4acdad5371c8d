package io.argali.runtime.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** States that a backend keeps move only when somebody asks for them, or has changed them. */
class StatesTest {
    /** A memory that holds what it was given, and counts what is read. */
    private static final class Memory implements States.Residence {
        final List<Tensor> held = new ArrayList<>(List.of(Tensor.of(new float[1]), Tensor.of(new float[1])));
        final BitSet read = new BitSet();

        void take(States states) {
            states.moveTo(this).stream().forEach(i -> held.set(i, states.get(i)));
        }

        void add(States states, int i, float by) {
            take(states);
            states.changedThere(set(i));
            held.set(i, Tensor.of(new float[] {held.get(i).floats()[0] + by}));
        }

        @Override
        public List<Tensor> read(BitSet states) {
            read.or(states);
            return states.stream().mapToObj(held::get).toList();
        }
    }

    private static BitSet set(int... numbers) {
        BitSet s = new BitSet();
        for (int i : numbers) s.set(i);
        return s;
    }

    private static States states() {
        return new States(List.of(Tensor.of(new float[] {1}), Tensor.of(new float[] {2})));
    }

    private static List<Float> values(States s) {
        return s.get(0, s.size()).stream().map(t -> t.floats()[0]).toList();
    }

    @Test
    void onlyWhatChangedThereIsRead() {
        Memory memory = new Memory();
        States s = states();
        memory.add(s, 0, 10);
        memory.add(s, 0, 10);
        assertEquals(set(), memory.read);
        assertEquals(List.of(21f, 2f), values(s));
        assertEquals(set(0), memory.read);
    }

    @Test
    void onlyWhatChangedHereIsGiven() {
        Memory memory = new Memory();
        States s = states();
        memory.add(s, 0, 10);
        s.set(1, Tensor.of(new float[] {5}));
        assertEquals(set(1), s.moveTo(memory));
    }

    @Test
    void whatSomebodyReadStaysAsItWas() {
        Memory memory = new Memory();
        States s = states();
        memory.add(s, 0, 10);
        Tensor before = s.get(0);
        memory.add(s, 0, 10);
        assertEquals(11f, before.floats()[0]);
        assertEquals(21f, s.get(0).floats()[0]);
    }

    @Test
    void anotherBackendGetsAllOfThem() {
        Memory one = new Memory(), two = new Memory();
        States s = states();
        one.add(s, 0, 10);
        two.add(s, 1, 10);
        one.add(s, 1, 1);
        assertEquals(List.of(11f, 13f), values(s));
    }
}
