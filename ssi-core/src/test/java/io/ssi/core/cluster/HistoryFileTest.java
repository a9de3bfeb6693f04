package io.ssi.core.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ssi.core.cluster.Membership.Change;
import io.ssi.core.cluster.Membership.State;
import io.ssi.core.id.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryFileTest {
    @TempDir
    Path folder;

    private HistoryFile open() {
        return new HistoryFile(folder.resolve("history"));
    }

    private static Change change(int number) {
        return new Change(number, new NodeId(2), number % 2 == 0 ? null : State.UP, State.DOWN, "cause " + number);
    }

    @Test
    void itGoesOnWhereItWas() {
        HistoryFile first = open();
        first.add(change(1));
        first.add(new Change(2, new NodeId(3), State.UP, State.SUSPECT, "two\nlines ü"));
        HistoryFile second = open();
        second.add(change(4));
        assertThat(second.changes()).containsExactly(change(1), new Change(2, new NodeId(3), State.UP, State.SUSPECT, "two lines ü"), change(4));
        assertThat(open().changes()).isEqualTo(second.changes());
    }

    @Test
    void whatIsSpoiledIsPassedOver() throws IOException {
        HistoryFile first = open();
        first.add(change(1));
        Files.write(folder.resolve("history"), new byte[] {'5', ' ', '2', ' ', (byte) 0xC3}, StandardOpenOption.APPEND);
        open().add(change(3));
        Files.writeString(folder.resolve("history"), "7 0 UP DOWN no node\n7 2 UP BAD x\n\n99999999999999999999 2 UP DOWN x\n", StandardOpenOption.APPEND);
        assertThat(open().changes()).containsExactly(change(1), change(3));
    }

    @Test
    void itHasABound() throws IOException {
        HistoryFile file = open();
        IntStream.rangeClosed(1, 2 * HistoryFile.LENGTH_MAX + 500).forEach(i -> file.add(change(i)));
        List<Change> last = IntStream.rangeClosed(HistoryFile.LENGTH_MAX + 501, 2 * HistoryFile.LENGTH_MAX + 500).mapToObj(HistoryFileTest::change).toList();
        assertThat(file.changes()).isEqualTo(last);
        assertThat(Files.readAllLines(folder.resolve("history"))).hasSizeLessThan(2 * HistoryFile.LENGTH_MAX);
        assertThat(open().changes()).isEqualTo(last);
    }

    /** A folder that is gone, as a full disk: the daemon goes on. */
    @Test
    void whatCannotBeKeptIsKnownInThisLife() {
        HistoryFile nowhere = new HistoryFile(folder.resolve("none/history"));
        nowhere.add(change(1));
        assertThat(nowhere.changes()).containsExactly(change(1));
    }
}
