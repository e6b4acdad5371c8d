package io.argali.runtime.agreement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.argali.runtime.kernel.Kernels;
import io.argali.runtime.kernel.Workers;
import io.argali.runtime.op.BinaryFunction;
import io.argali.runtime.op.Op;
import io.argali.runtime.op.ReduceFunction;
import io.argali.runtime.op.UnaryFunction;
import io.argali.runtime.plan.CpuBackend;
import io.argali.runtime.tensor.Tensor;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The fastest kernels agree with the scalar ones on the cases of every operation. */
class OpAgreementTest {
    private static final CpuBackend SCALAR = new CpuBackend(Kernels.scalar(), Workers.single());

    @TestFactory
    Stream<DynamicTest> kernelsAgree() {
        return OpCases.all().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> {
                    Tensor[] expected = run(c, SCALAR), actual = run(c, CpuBackend.best());
                    for (int i = 0; i < expected.length; i++)
                        assertEquals(null, OpCases.difference(expected[i], actual[i]));
                }));
    }

    private static Tensor[] run(OpCases.Case c, CpuBackend backend) {
        return backend.compiler(OpCases.WEIGHTS::get).compile(c.graph()).run(c.inputs());
    }

    @Test
    void everyOperationAndFunctionHasACase() {
        Set<Class<?>> ops = new HashSet<>();
        Set<Object> functions = new HashSet<>();
        for (OpCases.Case c : OpCases.all()) {
            for (Op op : c.operations()) {
                ops.add(op.getClass());
                switch (op) {
                    case Op.Unary u -> functions.add(u.function());
                    case Op.Binary b -> functions.add(b.function());
                    case Op.Reduce r -> functions.add(r.function());
                    default -> {}
                }
            }
        }
        Set<String> missing = new TreeSet<>();
        kinds(Op.class).filter(k -> !ops.contains(k)).forEach(k -> missing.add(k.getSimpleName()));
        for (Object[] all : List.of(UnaryFunction.values(), BinaryFunction.values(), ReduceFunction.values()))
            for (Object f : all) if (!functions.contains(f)) missing.add(f.toString());
        assertEquals(Set.of(), missing);
    }

    /** The records of a sealed interface. */
    private static Stream<Class<?>> kinds(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(OpAgreementTest::kinds)
                : Stream.of(type);
    }
}
