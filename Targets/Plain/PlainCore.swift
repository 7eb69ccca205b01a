import Chips
import Lowering
import Networks
import Numerics

/// The tables of one core as they are written; a property is a column of the same name (`Documentation/Targets/plain-artifact.md`).
struct PlainCore: Sendable {
    /// Physical number.
    let number: Int
    var neurons = Neurons()
    var formats: [Format] = []
    /// By axon: its first synapse; one more entry says where the last axon ends.
    var firstSynapse: [UInt32] = [0]
    var synapses = Synapses()
    /// By neuron, then core, then axon.
    var outputs: [Output] = []
    /// Ways to other cores that are not the straight ones, by core.
    var routes: [RouteEntry] = []

    struct Neurons: Sendable {
        var currentDecay: [UInt32] = []
        var membraneDecay: [UInt32] = []
        var threshold: [Int32] = []
        var bias: [Int32] = []
        var biasExponent: [Int8] = []
        var refractory: [UInt32] = []
        var reset: [UInt8] = []
        var initialMembrane: [Int32] = []
    }

    struct Format: Hashable, Sendable {
        var bits: Int
        var mode: WeightFormat.SignMode
        var exponent: Int
    }

    struct Synapses: Sendable {
        var target: [UInt32] = []
        var weight: [Int16] = []
        var delay: [UInt8] = []
        var format: [UInt16] = []
    }

    struct Output: Hashable, Sendable {
        var neuron: UInt32
        /// Physical number.
        var core: Int
        var axon: UInt32
    }
}

/// Builds the tables of cores from the last stage; cores are independent of each other.
struct PlainCoreBuilder: Sendable {
    let graph: RoutedGraph
    let mesh: Mesh
    let connections: CoreConnections
    private let rows: [QuantizedRows]

    init(_ graph: RoutedGraph, mesh: Mesh, threads: Int) {
        self.graph = graph
        self.mesh = mesh
        connections = CoreConnections(graph, threads: threads)
        rows = graph.network.projections.ids.map { QuantizedRows($0, of: graph.placed.coreGraph.quantized) }
    }

    func build(_ id: ID<VirtualCore>) -> PlainCore {
        var core = PlainCore(number: graph.placed.physicalCore(of: id))
        let slices = graph.cores[id].slices.map { graph.slices[$0] }
        for slice in slices { addNeurons(slice, to: &core) }
        addSynapses(id, slices, to: &core)
        addOutputs(id, to: &core)
        check(core, against: graph.cores[id])
        return core
    }

    private func addNeurons(_ slice: Slice, to core: inout PlainCore) {
        precondition(slice.offset == core.neurons.bias.count, "bug: a slice starts at \(slice.offset), not at \(core.neurons.bias.count)")
        guard let registers = graph.placed.coreGraph.quantized.compartments(of: slice.population) else {
            preconditionFailure("bug: a population without registers is on a core")
        }
        let neurons = slice.neurons
        core.neurons.currentDecay += registers.currentDecay[neurons].map { UInt32($0) }
        core.neurons.membraneDecay += registers.membraneDecay[neurons].map { UInt32($0) }
        core.neurons.threshold += registers.thresholdMantissa[neurons].map { Int32($0) }
        core.neurons.bias += registers.biasMantissa[neurons].map { Int32($0) }
        core.neurons.biasExponent += registers.biasExponent[neurons].map { Int8($0) }
        core.neurons.refractory += registers.refractorySteps[neurons].map { UInt32($0) }
        core.neurons.reset += neurons.map { _ in registers.reset == .subtract ? 1 : 0 }
        core.neurons.initialMembrane += registers.initialMembrane[neurons].map { Int32($0) }
    }

    private func addSynapses(_ id: ID<VirtualCore>, _ slices: [Slice], to core: inout PlainCore) {
        var scratch = SynapseRow()
        var row = QuantizedRow()
        for index in connections.into[id.index] {
            let connection = graph.connections[index]
            let population = graph.placed.coreGraph.population(of: graph.nets[connection.net])
            precondition(
                connection.firstAxon == core.firstSynapse.count - 1,
                "bug: routing numbers axon \(connection.firstAxon) behind \(core.firstSynapse.count - 1) axons")
            let projections = graph.network.projections.ids.filter { graph.network.projections[$0].pre == population }
            let parts = projections.flatMap { projection in
                slices.filter { $0.population == graph.network.projections[projection].post }.map { (rows[projection.index], $0) }
            }
            let formats = parts.map { formatNumber(of: $0.0.synapses, in: &core) }
            for source in connections.sources(of: index) {
                for ((rows, slice), format) in zip(parts, formats) {
                    rows.read(Int(source), targets: slice.neurons, scratch: &scratch, into: &row)
                    let shift = Int32(slice.offset - slice.neurons.lowerBound)
                    for target in row.targets { core.synapses.target.append(UInt32(target + shift)) }
                    core.synapses.weight += row.mantissas
                    core.synapses.delay += row.delays
                    core.synapses.format.append(contentsOf: repeatElement(format, count: row.count))
                }
                core.firstSynapse.append(UInt32(core.synapses.target.count))
            }
        }
    }

    private func formatNumber(of synapses: QuantizedSynapses, in core: inout PlainCore) -> UInt16 {
        let format = PlainCore.Format(bits: synapses.bits, mode: synapses.mode, exponent: synapses.exponent)
        if let known = core.formats.firstIndex(of: format) { return UInt16(known) }
        core.formats.append(format)
        return UInt16(core.formats.count - 1)
    }

    private func addOutputs(_ id: ID<VirtualCore>, to core: inout PlainCore) {
        for index in connections.from[id.index] {
            let connection = graph.connections[index]
            guard case .slice(let slice) = graph.nets[connection.net].source else { continue }
            let target = graph.placed.physicalCore(of: connection.target)
            let shift = graph.slices[slice].offset - graph.slices[slice].neurons.lowerBound
            for (place, source) in connections.sources(of: index).enumerated() {
                core.outputs.append(
                    PlainCore.Output(neuron: UInt32(Int(source) + shift), core: target, axon: UInt32(connection.firstAxon + place)))
            }
        }
        core.outputs.sort { ($0.neuron, $0.core, $0.axon) < ($1.neuron, $1.core, $1.axon) }
        core.routes = connections.routes(from: id, mesh: mesh)
    }

    /// What was written must be what partitioning counted.
    private func check(_ core: PlainCore, against counted: VirtualCore) {
        for (resource, used) in zip(graph.chip.resources, counted.usage) {
            let written: Int
            switch resource.rule {
            case .neurons(let each): written = core.neurons.bias.count * each
            case .inputAxons: written = core.firstSynapse.count - 1
            case .outputAxons(let each, _): written = core.outputs.count * each
            case .synapseFormats: written = core.formats.count
            case .synapseMemory, .sharedMemory, .profiles, .delaySlots: continue
            }
            precondition(
                written <= used,
                "bug: core \(core.number) holds \(written) \(resource.unit) of '\(resource.name)', and partitioning counted \(used)")
        }
    }
}
