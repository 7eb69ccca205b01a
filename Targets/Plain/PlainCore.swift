import Chips
import Lowering
import Networks
import Numerics

/// The tables of one core as they are written; a property is a column of the same name (`Documentation/Targets/plain-artifact.md`).
struct PlainCore: Sendable {
    /// Physical number.
    let number: Int
    var neurons = Neurons()
    /// In place of `neurons`, where the chip computes in single precision.
    var floatingPoint: FloatingPointColumns?
    var formats: [Format] = []
    /// By axon: its first synapse; one more entry says where the last axon ends.
    var firstSynapse: [UInt32] = [0]
    var synapses = Synapses()
    /// By neuron, then core, then axon.
    var outputs: [AxonTable.Row] = []
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
        /// Of neurons of microcode; all nil where there is none.
        var programs: [AdaptiveThreshold?] = []
        /// Rate units; all nil where there is none.
        var units: [GradedUnit?] = []
    }

    /// How many neurons there are.
    var neuronCount: Int { floatingPoint?.count ?? neurons.bias.count }

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
        if case .floatingPoint = graph.chip.arithmetic { core.floatingPoint = FloatingPointColumns() }
        for slice in slices { addNeurons(slice, to: &core) }
        addSynapses(id, slices, to: &core)
        core.outputs = AxonTable(from: id, graph, connections).rows
        core.routes = connections.routes(from: id, mesh: mesh)
        graph.cores[id].check(core.number, of: graph) { rule in
            switch rule {
            case .neurons(let each): core.neuronCount * each
            case .inputAxons: core.firstSynapse.count - 1
            case .outputAxons(let each, _): core.outputs.count * each
            case .synapseFormats: core.formats.count
            default: nil
            }
        }
        return core
    }

    private func addNeurons(_ slice: Slice, to core: inout PlainCore) {
        precondition(slice.offset == core.neuronCount, "bug: a slice starts at \(slice.offset), not at \(core.neuronCount)")
        if let neurons = graph.placed.coreGraph.quantized.neurons(of: slice.population)?.floatingPoint {
            core.floatingPoint?.add(neurons, slice.neurons)
            return
        }
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
        core.neurons.programs += neurons.map { registers.adaptation?[$0] }
        core.neurons.units += neurons.map { registers.graded?[$0] }
        core.neurons.initialMembrane += registers.initialMembrane[neurons].map { Int32($0) }
    }

    private func addSynapses(_ id: ID<VirtualCore>, _ slices: [Slice], to core: inout PlainCore) {
        var scratch = SynapseRow()
        var row = QuantizedRow()
        for input in connections.inputs(of: id, slices, rows, graph) {
            let formats = input.parts.map { formatNumber(of: $0.rows.synapses, in: &core) }
            for source in input.sources {
                for ((rows, slice), format) in zip(input.parts, formats) {
                    rows.read(Int(source), targets: slice.neurons, scratch: &scratch, into: &row)
                    let shift = Int32(slice.offset - slice.neurons.lowerBound)
                    let count = inhibitoryOffset(of: slice, core)
                    for (target, mantissa) in zip(row.targets, row.mantissas) {
                        let receptor = rows.receptor ?? (mantissa < 0 ? 1 : 0)
                        core.synapses.target.append(UInt32(target + shift + (receptor == 1 ? count : 0)))
                    }
                    for mantissa in row.mantissas { core.synapses.weight.append(Int16(truncatingIfNeeded: mantissa)) }
                    for delay in row.delays { core.synapses.delay.append(UInt8(truncatingIfNeeded: delay)) }
                    core.synapses.format.append(contentsOf: repeatElement(format, count: row.count))
                }
                core.firstSynapse.append(UInt32(core.synapses.target.count))
            }
        }
    }

    /// Neurons in single precision have an input for each receptor: those of inhibitory ones are numbered behind all excitatory ones.
    private func inhibitoryOffset(of slice: Slice, _ core: PlainCore) -> Int32 {
        guard let neurons = graph.placed.coreGraph.quantized.neurons(of: slice.population)?.floatingPoint, !neurons.isMerged else {
            return 0
        }
        return Int32(core.neuronCount)
    }

    private func formatNumber(of synapses: QuantizedSynapses, in core: inout PlainCore) -> UInt16 {
        let format = PlainCore.Format(bits: synapses.bits, mode: synapses.mode, exponent: synapses.exponent)
        if let known = core.formats.firstIndex(of: format) { return UInt16(known) }
        core.formats.append(format)
        return UInt16(core.formats.count - 1)
    }
}
