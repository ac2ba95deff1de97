package dev.parley.chat.worker.internal.metrics;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.eclipse.jetty.util.NanoTime;

/** Measures how long each operation of a store takes, whichever operations it has. */
public final class TimedStore {
    private TimedStore() {}

    /**
     * The store, with the time of each of its methods recorded under the method's name.
     *
     * @param kind the interface of the store
     */
    public static <T> T measure(Class<T> kind, T store, Metrics.Histogram latencies) {
        return kind.cast(Proxy.newProxyInstance(
                kind.getClassLoader(), new Class<?>[] {kind}, (proxy, method, arguments) -> {
                    long start = NanoTime.now();
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    } finally {
                        latencies.record(NanoTime.since(start), method.getName());
                    }
                }));
    }
}
