public import Chips
public import Numerics

/// The way of every net, and the axon numbers on its target cores. The fifth stage; made by the pass Routing.
@dynamicMemberLookup
public struct RoutedGraph: Hashable, Sendable {
    public var placed: PlacedGraph
    public var routes: Routes
    /// Expected packets per time step on each directed link that carries any, ascending by link.
    public var linkLoads: [LinkLoad]

    /// How spikes find their way. One case for each kind of addressing.
    public enum Routes: Hashable, Sendable {
        /// A packet for each target core. One connection for each pair of a net and a target core that it reaches, by net, then target.
        case unicast([Connection])
        /// Packets that routers copy on their way, by key.
        case multicast(MulticastRoutes)
        /// Labels that a crossbar and masks lead to synapses.
        case crossbar(CrossbarRoutes)
    }

    /// A graph whose packets each go to one core.
    public init(placed: PlacedGraph, connections: [Connection], linkLoads: [LinkLoad]) {
        self.init(placed: placed, routes: .unicast(connections), linkLoads: linkLoads)
    }

    public init(placed: PlacedGraph, routes: Routes, linkLoads: [LinkLoad]) {
        self.placed = placed
        self.routes = routes
        self.linkLoads = linkLoads
    }

    /// The unicast connections; empty for another kind of routes.
    public var connections: [Connection] {
        get {
            switch routes {
            case .unicast(let connections): connections
            default: []
            }
        }
        set { routes = .unicast(newValue) }
    }

    /// The keys, trees and tables of a graph whose packets are copied on their way; nil for another kind of routes.
    public var multicast: MulticastRoutes? { if case .multicast(let routes) = routes { routes } else { nil } }

    /// How every execution is configured; nil for another kind of routes.
    public var crossbarRoutes: CrossbarRoutes? { if case .crossbar(let routes) = routes { routes } else { nil } }

    public subscript<Value>(dynamicMember path: KeyPath<PlacedGraph, Value>) -> Value { placed[keyPath: path] }
}

/// A net's axons on one of its target cores: the net's neurons that have a synapse there are numbered on from `firstAxon`, ascending.
public struct Connection: Hashable, Sendable {
    public var net: ID<Net>
    public var target: ID<VirtualCore>
    public var firstAxon: Int
    /// How many of the net's neurons have a synapse on the target core.
    public var axonCount: Int
    /// Routers from source to target, both included; empty for nets from the host.
    public var path: [Int]

    public init(net: ID<Net>, target: ID<VirtualCore>, firstAxon: Int, axonCount: Int, path: [Int]) {
        self.net = net
        self.target = target
        self.firstAxon = firstAxon
        self.axonCount = axonCount
        self.path = path
    }
}

/// Packets on a link.
public struct LinkLoad: Hashable, Sendable {
    public var link: RouterLink
    public var packetsPerStep: Double

    public init(link: RouterLink, packetsPerStep: Double) {
        self.link = link
        self.packetsPerStep = packetsPerStep
    }
}
