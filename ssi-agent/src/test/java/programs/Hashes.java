package programs;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Tables that depend on identity hashes: of the program's objects and of those that every JVM makes for itself. */
public final class Hashes {
    private enum Colour { RED, GREEN, BLUE }

    private record Key(Colour colour, Class<?> type, TimeUnit unit) {}

    private final Map<Object, Integer> byIdentity = new IdentityHashMap<>();
    private final Map<Object, Integer> byObject = new HashMap<>();
    private final Map<Class<?>, String> byClass = new HashMap<>();
    private final Map<TimeUnit, String> byUnit = new HashMap<>();
    private final Map<Thread.State, String> byState = new LinkedHashMap<>();
    private final Map<Colour, String> byColour = new HashMap<>();
    private final Map<Key, String> byKey = new ConcurrentHashMap<>();
    private final Map<Object, String> weak = new WeakHashMap<>();
    private final Map<Object, String> identityOfClasses = new IdentityHashMap<>();
    private final Map<TimeUnit, Integer> concurrent = new ConcurrentHashMap<>();
    private final Set<Object> set = new HashSet<>();
    private final Set<String> fixedSet = Set.of("a", "b", "c", "d", "e", "f");
    private final Map<Integer, String> fixedMap = Map.of(1, "one", 2, "two", 3, "three", 4, "four", 5, "five");
    private final Set<Object> fixedOfClasses = Set.of(String.class, TimeUnit.DAYS, Colour.RED, List.of(1, 2), Set.of(3, 4));
    private final Map<Colour, Integer> enumMap = new EnumMap<>(Colour.class);
    private final Set<TimeUnit> enumSet = EnumSet.of(TimeUnit.DAYS, TimeUnit.HOURS);
    private final TreeMap<String, Object> tree = new TreeMap<>();
    private final List<Object> objects = new ArrayList<>();
    private final List<Integer> hashes = new ArrayList<>();
    private final Object never = new Object();

    private static final Class<?>[] CLASSES = {String.class, int.class, int[].class, Object[].class, List.class, Hashes.class,
        Hashes[].class, Colour.class, Map.Entry.class, ConcurrentHashMap.class, void.class, Thread.class};

    private void fill() {
        for (int i = 0; i < 300; i++) {
            Object object = i % 3 == 0 ? new int[i % 5] : i % 3 == 1 ? new Object() : new StringBuilder();
            objects.add(object);
            hashes.add(System.identityHashCode(object));
            byIdentity.put(object, i);
            byObject.put(object, i);
            set.add(object);
            weak.put(object, "w" + i);
        }
        for (Class<?> type : CLASSES) {
            byClass.put(type, type.getSimpleName());
            identityOfClasses.put(type, type.getName());
        }
        for (TimeUnit unit : TimeUnit.values()) {
            byUnit.put(unit, unit.name());
            concurrent.put(unit, unit.ordinal());
        }
        for (Thread.State state : Thread.State.values()) {
            byState.put(state, state.name());
        }
        for (Colour colour : Colour.values()) {
            byColour.put(colour, colour.name());
            enumMap.put(colour, colour.ordinal());
            for (TimeUnit unit : TimeUnit.values()) {
                byKey.put(new Key(colour, CLASSES[colour.ordinal()], unit), colour + " " + unit);
            }
        }
        tree.put("self", this);
    }

    private int check() {
        int wrong = 0;
        for (int i = 0; i < objects.size(); i++) {
            Object object = objects.get(i);
            wrong += System.identityHashCode(object) != hashes.get(i) ? 1 : 0;
            wrong += byIdentity.get(object) != i || byObject.get(object) != i || !set.contains(object) ? 1000 : 0;
            wrong += !("w" + i).equals(weak.get(object)) ? 1_000_000 : 0;
        }
        for (Class<?> type : CLASSES) {
            wrong += type.getSimpleName().equals(byClass.get(type)) ? 0 : 1;
            wrong += type.getName().equals(identityOfClasses.get(type)) ? 0 : 10_000;
        }
        for (TimeUnit unit : TimeUnit.values()) {
            wrong += unit.name().equals(byUnit.get(unit)) && concurrent.get(unit) == unit.ordinal() ? 0 : 1;
            for (Colour colour : Colour.values()) {
                wrong += (colour + " " + unit).equals(byKey.get(new Key(colour, CLASSES[colour.ordinal()], unit))) ? 0 : 1;
            }
        }
        for (Thread.State state : Thread.State.values()) {
            wrong += state.name().equals(byState.get(state)) ? 0 : 1;
        }
        for (Colour colour : Colour.values()) {
            wrong += colour.name().equals(byColour.get(colour)) && enumMap.get(colour) == colour.ordinal() ? 0 : 1;
        }
        for (char c = 'a'; c <= 'f'; c++) {
            wrong += fixedSet.contains(String.valueOf(c)) ? 0 : 1;
        }
        for (int i = 1; i <= 5; i++) {
            wrong += fixedMap.containsKey(i) ? 0 : 1;
        }
        for (Object each : List.of(String.class, TimeUnit.DAYS, Colour.RED, List.of(1, 2), Set.of(3, 4))) {
            wrong += fixedOfClasses.contains(each) ? 0 : 1;
        }
        return wrong;
    }

    public static void main(String[] arguments) {
        Hashes all = new Hashes();
        all.fill();
        for (int i = 0; i < 30; i++) {
            int wrong = all.check();
            byte[][] garbage = new byte[20][100_000];
            Pace.step();
            all.byUnit.remove(TimeUnit.DAYS);
            all.byUnit.put(TimeUnit.DAYS, "DAYS");
            all.byObject.put(all.never, garbage.length);
            PriorityQueue<Integer> queue = new PriorityQueue<>(all.byIdentity.values());
            System.out.println(i + " " + wrong + " " + all.byUnit.size() + " " + all.byClass.size() + " " + queue.peek() + " "
                    + all.byState + " " + all.enumMap + all.enumSet + " " + all.fixedMap.get(3) + " " + (all.tree.get("self") == all)
                    + " " + all.set.size() + " " + all.weak.size() + " " + all.byObject.size() + " " + all.never.equals(all.never));
        }
    }
}
