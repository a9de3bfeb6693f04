package io.ssi.agent.handler;

import java.io.IOException;

/** The agent's side of SsiHook: hands each call to whom it concerns. */
public final class HookHandler extends SsiHook.Handler {
    private final Services services;
    private final StandardInput input;
    private volatile boolean ending;
    /** The thread that checks the hooks; null except at the agent's start. */
    private volatile Thread checking;
    /** Bits of the kinds that reached here; of the checking thread. */
    private int seen;

    public HookHandler(Services services, StandardInput input) {
        this.services = services;
        this.input = input;
    }

    /** From now on, stops of the current thread are only noted. */
    public void beginCheck() {
        seen = 0;
        checking = Thread.currentThread();
    }

    /** Ends that; bit k is set if a hook of kind k was reached. */
    public int endCheck() {
        checking = null;
        return seen;
    }

    @Override
    public void stop(int kind, Object object, long remainingNanos) throws InterruptedException {
        Thread checker = checking;
        if (checker != null) {
            if (checker == Thread.currentThread()) {
                seen |= 1 << kind;
            }
        } else if (!services.isAgentThread(Thread.currentThread())) {
            services.migration().stop(kind, object, remainingNanos);
        }
    }

    @Override
    public void lambda(Object factory, Class<?> proxy) {
        services.migration().lambda(factory, proxy);
    }

    @Override
    public long processId() {
        return services.processId();
    }

    @Override
    public void exiting(int status) {
        // Shutdown.exit runs through halt: the first word counts.
        if (!ending) {
            ending = true;
            services.exiting(status);
        }
    }

    @Override
    public int readInput(byte[] to, int offset, int length) throws IOException {
        return input.read(to, offset, length);
    }

    @Override
    public int availableInput() throws IOException {
        return input.available();
    }

    @Override
    public void closeInput() {
        input.close();
    }

    @Override
    public int node() {
        return services.node();
    }

    @Override
    public long requestMove(int node) {
        return services.requestMove(node);
    }

    @Override
    public void throwIfRefused(long request) {
        String reason = services.refusal(request);
        if (reason != null) {
            throw new IllegalStateException(reason);
        }
    }
}
