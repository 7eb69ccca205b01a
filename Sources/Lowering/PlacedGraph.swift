public import Numerics

/// A physical core for each virtual core. The fourth stage; made by the pass Placement.
@dynamicMemberLookup
public struct PlacedGraph: Hashable, Sendable {
    public var coreGraph: CoreGraph
    /// Physical core number (see `Topology`) of each virtual core.
    public var physicalCores: [Int]

    public init(coreGraph: CoreGraph, physicalCores: [Int]) {
        self.coreGraph = coreGraph
        self.physicalCores = physicalCores
    }

    public subscript<Value>(dynamicMember path: KeyPath<CoreGraph, Value>) -> Value { coreGraph[keyPath: path] }

    public func physicalCore(of core: ID<VirtualCore>) -> Int { physicalCores[core.index] }
}
