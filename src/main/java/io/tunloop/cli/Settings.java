// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The settings of a daemon, each from the strongest of its sources.
 *
 * <pre>
 * default  ◄  file, top  ◄  file, [[pair]]  ◄  environment, TUNLOOP_MTU  ◄  command line, --mtu
 * </pre>
 * There is one list of options, picocli's: a key of the file is a long option without dashes, a variable the same in upper
 * case, and a value is converted and checked by the same code wherever it came from.
 */
final class Settings {
    private static final String VARIABLE_PREFIX = "TUNLOOP_";

    private final Map<String, Setting> daemon;
    private final List<Map<String, Setting>> pairs;

    private Settings(Map<String, Setting> daemon, List<Map<String, Setting>> pairs) {
        this.daemon = daemon;
        this.pairs = pairs;
    }

    /**
     * @param flags the command line as picocli has parsed it
     * @param file null for none
     * @param environment normally the process's
     */
    static Settings load(ParseResult flags, Path file, Map<String, String> environment) throws ConfigException {
        Set<String> daemonKeys = keys(new DaemonOptions());
        Set<String> pairKeys = keys(new PairOptions());
        var allKeys = new LinkedHashSet<>(daemonKeys);
        allKeys.addAll(pairKeys);
        ConfigFile config = file == null ? ConfigFile.NONE : ConfigFile.read(file, allKeys, pairKeys);
        Map<String, Setting> strong = environment(environment, allKeys);
        strong.putAll(flags(flags, allKeys));

        var pairs = new ArrayList<Map<String, Setting>>();
        for (Map<String, Setting> own :
                config.pairs().isEmpty() ? List.of(Map.<String, Setting>of()) : config.pairs()) {
            pairs.add(select(pairKeys, config.top(), own, strong));
        }
        return new Settings(select(daemonKeys, config.top(), strong), pairs);
    }

    /** Where a setting may be given, for messages. */
    static String sources(String key) {
        return "--" + key + ", " + variable(key) + " or " + key + " = ... in the file";
    }

    private static String variable(String key) {
        return VARIABLE_PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static Set<String> keys(Object options) {
        var keys = new LinkedHashSet<String>();
        CommandSpec.forAnnotatedObject(options).options().forEach(option -> keys.add(key(option)));
        return keys;
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    private static Map<String, Setting> environment(Map<String, String> environment, Set<String> keys) {
        var settings = new LinkedHashMap<String, Setting>();
        for (String key : keys) {
            String value = environment.get(variable(key));
            if (value != null) {
                settings.put(key, new Setting(List.of(value), variable(key)));
            }
        }
        return settings;
    }

    private static Map<String, Setting> flags(ParseResult flags, Set<String> keys) {
        var settings = new LinkedHashMap<String, Setting>();
        for (OptionSpec option : flags.matchedOptions()) {
            if (keys.contains(key(option))) {
                List<String> values = option.originalStringValues();
                // A switch has no value: that it is there says it all.
                settings.put(
                        key(option), new Setting(values.isEmpty() ? List.of("true") : values, option.longestName()));
            }
        }
        return settings;
    }

    @SafeVarargs
    private static Map<String, Setting> select(Set<String> keys, Map<String, Setting>... weakestFirst) {
        var selected = new LinkedHashMap<String, Setting>();
        for (Map<String, Setting> source : weakestFirst) {
            source.forEach((key, setting) -> {
                if (keys.contains(key)) {
                    selected.put(key, setting);
                }
            });
        }
        return selected;
    }

    /** The options of the process. */
    DaemonOptions daemon() throws ConfigException {
        return parse(new DaemonOptions(), daemon);
    }

    /** The options of each pair. */
    List<PairOptions> pairs() throws ConfigException {
        var parsed = new ArrayList<PairOptions>();
        for (Map<String, Setting> pair : pairs) {
            parsed.add(parse(new PairOptions(), pair));
        }
        return parsed;
    }

    private static <T> T parse(T options, Map<String, Setting> settings) throws ConfigException {
        CommandLine command = Main.configure(new CommandLine(options));
        var arguments = new ArrayList<String>();
        for (var entry : settings.entrySet()) {
            String name = "--" + entry.getKey();
            List<String> values = entry.getValue().values();
            if (values.isEmpty() && !command.getCommandSpec().findOption(name).isMultiValue()) {
                throw new ConfigException(
                        entry.getValue().origin() + ": '" + entry.getKey() + "' must be one value, not an empty list");
            }
            values.forEach(value -> arguments.add(name + '=' + value));
        }
        try {
            command.parseArgs(arguments.toArray(String[]::new));
            return options;
        } catch (ParameterException cause) {
            throw new ConfigException(origin(cause, settings) + cause.getMessage());
        }
    }

    private static String origin(ParameterException cause, Map<String, Setting> settings) {
        boolean known = cause.getArgSpec() instanceof OptionSpec option && settings.containsKey(key(option));
        return known ? settings.get(key((OptionSpec) cause.getArgSpec())).origin() + ": " : "";
    }

    /** All settings as a file that would have the same effect, each with its source. */
    String toToml() throws ConfigException {
        var text = new StringBuilder();
        append(text, daemon(), daemon);
        List<PairOptions> parsed = pairs();
        for (int i = 0; i < parsed.size(); i++) {
            text.append("\n[[pair]]\n");
            append(text, parsed.get(i), pairs.get(i));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Object options, Map<String, Setting> settings) {
        for (OptionSpec option : CommandSpec.forAnnotatedObject(options).options()) {
            Setting setting = settings.get(key(option));
            Object value = option.getValue();
            if (setting != null) {
                text.append(String.format(
                        "%-40s # %s%n", key(option) + " = " + TomlText.of(setting.values(), option), setting.origin()));
            } else if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
                text.append(String.format(
                        "%-40s # default%n",
                        key(option) + " = " + TomlText.of(List.of(TomlText.plain(value)), option)));
            }
        }
    }

    /** The settings whose values differ, by key, for a reload: pairs are compared by position. */
    Map<String, Setting> changes(Settings other) {
        var changes = new TreeMap<String, Setting>();
        collect(changes, "", daemon, other.daemon);
        for (int i = 0; i < Math.min(pairs.size(), other.pairs.size()); i++) {
            collect(changes, "pair " + (i + 1) + ": ", pairs.get(i), other.pairs.get(i));
        }
        return changes;
    }

    private static void collect(
            Map<String, Setting> changes, String prefix, Map<String, Setting> before, Map<String, Setting> after) {
        var keys = new LinkedHashSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (String key : keys) {
            Setting old = before.get(key);
            Setting now = after.get(key);
            if (old == null || now == null || !old.values().equals(now.values())) {
                changes.put(prefix + key, now == null ? new Setting(List.of(), "default") : now);
            }
        }
    }
}
