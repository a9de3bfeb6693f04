package io.ssi.migrate.client;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Puts right the hash tables of java.util whose keys' hashes changed with the move. That happens only through objects which
 * each JVM has for itself (classes, enum constants and other constants of the JDK) and which had been asked for their identity
 * hash in both: everything else keeps its hash. Nodes stay the same objects and no method of a map is called, but keys are
 * asked for their hash, as any look-up would. An iteration in progress over a table that had to be laid out again may see it
 * in another order.
 */
final class HashTables {
    private final Jdk jdk;
    private final MethodHandle plainNode;
    private final Nodes ofHashMap;
    private final Nodes ofWeakHashMap;
    private final Nodes ofHashtable;
    private final Nodes ofConcurrentHashMap;

    /** Where the nodes of one kind of table, and their subclasses, have their fields. */
    private final class Nodes {
        private final long hash;
        private final long next;
        /** 0: the node is a weak reference to its key. */
        private final long key;

        Nodes(String className, String keyField) {
            try {
                Class<?> type = Class.forName(className);
                hash = offset(type, "hash");
                next = offset(type, "next");
                key = keyField == null ? 0 : offset(type, keyField);
            } catch (ClassNotFoundException e) {
                throw Jdk.failed(className, e);
            }
        }

        Object next(Object node) {
            return Jdk.U.getReference(node, next);
        }

        void next(Object node, Object after) {
            Jdk.U.putReference(node, next, after);
        }

        Object key(Object node) {
            return key == 0 ? ((Reference<?>) node).get() : Jdk.U.getReference(node, key);
        }

        int hash(Object node) {
            return Jdk.U.getInt(node, hash);
        }

        void hash(Object node, int value) {
            Jdk.U.putInt(node, hash, value);
        }
    }

    HashTables(Jdk jdk) {
        this.jdk = jdk;
        ofHashMap = new Nodes("java.util.HashMap$Node", "key");
        ofWeakHashMap = new Nodes("java.util.WeakHashMap$Entry", null);
        ofHashtable = new Nodes("java.util.Hashtable$Entry", "key");
        ofConcurrentHashMap = new Nodes("java.util.concurrent.ConcurrentHashMap$Node", "key");
        try {
            Class<?> node = Class.forName("java.util.HashMap$Node");
            plainNode = jdk.virtual(HashMap.class, "replacementNode", node, node, node).asType(
                    java.lang.invoke.MethodType.methodType(Object.class, HashMap.class, Object.class, Object.class));
        } catch (ClassNotFoundException e) {
            throw Jdk.failed("HashMap", e);
        }
    }

    private long offset(Class<?> type, String name) {
        return Jdk.U.objectFieldOffset(jdk.field(type, name));
    }

    static boolean isOne(Object object) {
        return object instanceof HashMap || object instanceof IdentityHashMap || object instanceof ConcurrentHashMap
                || object instanceof WeakHashMap || object instanceof Hashtable;
    }

    /** Tables that hold others in their keys need no order: a hash asks the entries, not the layout. */
    void layOutAgain(List<Object> tables) {
        for (Object table : tables) {
            try {
                switch (table) {
                    case HashMap<?, ?> map -> chains(map, ofHashMap);
                    case WeakHashMap<?, ?> map -> chains(map, ofWeakHashMap);
                    case Hashtable<?, ?> map -> chains(map, ofHashtable);
                    case IdentityHashMap<?, ?> map -> pairs((Object[]) jdk.get(map, "table"));
                    case ConcurrentHashMap<?, ?> map -> concurrent(map);
                    default -> throw new IllegalArgumentException(table.getClass().getName());
                }
            } catch (RuntimeException e) {
                // a key's hashCode failed: the program meets the same failure when it uses the key
            }
        }
    }

    // ---- tables of chains

