import Chips
import Numerics

extension RoutedGraph {
    private var chip: Chip { placed.coreGraph.chip }

    /// Checks what must hold of the stage; the pass Routing promises it. The stages before are checked by their own verifiers.
    ///
    /// - There is one connection for each net and target core, by net, then target, with the net's axon count.
    /// - The axons of a core's connections lie side by side from 0 and are no more than its input axons.
    /// - The path of a net from the host is empty; any other goes from the source's router to the target's, each step between neighbours,
    ///   over no dead link, and through no router twice.
    /// - A path without a dead link on its straight way is that way: along x, then along y.
    /// - Where labels and masks lead spikes: every execution can be loaded, and computes the network (`CrossbarRoutes.verify`).
    /// - Link loads are those of the paths, ascending by link, none of 0.
    ///
    /// On a hexagonal torus there are multicast routes instead; their invariants are in `verify(_:on:_:)`.
    public func verify() throws(VerificationFailure) {
        var check = InvariantCheck(stage: "RoutedGraph", pass: "routing")
        switch chip.topology {
        case .mesh(let mesh):
            verifyAxons(&check)
            try check.finish()
            verifyPaths(on: mesh, &check)
            verifyLoads(&check)
        case .hexagonalTorus(let torus):
            if let multicast {
                verify(multicast, on: torus, &check)
            } else {
                check.violated("the routes on a hexagonal torus are not multicast")
            }
        case .crossbar:
            if let crossbarRoutes {
                crossbarRoutes.verify(placed, &check)
            } else {
                check.violated("a chip with a crossbar has routes of another kind")
            }
        }
        try check.finish()
    }

    private func verifyAxons(_ check: inout InvariantCheck) {
        var next = [Int](repeating: 0, count: placed.coreGraph.cores.count)
        var number = 0
        for id in placed.coreGraph.nets.ids {
            let net = placed.coreGraph.nets[id]
            for (target, count) in zip(net.targets, net.axonCounts) {
                guard number < connections.count else { break }
                let connection = connections[number]
                check.require(
                    connection.net == id && connection.target == target,
                    "connection \(number) is from net \(connection.net) to core \(connection.target), not from \(id) to \(target)")
                check.require(connection.axonCount == count, "connection \(number) has \(connection.axonCount) axons, its net \(count)")
                check.require(
                    connection.firstAxon == next[target.index],
                    "connection \(number) starts at axon \(connection.firstAxon), not at \(next[target.index])")
                next[target.index] += count
                number += 1
            }
        }
        let expected = placed.coreGraph.nets.reduce(0) { $0 + $1.targets.count }
        check.require(connections.count == expected, "\(connections.count) connections for \(expected) pairs of net and target")
        for resource in chip.resources where resource.rule == .inputAxons {
            for (core, count) in next.enumerated() {
                check.require(count <= resource.limit, "core #\(core) has \(count) of \(resource.limit) axons")
            }
        }
    }

    private func verifyPaths(on mesh: Mesh, _ check: inout InvariantCheck) {
        for (number, connection) in connections.enumerated() {
            guard case .slice(let slice) = placed.coreGraph.nets[connection.net].source else {
                check.require(connection.path.isEmpty, "connection \(number) from the host has a path")
                continue
            }
            let start = mesh.router(ofCore: placed.physicalCore(of: placed.coreGraph.slices[slice].core))
            let end = mesh.router(ofCore: placed.physicalCore(of: connection.target))
            check.require(
                connection.path.first == start && connection.path.last == end,
                "connection \(number) leads from \(connection.path.first ?? -1) to \(connection.path.last ?? -1), not from \(start) to \(end)"
            )
            check.require(Set(connection.path).count == connection.path.count, "connection \(number) passes a router twice")
            var isStraight = true
            for (from, to) in zip(connection.path, connection.path.dropFirst()) {
                check.require(mesh.areNeighbours(from, to), "connection \(number) leaps from router \(from) to \(to)")
                check.require(!chip.faults.isDead(from, to), "connection \(number) takes the dead link from \(from) to \(to)")
            }
            let straight = mesh.straightPath(from: start, to: end)
            for (from, to) in zip(straight, straight.dropFirst()) where chip.faults.isDead(from, to) { isStraight = false }
            if isStraight { check.require(connection.path == straight, "connection \(number) does not go along x, then y") }
        }
    }

    private func verifyLoads(_ check: inout InvariantCheck) {
        var loads: [RouterLink: Double] = [:]
        for connection in connections {
            let packets = placed.coreGraph.nets[connection.net].packets(axons: connection.axonCount)
            for (from, to) in zip(connection.path, connection.path.dropFirst()) where packets > 0 {
                loads[RouterLink(from: from, to: to), default: 0] += packets
            }
        }
        check.require(linkLoads.count == loads.count, "\(linkLoads.count) links carry packets, \(loads.count) are counted")
        check.require(zip(linkLoads, linkLoads.dropFirst()).allSatisfy { $0.link < $1.link }, "link loads are not ascending")
        for load in linkLoads {
            let expected = loads[load.link] ?? 0
            check.require(
                abs(load.packetsPerStep - expected) <= 1e-9 * max(1, expected),
                "the link from \(load.link.from) to \(load.link.to) carries \(load.packetsPerStep) packets, \(expected) are counted")
        }
    }
}

extension Net {
    /// Expected packets per time step to a core on which so many of the neurons have a synapse.
    public func packets(axons: Int) -> Double { neurons.isEmpty ? 0 : traffic * Double(axons) / Double(neurons.count) }
}
