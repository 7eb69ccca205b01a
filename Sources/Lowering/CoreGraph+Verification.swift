import Chips
import Networks
import Numerics

extension CoreGraph {
    /// Checks what must hold of the stage; the pass Partitioning promises it.
    ///
    /// - Every neuron of a population of neurons is in exactly one slice; sources of spikes are in none, or likewise in one where they live
    ///   on cores. Slices are ordered by population, then first neuron, and none is empty.
    /// - A core holds neurons or sources; a delay extension holds no slice, and delays the spikes of one of the others.
    /// - A slice is listed by its core and by no other; a core's slices lie side by side from offset 0, in their order. No core is empty.
    /// - A core's usage has one number for each resource of the chip, none above the limit.
    /// - The numbers that follow from this stage alone are right: neurons, profiles, input axons (the axons of all nets that arrive), output
    ///   axons (those of all nets that leave, with the surcharge where a target may be on another chip).
    /// - A net starts at a slice, with all its neurons, or at a whole host population; there is at most one net from each, slices before
    ///   or behind the host in the order of populations. Its targets are ascending, and between 1 and all of its neurons reach each.
    /// - There is a net wherever a projection leaves, unless its rows may be empty.
    /// - No more cores than are usable. Traffic is a finite number, 0 or more.
    public func verify() throws(VerificationFailure) {
        var check = InvariantCheck(stage: "CoreGraph", pass: "partitioning")
        verifySlices(&check)
        verifyCores(&check)
        verifyNets(&check)
        try check.finish()
    }

    private var holdsSources: Bool { chip.sourcePlace == .cores }

    private func verifySlices(_ check: inout InvariantCheck) {
        var covered = [Int](repeating: 0, count: network.populations.count)
        var last = 0
        for id in slices.ids {
            let slice = slices[id]
            guard slice.population.index < network.populations.count, slice.core.index < cores.count else {
                check.violated("slice \(id) names population \(slice.population) on core \(slice.core)")
                continue
            }
            let name = network.populations[slice.population].name
            check.require(slice.population.index >= last, "slice \(id) of '\(name)' stands behind slices of later populations")
            last = max(last, slice.population.index)
            let isSource = network.populations[slice.population].cell.isSource
            check.require(!isSource || holdsSources, "slice \(id) holds sources of '\(name)'")
            check.require(
                cores[slice.core].role == (isSource ? .source : .neurons), "slice \(id) of '\(name)' is on a core of another role")
            check.require(!slice.neurons.isEmpty, "slice \(id) of '\(name)' is empty")
            check.require(
                slice.neurons.lowerBound == covered[slice.population.index],
                "slice \(id) of '\(name)' starts at neuron \(slice.neurons.lowerBound), not at \(covered[slice.population.index])")
            covered[slice.population.index] = slice.neurons.upperBound
            check.require(
                cores[slice.core].slices.filter { $0 == id }.count == 1, "slice \(id) of '\(name)' is not listed once by core \(slice.core)"
            )
        }
        for id in network.populations.ids where holdsSources || !network.populations[id].cell.isSource {
            let size = network.populations[id].size
            check.require(
                covered[id.index] == size, "\(covered[id.index]) of \(size) neurons of '\(network.populations[id].name)' are in a slice")
        }
    }