    private void chains(Object map, Nodes nodes) {
        Object[] buckets = (Object[]) jdk.get(map, "table");
        if (buckets == null || !hasWrong(buckets, nodes)) {
            return;
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < buckets.length; i++) {
            for (Object node = buckets[i]; node != null; node = nodes.next(node)) {
                all.add(node);
            }
        }
        java.util.Arrays.fill(buckets, null);
        Object[] last = new Object[buckets.length];
        for (Object each : all) {
            Object node = each.getClass().getName().equals("java.util.HashMap$TreeNode") ? plain(map, each) : each;
            int hash = hash(node, nodes);
            int bucket = nodes == ofHashtable ? (hash & 0x7FFF_FFFF) % buckets.length : hash & buckets.length - 1;
            nodes.hash(node, hash);
            nodes.next(node, null);
            if (last[bucket] == null) {
                buckets[bucket] = node;
            } else {
                nodes.next(last[bucket], node);
            }
            last[bucket] = node;
        }
    }

    private boolean hasWrong(Object[] buckets, Nodes nodes) {
        for (Object bucket : buckets) {
            for (Object node = bucket; node != null; node = nodes.next(node)) {
                if (!isFixed(nodes.key(node)) && hash(node, nodes) != nodes.hash(node)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A long chain may have been a tree, which is ordered by hash: a chain again, it becomes a tree when it must grow. */
    private Object plain(Object map, Object treeNode) {
        try {
            return (Object) plainNode.invokeExact((HashMap<?, ?>) map, treeNode, (Object) null);
        } catch (Throwable e) {
            throw Jdk.failed("HashMap.replacementNode", e);
        }
    }

    private int hash(Object node, Nodes nodes) {
        Object key = nodes.key(node);
        if (key == null) {
            return nodes == ofHashMap ? 0 : nodes.hash(node); // a weak key that is gone stays where it was
        }
        int hash = isFixed(key) && nodes == ofHashtable ? nodes.hash(node) : key.hashCode();
        if (nodes == ofHashMap) {
            return hash ^ hash >>> 16;
        }
        if (nodes == ofWeakHashMap) {
            int h = hash ^ hash >>> 20 ^ hash >>> 12;
            return h ^ h >>> 7 ^ h >>> 4;
        }
        return hash;
    }

    /** Keys whose hash is the same everywhere, which most are: they need not be asked. */
    private static boolean isFixed(Object key) {
        return key == null || key instanceof String || key instanceof Number || key instanceof Character || key instanceof Boolean;
    }

    // ---- the others

    /** IdentityHashMap's open addressing: key, value, key, value ... */
    private static void pairs(Object[] table) {
        Object[] old = table.clone();
        java.util.Arrays.fill(table, null);
        for (int i = 0; i < old.length; i += 2) {
            if (old[i] != null) {
                int hash = System.identityHashCode(old[i]);
                int at = (hash << 1) - (hash << 8) & table.length - 1;
                while (table[at] != null) {
                    at = at + 2 < table.length ? at + 2 : 0;
                }
                table[at] = old[i];
                table[at + 1] = old[i + 1];
            }
        }
    }

    private void concurrent(ConcurrentHashMap<?, ?> map) {
        boolean wrong = false;
        Object[] buckets = (Object[]) jdk.get(map, "table");
        if (buckets == null || jdk.get(map, "nextTable") != null) {
            return;
        }
        for (Object bucket : buckets) {
            Object first = bucket != null && bucket.getClass().getName().endsWith("$TreeBin") ? jdk.get(bucket, "first") : bucket;
            for (Object node = first; node != null; node = ofConcurrentHashMap.next(node)) {
                Object key = ofConcurrentHashMap.key(node);
                if (key == null) {
                    return; // a value is being computed in this bucket
                }
                int hash = isFixed(key) ? 0 : key.hashCode();
                wrong |= !isFixed(key) && ((hash ^ hash >>> 16) & 0x7FFF_FFFF) != ofConcurrentHashMap.hash(node);
            }
        }
        if (wrong) {
            Map<Object, Object> fresh = new ConcurrentHashMap<>(buckets.length);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                fresh.put(entry.getKey(), entry.getValue());
            }
            jdk.put(map, "table", jdk.get(fresh, "table"));
            Jdk.U.putInt(map, Jdk.U.objectFieldOffset(jdk.field(ConcurrentHashMap.class, "sizeCtl")), jdk.getInt(fresh, "sizeCtl"));
        }
    }
}
