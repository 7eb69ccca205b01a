import Chips
import Diagnostics
import Lowering
import Networks
import Numerics
import Storage

/// The lowered network as NIR (version 1.0.8 of the format: Linear, CubaLI, CubaLIF), which hxtorch and jaxsnn import.
///
/// Weights are those that the chip's integers stand for; times are seconds of the hardware; potentials the model's, relative to rest. NIR's
/// neuron is tau_mem dv/dt = v_leak - v + r I, tau_syn dI/dt = -I + w_in S, so that w_in holds the strength of a weight of 1.
struct NIRFile {
    static let name = "network.nir"
    /// Weights of larger networks would take more memory than they are worth.
    static let mostWeights = 1 << 24

    let graph: RoutedGraph

    /// Why there is no such file; nil when there is one.
    var hindrance: String? {
        let network = graph.network
        if graph.placed.coreGraph.nets.contains(where: { net in
            if case .slice(let slice) = net.source {
                net.targets.contains(graph.slices[slice].core) && isLoop(graph.slices[slice].population)
            } else {
                false
            }
        }) {
            return "the network has loops, and the importers of NIR for BrainScaleS-2 take none"
        }
        let weights = network.projections.reduce(0) { $0 + network.populations[$1.pre].size * network.populations[$1.post].size }
        return weights > Self.mostWeights ? "its \(weights) weights as dense matrices would be too large" : nil
    }

    private func isLoop(_ population: ID<Population>) -> Bool {
        var reached: Set<ID<Population>> = []
        var open = [population]
        while let next = open.popLast() {
            for projection in graph.network.projections where projection.pre == next {
                if projection.post == population { return true }
                if reached.insert(projection.post).inserted { open.append(projection.post) }
            }
        }
        return false
    }

    func write(to path: String) throws(DiagnosticsError) {
        let file = try HDF5File.create(path)
        let network = graph.network
        try file.write(text: "1.0.8", to: "version")
        try file.write(text: "NIRGraph", to: "node/type")
        var edges: [String] = []
        for id in network.populations.ids {
            let name = Self.nodeName(network.populations[id].name)
            if let targets = graph.placed.coreGraph.quantized.neurons(of: id)?.analog {
                try write(targets, id, to: file, "node/nodes/\(name)")
            } else {
                try file.write(text: "Input", to: "node/nodes/\(name)/type")
                try file.write([Int64(network.populations[id].size)], to: "node/nodes/\(name)/shape")
            }
            guard !network.projections.contains(where: { $0.pre == id }), !network.populations[id].cell.isSource else { continue }
            try file.write(text: "Output", to: "node/nodes/\(name)_output/type")
            try file.write([Int64(network.populations[id].size)], to: "node/nodes/\(name)_output/shape")
            edges += [name, "\(name)_output"]
        }
        for id in network.projections.ids {
            let projection = network.projections[id]
            let name = "linear_\(id.index)"
            try file.write(text: "Linear", to: "node/nodes/\(name)/type")
            try file.write(
                weights(of: id), shape: [network.populations[projection.post].size, network.populations[projection.pre].size],
                to: "node/nodes/\(name)/weight")
            edges += [
                Self.nodeName(network.populations[projection.pre].name), name, name,
                Self.nodeName(network.populations[projection.post].name),
            ]
        }
        try file.write(texts: edges, shape: [edges.count / 2, 2], to: "node/edges")
        try file.close()
    }

    /// [post × pre], row-major, in the model's unit.
    private func weights(of id: ID<Projection>) -> [Float] {
        let rows = DequantizedRows(id, of: graph.placed.coreGraph.quantized, weights: true, delays: false)
        var weights = [Float](repeating: 0, count: rows.sourceCount * rows.targetCount)
        var row = SynapseRow()
        for source in 0..<rows.sourceCount {
            rows.read(source, into: &row)
            for n in 0..<row.count { weights[Int(row.targets[n]) * rows.sourceCount + source] += row.weights[n] }
        }
        return weights
    }

    private func write(_ targets: AnalogNeurons, _ id: ID<Population>, to file: HDF5File, _ group: String) throws(DiagnosticsError) {
        let quantized = graph.placed.coreGraph.quantized
        let incoming = graph.network.projections.ids.first { graph.network.projections[$0].post == id }
        let quantizer = incoming.map {
            WeightQuantizer($0, of: graph.network, synapses: quantized.synapses(of: $0), format: graph.chip.formats.weight)
        }
        let micro = 1e-6
        // Slope per unit of weight, in potential per µs.
        let strength = (0..<targets.count).map { n -> Double in
            let step = quantizer?.weight(ofMantissa: 1, target: n) ?? 1
            return targets.gain[0][n] / targets.scale / step * targets.membraneTime[n] * targets.synapseTime[0][n] * micro
        }
        try file.write(text: targets.spikes ? "CubaLIF" : "CubaLI", to: "\(group)/type")
        try file.write(targets.membraneTime.map { Float($0 * micro) }, to: "\(group)/tau_mem")
        try file.write(targets.synapseTime[0].map { Float($0 * micro) }, to: "\(group)/tau_syn")
        try file.write([Float](repeating: 1, count: targets.count), to: "\(group)/r")
        try file.write([Float](repeating: 0, count: targets.count), to: "\(group)/v_leak")
        try file.write(strength.map { Float($0) }, to: "\(group)/w_in")
        guard targets.spikes else { return }
        try file.write(targets.threshold.map { Float(($0 - targets.leak) / targets.scale) }, to: "\(group)/v_threshold")
        try file.write(targets.reset.map { Float(($0 - targets.leak) / targets.scale) }, to: "\(group)/v_reset")
    }

    /// A slash would begin a group.
    private static func nodeName(_ name: String) -> String { String(name.map { $0 == "/" || $0 == "." ? "_" : $0 }) }
}
