package io.argali.runtime.plan;

/** Repeats a body while a condition holds. */
record WhileStep(Plan condition, Plan body, Buffer[] in, Buffer[] out) implements Step {
    @Override
    public Runnable bind(Workspace w) {
        SubPlan test = new SubPlan(condition), loop = new SubPlan(body);
        return () -> {
            for (int i = 0; i < in.length; i++) loop.load(i, in[i], w);
            while (true) {
                for (int i = 0; i < in.length; i++)
                    System.arraycopy(loop.parameters[i], 0, test.parameters[i], 0, in[i].size);
                test.lease.run();
                if (((byte[]) test.lease.outputArray(0))[test.lease.outputOffset(0)] == 0) break;
                loop.lease.run();
                // By way of the condition's parameters: a new value may be another's old one.
                for (int i = 0; i < in.length; i++) loop.lease.copyOutput(i, test.parameters[i], 0);
                for (int i = 0; i < in.length; i++)
                    System.arraycopy(test.parameters[i], 0, loop.parameters[i], 0, in[i].size);
            }
            for (int i = 0; i < in.length; i++)
                System.arraycopy(loop.parameters[i], 0, out[i].array(w), out[i].offset(), out[i].size);
        };
    }
}
