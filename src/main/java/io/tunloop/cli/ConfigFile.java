// SPDX-License-Identifier: Apache-2.0
package io.tunloop.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A configuration file. Its keys are the long options without their dashes:
 *
 * <pre>
 * metrics = "127.0.0.1:9464"     # of the process
 * mtu = 9000                     # of every pair
 *
 * [[pair]]                       # once for each pair of devices; a file without has one, at the top
 * mode = "async-passthrough"
 * iface1 = "tun11"
 * ip1 = ["10.0.1.1/24", "fd00:1::1/64"]
 * iface2 = "tun22"
 * </pre>
 *
 * @param top what stands above the pairs
 * @param pairs each pair's own
 */
record ConfigFile(Map<String, Setting> top, List<Map<String, Setting>> pairs) {
    private static final String PAIR = "pair";

    /** What holds when there is no file. */
    static final ConfigFile NONE = new ConfigFile(Map.of(), List.of());

    /**
     * @param topKeys the keys that may stand at the top
     * @param pairKeys those that may stand in a pair
     */
    static ConfigFile read(Path file, Set<String> topKeys, Set<String> pairKeys) throws ConfigException {
        TomlParseResult toml = parse(file);
        var top = new LinkedHashMap<String, Setting>();
        var pairs = new ArrayList<Map<String, Setting>>();
        for (String key : toml.keySet()) {
            Origin origin = new Origin(file, toml.inputPositionOf(List.of(key)));
            if (key.equals(PAIR)) {
                readPairs(toml, origin, topKeys, pairKeys, pairs);
            } else {
                requireKnown(key, topKeys, origin);
                top.put(key, setting(key, toml.get(List.of(key)), origin));
            }
        }
        return new ConfigFile(top, pairs);
    }

    private static TomlParseResult parse(Path file) throws ConfigException {
        String text = ConfigText.read(file);
        TomlBounds.require(file, text);
        try {
            TomlParseResult toml = Toml.parse(text);
            if (toml.hasErrors()) {
                throw notToml(file, toml.errors().get(0));
            }
            return toml;
        } catch (TomlParseError thrown) {
            throw notToml(file, thrown); // Most are collected, not all.
        }
    }

    private static ConfigException notToml(Path file, TomlParseError error) {
        return new ConfigException(new Origin(file, error.position()) + ": not TOML: " + error.getMessage());
    }

    private static void readPairs(
            TomlParseResult toml,
            Origin origin,
            Set<String> topKeys,
            Set<String> keys,
            List<Map<String, Setting>> pairs)
            throws ConfigException {
        List<Object> tables = toml.isArray(PAIR) ? toml.getArrayOrEmpty(PAIR).toList() : List.of();
        if (tables.isEmpty() || !tables.stream().allMatch(TomlTable.class::isInstance)) {
            throw new ConfigException(origin + ": pair must be a table: write [[pair]] in a line of its own");
        }
        for (Object element : tables) {
            TomlTable table = (TomlTable) element;
            var pair = new LinkedHashMap<String, Setting>();
            for (String key : table.keySet()) {
                Origin ofKey = new Origin(origin.file(), table.inputPositionOf(List.of(key)));
                requireOfAPair(key, topKeys, keys, ofKey);
                requireKnown(key, keys, ofKey);
                pair.put(key, setting(key, table.get(List.of(key)), ofKey));
            }
            pairs.add(pair);
        }
    }

    private static void requireOfAPair(String key, Set<String> topKeys, Set<String> pairKeys, Origin origin)
            throws ConfigException {
        if (topKeys.contains(key) && !pairKeys.contains(key)) {
            throw new ConfigException(
                    origin + ": '" + key + "' is the whole process's: write it above the first [[pair]]");
        }
    }

    private static void requireKnown(String key, Set<String> keys, Origin origin) throws ConfigException {
        if (!keys.contains(key)) {
            throw new ConfigException(
                    origin + ": unknown key '" + key + "'; did you mean '" + Similarity.closest(key, keys) + "'?");
        }
    }

    private static Setting setting(String key, Object value, Origin origin) throws ConfigException {
        var values = new ArrayList<String>();
        if (value instanceof TomlArray array) {
            for (int i = 0; i < array.size(); i++) {
                values.add(text(key, array.get(i), origin));
            }
        } else {
            values.add(text(key, value, origin));
        }
        return new Setting(List.copyOf(values), origin.toString());
    }

    private static String text(String key, Object value, Origin origin) throws ConfigException {
        if (value instanceof String || value instanceof Long || value instanceof Boolean) {
            return value.toString();
        }
        throw new ConfigException(
                origin + ": '" + key + "' must be a string, an integer, true or false, or a list of them");
    }

    /** A place in the file, as people and editors write it. */
    private record Origin(Path file, TomlPosition position) {
        @Override
        public String toString() {
            return file + ":" + (position == null ? 1 : position.line());
        }
    }
}
