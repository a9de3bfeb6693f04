package io.ssi.node.cli;

import io.ssi.core.config.Nearest;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line and what would be right, in one sentence of ours: the parser's speak of indexes and matches. */
final class WrongUse {
    private WrongUse() {}

    static String sentence(ParameterException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        String why = switch (wrong) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched, command);
            case MissingParameterException missing -> missing(missing);
            case ParameterException value when value.getArgSpec() instanceof OptionSpec option && option.type() == boolean.class ->
                "option " + option.longestName() + " takes no value";
            default -> wrong.getMessage();
        };
        return why + "; see: " + command.qualifiedName() + " --help";
    }

    private static String unmatched(UnmatchedArgumentException wrong, CommandSpec command) {
        String word = wrong.getUnmatched().getFirst();
        if (wrong.isUnknownOption()) {
            String name = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            List<String> options = command.options().stream().map(OptionSpec::longestName).toList();
            return "there is no option '" + name + "'; " + Nearest.to(name, options).map(near -> "did you mean " + near + "?").orElse("there are " + String.join(", ", options));
        }
        List<String> verbs = command.subcommands().keySet().stream().sorted().toList();
        if (!verbs.isEmpty()) {
            return "there is no verb '" + word + "'; " + Nearest.to(word, verbs).map(near -> "did you mean " + near + "?").orElse("there are " + String.join(", ", verbs));
        }
        String takes = command.positionalParameters().stream().map(ArgSpec::paramLabel).collect(Collectors.joining(" "));
        return "'" + word + "' is one argument too many; " + (takes.isEmpty() ? command.qualifiedName() + " takes none" : "it takes " + takes);
    }

    private static String missing(MissingParameterException wrong) {
        return wrong.getMissing().stream().flatMap(arg -> arg instanceof OptionSpec option
                ? Stream.of("option " + option.longestName() + " wants a value, " + option.paramLabel()) : Stream.of(arg.paramLabel() + " is missing"))
                .collect(Collectors.joining(", "));
    }
}
