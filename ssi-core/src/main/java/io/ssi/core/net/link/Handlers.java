package io.ssi.core.net.link;

import io.ssi.core.id.NodeId;
import io.ssi.core.net.Transport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Who answers which message class on this node. Thread-safe; one handler per class. */
public final class Handlers {
    private final Map<Class<?>, Transport.Handler<Object, Object>> requests = new ConcurrentHashMap<>();
    private final Map<Class<?>, BiConsumer<NodeId, Object>> oneWays = new ConcurrentHashMap<>();
    private final Map<Class<?>, Transport.StreamAcceptor<Object>> acceptors = new ConcurrentHashMap<>();

    public <A, R extends Transport.Request<A>> void serve(Class<R> type, Transport.Handler<R, A> handler) {
        once(requests, type, (from, request) -> handler.handle(from, type.cast(request)));
    }

    public <M extends Transport.Message> void receive(Class<M> type, BiConsumer<NodeId, M> handler) {
        once(oneWays, type, (from, message) -> handler.accept(from, type.cast(message)));
    }

    public <M extends Transport.Message> void accept(Class<M> type, Transport.StreamAcceptor<M> acceptor) {
        once(acceptors, type, (from, header, stream) -> acceptor.accepted(from, type.cast(header), stream));
    }

    private static <V> void once(Map<Class<?>, V> map, Class<?> type, V value) {
        if (map.putIfAbsent(type, value) != null) {
            throw new IllegalStateException(type.getName() + " has a handler already");
        }
    }

    Transport.Handler<Object, Object> request(Class<?> type) {
        return requests.get(type);
    }

    BiConsumer<NodeId, Object> oneWay(Class<?> type) {
        return oneWays.get(type);
    }

    Transport.StreamAcceptor<Object> acceptor(Class<?> type) {
        return acceptors.get(type);
    }
}
