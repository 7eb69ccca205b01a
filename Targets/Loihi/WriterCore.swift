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
    // axons, by source compartment
    var axons: [WriterAxon] = []
    // routes, by target core
    var routes: [RouteEntry] = []
}

/// A discrete output axon.
struct WriterAxon: Hashable, Sendable {
    var sourceCompartment: UInt32
    var chip: UInt32
    var core: UInt32
    var axon: UInt32
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
        addAxons(id, to: &core)
        check(core, against: graph.cores[id])
        return core
    }

    private func addCompartments(_ slices: [Slice], to core: inout WriterCore) {
        var profiles: [Profile: UInt16] = [:]
        var thresholds: [Int: UInt16] = [:]
        for slice in slices {
            precondition(slice.offset == core.bias.count, "bug: a slice starts at \(slice.offset), not at \(core.bias.count)")
            guard let neurons = graph.placed.coreGraph.quantized.compartments(of: slice.population) else {
                preconditionFailure("bug: a population without registers is on a core")
            }
            for neuron in slice.neurons {
                let profile = Profile(
                    decayU: neurons.currentDecay[neuron], decayV: neurons.membraneDecay[neuron],
                    refractory: neurons.refractorySteps[neuron], reset: neurons.reset)
                if profiles[profile] == nil {
                    profiles[profile] = UInt16(profiles.count)
                    core.decayU.append(UInt32(profile.decayU))
                    core.decayV.append(UInt32(profile.decayV))
                    core.refractDelay.append(UInt32(profile.refractory + 1))
                    core.resetMode.append(profile.reset == .subtract ? 1 : 0)
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

    private struct Profile: Hashable {
        var decayU: Int
        var decayV: Int
        var refractory: Int
        var reset: IntegerCurrentArithmetic.Reset
    }

    private func addSynapses(_ id: ID<VirtualCore>, _ slices: [Slice], to core: inout WriterCore) {
        var packer = SynapsePacker(packing, neuronsOnCore: core.bias.count, weight: graph.chip.formats.weight)
        for index in connections.into[id.index] {
            let connection = graph.connections[index]
            let population = graph.placed.coreGraph.population(of: graph.nets[connection.net])
            precondition(
                connection.firstAxon == core.synapsePointer.count,
                "bug: routing numbers axon \(connection.firstAxon) behind \(core.synapsePointer.count) axons")
            let projections = graph.network.projections.ids.filter { graph.network.projections[$0].pre == population }
            var parts = projections.flatMap { projection in
                slices.filter { $0.population == graph.network.projections[projection].post }.map {
                    packer.part(rows[projection.index], $0)
                }
            }
            for source in connections.sources(of: index) {
                let start = packer.wordCount
                for part in parts.indices { packer.append(&parts[part], source: Int(source)) }
                core.synapsePointer.append(UInt32(start))
                core.synapseLength.append(UInt32(packer.wordCount - start))
            }
        }
        core.formats = packer.formats
        core.memory = packer.words
    }

    private func addAxons(_ id: ID<VirtualCore>, to core: inout WriterCore) {
        for index in connections.from[id.index] {
            let connection = graph.connections[index]
            guard case .slice(let slice) = graph.nets[connection.net].source else { continue }
            let target = graph.placed.physicalCore(of: connection.target)
            let shift = graph.slices[slice].offset - graph.slices[slice].neurons.lowerBound
            for (place, source) in connections.sources(of: index).enumerated() {
                core.axons.append(
                    WriterAxon(
                        sourceCompartment: UInt32(Int(source) + shift), chip: UInt32(mesh.chip(ofCore: target)),
                        core: UInt32(mesh.localCore(ofCore: target)), axon: UInt32(connection.firstAxon + place)))
            }
        }
        core.axons.sort { ($0.sourceCompartment, $0.chip, $0.core, $0.axon) < ($1.sourceCompartment, $1.chip, $1.core, $1.axon) }
        core.routes = connections.routes(from: id, mesh: mesh)
    }

    /// What was written must be what partitioning counted, but that rows may be shorter where weights became 0.
    private func check(_ core: WriterCore, against counted: VirtualCore) {
        for (resource, used) in zip(graph.chip.resources, counted.usage) {
            let written: Int
            switch resource.rule {
            case .neurons(let each): written = core.bias.count * each
            case .inputAxons: written = core.synapsePointer.count
            case .synapseMemory: written = core.memory.count
            case .sharedMemory(let perNeuron, let packing):
                written = core.bias.count * perNeuron + (core.memory.count * packing.wordBits + 7) / 8
            case .profiles(.neuron): written = core.decayU.count
            case .profiles(.threshold): written = core.threshold.count
            case .synapseFormats: written = core.formats.count
            case .outputAxons(let each, _): written = core.axons.count * each
            case .delaySlots: written = core.bias.count << core.delayBits
            }
            precondition(
                written <= used,
                "bug: core \(core.physicalCore) holds \(written) \(resource.unit) of '\(resource.name)', and partitioning counted \(used)")
        }
    }
}
