import Chips
import Lowering
import Networks
import Numerics

/// The register file of one core, by the names of NxSDK, as it is written (`Documentation/Targets/loihi-artifact.md`).
struct WriterCore: Sendable {
    var physicalCore: Int
    // cxProfileCfg
    var decayU: [UInt32] = []
    var decayV: [UInt32] = []
    var refractDelay: [UInt32] = []
    var resetMode: [UInt8] = []
    // microcode, by profile; all nil where no neuron of the core is programmed
    var programs: [AdaptiveThreshold?] = []
    var units: [GradedUnit?] = []
    // cxCfg, by compartment
    var bias: [Int32] = []
    var biasExponent: [UInt8] = []
    var thresholdProfile: [UInt16] = []
    var compartmentProfile: [UInt16] = []
    // vthProfileCfg
    var threshold: [UInt32] = []
    // cxState
    var initialMembrane: [Int32] = []
    // dendriteAccumCfg
    var delayBits = 0
    // synapseFmt, from index 1 on
    var formats: [SynapseFormat] = []
    var indexBits = 0
    // synapseMap and synapseMem
    var synapsePointer: [UInt32] = []
    var synapseLength: [UInt32] = []
    var memory: [UInt64] = []
    // discrete output axons, by source compartment
    var axons: [AxonTable.Row] = []
    // routes, by target core
    var routes: [RouteEntry] = []
}

/// Builds register files from the last stage; cores are independent of each other.
struct CoreBuilder: Sendable {
    let graph: RoutedGraph
    let mesh: Mesh
    let packing: SynapsePacking
    private let rows: [QuantizedRows]
    let connections: CoreConnections

    init(_ graph: RoutedGraph, mesh: Mesh, packing: SynapsePacking, threads: Int) {
        self.graph = graph
        self.mesh = mesh
        self.packing = packing
        rows = graph.network.projections.ids.map { QuantizedRows($0, of: graph.placed.coreGraph.quantized) }
        connections = CoreConnections(graph, threads: threads)
    }

    func build(_ id: ID<VirtualCore>) -> WriterCore {
        var core = WriterCore(physicalCore: graph.placed.physicalCore(of: id))
        let slices = graph.cores[id].slices.map { graph.slices[$0] }
        addCompartments(slices, to: &core)
        core.indexBits = packing.indexBits(forNeurons: core.bias.count) ?? packing.indexBits.last ?? 0
        addSynapses(id, slices, to: &core)
        core.delayBits = core.formats.map(\.delayBits).max() ?? 0
        core.axons = AxonTable(from: id, graph, connections).rows
        core.routes = connections.routes(from: id, mesh: mesh)
        graph.cores[id].check(core.physicalCore, of: graph) { written($0, in: core) }
        return core
    }

    private func addCompartments(_ slices: [Slice], to core: inout WriterCore) {
        var profiles: [NeuronProfile: UInt16] = [:]
        var thresholds: [Int: UInt16] = [:]
        for slice in slices {
            precondition(slice.offset == core.bias.count, "bug: a slice starts at \(slice.offset), not at \(core.bias.count)")
            guard let neurons = graph.placed.coreGraph.quantized.compartments(of: slice.population) else {
                preconditionFailure("bug: a population without registers is on a core")
            }
            for neuron in slice.neurons {
                let profile = NeuronProfile(neurons, neuron)
                if profiles[profile] == nil {
                    profiles[profile] = UInt16(profiles.count)
                    core.decayU.append(UInt32(profile.currentDecay))
                    core.decayV.append(UInt32(profile.membraneDecay))
                    core.refractDelay.append(UInt32(profile.refractorySteps + 1))
                    core.resetMode.append(profile.reset == .subtract ? 1 : 0)
                    core.programs.append(profile.adaptation)
                    core.units.append(profile.graded)
                }
                let mantissa = neurons.thresholdMantissa[neuron]
                if thresholds[mantissa] == nil {
                    thresholds[mantissa] = UInt16(thresholds.count)
                    core.threshold.append(UInt32(mantissa))
                }
                core.compartmentProfile.append(profiles[profile] ?? 0)
                core.thresholdProfile.append(thresholds[mantissa] ?? 0)
                core.bias.append(Int32(neurons.biasMantissa[neuron]))
                core.biasExponent.append(UInt8(neurons.biasExponent[neuron]))
                core.initialMembrane.append(Int32(neurons.initialMembrane[neuron]))
            }
        }
    }

    private func addSynapses(_ id: ID<VirtualCore>, _ slices: [Slice], to core: inout WriterCore) {
        var packer = SynapsePacker(packing, neuronsOnCore: core.bias.count, weight: graph.chip.formats.weight)
        for input in connections.inputs(of: id, slices, rows, graph) {
            var parts = input.parts.map { packer.part($0.rows, $0.slice) }
            for source in input.sources {
                let start = packer.wordCount
                for part in parts.indices { packer.append(&parts[part], source: Int(source)) }
                core.synapsePointer.append(UInt32(start))
                core.synapseLength.append(UInt32(packer.wordCount - start))
            }
        }
        core.formats = packer.formats
        core.memory = packer.words
    }

    /// How much of a resource the core's registers hold.
    private func written(_ rule: CapacityRule, in core: WriterCore) -> Int? {
        switch rule {
        case .neurons(let each): core.bias.count * each
        case .inputAxons: core.synapsePointer.count
        case .synapseMemory: core.memory.count
        case .sharedMemory(let perNeuron, let packing): core.bias.count * perNeuron + (core.memory.count * packing.wordBits + 7) / 8
        case .profiles(.neuron): core.decayU.count
        case .profiles(.threshold): core.threshold.count
        case .synapseFormats: core.formats.count
        case .outputAxons(let each, _): core.axons.count * each
        case .delaySlots: core.bias.count << core.delayBits
        case .crossbar: nil
        case .sourceNeurons, .ringBuffer, .delayStages, .rowWords, .tableAddresses, .rowMemory, .workingMemory: nil
        }
    }
}
