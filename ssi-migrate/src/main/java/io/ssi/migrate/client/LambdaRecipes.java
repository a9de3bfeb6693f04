package io.ssi.migrate.client;

/**
 * How each lambda's hidden class was made. The factory object is kept in a ClassValue of the hidden class, so it lives as
 * long as the class and no longer.
 */
final class LambdaRecipes extends ClassValue<Object[]> {
    private volatile Class<?> last;

    @Override
    protected Object[] computeValue(Class<?> proxy) {
        return new Object[1];
    }

    /** Called by the hook whenever a lambda's class was spun. */
    void spun(Object madeBy, Class<?> proxy) {
        get(proxy)[0] = madeBy;
        last = proxy;
    }

    /** The InnerClassLambdaMetafactory that made it; null for a class that is no lambda's or older than the agent. */
    Object factory(Class<?> proxy) {
        return get(proxy)[0];
    }

    /** The class spun last in this JVM; for a caller that knows nothing else runs. */
    Class<?> lastSpun() {
        return last;
    }
}
