package io.ssi.node.admin;

import io.ssi.core.error.ErrorCode;
import io.ssi.core.error.SsiException;
import io.ssi.core.id.VPid;
import io.ssi.core.json.Json;
import io.ssi.core.wire.LinkMessage;
import io.ssi.vproc.ExitStatus;
import io.ssi.vproc.Signals;
import io.ssi.vproc.node.HostLink;
import io.ssi.vproc.node.Session;
import io.ssi.vproc.node.SignalRouter;
import io.ssi.vproc.node.VprocService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the verbs of commands. One virtual thread for each request; thread-safe. */
public final class AdminService {
    private static final Logger LOG = LoggerFactory.getLogger(AdminService.class);

    /** What the verbs act on. */
    public record Parts(VprocService processes, SignalRouter signals, Moves moves, Views views, Supplier<Map<String, Object>> status,
            Runnable stop) {}

    private final Parts parts;

    public AdminService(Parts parts) {
        this.parts = parts;
    }

    /** The session of a command's connection. */
    public Session session(HostLink link) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        return new Session() {
            @Override
            public boolean message(LinkMessage message) {
                if (message instanceof LinkMessage.AdminRequest request) {
                    Thread.ofVirtual().name("ssi-admin-" + request.verb()).start(() -> answer(request, link, end));
                    return true;
                }
                return false;
            }

            @Override
            public void closed() {
                end.complete(null); // a command that was interrupted; what it asked for goes on
            }
        };
    }

    private void answer(LinkMessage.AdminRequest request, HostLink link, CompletableFuture<Void> end) {
        LinkMessage.AdminReply reply;
        try {
            Consumer<String> progress = json -> link.send(new LinkMessage.AdminProgress(json));
            Map<String, String> arguments = arguments(request.args());
            Object result = request.verb().equals("wait") ? await(arguments, progress, end)
                    : execute(request.verb(), arguments, link.peerUser(), progress);
            reply = new LinkMessage.AdminReply(0, "", result instanceof String json ? json : Json.write(result));
        } catch (RuntimeException e) {
            Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
            if (!(cause instanceof SsiException)) {
                LOG.error("the request {} failed", request, cause);
            }
            ErrorCode code = cause instanceof SsiException refused ? refused.code() : ErrorCode.INTERNAL;
            reply = new LinkMessage.AdminReply(code.number(), cause instanceof SsiException ? cause.getMessage() : cause.toString(), "null");
        }
        link.send(reply);
    }

    private Object execute(String verb, Map<String, String> arguments, String user, Consumer<String> progress) {
        return switch (verb) {
            case "status" -> parts.status().get();
            case "cluster" -> Json.object("nodes", parts.views().nodes(), "refused", parts.views().refusals());
            case "history" -> parts.views().history();
            case "ps" -> parts.views().processesOnceKnown();
            case "where" -> Views.process(parts.moves().process(vpid(arguments)));
            case "kill" -> {
                parts.signals().signal(vpid(arguments), Signals.parse(arguments.getOrDefault("signal", "TERM")), user).join();
                yield Json.object();
            }
            case "migrate" -> parts.moves().move(vpid(arguments), arguments.getOrDefault("node", ""), user, waitOf(arguments), progress).join();
            case "explain" -> parts.moves().explain(vpid(arguments), user, waitOf(arguments)).join();
            case "migrations" -> parts.moves().recent();
            case "stop" -> {
                Thread.ofPlatform().name("ssi-stop").start(parts.stop());
                yield Json.object();
            }
            default -> throw new SsiException(ErrorCode.BAD_ARGUMENT, "this daemon does not know the request '" + verb + "'; use commands of its version");
        };
    }

    /** How a process ends; nobody waits any more once the command has gone. */
    private Object await(Map<String, String> arguments, Consumer<String> progress, CompletableFuture<Void> end) {
        VPid vpid = vpid(arguments);
        CompletableFuture<ExitStatus> exit = parts.processes().waitFor(vpid, away -> progress.accept(Json.write(Json.object("text", away))));
        end.thenRun(() -> exit.completeExceptionally(new SsiException(ErrorCode.PEER_LOST, "the command has gone")));
        String millis = arguments.get("timeoutMillis");
        if (millis != null) {
            CompletableFuture.delayedExecutor(Long.parseLong(millis), TimeUnit.MILLISECONDS).execute(() -> exit.completeExceptionally(
                    new SsiException(ErrorCode.TIMEOUT, "process " + vpid + " has not ended in the time given")));
        }
        return Views.exit(exit.join());
    }

    private static VPid vpid(Map<String, String> arguments) {
        String text = arguments.getOrDefault("vpid", "");
        try {
            return new VPid(Integer.parseInt(text));
        } catch (IllegalArgumentException e) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + text + "' is not a VPID (node x 1000000 + sequence, for example 3000017)", e);
        }
    }

    /** How much is too much says the node that hosts the process. */
    private static Duration waitOf(Map<String, String> arguments) {
        String millis = arguments.getOrDefault("waitMillis", Long.toString(Moves.WAIT_DEFAULT.toMillis()));
        if (!millis.matches("[0-9]{1,9}")) {
            throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + millis + "' is no wait in ms of at most 9 digits");
        }
        return Duration.ofMillis(Integer.parseInt(millis));
    }

    private static Map<String, String> arguments(List<String> pairs) {
        Map<String, String> arguments = new HashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new SsiException(ErrorCode.BAD_ARGUMENT, "'" + pair + "' is not KEY=VALUE");
            }
            arguments.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return arguments;
    }
}
