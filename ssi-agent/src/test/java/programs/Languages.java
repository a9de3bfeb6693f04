package programs;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import kotlin.Lazy;
import kotlin.LazyKt;
import kotlin.collections.CollectionsKt;
import kotlin.sequences.Sequence;
import kotlin.sequences.SequencesKt;
import kotlin.text.Regex;
import scala.collection.immutable.LazyList;
import scala.collection.immutable.TreeMap;
import scala.jdk.javaapi.CollectionConverters;
import scala.math.Ordering;

/** Frames, objects and classes of the Kotlin and Scala compilers: their libraries call back into code that takes its time. */
public final class Languages {
    private Languages() {}

    private static <T> T slowly(T value) {
        Pace.step();
        return value;
    }

    private static void kotlin(int round) throws InterruptedException {
        Sequence<Integer> odd = SequencesKt.filter(SequencesKt.generateSequence(round, n -> n < 6 ? slowly(n + 1) : null), n -> n % 2 == 1);
        Lazy<String> once = LazyKt.lazy(() -> slowly("computed"));
        CountDownLatch seen = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            Thread.ofPlatform().start(() -> {
                once.getValue();
                seen.countDown();
            });
        }
        String text = new Regex("[a-c]").replace("abcd", match -> slowly(match.getValue() + match.getRange()));
        seen.await();
        System.out.println(SequencesKt.toList(odd) + " " + once.getValue() + " " + text + " "
                + CollectionsKt.joinToString(List.of(1, 2), ",", "<", ">", -1, "", n -> slowly("#" + n)));
    }

    private static void scala(int round) {
        TreeMap<Integer, String> tree = new TreeMap<>(Ordering.comparatorToOrdering(Integer::compare));
        for (int i = 0; i < 4; i++) {
            tree = tree.updated(i * 7 % 4, slowly("v" + i));
        }
        LazyList<Integer> numbers = LazyList.from(round).map(n -> slowly((int) n * 3));
        System.out.println(tree + " " + numbers.take(3).toList() + " "
                + CollectionConverters.asScala(List.of(3, 1, 2)).toList().foldLeft("", (all, n) -> slowly(all + n)));
    }

    public static void main(String[] arguments) throws InterruptedException {
        for (int round = 0; round < 2; round++) {
            kotlin(round);
            scala(round);
        }
    }
}
