package dev.parley.chat.worker.internal.metrics;

import dev.parley.chat.worker.internal.store.RoomStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.eclipse.jetty.util.NanoTime;

/** Measures how long each operation of a store takes, whichever operations it has. */
public final class TimedStore {
    private TimedStore() {}

    /** The store, with the time of each of its methods recorded under the method's name. */
    public static RoomStore measure(RoomStore store, Metrics.Histogram latencies) {
        return (RoomStore) Proxy.newProxyInstance(
                RoomStore.class.getClassLoader(), new Class<?>[] {RoomStore.class}, (proxy, method, arguments) -> {
                    long start = NanoTime.now();
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    } finally {
                        latencies.record(NanoTime.since(start), method.getName());
                    }
                });
    }
}
