import Chips
import Lowering
import Numerics
public import Storage

extension CoreGraphMapping {
    /// What `bench place` and `bench route` print; recorded figures of other tools and the ratios to them where there are any.
    /// - Parameter checked: whether every key is followed through the tables, before and after compression; `violations` is null otherwise.
    public func json(checked: Bool) -> JSONObject {
        var entries: [(String, JSONValue)] = [
            ("instance", .string(graph.name)), ("cores", .integer(graph.coreCount)), ("chips", .integer(chipCount)),
            ("machine", [.integer(torus.width), .integer(torus.height)]), ("hops", .integer(treeEdges)),
            ("tree_length", .number(treeLength)), ("lower_bound", .number(lowerBound)), ("max_link_load", .number(maximumLinkLoad)),
            ("uncompressed_largest_table", .integer(uncompressed.map(\.entries.count).max() ?? 0)),
            ("uncompressed_entries", .integer(uncompressed.reduce(0) { $0 + $1.entries.count })), ("largest_table", .integer(largestTable)),
            ("entries", .integer(entryCount)), ("violations", checked ? .integer(violations().count) : .null),
            ("place_seconds", .number(seconds.place)),
            ("route_seconds", .number(seconds.route)), ("compress_seconds", .number(seconds.compress)),
            ("seconds", .number(seconds.place + seconds.route + seconds.compress)), ("peak_bytes", .integer(MappingBenchmark.peakBytes())),
        ]
        if let record = RecordedMapping.of(graph.name) {
            entries.append(
                (
                    "recorded",
                    .object(
                        JSONObject([
                            ("tool", .string(record.tool)), ("tree_length", .number(record.treeLength)),
                            ("max_link_load", .number(record.maximumLinkLoad)), ("lowest_max_link_load", .number(record.lowestLinkLoad)),
                            ("largest_table", .integer(record.largestTable)), ("entries", .integer(record.entryCount)),
                            ("proven_length", record.provenLength > 0 ? .number(record.provenLength) : .null),
                        ]))
                ))
            entries.append(
                (
                    "ratio",
                    .object(
                        JSONObject([
                            ("tree_length", .number(treeLength / record.treeLength)),
                            ("lower_bound", .number(max(lowerBound, record.provenLength) / record.treeLength)),
                            ("max_link_load", .number(maximumLinkLoad / record.maximumLinkLoad)),
                            ("lowest_max_link_load", .number(maximumLinkLoad / record.lowestLinkLoad)),
                            ("largest_table", .number(Double(largestTable) / Double(record.largestTable))),
                            ("entries", .number(Double(entryCount) / Double(record.entryCount))),
                        ]))
                ))
        }
        return JSONObject(entries)
    }
}