    private func verifyCores(_ check: inout InvariantCheck) {
        let usable = chip.usableCoreCount
        check.require(cores.count <= usable, "\(cores.count) cores of \(usable) usable ones")
        for id in cores.ids {
            let core = cores[id]
            if case .delayExtension(let original, let stages, let steps) = core.role {
                check.require(core.slices.isEmpty, "the delay extension \(id) holds slices")
                check.require(stages >= 1 && steps >= 1, "the delay extension \(id) has \(stages) stages of \(steps) steps")
                check.require(
                    original.index < cores.count && cores[original].slices.count == 1, "the delay extension \(id) delays core \(original)")
            } else {
                check.require(!core.slices.isEmpty, "core \(id) is empty")
            }
            var offset = 0
            for slice in core.slices {
                guard slice.index < slices.count else {
                    check.violated("core \(id) lists slice \(slice)")
                    continue
                }
                check.require(slices[slice].core == id, "core \(id) lists slice \(slice), which is on core \(slices[slice].core)")
                check.require(
                    slices[slice].offset == offset, "slice \(slice) starts at compartment \(slices[slice].offset), not at \(offset)")
                offset += slices[slice].neurons.count
            }
            guard core.usage.count == chip.resources.count else {
                check.violated("core \(id) has \(core.usage.count) usages of \(chip.resources.count) resources")
                continue
            }
            for (resource, used) in zip(chip.resources, core.usage) {
                check.require(
                    used <= resource.limit && used >= 0,
                    "core \(id) uses \(used) of \(resource.limit) \(resource.unit) of '\(resource.name)'")
            }
        }
        let expected = derivableUsage()
        for id in cores.ids where cores[id].usage.count == chip.resources.count {
            for (number, resource) in chip.resources.enumerated() {
                guard let count = expected[id.index][number] else { continue }
                check.require(
                    cores[id].usage[number] == count,
                    "core \(id) says that it uses \(cores[id].usage[number]) \(resource.unit) of '\(resource.name)', and \(count) are counted"
                )
            }
        }
    }

    private func verifyNets(_ check: inout InvariantCheck) {
        var seen: Set<Net.Source> = []
        for id in nets.ids {
            let net = nets[id]
            check.require(seen.insert(net.source).inserted, "net \(id) has the source of another one")
            switch net.source {
            case .slice(let slice):
                guard slice.index < slices.count else {
                    check.violated("net \(id) starts at slice \(slice)")
                    continue
                }
                check.require(
                    net.neurons == slices[slice].neurons, "net \(id) has neurons \(net.neurons), its slice \(slices[slice].neurons)")
            case .delayed(let core):
                guard core.index < cores.count, let slice = delayedSlice(of: core), slice.index < slices.count else {
                    check.violated("net \(id) starts at core \(core), which is no delay extension")
                    continue
                }
                check.require(
                    net.neurons == slices[slice].neurons, "net \(id) has neurons \(net.neurons), the delayed slice \(slices[slice].neurons)"
                )
            case .host(let population):
                guard population.index < network.populations.count else {
                    check.violated("net \(id) starts at population \(population)")
                    continue
                }
                check.require(network.populations[population].cell.isSource, "net \(id) starts at neurons that the host does not have")
                check.require(net.neurons == 0..<network.populations[population].size, "net \(id) has neurons \(net.neurons) of the host")
            }
            check.require(!net.targets.isEmpty, "net \(id) has no target")
            check.require(zip(net.targets, net.targets.dropFirst()).allSatisfy { $0 < $1 }, "the targets of net \(id) are not ascending")
            check.require(net.targets.allSatisfy { $0.index < cores.count }, "net \(id) reaches a core that does not exist")
            check.require(net.axonCounts.count == net.targets.count, "net \(id) has \(net.axonCounts.count) axon counts")
            check.require(
                net.axonCounts.allSatisfy { $0 >= 1 && $0 <= net.neurons.count },
                "net \(id) has axon counts beyond 1...\(net.neurons.count)")
            check.require(net.traffic >= 0 && net.traffic.isFinite, "net \(id) has traffic \(net.traffic)")
        }
        for projection in network.projections where mustReach(projection) {
            let sources: [Net.Source] =
                network.populations[projection.pre].cell.isSource && !holdsSources
                ? [.host(projection.pre)] : slices(of: projection.pre).map { .slice($0) }
            for source in sources {
                check.require(seen.contains(source), "no net leaves '\(network.populations[projection.pre].name)' for '\(projection.name)'")
            }
        }
    }

    /// Whether every source of a projection has a synapse for certain.
    private func mustReach(_ projection: Projection) -> Bool {
        if network.populations[projection.post].cell.isSource || network.populations[projection.post].size == 0 { return false }
        return switch projection.connector {
        case .allToAll(let allowSelf): allowSelf || projection.pre != projection.post
        case .oneToOne: true
        default: false
        }
    }
}
