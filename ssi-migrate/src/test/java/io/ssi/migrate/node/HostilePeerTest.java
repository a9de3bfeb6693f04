package io.ssi.migrate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ssi.core.cluster.Consensus;
import io.ssi.core.cluster.Membership;
import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.NodeId;
import io.ssi.core.id.VPid;
import io.ssi.core.net.ByteStream;
import io.ssi.core.net.LocalNetwork;
import io.ssi.core.net.LocalTransport;
import io.ssi.core.net.MessageRegistry;
import io.ssi.core.net.Transport;
import io.ssi.core.wire.LinkCodec;
import io.ssi.core.wire.LinkMessage;
import io.ssi.migrate.JdkBuild;
import io.ssi.vproc.ProcessRow;
import io.ssi.vproc.ProcessState;
import io.ssi.vproc.RowCodec;
import io.ssi.vproc.node.AppLink;
import io.ssi.vproc.node.ProcessRegistry;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A daemon whose peer in a move talks nonsense: the program goes on at its source, whoever asked is told one sentence, and the daemon serves the next. */
@Timeout(120)
class HostilePeerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final VPid PROCESS = new VPid(1_000_001);
    private static final NodeId SOURCE = new NodeId(1);
    private static final NodeId TARGET = new NodeId(2);
    private static final byte[] GARBAGE = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final LocalNetwork network = new LocalNetwork(1);
    private final List<LocalTransport> nodes;
    private final FakeJvm jvm = new FakeJvm();
    private final List<String> registry = new CopyOnWriteArrayList<>();

    HostilePeerTest() {
        MessageRegistry messages = new MessageRegistry();
        MigrateMessages.register(messages);
        nodes = network.cluster(2, messages);
        await().atMost(PATIENCE).until(() -> nodes.get(0).isUp(TARGET) && nodes.get(1).isUp(SOURCE));
    }

    @AfterEach
    void close() {
        network.close();
    }

    private static ProcessRow row() {
        return new ProcessRow(PROCESS, 1, 0, SOURCE, 4711, "someone", ProcessState.RUNNING, ProcessRow.Usage.NONE, 0, "Main", "/", 0, Optional.empty());
    }

    private static LinkMessage.Prepared prepared(long migration, String build) {
        return new LinkMessage.Prepared(migration, build, List.of(), List.of(), "Main", List.of(), "/", 1, 2, List.of());
    }

    /** The program: does what its daemon says, as long as that makes sense. */
    private static final class FakeJvm implements AppLink {
        final List<LinkMessage> told = new CopyOnWriteArrayList<>();
        private volatile Consumer<LinkMessage> handler = message -> { };

        @Override
        public void send(LinkMessage message) {
            told.add(message);
            switch (message) {
                case LinkMessage.Prepare m -> answer(prepared(m.migration(), JdkBuild.name()));
                case LinkMessage.Freeze m -> answer(new LinkMessage.ImageChunk(m.migration(), new byte[100])); // the rest takes a while
                case LinkMessage.Resume m -> answer(new LinkMessage.Resumed(m.migration()));
                default -> { }
            }
        }

        private void answer(LinkMessage message) {
            Thread.startVirtualThread(() -> handler.accept(message));
        }

        @Override
        public long osPid() {
            return 4711;
        }

        @Override
        public void onMessage(Consumer<LinkMessage> taker) {
            handler = taker;
        }

        @Override
        public void onClose(Runnable closed) { }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() { }
    }

    private interface Answers {
        Object to(String method, Object[] arguments);
    }

    /** What is not answered here is not asked in these tests. */
    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answers.to(method.getName(), arguments)));
    }

    private Migrations daemon(int node) {
        ProcessRegistry processes = fake(ProcessRegistry.class, (method, arguments) -> {
            registry.add(method);
            return switch (method) {
                case "row" -> Optional.of(row());
                case "settled" -> CompletableFuture.completedFuture(null);
                case "beginMove" -> new ProcessRegistry.Local(row(), jvm);
                case "moveOff" -> null;
                default -> throw new IllegalStateException(method);
            };
        });
        Consensus consensus = fake(Consensus.class, (method, arguments) -> {
            assertThat(method).as("question to the group").isEqualTo("place");
            return CompletableFuture.completedFuture(Optional.of(new Consensus.Place(PROCESS, SOURCE, 1, 0, 0)));
        });
        Membership membership = fake(Membership.class, (method, arguments) -> List.of(new Membership.Node(TARGET, "n2", "", Membership.State.UP, 0, 0)));
        return new Migrations(new Migrations.Parts(new NodeId(node), nodes.get(node - 1), consensus, membership, processes, null,
                new Settings(null, null, null, null, 1 << 20, 5000)));
    }

    // ---- a target that is not one

    private interface Script {
        void play(long migration, DataInputStream in, OutputStream out) throws IOException;
    }

    private void targetPlays(Script script) {
        nodes.get(1).accept(MigrateMessages.LandHeader.class, (from, header, stream) -> {
            try (ByteStream closed = stream) {
                script.play(header.migration(), new DataInputStream(stream.input()), stream.output());
                while (closed.input().read() >= 0) {
                    // until the source hangs up
                }
            } catch (IOException e) {
                // as the source wants it
            }
        });
    }

    private static void say(OutputStream out, LinkMessage... messages) throws IOException {
        for (LinkMessage message : messages) {
            LinkCodec.write(out, message);
        }
        out.flush();
    }

    private void staysAtTheSource(boolean frozen, String sentence) {
        String refusal;
        try {
            refusal = "moved: " + daemon(1).migrate(PROCESS, TARGET, "someone", Duration.ofSeconds(5), step -> { })
                    .orTimeout(60, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(SsiException.class);
            refusal = e.getCause().getMessage();
        }
        assertThat(refusal).contains(sentence).hasLineCount(1);
        assertThat(registry).contains("moveOff");
        assertThat(jvm.told).noneMatch(message -> message instanceof LinkMessage.Depart);
        assertThat(jvm.told.stream().anyMatch(message -> message instanceof LinkMessage.Resume)).as("resumed").isEqualTo(frozen);
    }

    @Test
    void garbageBeforeTheFreeze() {
        targetPlays((migration, in, out) -> {
            out.write(GARBAGE);
            out.flush();
        });
        staysAtTheSource(false, "process 1000001 goes on here");
    }

    @Test
    void aFrameOfFourGigabytes() {
        targetPlays((migration, in, out) -> {
            out.write(new byte[] {-1, -1, -1, -1});
            out.flush();
        });
        staysAtTheSource(false, "a frame announces -1 bytes");
    }

    @Test
    void aMessageOutOfTurn() {
        targetPlays((migration, in, out) -> say(out, new LinkMessage.Running(migration)));
        staysAtTheSource(false, "node 2 said Running out of turn; the move is off");
    }

    @Test
    void builtBeforeTheImageHasCome() {
        targetPlays((migration, in, out) -> {
            LinkCodec.read(in);
            say(out, new LinkMessage.LandReady(migration), new LinkMessage.Built(migration, 0));
        });
        staysAtTheSource(true, "node 2 said Built out of turn; the move is off");
    }

    @Test
    void messagesOfAnotherMove() {
        targetPlays((migration, in, out) -> say(out, new LinkMessage.LandReady(migration + 2)));
        staysAtTheSource(false, "a message of another move came");
    }

    @Test
    void aRefusalWithoutReason() {
        targetPlays((migration, in, out) -> say(out, new LinkMessage.Cannot(migration, 9_999, List.of())));
        staysAtTheSource(false, "node 2 gave no reason");
    }

    // ---- a source that is not one

    private List<LinkMessage> answersOfTheTarget(byte[] row, Script script) throws IOException {
        try (ByteStream stream = nodes.get(0).open(TARGET, new MigrateMessages.LandHeader(7, row))) {
            List<LinkMessage> answers = new ArrayList<>();
            try {
                script.play(7, null, stream.output());
            } catch (IOException e) {
                // the target had enough of it before the end
            }
            try {
                DataInputStream in = new DataInputStream(stream.input());
                for (LinkMessage answer = LinkCodec.read(in); answer != null; answer = LinkCodec.read(in)) {
                    answers.add(answer);
                }
            } catch (IOException e) {
                // reset by the target
            }
            return answers;
        }
    }

    private static void cannot(List<LinkMessage> answers, ErrorCode code, String sentence) {
        assertThat(answers).singleElement().isInstanceOfSatisfying(LinkMessage.Cannot.class, cannot -> {
            assertThat(cannot.code()).isEqualTo(code.number());
            assertThat(cannot.reasons()).singleElement().asString().contains(sentence).hasLineCount(1);
        });
    }

    @Test
    void theTargetRefusesWhatDoesNotFitAndServesTheNext() throws IOException {
        daemon(2);
        byte[] row = RowCodec.encode(row());
        assertThat(answersOfTheTarget(new byte[] {9, 9, 9}, (migration, in, out) -> say(out, prepared(migration, "25")))).isEmpty();
        assertThat(answersOfTheTarget(row, (migration, in, out) -> {
            out.write(GARBAGE);
            out.flush();
        })).isEmpty();
        cannot(answersOfTheTarget(row, (migration, in, out) -> say(out, prepared(migration, "26+1"))), ErrorCode.WRONG_JDK,
                "process 1000001 runs on JDK 26+1, node 2 has " + JdkBuild.name() + "; install the same build on both");
        cannot(answersOfTheTarget(row, (migration, in, out) -> say(out, new LinkMessage.ImageEnd(migration, 0, 0, 0, 0, 0, 0, 0))), ErrorCode.BAD_FRAME,
                "the source of process 1000001 said ImageEnd out of turn");
        cannot(answersOfTheTarget(row, (migration, in, out) -> {
            for (int i = 0; i < 3; i++) {
                say(out, new LinkMessage.ImageChunk(migration, new byte[1 << 19]));
            }
        }), ErrorCode.LIMIT, "raise image-bytes-max there");
        assertThat(answersOfTheTarget(row, (migration, in, out) -> say(out, prepared(migration + 2, JdkBuild.name())))).isEmpty();
        assertThat(registry).isEmpty();
    }
}
