import Chips
import Lowering
import Networks
import Numerics
import Storage

/// What the manifest of a SpiNNaker artifact says of the network: where neurons are, and what their words mean.
struct SpiNNakerManifest {
    let graph: RoutedGraph
    let torus: HexagonalTorus

    var populations: JSONValue {
        .array(
            graph.neuronPopulations.map { id in
                let neurons = graph.placed.coreGraph.quantized.neurons(of: id)?.fixedPoint
                let scale = (neurons?.potentialScale ?? 1) * Double(Accum.one)
                let current = (neurons?.weightScale ?? 1) * Double(Accum.one)
                return .object(
                    JSONObject(
                        head(id) + [
                            ("membrane", ["scale": .number(scale), "origin": origin(of: id, neurons)]),
                            ("current", ["scale": .number(current)]), ("parts", parts(of: id)),
                        ]))
            })
    }

    var inputs: JSONValue { .array(graph.sourcePopulations.map { .object(JSONObject(head($0) + [("parts", parts(of: $0))])) }) }

    var notes: [String] { ownCells + sharedCores }

    /// sPyNNaker's rule: below a millisecond a core has too little time for both.
    private var sharedCores: [String] {
        guard graph.network.timestep < 1, !graph.neuronPopulations.isEmpty else { return [] }
        return [
            "neurons and synapses share cores, which sPyNNaker divides at steps below 1 ms; on a machine, slow it down by a time_scale_factor"
        ]
    }

    private var ownCells: [String] {
        graph.neuronPopulations.compactMap { id in
            guard graph.placed.coreGraph.quantized.neurons(of: id)?.fixedPoint?.cell == .threshold else { return nil }
            return
                "population '\(graph.network.populations[id].name)' needs the cell 'spikewright_threshold', which sPyNNaker's released binaries do not have"
        }
    }

    private func head(_ id: ID<Population>) -> [(String, JSONValue)] {
        let population = graph.network.populations[id]
        return [
            ("name", .string(population.name)), ("size", .integer(population.size)),
            ("shape", .array(population.shape.map { .integer($0) })), ("cell", .string(population.cell.name)),
        ]
    }

    /// The model's absolute potential of a word of 0: a number where all neurons agree.
    private func origin(of id: ID<Population>, _ neurons: FixedPointNeurons?) -> JSONValue {
        let rest = graph.network.dynamics(of: id)?.rest ?? []
        let values = zip(neurons?.origin ?? [], rest).map { $0 + $1 }
        if let first = values.first, values.allSatisfy({ $0 == first }) { return .number(first) }
        return .array(values.map { .number($0) })
    }

    private func parts(of id: ID<Population>) -> JSONValue {
        .array(
            graph.placed.coreGraph.slices(of: id).map { slice in
                let core = graph.placed.physicalCore(of: graph.slices[slice].core)
                let (x, y) = torus.position(ofRouter: torus.router(ofCore: core))
                let neurons = graph.slices[slice].neurons
                return [
                    "x": .integer(x), "y": .integer(y), "p": .integer(core % torus.coresPerChip),
                    "neurons": [.integer(neurons.lowerBound), .integer(neurons.upperBound)],
                ]
            })
    }
}
