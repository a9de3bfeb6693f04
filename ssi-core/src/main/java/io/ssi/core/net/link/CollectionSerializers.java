package io.ssi.core.net.link;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lists, sets and maps by content, in iteration order, whatever their class; null elements are kept. */
final class CollectionSerializers {
    private CollectionSerializers() {}

    private static void writeAll(Kryo kryo, Output output, Collection<?> values) {
        output.writeVarInt(values.size(), true);
        for (Object value : values) {
            kryo.writeClassAndObject(output, value);
        }
    }

    private static <C extends Collection<Object>> C readAll(Kryo kryo, Input input, C into, int size) {
        for (int i = 0; i < size; i++) {
            into.add(kryo.readClassAndObject(input));
        }
        return into;
    }

    static final class OfList extends Serializer<List<?>> {
        @Override
        public void write(Kryo kryo, Output output, List<?> list) {
            writeAll(kryo, output, list);
        }

        @Override
        public List<?> read(Kryo kryo, Input input, Class<? extends List<?>> type) {
            int size = MessageCodec.checkedSize(input, input.readVarInt(true));
            return Collections.unmodifiableList(readAll(kryo, input, new ArrayList<>(size), size));
        }
    }

    static final class OfSet extends Serializer<Set<?>> {
        @Override
        public void write(Kryo kryo, Output output, Set<?> set) {
            writeAll(kryo, output, set);
        }

        @Override
        public Set<?> read(Kryo kryo, Input input, Class<? extends Set<?>> type) {
            int size = MessageCodec.checkedSize(input, input.readVarInt(true));
            return Collections.unmodifiableSet(readAll(kryo, input, new LinkedHashSet<>(), size));
        }
    }

    static final class OfMap extends Serializer<Map<?, ?>> {
        @Override
        public void write(Kryo kryo, Output output, Map<?, ?> map) {
            output.writeVarInt(map.size(), true);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                kryo.writeClassAndObject(output, entry.getKey());
                kryo.writeClassAndObject(output, entry.getValue());
            }
        }

        @Override
        public Map<?, ?> read(Kryo kryo, Input input, Class<? extends Map<?, ?>> type) {
            int size = MessageCodec.checkedSize(input, input.readVarInt(true));
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                Object key = kryo.readClassAndObject(input);
                map.put(key, kryo.readClassAndObject(input));
            }
            return Collections.unmodifiableMap(map);
        }
    }
}
