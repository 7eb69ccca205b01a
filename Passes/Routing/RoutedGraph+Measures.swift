public import Lowering
import Numerics

extension RoutedGraph {
    /// Expected packets per time step on the most loaded link.
    public var maximumLinkLoad: Double { linkLoads.map(\.packetsPerStep).max() ?? 0 }

    /// Expected links per time step that packets cross.
    public var routedHops: Double { linkLoads.reduce(0) { $0 + $1.packetsPerStep } }

    /// What the same ways would take if one packet served all targets of a net: its traffic times the links that any of its paths uses.
    public var treeLength: Double {
        var length = 0.0
        var links: Set<[Int]> = []
        for (index, connection) in connections.enumerated() {
            for (from, to) in zip(connection.path, connection.path.dropFirst()) { links.insert([from, to]) }
            if index + 1 == connections.count || connections[index + 1].net != connection.net {
                length += placed.coreGraph.nets[connection.net].traffic * Double(links.count)
                links.removeAll(keepingCapacity: true)
            }
        }
        return length
    }
}
